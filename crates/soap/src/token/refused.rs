use wss::ws_trust::TrustRefusal;

use crate::fault::{Fault, FaultCode, SoapCode, Texts};

/// A request that asks for what is not given. The caller is known, and is told why.
pub(super) fn refused(refusal: &TrustRefusal) -> Fault {
    let told = refusal.to_string();
    told_as(refusal.code(), &told)
}

/// A claim that the caller may not make.
pub(super) fn claim_refused(uri: &str) -> Fault {
    refused(&TrustRefusal::ClaimRefused { uri: uri.to_owned() })
}

/// A token for a service that is not ours.
pub(super) fn no_such_service() -> Fault {
    told_as("InvalidScope", "AppliesTo names no address of this service that takes tokens")
}

fn told_as(code: &'static str, told: &str) -> Fault {
    let texts = Texts::new(
        format!("No token is issued: {told}."),
        format!("Er wordt geen token uitgereikt: {told}."),
        format!("Aucun jeton n'est émis : {told}."),
        format!("Es wird kein Token ausgestellt: {told}."),
    );
    Fault::new(FaultCode::NotInWsdl, Some(texts)).with_soap_code(SoapCode::Trust(code))
}

/// Another operation than the only one.
pub(super) fn other_action(action: &str) -> Fault {
    let fault = Fault::new(FaultCode::NotInWsdl, None);
    let length = action.char_indices().nth(80).map_or(action.len(), |(place, _)| place);
    Fault {
        private: Some(format!(
            "the SOAPAction {:?}: the token service has RequestSecurityToken alone",
            &action[..length]
        )),
        ..fault
    }
}

/// A defect of ours.
pub(super) fn failed(why: &str) -> Fault {
    Fault { private: Some(why.to_owned()), ..Fault::new(FaultCode::ServiceError, None) }
}
