use std::fmt;

use serde_json::{Map, Value};
use thiserror::Error;

/// What a token says (RFC 7519, section 4.1).
#[derive(Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

/// What is wrong with a claim.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClaimsError {
    /// It has to be there.
    #[error("the token has no \"{0}\"")]
    Missing(&'static str),
    /// It is of another type.
    #[error("the token's \"{0}\" is not of the type that RFC 7519 says")]
    Type(&'static str),
    /// It is over.
    #[error("the token has expired")]
    Expired,
    /// It begins later, or was made later than now.
    #[error("the token is not valid yet: mind the clock")]
    NotYet,
    /// It is for somebody else.
    #[error("the token is for another audience")]
    Audience,
}

impl Claims {
    pub(super) fn new(members: Map<String, Value>) -> Self {
        Self(members)
    }

    /// A text.
    pub fn text(&self, name: &'static str) -> Result<Option<&str>, ClaimsError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ClaimsError::Type(name)),
        }
    }

    /// A text that has to be there, and is not empty.
    pub fn required(&self, name: &'static str) -> Result<&str, ClaimsError> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or(ClaimsError::Missing(name))
    }

    /// A claim of any name and type.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A moment, in whole seconds since 1970; fractions, which are allowed, are cut.
    pub fn seconds(&self, name: &'static str) -> Result<Option<i64>, ClaimsError> {
        const LARGEST: f64 = 253_402_300_799.0;
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let number = value.as_f64().filter(|number| (0.0..=LARGEST).contains(number));
        let number = number.ok_or(ClaimsError::Type(name))?;
        #[expect(clippy::cast_possible_truncation, reason = "within the years that there are")]
        Ok(Some(number as i64))
    }

    /// Is it for one of these? `aud` is a text or a list of texts.
    pub fn is_for(&self, audiences: &[&str]) -> Result<(), ClaimsError> {
        let named: Vec<&str> = match self.0.get("aud") {
            None => return Err(ClaimsError::Missing("aud")),
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => {
                let texts: Option<_> = many.iter().map(Value::as_str).collect();
                texts.ok_or(ClaimsError::Type("aud"))?
            }
            Some(_) => return Err(ClaimsError::Type("aud")),
        };
        let found = named.iter().any(|name| audiences.contains(name));
        found.then_some(()).ok_or(ClaimsError::Audience)
    }

    /// Is `now` within its life (`exp`, `nbf`, `iat`), if clocks may differ by `skew` seconds? Answers when it ends.
    pub fn is_alive(&self, now: i64, skew: i64) -> Result<i64, ClaimsError> {
        let end = self.seconds("exp")?.ok_or(ClaimsError::Missing("exp"))?;
        for begin in [self.seconds("nbf")?, self.seconds("iat")?].into_iter().flatten() {
            if begin > now + skew {
                return Err(ClaimsError::NotYet);
            }
        }
        if end + skew <= now { Err(ClaimsError::Expired) } else { Ok(end) }
    }
}

impl fmt::Debug for Claims {
    /// Names only: values may be of persons.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn claims(value: Value) -> Claims {
        match value {
            Value::Object(members) => Claims(members),
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn life_is_from_nbf_and_iat_to_exp_with_skew_on_both_sides() {
        let token = claims(json!({"exp": 200, "nbf": 100, "iat": 90.5}));
        for (now, expected) in [
            (89, Err(ClaimsError::NotYet)),
            (90, Ok(200)),
            (200, Ok(200)),
            (209, Ok(200)),
            (210, Err(ClaimsError::Expired)),
        ] {
            assert_eq!(token.is_alive(now, 10), expected, "{now}");
        }
        assert_eq!(claims(json!({})).is_alive(0, 10), Err(ClaimsError::Missing("exp")));
        for wrong in [json!("200"), json!(-1), json!(1e300), json!(null)] {
            let token = claims(json!({ "exp": wrong }));
            assert_eq!(token.is_alive(0, 10), Err(ClaimsError::Type("exp")));
        }
    }

    #[test]
    fn the_audience_is_one_text_or_a_list_of_texts() {
        for (aud, expected) in [
            (json!("a"), Ok(())),
            (json!(["x", "a"]), Ok(())),
            (json!("A"), Err(ClaimsError::Audience)),
            (json!([]), Err(ClaimsError::Audience)),
            (json!(["a", 1]), Err(ClaimsError::Type("aud"))),
            (json!({"a": 1}), Err(ClaimsError::Type("aud"))),
        ] {
            assert_eq!(claims(json!({ "aud": aud })).is_for(&["a", "b"]), expected);
        }
        assert_eq!(claims(json!({})).is_for(&["a"]), Err(ClaimsError::Missing("aud")));
    }

    #[test]
    fn debug_shows_no_value() {
        assert_eq!(format!("{:?}", claims(json!({"sub": "80022606870"}))), "{\"sub\"}");
    }
}
