//! Where a page ended, as a text that callers hand back and cannot make themselves.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Mark, RegistrationId, SortValue};
use ring::hmac;

/// A mark with the proof that it is ours, and of this query.
pub(super) fn write(key: &hmac::Key, query: &str, mark: &Mark) -> String {
    let mark = match &mark.value {
        SortValue::Nothing => format!("-{}", mark.id),
        SortValue::Number(number) => format!("n{}:{number}", mark.id),
        SortValue::Text(text) => format!("t{}:{text}", mark.id),
    };
    write_text(key, query, &mark)
}

/// A place in an order that a text tells. Whoever has the cursor can read the text, but not change it.
pub(super) fn write_text(key: &hmac::Key, query: &str, text: &str) -> String {
    let tag = hmac::sign(key, signed(query, text).as_bytes());
    let mut bytes = tag.as_ref()[..TAG].to_vec();
    bytes.extend(text.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a text back; `None` for anything that we did not give out for this query.
pub(super) fn read_text(key: &hmac::Key, query: &str, cursor: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (tag, text) = bytes.split_at_checked(TAG)?;
    let text = std::str::from_utf8(text).ok()?;
    let own = hmac::sign(key, signed(query, text).as_bytes());
    let same = own.as_ref()[..TAG].iter().zip(tag).fold(0, |all, (a, b)| all | (a ^ b)) == 0;
    same.then(|| text.to_owned())
}

/// Reads a mark back; `None` for anything that we did not give out for this query.
pub(super) fn read(key: &hmac::Key, query: &str, cursor: &str) -> Option<Mark> {
    let mark = read_text(key, query, cursor)?;
    let (kind, rest) = mark.split_at_checked(1)?;
    let (id, value) = rest.split_once(':').unwrap_or((rest, ""));
    let value = match kind {
        "-" => SortValue::Nothing,
        "n" => SortValue::Number(value.parse().ok()?),
        _ => SortValue::Text(value.into()),
    };
    Some(Mark { value, id: RegistrationId::new(id.parse().ok()?)? })
}

/// So many bytes of the proof are enough.
const TAG: usize = 16;

fn signed(query: &str, mark: &str) -> String {
    format!("{}:{query}{mark}", query.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_marks_of_the_same_query_are_read() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"made for this test");
        let id = RegistrationId::new(17).expect("an id");
        for value in [SortValue::Nothing, SortValue::Number(-5), SortValue::Text("a:b".into())] {
            let mark = Mark { value, id };
            let cursor = write(&key, "query", &mark);
            assert_eq!(read(&key, "query", &cursor), Some(mark));
            assert_eq!(read(&key, "another", &cursor), None);
            let other = hmac::Key::new(hmac::HMAC_SHA256, b"another");
            assert_eq!(read(&other, "query", &cursor), None);
            assert_eq!(read(&key, "query", &cursor[1..]), None);
        }
        for text in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "é"] {
            assert_eq!(read(&key, "query", text), None, "{text}");
        }
    }
}
