//! The file that names the issuers that are trusted.

use rest::oauth::{Holder, Scopes, TrustedIssuer};
use toml::{Table, Value};

const MEMBERS: [&str; 5] = ["url", "audience", "holder", "claim", "scopes"];

/// Reads the file; the text of an error says which issuer, what is wrong, and what is allowed.
pub(super) fn read(text: &str) -> Result<Vec<TrustedIssuer>, String> {
    let table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    if let Some(other) = table.keys().find(|key| *key != "issuer") {
        return Err(format!("there is no \"{other}\": write [[issuer]] for each issuer"));
    }
    let issuers = table.get("issuer").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let read = |(place, issuer): (usize, &Value)| {
        issuer_of(issuer).map_err(|error| format!("issuer {}: {error}", place + 1))
    };
    let issuers: Vec<_> = issuers.iter().enumerate().map(read).collect::<Result<_, _>>()?;
    for (place, issuer) in issuers.iter().enumerate() {
        if issuers[..place].iter().any(|other| other.url == issuer.url) {
            return Err(format!("{} is there twice", issuer.url));
        }
    }
    Ok(issuers)
}

fn issuer_of(issuer: &Value) -> Result<TrustedIssuer, String> {
    let table = issuer.as_table().ok_or("write [[issuer]]")?;
    if let Some(other) = table.keys().find(|key| !MEMBERS.contains(&key.as_str())) {
        return Err(format!("there is no \"{other}\"; there are {}", MEMBERS.join(", ")));
    }
    let text = |name: &str| match table.get(name).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("\"{name}\" has to be a text")),
    };
    let url = text("url")?;
    super::fetch::target(&url)?;
    let holder = match text("holder")?.as_str() {
        "worker" => Holder::Worker,
        "employer" => Holder::Employer,
        other => return Err(format!("holder is \"worker\" or \"employer\", not \"{other}\"")),
    };
    let names = table.get("scopes").and_then(Value::as_array).ok_or("\"scopes\" is a list")?;
    let names: Vec<_> = names.iter().filter_map(Value::as_str).collect();
    let scopes = Scopes::parse(&names.join(" ")).filter(|scopes| !scopes.is_empty());
    let all = Scopes::all();
    let scopes = scopes.ok_or_else(|| format!("\"scopes\" are one or more of {all}"))?;
    Ok(TrustedIssuer { url, audience: text("audience")?, holder, claim: text("claim")?, scopes })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[[issuer]]\nurl = \"https://login.example/a\"\naudience = \"presence\"\n\
         holder = \"worker\"\nclaim = \"ssin\"\nscopes = [\"scope:presenceRegistration:consult\"]\n";

    #[test]
    fn issuers_are_read_and_every_mistake_is_named() {
        let issuers = read(GOOD).expect("right");
        assert_eq!((issuers[0].holder, issuers[0].claim.as_str()), (Holder::Worker, "ssin"));
        for (from, to, told) in [
            ("https://", "http://", "https"),
            ("worker", "inspector", "\"worker\" or \"employer\""),
            (":consult", ":everything", "scope:presenceRegistration:consult"),
            ("claim", "clam", "clam"),
            ("audience = \"presence\"", "", "audience"),
            ("[[issuer]]", "[[issuers]]", "issuers"),
        ] {
            let error = read(&GOOD.replace(from, to)).expect_err(to);
            assert!(error.contains(told), "{error}");
        }
        assert!(read(&GOOD.repeat(2)).expect_err("twice").contains("twice"));
    }
}
