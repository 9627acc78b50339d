//! What files in PEM hold.

use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{Error, PemObject};
use thiserror::Error as ThisError;

/// What is looked for in a file of certificates.
pub(crate) const CERTIFICATE: &str = "certificate";

/// What is looked for in a file of those.
pub(crate) const REVOCATIONS: &str = "list of revoked certificates";

/// A file that cannot be used.
#[derive(Debug, ThisError)]
pub(crate) enum PemError {
    /// It is missing, or is no PEM of its kind.
    #[error("{} holds no {what} in PEM: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What is wrong.
        cause: Error,
    },
    /// A certificate in it is none that others can be held against.
    #[error("{} holds a certificate that is of no authority: {cause}", path.display())]
    Authority {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        cause: rustls::Error,
    },
}

/// All that a file holds of a kind; at least one.
pub(crate) fn all<T: PemObject>(path: &Path, what: &'static str) -> Result<Vec<T>, PemError> {
    let wrong = |cause| PemError::File { path: path.to_owned(), what, cause };
    let all: Result<Vec<_>, _> = T::pem_file_iter(path).map_err(wrong)?.collect();
    match all {
        Ok(none) if none.is_empty() => Err(wrong(Error::NoItemsFound)),
        other => other.map_err(wrong),
    }
}

/// The certificates of a file; at least one.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, PemError> {
    all(path, CERTIFICATE)
}

/// The authorities in files, each of which holds at least one.
pub(crate) fn authorities(
    paths: impl IntoIterator<Item = impl AsRef<Path>>,
) -> Result<RootCertStore, PemError> {
    let mut roots = RootCertStore::empty();
    for path in paths {
        let path = path.as_ref();
        for certificate in certificates(path)? {
            roots
                .add(certificate)
                .map_err(|cause| PemError::Authority { path: path.to_owned(), cause })?;
        }
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rcgen::DnType;

    use super::*;
    use crate::keys::{Identity, Kind};

    #[test]
    fn a_file_is_used_whole_or_refused_by_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let now = "2026-03-02T08:00:00Z".parse().expect("a moment");
        let made = |name| {
            Identity::own(Kind::Signer, &[(DnType::CommonName, name)], now, 1).expect("made")
        };
        let (one, other) = (made("one"), made("other"));
        let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
        let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for (text, holds) in [
            (format!("said beside it\n{}{}", one.certificate_pem(), one.key_pem()), Some(1)),
            (one.certificate_pem() + &other.certificate_pem(), Some(2)),
            (one.certificate_pem() + broken, None),
            (one.certificate_pem() + no_certificate, None),
            (one.key_pem(), None),
            (String::new(), None),
        ] {
            let path = folder.path().join("some.pem");
            fs::write(&path, text).expect("written");
            let read = authorities([&path]).map(|roots| roots.len());
            let read = read.map_err(|error| assert!(error.to_string().contains("some.pem")));
            assert_eq!(read.ok(), holds);
        }
        let missing = certificates(&folder.path().join("none")).expect_err("it is not there");
        assert!(missing.to_string().contains("none holds no certificate in PEM"), "{missing}");
    }
}
