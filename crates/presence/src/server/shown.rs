//! The certificate that a caller has shown, in TLS or to a balancer in front of us.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use wss::Certificate;

/// `Client-Cert` of RFC 9440.
const CLIENT_CERT: HeaderName = HeaderName::from_static("client-cert");
/// What nginx users call `$ssl_client_escaped_cert`.
const X_SSL_CLIENT_CERT: HeaderName = HeaderName::from_static("x-ssl-client-cert");
/// The longest value that is read, in bytes: a certificate of 16 KiB, escaped.
const LONGEST: usize = 48 << 10;

/// A certificate whose key the caller has proved to have.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// The certificate.
    pub(crate) certificate: Certificate,
    /// What was sent along with it, between it and its authority.
    pub(crate) path: Vec<Certificate>,
}

/// By what a caller's certificate is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ShownBy {
    /// It lets nobody in.
    #[default]
    Off,
    /// The handshake of the connection.
    Connection,
    /// A balancer's header `Client-Cert` (RFC 9440).
    ClientCert,
    /// A balancer's header `X-SSL-Client-Cert`: PEM, escaped as in a URL.
    XSslClientCert,
}

impl ShownBy {
    /// The header, where a balancer says it.
    pub(super) fn header(self) -> Option<HeaderName> {
        match self {
            Self::Off | Self::Connection => None,
            Self::ClientCert => Some(CLIENT_CERT),
            Self::XSslClientCert => Some(X_SSL_CLIENT_CERT),
        }
    }
}

impl Shown {
    /// The same, as the SOAP door takes it.
    pub(crate) fn for_door(&self) -> soap::Shown<'_> {
        soap::Shown { certificate: &self.certificate, path: &self.path }
    }

    /// What a balancer says in this header. Nothing where it says it twice, or says something else than one certificate.
    pub(super) fn in_header(headers: &HeaderMap, name: &HeaderName) -> Option<Self> {
        let mut values = headers.get_all(name).iter();
        let (value, None) = (values.next()?, values.next()) else { return None };
        let text = value.to_str().ok().filter(|text| text.len() <= LONGEST)?.trim();
        let der = if *name == CLIENT_CERT { byte_sequence(text) } else { escaped_pem(text) }?;
        let certificate = Certificate::from_der(&der).ok()?;
        Some(Self { certificate, path: Vec::new() })
    }
}

/// A byte sequence of RFC 8941: base64 between colons.
fn byte_sequence(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.strip_prefix(':')?.strip_suffix(':')?).ok()
}

/// One certificate in PEM, in which what a header cannot hold is escaped as in a URL. A plus sign is itself: base64 has it.
fn escaped_pem(text: &str) -> Option<Vec<u8>> {
    let mut pem = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        pem.push(if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            u8::try_from(digit()? << 4 | digit()?).ok()?
        } else {
            byte
        });
    }
    let mut certificates = CertificateDer::pem_slice_iter(&pem);
    let (certificate, None) = (certificates.next()?.ok()?, certificates.next()) else {
        return None;
    };
    Some(certificate.to_vec())
}

#[cfg(test)]
mod tests {
    use rcgen::DnType;

    use super::*;
    use crate::keys::{Identity, Kind};

    fn made() -> Identity {
        let now = "2026-03-02T08:00:00Z".parse().expect("a moment");
        Identity::own(Kind::Signer, &[(DnType::CommonName, "a")], now, 1).expect("made")
    }

    fn read(by: ShownBy, values: &[&str]) -> Option<Vec<u8>> {
        let name = by.header().expect("a header");
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), value.parse().expect("a value"));
        }
        Shown::in_header(&headers, &name).map(|shown| shown.certificate.der().to_vec())
    }

    #[test]
    fn a_certificate_is_read_as_balancers_write_it() {
        let one = made();
        let der = Some(one.certificate_der().to_vec());
        let sequence = format!(":{}:", STANDARD.encode(one.certificate_der()));
        assert_eq!(read(ShownBy::ClientCert, &[&sequence]), der);
        let pem = one.certificate_pem();
        let escaped = pem.replace('\n', "%0A").replace(' ', "%20").replace('/', "%2F");
        assert_eq!(read(ShownBy::XSslClientCert, &[&escaped]), der);
        assert_eq!(read(ShownBy::XSslClientCert, &[&escaped.replace('+', "%2B")]), der);
    }

    #[test]
    fn what_is_not_one_certificate_shows_nothing() {
        let one = made();
        let sequence = format!(":{}:", STANDARD.encode(one.certificate_der()));
        let bare = STANDARD.encode(one.certificate_der());
        let half = &sequence[..sequence.len() / 2];
        let rest = format!(":{}:", STANDARD.encode([one.certificate_der(), b"x"].concat()));
        let listed = format!("{sequence}, {sequence}");
        for values in [
            &[][..],
            &[""],
            &["::"],
            &[&sequence, &sequence],
            &[&listed],
            &[&bare],
            &[half],
            &[&rest],
            &[&format!(":{}:", "A".repeat(LONGEST))],
        ] {
            assert_eq!(read(ShownBy::ClientCert, values), None, "{values:?}");
        }
        let escaped = one.certificate_pem().replace('\n', "%0A");
        let twice = escaped.clone() + &escaped;
        let key = one.key_pem().replace('\n', "%0A");
        for value in [&*twice, &key, &sequence, "%", "%0", "%zz", "(null)", "-"] {
            assert_eq!(read(ShownBy::XSslClientCert, &[value]), None, "{value}");
        }
    }
}
