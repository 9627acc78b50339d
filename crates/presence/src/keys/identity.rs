use std::net::{Ipv4Addr, Ipv6Addr};

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use p12_keystore::{KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_RSA_SHA256, SanType,
};
use rsa::Generate as _;
use rsa::pkcs8::EncodePrivateKey as _;
use thiserror::Error;

/// The name of the key in a PKCS#12 file.
const ALIAS: &str = "client";

/// No key or certificate could be made, or written down.
#[derive(Debug, Error)]
#[error("{what}: {cause}")]
pub(crate) struct KeyError {
    what: &'static str,
    cause: Box<dyn std::error::Error + Send + Sync>,
}

fn failed<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    what: &'static str,
) -> impl FnOnce(E) -> KeyError {
    move |cause| KeyError { what, cause: cause.into() }
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// To issue others.
    Authority,
    /// To sign messages.
    Signer,
    /// To serve TLS on this machine.
    Server,
}

/// A key with its certificate: RSA of 2048 bits, which every client of SOAP knows; of a server of TLS, P-256.
pub(crate) struct Identity {
    params: CertificateParams,
    key: KeyPair,
    certificate: rcgen::Certificate,
}

impl Identity {
    /// A new key with a certificate that it signed itself, valid from a day before `now` for so many years. `subject` gives
    /// the attributes of the name in their order.
    pub(crate) fn own(
        kind: Kind,
        subject: &[(DnType, &str)],
        now: Timestamp,
        years: i32,
    ) -> Result<Self, KeyError> {
        let (params, key) = (params(kind, subject, now, years)?, new_key(kind)?);
        let certificate = params.self_signed(&key);
        let certificate = certificate.map_err(failed("no certificate can be made"))?;
        Ok(Self { params, key, certificate })
    }

    /// A new key with a certificate that this one issues.
    pub(crate) fn issue(
        &self,
        kind: Kind,
        subject: &[(DnType, &str)],
        now: Timestamp,
        years: i32,
    ) -> Result<Self, KeyError> {
        let (params, key) = (params(kind, subject, now, years)?, new_key(kind)?);
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer);
        let certificate = certificate.map_err(failed("no certificate can be issued"))?;
        Ok(Self { params, key, certificate })
    }

    /// The certificate in DER.
    pub(crate) fn certificate_der(&self) -> &[u8] {
        self.certificate.der()
    }

    /// The certificate in PEM.
    pub(crate) fn certificate_pem(&self) -> String {
        self.certificate.pem()
    }

    /// The key in PEM (PKCS#8).
    pub(crate) fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// The key and its certificate, with that of the authority, as PKCS#12.
    pub(crate) fn pkcs12(&self, authority: &Self, password: &str) -> Result<Vec<u8>, KeyError> {
        let unwritten = "no PKCS#12 file can be made";
        let certificate = |identity: &Self| {
            let read = p12_keystore::Certificate::from_der(identity.certificate.der());
            read.map_err(failed(unwritten))
        };
        let key = PrivateKey::from_der(&self.key.serialize_der()).map_err(failed(unwritten))?;
        let chain = [certificate(self)?, certificate(authority)?];
        let mut store = KeyStore::new();
        let entry = PrivateKeyChain::new(ALIAS, key, chain);
        store.add_entry(ALIAS, KeyStoreEntry::PrivateKeyChain(entry));
        store.writer(password).write().map_err(failed(unwritten))
    }
}

fn new_key(kind: Kind) -> Result<KeyPair, KeyError> {
    if kind == Kind::Server {
        return KeyPair::generate().map_err(failed("no key can be made"));
    }
    let unmade = "no RSA key can be made";
    let key = rsa::PrivateKey::try_generate().map_err(failed(unmade))?;
    let der = key.to_pkcs8_der().map_err(failed(unmade))?;
    KeyPair::from_pkcs8_der_and_sign_algo(&der.as_bytes().into(), &PKCS_RSA_SHA256)
        .map_err(failed(unmade))
}

fn params(
    kind: Kind,
    subject: &[(DnType, &str)],
    now: Timestamp,
    years: i32,
) -> Result<CertificateParams, KeyError> {
    let unnamed = "no certificate of this name can be made";
    let mut params = CertificateParams::new([]).map_err(failed(unnamed))?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    for (attribute, value) in subject {
        params.distinguished_name.push(attribute.clone(), *value);
    }
    let day = jiff::tz::Offset::UTC.to_datetime(now).date();
    let end = day.checked_add(Span::new().years(years)).map_err(failed(unnamed))?;
    let midnight = |day: Date| {
        let (month, of_month) = (day.month().unsigned_abs(), day.day().unsigned_abs());
        rcgen::date_time_ymd(i32::from(day.year()), month, of_month)
    };
    params.not_before = midnight(day.yesterday().map_err(failed(unnamed))?);
    params.not_after = midnight(end);
    params.use_authority_key_identifier_extension = true;
    match kind {
        Kind::Authority => {
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
            params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        }
        Kind::Signer => {
            params.is_ca = IsCa::ExplicitNoCa;
            params.key_usages =
                vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
        }
        Kind::Server => {
            params.is_ca = IsCa::ExplicitNoCa;
            params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            let name = "localhost".try_into().map_err(failed(unnamed))?;
            params.subject_alt_names = vec![
                SanType::DnsName(name),
                SanType::IpAddress(Ipv4Addr::LOCALHOST.into()),
                SanType::IpAddress(Ipv6Addr::LOCALHOST.into()),
            ];
        }
    }
    Ok(params)
}

#[cfg(test)]
mod tests {
    use p12_keystore::Pkcs12ImportPolicy;

    use super::*;

    #[test]
    fn a_key_and_its_certificate_are_found_again_in_their_file() {
        let now = "2026-03-02T08:00:00Z".parse().expect("a moment");
        let authority = [(DnType::CommonName, "Authority")];
        let authority = Identity::own(Kind::Authority, &authority, now, 1).expect("made");
        let client = authority
            .issue(Kind::Signer, &[(DnType::CommonName, "Client")], now, 1)
            .expect("issued");
        let file = client.pkcs12(&authority, "secret").expect("written");
        let read = KeyStore::from_pkcs12(&file, "secret", Pkcs12ImportPolicy::Strict);
        let read = read.expect("read");
        let (alias, chain) = read.private_key_chain().expect("a key");
        assert_eq!(alias, ALIAS);
        assert_eq!(chain.certs()[0].as_der(), client.certificate_der());
        assert_eq!(chain.certs()[1].as_der(), authority.certificate_der());
        assert_eq!(chain.key().as_der(), client.key.serialize_der());
        assert!(KeyStore::from_pkcs12(&file, "other", Pkcs12ImportPolicy::Strict).is_err());
    }
}
