/// The token of a header `Authorization: Bearer …` (RFC 6750, section 2.1); `None` for any other text.
pub(super) fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim_matches(' ');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let valid = !token.is_empty() && token.bytes().all(allowed);
    (scheme.eq_ignore_ascii_case("Bearer") && valid).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_is_bearer_in_any_case_and_there_is_one_token() {
        assert_eq!(bearer("Bearer a.b"), Some("a.b"));
        assert_eq!(bearer("bearer  a.b"), Some("a.b"));
        for wrong in ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer a,b", "a.b"] {
            assert_eq!(bearer(wrong), None, "{wrong}");
        }
    }
}
