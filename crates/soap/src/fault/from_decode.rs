use super::{Fault, FaultCode, SoapCode, Texts, malformations, rules};
use crate::decode::{DecodeFault, SchemaFault};
use crate::xml::EncodingError;

impl From<EncodingError> for Fault {
    fn from(error: EncodingError) -> Self {
        let detail = match error {
            EncodingError::Unknown(name) => Texts::new(
                format!("The charset {name} is not supported; use UTF-8."),
                format!("De karakterset {name} wordt niet ondersteund; gebruik UTF-8."),
                format!("Le jeu de caractères {name} n'est pas pris en charge ; utilisez UTF-8."),
                format!("Der Zeichensatz {name} wird nicht unterstützt; verwenden Sie UTF-8."),
            ),
            EncodingError::Malformed => Texts::new(
                "Its bytes are not of the charset that they should be of.",
                "De bytes zijn niet van de karakterset waarvan ze zouden moeten zijn.",
                "Ses octets ne sont pas du jeu de caractères annoncé.",
                "Ihre Bytes gehören nicht zu dem Zeichensatz, der angegeben ist.",
            ),
            EncodingError::Contradiction => Texts::new(
                "The XML declaration names another charset than the text is in.",
                "De XML-declaratie noemt een andere karakterset dan die van de tekst.",
                "La déclaration XML nomme un autre jeu de caractères que celui du texte.",
                "Die XML-Deklaration nennt einen anderen Zeichensatz als den des Textes.",
            ),
        };
        Self::new(FaultCode::Malformed, Some(detail))
    }
}

impl From<DecodeFault> for Fault {
    fn from(fault: DecodeFault) -> Self {
        match fault {
            DecodeFault::Malformed { line, what } => {
                Self::new(FaultCode::Malformed, Some(at_line(line, malformations::texts(what))))
            }
            DecodeFault::Doctype { line } => {
                Self::new(FaultCode::NotWsi, Some(at_line(line, DOCTYPE)))
            }
            DecodeFault::TooDeep { line, limit } => {
                Self::new(FaultCode::Malformed, Some(limit_passed(line, DEPTH, limit)))
            }
            DecodeFault::TooManyAttributes { line, limit } => {
                Self::new(FaultCode::Malformed, Some(limit_passed(line, ATTRIBUTES, limit)))
            }
            DecodeFault::NotSoap { line, found } => {
                Self::new(FaultCode::NotSoap, Some(at_line(line, ENVELOPE).with_name(&found)))
            }
            DecodeFault::OtherSoapVersion => Self::new(FaultCode::NotSoap, Some(other_version()))
                .with_soap_code(SoapCode::VersionMismatch),
            DecodeFault::NoBody => Self::new(FaultCode::NoBody, None),
            DecodeFault::NotWsi { line } => {
                Self::new(FaultCode::NotWsi, Some(at_line(line, ONE_ELEMENT)))
            }
            DecodeFault::MustUnderstand { header } => {
                Self::new(FaultCode::NotWsi, Some(not_understood(&header)))
                    .with_soap_code(SoapCode::MustUnderstand)
            }
            DecodeFault::UnknownOperation { name } => {
                Self::new(FaultCode::NotInWsdl, Some(unknown_operation(&name)))
            }
            DecodeFault::Schema(fault) => Self::new(FaultCode::NotValid, Some(not_valid(&fault))),
        }
    }
}

const DOCTYPE: [&str; 4] = [
    "a document type declaration is not allowed",
    "een documenttypedeclaratie is niet toegelaten",
    "une déclaration de type de document n'est pas admise",
    "eine Dokumenttypdeklaration ist nicht erlaubt",
];
const DEPTH: [&str; 4] = [
    "elements inside one another",
    "elementen in elkaar",
    "éléments imbriqués",
    "Elemente ineinander",
];
const ATTRIBUTES: [&str; 4] = [
    "attributes and namespace declarations on one element",
    "attributen en namespace-declaraties op één element",
    "attributs et déclarations d'espaces de noms sur un élément",
    "Attribute und Namensraumdeklarationen an einem Element",
];
const ENVELOPE: [&str; 4] = [
    "a SOAP 1.1 Envelope with a Body is expected",
    "een SOAP 1.1-Envelope met een Body wordt verwacht",
    "une Envelope SOAP 1.1 avec un Body est attendue",
    "ein SOAP-1.1-Envelope mit einem Body wird erwartet",
];
const ONE_ELEMENT: [&str; 4] = [
    "the Body holds exactly one element, in a namespace, and nothing follows it",
    "de Body bevat precies één element, in een namespace, en er volgt niets op",
    "le Body contient exactement un élément, dans un espace de noms, et rien ne le suit",
    "der Body enthält genau ein Element, in einem Namensraum, und nichts folgt darauf",
];

fn at_line(line: usize, [en, nl, fr, de]: [&str; 4]) -> Texts {
    Texts::new(
        format!("Line {line}: {en}."),
        format!("Regel {line}: {nl}."),
        format!("Ligne {line} : {fr}."),
        format!("Zeile {line}: {de}."),
    )
}

impl Texts {
    /// The same, with the name that was found.
    fn with_name(self, found: &str) -> Self {
        Self::new(
            format!("{} Found: {found}.", self.en),
            format!("{} Gevonden: {found}.", self.nl),
            format!("{} Trouvé : {found}.", self.fr),
            format!("{} Gefunden: {found}.", self.de),
        )
    }
}

fn limit_passed(line: usize, [en, nl, fr, de]: [&str; 4], limit: usize) -> Texts {
    Texts::new(
        format!("Line {line}: this service reads at most {limit} {en}."),
        format!("Regel {line}: deze dienst leest hoogstens {limit} {nl}."),
        format!("Ligne {line} : ce service lit au plus {limit} {fr}."),
        format!("Zeile {line}: dieser Dienst liest höchstens {limit} {de}."),
    )
}

/// An envelope, or a media type, of another version of SOAP.
pub(crate) fn other_version() -> Texts {
    Texts::new(
        "SOAP 1.1 has the namespace http://schemas.xmlsoap.org/soap/envelope/ and the Content-Type text/xml.",
        "SOAP 1.1 heeft de namespace http://schemas.xmlsoap.org/soap/envelope/ en het Content-Type text/xml.",
        "SOAP 1.1 a l'espace de noms http://schemas.xmlsoap.org/soap/envelope/ et le Content-Type text/xml.",
        "SOAP 1.1 hat den Namensraum http://schemas.xmlsoap.org/soap/envelope/ und den Content-Type text/xml.",
    )
}

fn not_understood(header: &str) -> Texts {
    Texts::new(
        format!("The header {header} must be understood, and this service does not know it."),
        format!("De header {header} moet begrepen worden, maar deze dienst kent hem niet."),
        format!("L'en-tête {header} doit être compris, mais ce service ne le connaît pas."),
        format!("Der Header {header} muss verstanden werden, aber dieser Dienst kennt ihn nicht."),
    )
}

fn unknown_operation(name: &str) -> Texts {
    const KNOWN: &str = "RegisterPresencesRequest, CancelPresencesRequest, SearchPresencesRequest, \
                         GetPresenceRegistrationRequest";
    Texts::new(
        format!("{name} is no request of this service; it has: {KNOWN}."),
        format!("{name} is geen vraag van deze dienst; die heeft: {KNOWN}."),
        format!("{name} n'est pas une requête de ce service ; il a : {KNOWN}."),
        format!("{name} ist keine Anfrage dieses Dienstes; er hat: {KNOWN}."),
    )
}

fn not_valid(SchemaFault { path, line, rule }: &SchemaFault) -> Texts {
    let rule = rules::texts(rule);
    Texts::new(
        format!("Line {line}, {path}: {}.", rule.en),
        format!("Regel {line}, {path}: {}.", rule.nl),
        format!("Ligne {line}, {path} : {}.", rule.fr),
        format!("Zeile {line}, {path}: {}.", rule.de),
    )
}
