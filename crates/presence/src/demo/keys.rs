use std::path::{Path, PathBuf};
use std::{fs, io};

use domain::register::Period;
use domain::{
    CertificateRule, Client, ClientId, EnterpriseNumber, Error, ErrorKind, Fingerprint, Mandate,
    Role, belgian_day,
};
use jiff::Timestamp;
use jiff::civil::Date;
use rcgen::DnType;
use store::Store;
use thiserror::Error as ThisError;
use wss::Certificate;

use super::samples::{employers, intermediary, secretariat};
use crate::callers::kept;
use crate::keys::{Identity, KeyError, Kind, write_public, write_secret};

/// The folder of the keys within that of the data.
const FOLDER: &str = "demo-keys";
/// The password of the PKCS#12 files: they are of no worth outside of the demonstration.
pub(crate) const PASSWORD: &str = "presence";
const YEARS: i32 = 1;

/// The keys of the demonstration cannot be made, or its clients not be registered.
#[derive(Debug, ThisError)]
pub(crate) enum DemoKeysError {
    /// A file or a folder.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// No key can be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store refused a client.
    #[error("a client cannot be registered: {0}")]
    Store(Error),
}

/// A client of the demonstration.
struct Sample {
    id: &'static str,
    company: EnterpriseNumber,
    role: Role,
}

fn samples(today: Date) -> [Sample; 3] {
    let mandates = employers().map(|employer| Mandate { employer, period: Period::since(today) });
    let [employer, _] = employers();
    [
        Sample { id: "employer", company: employer, role: Role::Employer },
        Sample {
            id: "secretariat",
            company: secretariat(),
            role: Role::Mandatary(mandates.to_vec()),
        },
        Sample { id: "intermediary", company: intermediary(), role: Role::Intermediary },
    ]
}

/// Makes an authority, a key and a certificate for TLS and for each sample client, and registers the clients. A folder that has
/// them already is left as it is. Answers the folder.
pub(crate) async fn keys(
    store: &dyn Store,
    data: &Path,
    now: Timestamp,
) -> Result<PathBuf, DemoKeysError> {
    let folder = data.join(FOLDER);
    if folder.exists() {
        return Ok(folder);
    }
    let at = |path: &Path| {
        let path = path.to_owned();
        move |cause| DemoKeysError::File { path, cause }
    };
    // The folder gets its name last: one that is there is whole.
    let unfinished = data.join(format!("{FOLDER}.unfinished"));
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(at(&unfinished))?;
    }
    fs::create_dir_all(&unfinished).map_err(at(&unfinished))?;
    let name = [(DnType::OrganizationName, "Presence"), (DnType::CommonName, "Demonstration")];
    let authority = Identity::own(Kind::Authority, &name, now, YEARS)?;
    let secret = |name: &str, bytes: &[u8]| {
        let path = unfinished.join(name);
        write_secret(&path, bytes).map_err(at(&path))
    };
    let public = |name: &str, text: &str| {
        let path = unfinished.join(name);
        write_public(&path, text.as_bytes()).map_err(at(&path))
    };
    public("authority.pem", &authority.certificate_pem())?;
    secret("authority.key", authority.key_pem().as_bytes())?;
    let name = [(DnType::CommonName, "localhost")];
    let server = authority.issue(Kind::Server, &name, now, YEARS)?;
    public("server.pem", &server.certificate_pem())?;
    secret("server.key", server.key_pem().as_bytes())?;
    for Sample { id, company, role } in samples(belgian_day(now)) {
        let number = format!("CBE={:010}", company.number());
        let subject = [(DnType::OrganizationName, id), (DnType::CommonName, number.as_str())];
        let identity = authority.issue(Kind::Signer, &subject, now, YEARS)?;
        public(&format!("{id}.pem"), &identity.certificate_pem())?;
        secret(&format!("{id}.key"), identity.key_pem().as_bytes())?;
        secret(&format!("{id}.p12"), &identity.pkcs12(&authority, PASSWORD)?)?;
        register(store, client(id, company, role, &identity, now)).await?;
    }
    fs::rename(&unfinished, &folder).map_err(at(&folder))?;
    Ok(folder)
}

fn client(
    id: &str,
    company: EnterpriseNumber,
    role: Role,
    identity: &Identity,
    now: Timestamp,
) -> Client {
    let certificate = Certificate::from_der(identity.certificate_der());
    let certificate = certificate.expect("the program reads the certificates that it makes");
    let user_type = role.name().to_uppercase();
    Client {
        id: ClientId::parse(id).expect("the ids of the samples are plain"),
        name: format!("Demonstration: {id}"),
        company: Some(company),
        user_type: user_type.into(),
        role,
        certificates: vec![CertificateRule::Fingerprint(Fingerprint(*certificate.sha256()))],
        kept: vec![kept(&certificate)],
        keys: Vec::new(),
        scopes: Vec::new(),
        added: now,
        revoked: None,
    }
}

/// Puts the client in its place, whether or not one of an earlier, unfinished start is there.
async fn register(store: &dyn Store, client: Client) -> Result<(), DemoKeysError> {
    let added = store.clients().add(client.clone()).await.map_err(DemoKeysError::Store)?;
    if added.is_err() {
        let changed = store.clients().change(client).await.map_err(DemoKeysError::Store)?;
        if let Err(conflict) = changed {
            let error = Error::caused_by(ErrorKind::Internal, conflict);
            return Err(DemoKeysError::Store(error));
        }
    }
    Ok(())
}
