use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use domain::Error;
use jiff::Timestamp;
use rustls_pki_types::CertificateRevocationListDer;
use thiserror::Error as ThisError;
use wss::{Certificate, Refusal, Trust};

use super::broken;
use super::cached::Cached;
use crate::pem::{self, PemError};

/// A file of authorities or of revocations that cannot be used.
#[derive(Debug, ThisError)]
pub(crate) enum TrustError {
    /// It cannot be read, is no PEM, or holds nothing.
    #[error(transparent)]
    File(#[from] PemError),
    /// What it holds cannot be used.
    #[error("{}: {cause}", path.display())]
    Content {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: Refusal,
    },
}

/// The files of authorities and revocations: read at the start, and again when they change.
pub(crate) struct TrustFiles {
    authorities: Vec<PathBuf>,
    revocations: Vec<PathBuf>,
    cached: Cached<Read>,
}

/// What was read, and which state of the files that was.
struct Read {
    changed: Vec<Option<SystemTime>>,
    trust: Arc<Trust>,
}

impl TrustFiles {
    /// Reads the files.
    pub(crate) fn new(
        authorities: Vec<PathBuf>,
        revocations: Vec<PathBuf>,
        now: Timestamp,
    ) -> Result<Self, TrustError> {
        let read = read(&authorities, &revocations)?;
        Ok(Self { cached: Cached::new(read, now), authorities, revocations })
    }

    /// What the files say. While a changed file cannot be read, nobody is let in: an old list of revocations would let in
    /// who should not be.
    pub(super) fn current(&self, now: Timestamp) -> Result<Arc<Trust>, Error> {
        let read = self.cached.current(now, |held| {
            let same = held.changed == changes(&self.authorities, &self.revocations);
            if same { Ok(None) } else { read(&self.authorities, &self.revocations).map(Some) }
        });
        read.map(|read| Arc::clone(&read.trust)).map_err(broken)
    }
}

fn changes(authorities: &[PathBuf], revocations: &[PathBuf]) -> Vec<Option<SystemTime>> {
    let files = authorities.iter().chain(revocations);
    files.map(|path| fs::metadata(path).and_then(|file| file.modified()).ok()).collect()
}

fn read(authorities: &[PathBuf], revocations: &[PathBuf]) -> Result<Read, TrustError> {
    let changed = changes(authorities, revocations);
    let mut trust = Trust::new();
    // Certificates that are registered themselves need no chain: the register knows them.
    trust.leave_unchained();
    for path in authorities {
        let wrong = |cause| TrustError::Content { path: path.clone(), cause };
        for der in pem::certificates(path)? {
            let certificate = Certificate::from_der(&der).map_err(wrong)?;
            trust.add_authority(certificate).map_err(wrong)?;
        }
    }
    for path in revocations {
        let wrong = |cause| TrustError::Content { path: path.clone(), cause };
        let lists = pem::all::<CertificateRevocationListDer<'static>>(path, pem::REVOCATIONS)?;
        for der in lists {
            trust.add_revocation_list(&der).map_err(wrong)?;
        }
    }
    Ok(Read { changed, trust: Arc::new(trust) })
}
