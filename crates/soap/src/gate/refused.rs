use wss::Refusal;

use super::Denial;
use crate::Endpoint;
use crate::fault::{Fault, FaultCode, SoapCode, Texts};

/// A message whose security does not hold. The caller gets the code of the standard; why exactly, the log tells.
pub(crate) fn refused(refusal: &Refusal) -> Fault {
    let code = refusal.code();
    if code == wss::FaultCode::Client {
        let fault = Fault::new(FaultCode::Malformed, None);
        return Fault { private: Some(refusal.to_string()), ..fault };
    }
    let fault = Fault::new(FaultCode::NotAuthenticated, Some(said(code)));
    let fault = fault.with_soap_code(SoapCode::Security(code));
    Fault { private: Some(refusal.to_string()), ..fault }
}

/// Somebody who signed well and is not let in.
pub(crate) fn denied(denial: Denial) -> Fault {
    match denial {
        Denial::Unchained(refusal) => refused(&refusal),
        Denial::Unknown(why) => {
            let code = SoapCode::FailedAuthentication;
            let fault = Fault::new(FaultCode::NotAuthenticated, Some(unknown()));
            Fault { private: Some(why), ..fault.with_soap_code(code) }
        }
        Denial::NotAllowed(why) => {
            Fault { private: Some(why), ..Fault::new(FaultCode::NotAuthorized, None) }
        }
    }
}

/// A header block that must be understood, and is not.
pub(crate) fn must_understand(name: &str) -> Fault {
    crate::decode::DecodeFault::MustUnderstand { header: name.to_owned() }.into()
}

/// An address whose policy asks for SHA-1, where the operator does not take it.
pub(crate) fn address_is_off(endpoint: Endpoint) -> Fault {
    let [en, nl, fr, de] = match endpoint.with_sha256().map(Endpoint::path) {
        Some(path) => [
            format!(" Use {path}."),
            format!(" Gebruik {path}."),
            format!(" Utilisez {path}."),
            format!(" Verwenden Sie {path}."),
        ],
        None => Default::default(),
    };
    let texts = Texts::new(
        format!("The policy of this address asks for SHA-1, which this service does not take.{en}"),
        format!("Het beleid van dit adres vraagt SHA-1, dat deze dienst niet aanvaardt.{nl}"),
        format!("La politique de cette adresse demande SHA-1, que ce service n'accepte pas.{fr}"),
        format!(
            "Die Richtlinie dieser Adresse verlangt SHA-1, das dieser Dienst nicht annimmt.{de}"
        ),
    );
    let fault = Fault::new(FaultCode::NotAvailable, Some(texts));
    let why = format!("the setting sha1 keeps {} off; `on` would open it", endpoint.name());
    Fault { private: Some(why), ..fault }
}

/// The address for certificates in TLS, where the operator does not take them.
pub(crate) fn tls_is_off() -> Fault {
    let texts = Texts::new(
        "This service knows nobody by a certificate in TLS. Sign the messages, at another address.",
        "Deze dienst herkent niemand aan een certificaat in TLS. Onderteken de berichten, op een ander adres.",
        "Ce service ne reconnaît personne à un certificat TLS. Signez les messages, à une autre adresse.",
        "Dieser Dienst erkennt niemanden an einem Zertifikat in TLS. Unterschreiben Sie die Nachrichten, an einer anderen Adresse.",
    );
    let fault = Fault::new(FaultCode::NotAvailable, Some(texts));
    let why =
        "the setting client_certificate is off; it says by what a caller's certificate is known";
    Fault { private: Some(why.to_owned()), ..fault }
}

/// Nobody showed a certificate where one is asked for.
pub(crate) fn nothing_shown() -> Fault {
    let texts = Texts::new(
        "No client certificate was shown when the connection was made.",
        "Er werd geen clientcertificaat getoond bij het maken van de verbinding.",
        "Aucun certificat client n'a été présenté à l'établissement de la connexion.",
        "Beim Aufbau der Verbindung wurde kein Client-Zertifikat vorgelegt.",
    );
    let fault = Fault::new(FaultCode::NotAuthenticated, Some(texts));
    let why = "no certificate was shown: TLS asks for one with tls_client_authorities; a balancer has to be one of \
               trusted_proxies and to send one whole certificate in the header that client_certificate names";
    Fault { private: Some(why.to_owned()), ..fault.with_soap_code(SoapCode::FailedAuthentication) }
}

fn unknown() -> Texts {
    Texts::new(
        "The certificate is not registered here.",
        "Het certificaat is hier niet geregistreerd.",
        "Le certificat n'est pas enregistré ici.",
        "Das Zertifikat ist hier nicht registriert.",
    )
}

/// What the standard lets a caller know (WS-Security 1.0, section 12).
fn said(code: wss::FaultCode) -> Texts {
    let [nl, fr, de] = match code {
        wss::FaultCode::Client | wss::FaultCode::InvalidSecurity => [
            "Er is een fout gevonden in de <wsse:Security>-header.",
            "Une erreur a été trouvée dans l'en-tête <wsse:Security>.",
            "Im Header <wsse:Security> wurde ein Fehler gefunden.",
        ],
        wss::FaultCode::InvalidSecurityToken => [
            "Het veiligheidstoken is ongeldig.",
            "Le jeton de sécurité n'est pas valide.",
            "Das Sicherheitstoken ist ungültig.",
        ],
        wss::FaultCode::UnsupportedSecurityToken => [
            "Dit soort veiligheidstoken wordt niet ondersteund.",
            "Ce type de jeton de sécurité n'est pas pris en charge.",
            "Diese Art von Sicherheitstoken wird nicht unterstützt.",
        ],
        wss::FaultCode::UnsupportedAlgorithm => [
            "Een algoritme van de handtekening wordt niet ondersteund.",
            "Un algorithme de la signature n'est pas pris en charge.",
            "Ein Algorithmus der Signatur wird nicht unterstützt.",
        ],
        wss::FaultCode::FailedCheck => [
            "De handtekening is ongeldig.",
            "La signature n'est pas valide.",
            "Die Signatur ist ungültig.",
        ],
        wss::FaultCode::SecurityTokenUnavailable => [
            "Het veiligheidstoken waarnaar verwezen wordt, is niet te vinden.",
            "Le jeton de sécurité auquel il est fait référence est introuvable.",
            "Das Sicherheitstoken, auf das verwiesen wird, ist nicht zu finden.",
        ],
        wss::FaultCode::MessageExpired => {
            ["Het bericht is vervallen.", "Le message a expiré.", "Die Nachricht ist abgelaufen."]
        }
    };
    Texts::new(format!("{}.", code.text()), nl, fr, de)
}
