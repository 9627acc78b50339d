use std::collections::HashMap;

/// A form as RFC 6749, appendix B wants it. `None` when it is not well formed or a name comes twice (section 3.2: no
/// parameter more than once). Empty values count as absent.
pub(super) fn read(body: &[u8]) -> Option<HashMap<String, String>> {
    let body = std::str::from_utf8(body).ok()?;
    let mut form = HashMap::new();
    for pair in body.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if form.insert(decode(name)?, decode(value)?).is_some() {
            return None;
        }
    }
    form.retain(|_, value| !value.is_empty());
    Some(form)
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16)?.try_into().ok();
                let (high, low): (u8, u8) = (digit()?, digit()?);
                high << 4 | low
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_decoded() {
        let form = read(b"a=1+2%3D3&b=%C3%A9&c=&d").expect("well formed");
        assert_eq!(form.len(), 2, "empty values count as absent");
        assert_eq!((form["a"].as_str(), form["b"].as_str()), ("1 2=3", "é"));
        for wrong in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%FF", b"a=\xff", b"a=1&a=1", b"a=&a=1"] {
            assert_eq!(read(wrong), None, "{wrong:?}");
        }
    }
}
