//! Keys and certificates, made when the tests run.

use std::sync::LazyLock;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SerialNumber,
};
use rsa::PrivateKey;
use rsa::pkcs8::EncodePrivateKey as _;
use wss::sign::{KeyError, SigningKey};
use wss::{Certificate, SignatureAlgorithm};

use crate::seeded::rsa_key;

/// The private key of somebody.
pub(crate) struct Secret {
    pub(crate) pkcs8: Vec<u8>,
    rsa: Option<PrivateKey>,
    pub(crate) pair: KeyPair,
}

impl Secret {
    fn rsa(seed: u64) -> Self {
        let key = rsa_key(seed);
        let pkcs8 = key.to_pkcs8_der().expect("is RSA").as_bytes().to_vec();
        let pair = KeyPair::from_pkcs8_der_and_sign_algo(
            &pkcs8.as_slice().into(),
            &rcgen::PKCS_RSA_SHA256,
        )
        .expect("ring reads it");
        Self { pkcs8, rsa: Some(key), pair }
    }

    pub(crate) fn p256() -> Self {
        Self::curve(&rcgen::PKCS_ECDSA_P256_SHA256)
    }

    pub(crate) fn p384() -> Self {
        Self::curve(&rcgen::PKCS_ECDSA_P384_SHA384)
    }

    fn curve(algorithm: &'static rcgen::SignatureAlgorithm) -> Self {
        let pair = KeyPair::generate_for(algorithm).expect("ring knows the curve");
        Self { pkcs8: pair.serialize_der(), rsa: None, pair }
    }

    /// RSA with SHA-256.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        assert!(self.rsa.is_some(), "is RSA");
        rcgen::SigningKey::sign(&self.pair, message).expect("signs")
    }

    /// RSA with SHA-1, which ring only verifies.
    pub(crate) fn sha1_value(&self, message: &[u8]) -> Vec<u8> {
        const DIGEST_INFO: [u8; 15] = [
            0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04,
            0x14,
        ];
        let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, message);
        let input = [&DIGEST_INFO, digest.as_ref()].concat();
        let key = self.rsa.as_ref().expect("is RSA");
        key.sign(rsa::Pkcs1v15Sign::new_unprefixed(), &input).expect("signs")
    }
}

/// An RSA key for each role: they take long to make, so a run makes them once.
macro_rules! secrets {
    ($($name:ident = $seed:literal),* $(,)?) => {
        $(pub(crate) static $name: LazyLock<Secret> = LazyLock::new(|| Secret::rsa($seed));)*
    };
}

secrets! { CALLER = 1, OTHER = 2, AUTHORITY = 3, SERVICE = 4 }

/// What a certificate says.
pub(crate) struct Wish<'a> {
    pub(crate) subject: &'a str,
    pub(crate) serial: u64,
    pub(crate) authority: bool,
    pub(crate) from: (i32, u8, u8),
    pub(crate) until: (i32, u8, u8),
    pub(crate) usages: &'a [KeyUsagePurpose],
    pub(crate) purposes: &'a [ExtendedKeyUsagePurpose],
}

impl Default for Wish<'_> {
    fn default() -> Self {
        Self {
            subject: "Caller",
            serial: 1001,
            authority: false,
            from: (2026, 1, 1),
            until: (2027, 1, 1),
            usages: &[],
            purposes: &[],
        }
    }
}

impl Wish<'_> {
    pub(crate) fn params(&self) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, "BE");
        params.distinguished_name.push(DnType::OrganizationName, "Example, Ltd");
        params.distinguished_name.push(DnType::CommonName, self.subject);
        params.serial_number = Some(SerialNumber::from(self.serial));
        params.not_before = rcgen::date_time_ymd(self.from.0, self.from.1, self.from.2);
        params.not_after = rcgen::date_time_ymd(self.until.0, self.until.1, self.until.2);
        params.key_usages = self.usages.to_vec();
        params.extended_key_usages = self.purposes.to_vec();
        params.is_ca = if self.authority {
            IsCa::Ca(BasicConstraints::Unconstrained)
        } else {
            IsCa::ExplicitNoCa
        };
        params
    }

    /// A certificate that its own key has signed.
    pub(crate) fn self_signed(&self, key: &Secret) -> Certificate {
        read(&self.params().self_signed(&key.pair).expect("can be made"))
    }

    /// A certificate that an authority, known by its own wish, has issued.
    pub(crate) fn issued(&self, key: &Secret, by: &Wish<'_>, authority: &Secret) -> Certificate {
        let params = by.params();
        let issuer = Issuer::from_params(&params, &authority.pair);
        read(&self.params().signed_by(&key.pair, &issuer).expect("can be made"))
    }

    /// A list of revoked serial numbers, in DER.
    pub(crate) fn revokes(
        &self,
        authority: &Secret,
        serials: &[u64],
        until: (i32, u8, u8),
    ) -> Vec<u8> {
        let params = self.params();
        let issuer = Issuer::from_params(&params, &authority.pair);
        let revoked = |serial: &u64| rcgen::RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: rcgen::date_time_ymd(2026, 2, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = rcgen::CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2026, 2, 1),
            next_update: rcgen::date_time_ymd(until.0, until.1, until.2),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        list.signed_by(&issuer).expect("can be made").der().to_vec()
    }
}

fn read(certificate: &rcgen::Certificate) -> Certificate {
    Certificate::from_der(certificate.der()).expect("is a certificate")
}

/// The authority that callers have their certificates from.
pub(crate) fn authority() -> Wish<'static> {
    Wish {
        subject: "Authority",
        serial: 1,
        authority: true,
        usages: &[KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign],
        ..Wish::default()
    }
}

/// A key with a certificate, to sign with.
pub(crate) fn signing(key: &Secret, certificate: Certificate) -> SigningKey {
    SigningKey::from_pkcs8(&key.pkcs8, certificate).expect("belong together")
}

/// The same, with RSA and SHA-1.
pub(crate) fn signing_sha1(key: &'static Secret, certificate: Certificate) -> SigningKey {
    SigningKey::with(certificate, SignatureAlgorithm::RsaSha1, |message: &[u8]| {
        Ok::<_, KeyError>(key.sha1_value(message))
    })
}
