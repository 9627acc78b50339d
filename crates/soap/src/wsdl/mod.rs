//! The contract as a client fetches it: `?wsdl` and `?xsd=…` on the service's own address.
//!
//! The files under `contract/` are complete as they are and import each other by relative path. A client that
//! fetches them needs absolute addresses instead, and those of the host that it called: whatever name, port or
//! proxy lies in between, the next call must come in the same way.

mod files;

use std::borrow::Cow;

use crate::Endpoint;
use files::Contract;

/// The document of the contract that a query string asks for, or `None` when it asks for something else.
///
/// `wsdl` answers the WSDL and `xsd=protocol`, `xsd=types`, `xsd=errors` or `xsd=xml` a schema; the token service has
/// `wsdl=trust`, `xsd=trust`, `xsd=authorization` and `xsd=authorization-1.2` beside its own. The words `wsdl` and `xsd`
/// may be in capitals (contract page SOAP, section Names). `address` is where the caller reached the endpoint,
/// without a query: it becomes the service address and the stem of every import. It may hold anything.
///
/// The WSDL has the security policy of the endpoint, unless `open` says that nothing is asked there.
pub fn document(endpoint: Endpoint, open: bool, query: &str, address: &str) -> Option<String> {
    let contract = Contract::of(endpoint);
    let (key, value) = query.split_once('=').unwrap_or((query, ""));
    let kind = ["wsdl", "xsd"].into_iter().find(|kind| key.eq_ignore_ascii_case(kind))?;
    if kind == "wsdl" && value.is_empty() {
        let location = format!(r#" location="{}""#, attribute_value(address));
        let policy = if open { None } else { files::policy(endpoint) };
        let wsdl = with_imports_at(contract, contract.wsdl, address);
        return Some(with_policy(wsdl, policy.as_ref()).replacen(
            contract.address_on_disk,
            &location,
            1,
        ));
    }
    let document = contract.parts.iter().find(|part| part.kind == kind && part.name == value)?;
    Some(with_imports_at(contract, document.text, address))
}

/// The text with every import turned into an address. No address can be taken for an import by a later turn of the
/// loop, since its quotation marks are escaped.
fn with_imports_at(contract: &Contract, text: &str, address: &str) -> String {
    let stem = attribute_value(address);
    contract.imports.iter().fold(text.to_owned(), |text, (attribute, on_disk, part)| {
        let part =
            contract.parts.iter().find(|other| other.name == *part && other.imported_by(attribute));
        let part = part.expect("a test looks every import up");
        let address = format!("{attribute}=\"{stem}?{}={}\"", part.kind, part.name);
        text.replace(&format!("{attribute}=\"{on_disk}\""), &address)
    })
}

/// The WSDL with a policy that every request is held to, as the published ones have it.
fn with_policy(wsdl: String, policy: Option<&files::Policy>) -> String {
    let Some(files::Policy { id, text, sha256 }) = policy else { return wsdl };
    let text = if *sha256 {
        text.replace("<sp:Basic256/>", "<sp:Basic256Sha256/>")
    } else {
        (*text).to_owned()
    };
    let reference = format!(
        "<soap11:body use=\"literal\"/>\n        <wsp:PolicyReference URI=\"#{id}\" \
         xmlns:wsp=\"http://schemas.xmlsoap.org/ws/2004/09/policy\"/>\n      </wsdl:input>"
    );
    wsdl.replacen("<wsdl:types>", &format!("{}\n  <wsdl:types>", text.trim_end()), 1)
        .replace("<soap11:body use=\"literal\"/>\n      </wsdl:input>", &reference)
}

/// The text as it may stand between quotation marks. What XML cannot hold at all is left out: no address has it.
fn attribute_value(text: &str) -> Cow<'_, str> {
    let plain = |c: char| {
        !matches!(c, '&' | '<' | '>' | '"' | '\'' | '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}')
    };
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            c if plain(c) => escaped.push(c),
            _ => {}
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests;
