use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use thiserror::Error;

use crate::pem::{self, PemError};

/// HTTP/2 is spoken with those who know it.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Why TLS cannot be spoken with what the files hold.
#[derive(Debug, Error)]
pub(crate) enum TlsError {
    /// A file is missing, or does not hold what it should.
    #[error(transparent)]
    File(#[from] PemError),
    /// They do not belong together.
    #[error("{} and {} cannot be used together: {cause}", certificate.display(), key.display())]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong.
        cause: rustls::Error,
    },
    /// The authorities of client certificates.
    #[error("the authorities of client certificates cannot be used: {0}")]
    Authorities(String),
    /// The provider of the algorithms.
    #[error(transparent)]
    Protocol(rustls::Error),
}

/// Where the keys and certificates of TLS are.
#[derive(Clone, Debug)]
pub(crate) struct TlsFiles {
    /// The service's certificate, followed by those between it and its authority.
    pub(crate) certificate: PathBuf,
    /// Its private key.
    pub(crate) key: PathBuf,
    /// The authorities whose certificates callers may show; without any, none is asked for.
    pub(crate) client_authorities: Vec<PathBuf>,
    /// Must a caller show one?
    pub(crate) client_required: bool,
}

/// When each file was last changed, and its length; `None` of one that is not there.
pub(super) type State = Vec<Option<(SystemTime, u64)>>;

impl TlsFiles {
    pub(super) fn read(&self) -> Result<ServerConfig, TlsError> {
        let chain = pem::certificates(&self.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|cause| PemError::File {
            path: self.key.clone(),
            what: "private key",
            cause,
        })?;
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Protocol)?;
        let builder = match self.verifier()? {
            Some(verifier) => builder.with_client_cert_verifier(verifier),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|cause| TlsError::Pair {
            certificate: self.certificate.clone(),
            key: self.key.clone(),
            cause,
        })?;
        config.alpn_protocols = PROTOCOLS.map(Vec::from).into();
        Ok(config)
    }

    fn verifier(&self) -> Result<Option<Arc<dyn ClientCertVerifier>>, TlsError> {
        if self.client_authorities.is_empty() {
            return Ok(None);
        }
        let roots = pem::authorities(&self.client_authorities)?;
        let provider = Arc::new(ring::default_provider());
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let builder = if self.client_required { builder } else { builder.allow_unauthenticated() };
        let verifier = builder.build().map_err(|error| TlsError::Authorities(error.to_string()))?;
        Ok(Some(verifier))
    }

    pub(super) fn state(&self) -> State {
        let state = |path: &PathBuf| {
            let metadata = path.metadata().ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        [&self.certificate, &self.key]
            .into_iter()
            .chain(&self.client_authorities)
            .map(state)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rcgen::DnType;

    use super::*;
    use crate::keys::{Identity, Kind};

    #[test]
    fn what_cannot_be_used_is_named_with_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = "2026-03-02T08:00:00Z".parse().expect("a moment");
        let make =
            || Identity::own(Kind::Signer, &[(DnType::CommonName, "a")], now, 1).expect("made");
        let (one, other) = (make(), make());
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).expect("written");
            path
        };
        let certificate = write("one.pem", &one.certificate_pem());
        let key = write("one.key", &one.key_pem());
        let good = TlsFiles {
            certificate: certificate.clone(),
            key: key.clone(),
            client_authorities: vec![certificate.clone()],
            client_required: true,
        };
        assert_eq!(good.read().expect("read").alpn_protocols, PROTOCOLS);
        let other_key = write("other.key", &other.key_pem());
        for (files, named) in [
            (TlsFiles { key: other_key.clone(), ..good.clone() }, "other.key"),
            (TlsFiles { key: certificate.clone(), ..good.clone() }, "one.pem"),
            (TlsFiles { certificate: key, ..good.clone() }, "one.key"),
            (TlsFiles { client_authorities: vec![other_key], ..good.clone() }, "other.key"),
            (TlsFiles { certificate: folder.path().join("none"), ..good }, "none"),
        ] {
            let error = files.read().expect_err("is refused").to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
