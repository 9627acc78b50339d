use crate::fault::{Fault, FaultCode, Texts};
use crate::message::Request;

const NAMESPACE: &str = "http://socialsecurity.be/presenceregistration/v1/";

/// The operation that the body's element asks for.
pub(super) fn operation(request: &Request<'_>) -> &'static str {
    match request {
        Request::Register(_) => "registerPresences",
        Request::Cancel(_) => "cancelPresences",
        Request::Search(_) => "searchPresences",
        Request::Get(_) => "getPresenceRegistration",
    }
}

/// The body's element decides; a `SOAPAction` may be quoted or not, or say nothing, but not name another operation.
pub(super) fn check(action: Option<&str>, operation: &'static str) -> Result<(), Fault> {
    let action = action.unwrap_or_default().trim();
    let bare =
        action.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(action).trim();
    if bare.is_empty() || bare.strip_prefix(NAMESPACE) == Some(operation) {
        return Ok(());
    }
    let detail = Texts::new(
        format!(
            "The body asks for {operation}, SOAPAction for something else; it should be \"{NAMESPACE}{operation}\"."
        ),
        format!(
            "De body vraagt {operation}, SOAPAction iets anders; het moet \"{NAMESPACE}{operation}\" zijn."
        ),
        format!(
            "Le corps demande {operation}, SOAPAction autre chose ; il faut \"{NAMESPACE}{operation}\"."
        ),
        format!(
            "Der Body verlangt {operation}, SOAPAction etwas anderes; richtig ist \"{NAMESPACE}{operation}\"."
        ),
    );
    Err(Fault::new(FaultCode::NotInWsdl, Some(detail)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_action_may_be_quoted_or_say_nothing() {
        let quoted = format!("\"{NAMESPACE}cancelPresences\"");
        for action in [None, Some(""), Some("\"\""), Some(&*quoted), Some(quoted.trim_matches('"'))]
        {
            assert!(check(action, "cancelPresences").is_ok(), "{action:?}");
        }
    }

    #[test]
    fn an_action_of_another_operation_is_refused() {
        for action in [
            "cancelPresences",
            "urn:other",
            "\"http://socialsecurity.be/presenceregistration/v1/searchPresences\"",
        ] {
            let fault = check(Some(action), "cancelPresences").expect_err(action);
            assert_eq!(fault.code, FaultCode::NotInWsdl);
        }
    }
}
