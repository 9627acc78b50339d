//! The contract as a client fetches it: `?wsdl` and `?xsd=…` on the service's own address.
//!
//! The files under `contract/` are complete as they are and import each other by relative path. A client that
//! fetches them needs absolute addresses instead, and those of the host that it called: whatever name, port or
//! proxy lies in between, the next call must come in the same way.

use std::borrow::Cow;

/// A file of the contract.
struct Document {
    /// How `?xsd=` names it. It is part of the service's addresses: never change one.
    name: &'static str,
    text: &'static str,
}

const WSDL: &str = include_str!(
    "../contract/be/socialsecurity/presenceregistration/v1/PresenceRegistration_v1.wsdl"
);

const SCHEMAS: [Document; 4] = [
    Document {
        name: "protocol",
        text: include_str!(
            "../contract/be/socialsecurity/presenceregistration/v1/PresenceRegistration_protocol_v1.xsd"
        ),
    },
    Document {
        name: "types",
        text: include_str!(
            "../contract/be/socialsecurity/presenceregistration/schemas/v1/PresenceRegistration_types_v1.xsd"
        ),
    },
    Document {
        name: "errors",
        text: include_str!("../contract/be/socialsecurity/errors/v1/socsec-errors-schema-v1.xsd"),
    },
    Document { name: "xml", text: include_str!("../contract/be/socialsecurity/errors/v1/xml.xsd") },
];

/// Every import in the files on disk, and the name of the schema that it means.
const IMPORTS: [(&str, &str); 4] = [
    (r#"schemaLocation="PresenceRegistration_protocol_v1.xsd""#, "protocol"),
    (r#"schemaLocation="../schemas/v1/PresenceRegistration_types_v1.xsd""#, "types"),
    (r#"schemaLocation="../../errors/v1/socsec-errors-schema-v1.xsd""#, "errors"),
    (r#"schemaLocation="xml.xsd""#, "xml"),
];

/// The service address in the file on disk.
const ADDRESS_ON_DISK: &str = r#" location="http://localhost:8080/PresenceRegistration/v1""#;

/// The document of the contract that a query string asks for, or `None` when it asks for something else.
///
/// `wsdl` answers the WSDL and `xsd=protocol`, `xsd=types`, `xsd=errors` or `xsd=xml` a schema; the words `wsdl` and
/// `xsd` in capitals or not (contract page SOAP, section Names). `address` is where the caller reached the service,
/// without a query: it becomes the service address and the stem of every import. It may hold anything.
pub fn document(query: &str, address: &str) -> Option<String> {
    let (key, value) = query.split_once('=').unwrap_or((query, ""));
    if key.eq_ignore_ascii_case("wsdl") && value.is_empty() {
        let location = format!(r#" location="{}""#, attribute_value(address));
        return Some(with_imports_at(WSDL, address).replacen(ADDRESS_ON_DISK, &location, 1));
    }
    if !key.eq_ignore_ascii_case("xsd") {
        return None;
    }
    let schema = SCHEMAS.iter().find(|schema| schema.name == value)?;
    Some(with_imports_at(schema.text, address))
}

/// The text with every import turned into an address. No address can be taken for an import by a later turn of the
/// loop, since its quotation marks are escaped.
fn with_imports_at(text: &str, address: &str) -> String {
    let stem = attribute_value(address);
    IMPORTS.iter().fold(text.to_owned(), |text, (on_disk, name)| {
        text.replace(on_disk, &format!(r#"schemaLocation="{stem}?xsd={name}""#))
    })
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
mod tests {
    use super::*;

    const ADDRESS: &str = "https://presence.example/PresenceRegistration/v1";

    fn all(address: &str) -> Vec<String> {
        ["wsdl", "xsd=protocol", "xsd=types", "xsd=errors", "xsd=xml"]
            .into_iter()
            .map(|query| document(query, address).expect(query))
            .collect()
    }

    /// The values of an attribute, wherever it stands.
    fn values<'a>(text: &'a str, attribute: &str) -> Vec<&'a str> {
        text.split(&format!(" {attribute}=\""))
            .skip(1)
            .map(|rest| rest.split('"').next().expect("split answers at least one part"))
            .collect()
    }

    #[test]
    fn the_wsdl_names_the_address_that_the_caller_used() {
        let wsdl = document("wsdl", ADDRESS).expect("a document");
        assert_eq!(values(&wsdl, "location"), [ADDRESS]);
        assert!(!wsdl.contains("localhost"), "the address on disk is gone");
    }

    #[test]
    fn every_import_is_an_address_that_is_served() {
        let mut imports = 0;
        for text in all(ADDRESS) {
            for location in values(&text, "schemaLocation") {
                let query = location.strip_prefix(ADDRESS).and_then(|rest| rest.strip_prefix('?'));
                assert!(query.and_then(|query| document(query, ADDRESS)).is_some(), "{location}");
                imports += 1;
            }
        }
        assert_eq!(imports, 4);
    }

    #[test]
    fn an_import_leads_to_the_schema_of_its_namespace() {
        for text in all(ADDRESS) {
            for import in text.split("import namespace=\"").skip(1) {
                let namespace = import.split('"').next().expect("a namespace");
                let location = values(import, "schemaLocation")[0];
                let schema = document(&location[ADDRESS.len() + 1..], ADDRESS).expect(location);
                assert_eq!(values(&schema, "targetNamespace"), [namespace], "{location}");
            }
        }
    }

    #[test]
    fn the_words_of_a_query_may_be_written_in_capitals_and_wsdl_with_an_equals_sign() {
        let wsdl = document("wsdl", ADDRESS);
        for query in ["WSDL", "Wsdl", "wsdl=", "WSDL="] {
            assert_eq!(document(query, ADDRESS), wsdl, "{query}");
        }
        assert_eq!(document("XSD=types", ADDRESS), document("xsd=types", ADDRESS));
    }

    #[test]
    fn any_other_query_answers_nothing() {
        for query in [
            "",
            "wsdl=1",
            "xsd",
            "xsd=",
            "xsd=Types",
            "xsd=types&x",
            "xsd=../v1",
            "xsd=xml.xsd",
            "x",
            "wsdlx",
            "=wsdl",
        ] {
            assert_eq!(document(query, ADDRESS), None, "{query}");
        }
    }

    #[test]
    fn a_hostile_address_stays_an_attribute_value() {
        let hostile = "http://a\"/><x y='&\0\u{fffe}\n location=\"http://localhost:8080/PresenceRegistration/v1\"";
        let escaped = concat!(
            "http://a&quot;/&gt;&lt;x y=&apos;&amp; location=&quot;",
            "http://localhost:8080/PresenceRegistration/v1&quot;"
        );
        let marks = |text: &str, mark: char| text.chars().filter(|c| *c == mark).count();
        for (ours, good) in all(hostile).iter().zip(all(ADDRESS)) {
            for mark in ['<', '>', '"', '\''] {
                assert_eq!(marks(ours, mark), marks(&good, mark), "{mark}");
            }
            assert_eq!(*ours, good.replace(ADDRESS, escaped));
        }
    }

    #[test]
    fn an_address_that_looks_like_an_import_is_not_rewritten() {
        let address = "http://a/schemaLocation=\"xml.xsd\"";
        for text in all(address) {
            assert!(!text.contains("schemaLocation=\"xml.xsd\""));
        }
        assert_eq!(
            document("wsdl", address)
                .expect("a document")
                .matches("schemaLocation=&quot;xml.xsd")
                .count(),
            3
        );
    }
}
