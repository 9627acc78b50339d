use crate::c14n::{Canonicalization, canonicalize};
use crate::names::{SOAP, WSU};
use crate::xml::{elements, is};
use crate::{Refusal, prepass, verify};

/// The content of the Body of any SOAP 1.1 message, in the canonical form that it has in a message that
/// [`super::Outgoing`] writes. Who writes canonical XML anyway needs it not.
pub fn canonical_content(message: &str) -> Result<String, Refusal> {
    let message = prepass::line_ends(message);
    prepass::check(&message)?;
    let document = verify::parse(&message)?;
    let root = document.root_element();
    let body = elements(root).find(|child| is(*child, SOAP, "Body"));
    let body = body.ok_or(Refusal::NotSoap { what: "it has no Body" })?;
    let how = Canonicalization { rendered: vec![("S", SOAP), ("wsu", WSU)], ..Default::default() };
    let mut content = Vec::with_capacity(body.range().len());
    for child in elements(body) {
        canonicalize(child, &how, &mut content)?;
    }
    String::from_utf8(content).map_err(|_| Refusal::NotSoap { what: "its Body is not UTF-8" })
}
