use std::fs;
use std::path::Path;

use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use wss::Certificate;
use wss::sign::SigningKey;

use super::RingError;
use super::ring::at;

/// Reads a private key and its certificate: from PEM, or from PKCS#12 if the name ends so.
pub(crate) fn read_key(path: &Path, password: Option<&str>) -> Result<SigningKey, RingError> {
    let wrong = |cause: String| RingError::Content { path: path.to_owned(), cause };
    let bytes = fs::read(path).map_err(at(path))?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    let (key, certificate) = match ending.to_ascii_lowercase().as_str() {
        "p12" | "pfx" => pkcs12(&bytes, password),
        _ => pem(&bytes),
    }
    .map_err(wrong)?;
    let certificate =
        Certificate::from_der(&certificate).map_err(|refusal| wrong(refusal.to_string()))?;
    SigningKey::from_pkcs8(&key, certificate).map_err(|error| wrong(error.to_string()))
}

/// A key and a certificate, both in DER.
type Pair = (Vec<u8>, Vec<u8>);

fn pem(bytes: &[u8]) -> Result<Pair, String> {
    let key = PrivatePkcs8KeyDer::from_pem_slice(bytes)
        .map_err(|error| format!("no PRIVATE KEY (PKCS#8): {error}"))?;
    let certificate = CertificateDer::from_pem_slice(bytes)
        .map_err(|error| format!("no CERTIFICATE: {error}"))?;
    Ok((key.secret_pkcs8_der().to_vec(), certificate.to_vec()))
}

fn pkcs12(bytes: &[u8], password: Option<&str>) -> Result<Pair, String> {
    let password = password.ok_or("its password is not given: see token_key_password_file")?;
    let store = KeyStore::from_pkcs12(bytes, password, Pkcs12ImportPolicy::Strict)
        .map_err(|error| error.to_string())?;
    let (_, chain) = store.private_key_chain().ok_or("it holds no private key")?;
    let certificate = chain.certs().first().ok_or("its key has no certificate")?;
    Ok((chain.key().as_der().to_vec(), certificate.as_der().to_vec()))
}

#[cfg(test)]
mod tests {
    use rcgen::DnType;

    use super::super::{Identity, Kind};
    use super::*;

    #[test]
    fn a_key_is_read_from_either_kind_of_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = "2026-03-02T08:00:00Z".parse().expect("a moment");
        let name = [(DnType::CommonName, "Tokens")];
        let identity = Identity::own(Kind::Signer, &name, now, 1).expect("made");
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::write(&path, bytes).expect("written");
            path
        };
        let text = format!("{}{}", identity.key_pem(), identity.certificate_pem());
        let files = [
            (write("key.pem", text.as_bytes()), None),
            (
                write("key.P12", &identity.pkcs12(&identity, "secret").expect("made")),
                Some("secret"),
            ),
        ];
        for (path, password) in &files {
            let key = read_key(path, *password).expect("read");
            assert_eq!(key.certificate().der(), identity.certificate_der());
        }
        for (path, password) in [(&files[1].0, None), (&files[1].0, Some("other"))] {
            assert!(matches!(read_key(path, password), Err(RingError::Content { .. })));
        }
        let half = write("half.pem", identity.key_pem().as_bytes());
        let error = read_key(&half, None).expect_err("is refused").to_string();
        assert!(error.contains("half.pem") && error.contains("CERTIFICATE"), "{error}");
    }
}
