use crate::fault::{Fault, FaultCode, SoapCode, Texts, other_version};

/// The charset that a `Content-Type` names, if it is one of an XML message.
///
/// SOAP 1.1 asks for `text/xml`; `application/xml`, or none at all, does no harm.
pub(super) fn charset(content_type: Option<&str>) -> Result<Option<&str>, Fault> {
    let Some(content_type) = content_type else { return Ok(None) };
    let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    match media_type.trim().to_ascii_lowercase().as_str() {
        "text/xml" | "application/xml" | "" => Ok(charset_of(parameters)),
        "application/soap+xml" => Err(Fault::new(FaultCode::NotSoap, Some(other_version()))
            .with_soap_code(SoapCode::VersionMismatch)),
        _ => Err(Fault::new(FaultCode::NotSoap, Some(expected()))),
    }
}

fn charset_of(parameters: &str) -> Option<&str> {
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches(['"', '\'']);
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    })
}

fn expected() -> Texts {
    Texts::new(
        "Its Content-Type must be text/xml, and the envelope its whole body, without attachments.",
        "Het Content-Type moet text/xml zijn, en de envelop de hele body, zonder bijlagen.",
        "Son Content-Type doit être text/xml, et l'enveloppe tout son corps, sans pièces jointes.",
        "Ihr Content-Type muss text/xml sein, und der Umschlag ihr ganzer Body, ohne Anhänge.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charset_is_found_whatever_its_dress() {
        for (content_type, expected) in [
            ("text/xml", None),
            ("text/xml; charset=utf-8", Some("utf-8")),
            ("Text/XML;action=\"x\"; Charset=\"UTF-16\"", Some("UTF-16")),
            ("application/xml;charset=", None),
        ] {
            let Ok(found) = charset(Some(content_type)) else { panic!("{content_type}") };
            assert_eq!(found, expected, "{content_type}");
        }
    }

    #[test]
    fn other_media_types_are_told_what_is_expected() {
        for (content_type, soap_code) in [
            ("application/soap+xml; charset=utf-8", SoapCode::VersionMismatch),
            ("application/json", SoapCode::Client),
            ("multipart/related; boundary=x", SoapCode::Client),
        ] {
            let Err(fault) = charset(Some(content_type)) else { panic!("{content_type}") };
            assert_eq!((fault.code, fault.soap_code), (FaultCode::NotSoap, soap_code));
        }
    }
}
