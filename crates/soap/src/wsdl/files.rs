//! The files of the contract, as they lie under `contract/`.

use crate::Endpoint;

/// A WSDL and what it imports.
pub(super) struct Contract {
    pub(super) wsdl: &'static str,
    /// The service address in the file on disk.
    pub(super) address_on_disk: &'static str,
    pub(super) parts: &'static [Part],
    /// Every import in the files on disk: the attribute that names the file, the file, and the part that it is.
    pub(super) imports: &'static [(&'static str, &'static str, &'static str)],
}

/// A file that the contract imports.
pub(super) struct Part {
    /// The key of the query that asks for it, `wsdl` or `xsd`.
    pub(super) kind: &'static str,
    /// The query's value. It is part of the service's addresses: never change one.
    pub(super) name: &'static str,
    pub(super) text: &'static str,
}

impl Part {
    /// Can it be what this attribute of an import names?
    pub(super) fn imported_by(&self, attribute: &str) -> bool {
        (self.kind == "wsdl") == (attribute == "location")
    }
}

/// A security policy.
pub(super) struct Policy {
    pub(super) id: &'static str,
    /// With the suite Basic256.
    pub(super) text: &'static str,
    /// Is the suite `Basic256Sha256` instead?
    pub(super) sha256: bool,
}

macro_rules! contract_file {
    ($path:literal) => {
        include_str!(concat!("../../contract/be/socialsecurity/", $path))
    };
}

const PRESENCE: Contract = Contract {
    wsdl: contract_file!("presenceregistration/v1/PresenceRegistration_v1.wsdl"),
    address_on_disk: r#" location="http://localhost:8080/PresenceRegistration/v1""#,
    parts: &[
        Part {
            kind: "xsd",
            name: "protocol",
            text: contract_file!("presenceregistration/v1/PresenceRegistration_protocol_v1.xsd"),
        },
        Part {
            kind: "xsd",
            name: "types",
            text: contract_file!(
                "presenceregistration/schemas/v1/PresenceRegistration_types_v1.xsd"
            ),
        },
        Part {
            kind: "xsd",
            name: "errors",
            text: contract_file!("errors/v1/socsec-errors-schema-v1.xsd"),
        },
        Part { kind: "xsd", name: "xml", text: contract_file!("errors/v1/xml.xsd") },
    ],
    imports: &[
        ("schemaLocation", "PresenceRegistration_protocol_v1.xsd", "protocol"),
        ("schemaLocation", "../schemas/v1/PresenceRegistration_types_v1.xsd", "types"),
        ("schemaLocation", "../../errors/v1/socsec-errors-schema-v1.xsd", "errors"),
        ("schemaLocation", "xml.xsd", "xml"),
    ],
};

const TOKENS: Contract = Contract {
    wsdl: contract_file!("sts/v2/SecurityTokenService-X509_v2.wsdl"),
    address_on_disk: r#" location="http://localhost:8080/SecurityTokenService/v2""#,
    parts: &[
        Part { kind: "wsdl", name: "trust", text: contract_file!("sts/v2/ws-trust-1.3.wsdl") },
        Part {
            kind: "xsd",
            name: "trust",
            text: contract_file!("sts/v2/ws-trust-1.3-errata-cd-01.xsd"),
        },
        Part {
            kind: "xsd",
            name: "authorization",
            text: contract_file!("sts/v2/external/ws-authorization.xsd"),
        },
        Part {
            kind: "xsd",
            name: "authorization-1.2",
            text: contract_file!("sts/v2/external/ws-authorization-1.2.xsd"),
        },
    ],
    imports: &[
        ("location", "ws-trust-1.3.wsdl", "trust"),
        ("schemaLocation", "ws-trust-1.3-errata-cd-01.xsd", "trust"),
        ("schemaLocation", "external/ws-authorization.xsd", "authorization"),
        ("schemaLocation", "external/ws-authorization-1.2.xsd", "authorization-1.2"),
    ],
};

impl Contract {
    pub(super) fn of(endpoint: Endpoint) -> &'static Self {
        match endpoint {
            Endpoint::TokenService => &TOKENS,
            _ => &PRESENCE,
        }
    }
}

/// The policy that the endpoint's WSDL is to carry; that of the token service stands in its file already.
pub(super) fn policy(endpoint: Endpoint) -> Option<Policy> {
    let x509 = Policy {
        id: "X509",
        text: contract_file!("presenceregistration/v1/policies/X509.xml"),
        sha256: !endpoint.uses_sha1(),
    };
    match endpoint {
        Endpoint::VarA | Endpoint::VarC => Some(x509),
        Endpoint::HolderOfKey | Endpoint::VarD => Some(Policy {
            id: "SAML_HOK",
            text: contract_file!("presenceregistration/v1/policies/SAML_HOK.xml"),
            ..x509
        }),
        Endpoint::VarB => Some(Policy {
            id: "SAML_SV",
            text: contract_file!("presenceregistration/v1/policies/SAML_SV.xml"),
            ..x509
        }),
        Endpoint::Tls => Some(Policy {
            id: "TLS",
            text: contract_file!("presenceregistration/v1/policies/TLS.xml"),
            ..x509
        }),
        Endpoint::TokenService => None,
    }
}
