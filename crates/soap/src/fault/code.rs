use super::Texts;

/// The code of a fault (contract, "Faults").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultCode {
    /// SOA-00001: service error, nothing more is known.
    ServiceError,
    /// SOA-01001: not authenticated.
    NotAuthenticated,
    /// SOA-01002: authenticated, not authorised.
    NotAuthorized,
    /// SOA-02001: not available, retry will not help.
    NotAvailable,
    /// SOA-02002: temporarily not available.
    TemporarilyNotAvailable,
    /// SOA-03001: malformed message.
    Malformed,
    /// SOA-03002: not SOAP.
    NotSoap,
    /// SOA-03003: no SOAP body.
    NoBody,
    /// SOA-03004: WS-I compliance failure.
    NotWsi,
    /// SOA-03005: WSDL compliance failure.
    NotInWsdl,
    /// SOA-03006: XSD compliance failure.
    NotValid,
    /// SOA-03007: content validation failure.
    Contradiction,
}

impl FaultCode {
    /// Every code.
    pub const ALL: [Self; 12] = [
        Self::ServiceError,
        Self::NotAuthenticated,
        Self::NotAuthorized,
        Self::NotAvailable,
        Self::TemporarilyNotAvailable,
        Self::Malformed,
        Self::NotSoap,
        Self::NoBody,
        Self::NotWsi,
        Self::NotInWsdl,
        Self::NotValid,
        Self::Contradiction,
    ];

    /// The code in the protocol.
    pub fn code(self) -> &'static str {
        match self {
            Self::ServiceError => "SOA-00001",
            Self::NotAuthenticated => "SOA-01001",
            Self::NotAuthorized => "SOA-01002",
            Self::NotAvailable => "SOA-02001",
            Self::TemporarilyNotAvailable => "SOA-02002",
            Self::Malformed => "SOA-03001",
            Self::NotSoap => "SOA-03002",
            Self::NoBody => "SOA-03003",
            Self::NotWsi => "SOA-03004",
            Self::NotInWsdl => "SOA-03005",
            Self::NotValid => "SOA-03006",
            Self::Contradiction => "SOA-03007",
        }
    }

    /// Who is at the cause; `None` where nothing more is known.
    pub fn origin(self) -> Option<&'static str> {
        match self {
            Self::ServiceError => None,
            Self::NotAvailable | Self::TemporarilyNotAvailable => Some("Provider"),
            _ => Some("Consumer"),
        }
    }

    /// Will a retry of the same call help? `None` where nobody can tell.
    pub fn retry(self) -> Option<bool> {
        match self {
            Self::ServiceError => None,
            Self::TemporarilyNotAvailable => Some(true),
            _ => Some(false),
        }
    }

    /// The element of the detail: content that contradicts itself is a business error, all else a system error.
    pub(super) fn error_name(self) -> &'static str {
        match self {
            Self::Contradiction => "BusinessError",
            _ => "SystemError",
        }
    }

    /// What the code means, in every language.
    pub(super) fn meaning(self) -> Texts {
        let [en, nl, fr, de] = match self {
            Self::ServiceError => [
                "The service failed; nothing more is known. Give the ticket to its operator.",
                "De dienst faalde; meer is niet bekend. Geef het ticket aan de beheerder.",
                "Le service a échoué ; rien de plus n'est connu. Donnez le ticket à son exploitant.",
                "Der Dienst ist gescheitert; mehr ist nicht bekannt. Geben Sie dem Betreiber das Ticket.",
            ],
            Self::NotAuthenticated => [
                "The caller is not authenticated.",
                "De oproeper is niet geauthenticeerd.",
                "L'appelant n'est pas authentifié.",
                "Der Aufrufer ist nicht authentifiziert.",
            ],
            Self::NotAuthorized => [
                "The caller is authenticated, but may not do this.",
                "De oproeper is geauthenticeerd, maar mag dit niet doen.",
                "L'appelant est authentifié, mais n'y est pas autorisé.",
                "Der Aufrufer ist authentifiziert, darf dies aber nicht.",
            ],
            Self::NotAvailable => [
                "The service is not available; a retry will not help.",
                "De dienst is niet beschikbaar; opnieuw proberen helpt niet.",
                "Le service n'est pas disponible ; réessayer n'aidera pas.",
                "Der Dienst ist nicht verfügbar; ein neuer Versuch hilft nicht.",
            ],
            Self::TemporarilyNotAvailable => [
                "The service is temporarily not available; retry later.",
                "De dienst is tijdelijk niet beschikbaar; probeer later opnieuw.",
                "Le service est temporairement indisponible ; réessayez plus tard.",
                "Der Dienst ist vorübergehend nicht verfügbar; versuchen Sie es später erneut.",
            ],
            Self::Malformed => [
                "The message is malformed.",
                "Het bericht is slecht gevormd.",
                "Le message est mal formé.",
                "Die Nachricht ist fehlerhaft aufgebaut.",
            ],
            Self::NotSoap => [
                "The message is not SOAP 1.1.",
                "Het bericht is geen SOAP 1.1.",
                "Le message n'est pas du SOAP 1.1.",
                "Die Nachricht ist kein SOAP 1.1.",
            ],
            Self::NoBody => [
                "The message has no SOAP body, or an empty one.",
                "Het bericht heeft geen SOAP-body, of een lege.",
                "Le message n'a pas de corps SOAP, ou un corps vide.",
                "Die Nachricht hat keinen SOAP-Body oder einen leeren.",
            ],
            Self::NotWsi => [
                "The message does not comply with the WS-I Basic Profile.",
                "Het bericht voldoet niet aan het WS-I Basic Profile.",
                "Le message n'est pas conforme au WS-I Basic Profile.",
                "Die Nachricht entspricht nicht dem WS-I Basic Profile.",
            ],
            Self::NotInWsdl => [
                "The message does not comply with the WSDL.",
                "Het bericht voldoet niet aan de WSDL.",
                "Le message n'est pas conforme au WSDL.",
                "Die Nachricht entspricht nicht dem WSDL.",
            ],
            Self::NotValid => [
                "The message does not comply with the XSD; nothing was stored.",
                "Het bericht voldoet niet aan het XSD; er werd niets bewaard.",
                "Le message n'est pas conforme au XSD ; rien n'a été enregistré.",
                "Die Nachricht entspricht nicht dem XSD; nichts wurde gespeichert.",
            ],
            Self::Contradiction => [
                "The content of the message contradicts itself.",
                "De inhoud van het bericht spreekt zichzelf tegen.",
                "Le contenu du message se contredit.",
                "Der Inhalt der Nachricht widerspricht sich.",
            ],
        };
        Texts::new(en, nl, fr, de)
    }
}
