//! A server that is reached over a network, with TLS.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};

use super::{PostgresServer, User, give, initialise, new_folder, programs, user};

/// Its configuration: over the network nobody is let in without TLS.
const SETTINGS: &str =
    "ssl = on\nssl_cert_file = '../server.pem'\nssl_key_file = '../server.key'\n";
const HOSTS: &str = "local all all trust\nhostssl all all 127.0.0.0/8 trust\n";

/// Where a server with TLS is reached.
pub struct TlsEntrance {
    /// Its address in the network of this machine; the port is PostgreSQL's own.
    pub address: Ipv4Addr,
    /// The name that its certificate is for.
    pub name: &'static str,
    /// The authority that its certificate comes from, in PEM.
    pub authority: String,
}

impl TlsEntrance {
    /// The address of a database for somebody who believes the server to have this name, and what else is said
    /// (`sslmode=…`).
    pub fn url(&self, name: &str, database: &str, beside: &str) -> String {
        let address = self.address;
        format!("host={name} hostaddr={address} port=5432 user=presence dbname={database} {beside}")
    }
}

/// An authority of certificates, made now.
pub(super) fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new([]).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("a certificate")
}

impl PostgresServer {
    /// Starts a server whose certificate is made now; `None` where PostgreSQL is not installed, which it says.
    ///
    /// # Panics
    ///
    /// As [`Self::start_or_skip`].
    pub fn start_with_tls_or_skip() -> Option<(Self, TlsEntrance)> {
        Self::or_skip(programs()).map(|programs| {
            let (folder, user) = (new_folder(user()), user());
            initialise(&programs, &folder, user, &[]);
            let entrance = TlsEntrance {
                address: own_address(),
                name: "database.example",
                authority: furnish(&folder, user),
            };
            let listen = format!("listen_addresses={}", entrance.address);
            (Self::launch(programs, folder, user, &[&listen]), entrance)
        })
    }

    /// An authority that has issued nothing, in PEM.
    pub fn other_authority() -> String {
        authority().pem()
    }

    /// Makes it speak no TLS any more, with whoever connects from now on.
    ///
    /// # Panics
    ///
    /// When the server refuses to.
    pub fn without_tls(&self) {
        self.run_sql("ALTER SYSTEM SET ssl = off");
        self.ask("postgres", "SELECT pg_reload_conf()");
        // The server tells its processes in its own time; each question is a process of its own.
        while self.ask("postgres", "SHOW ssl") != "off" {
            std::thread::yield_now();
        }
    }
}

/// Writes the server's key, its certificate and its configuration; answers the authority.
fn furnish(folder: &Path, user: Option<User>) -> String {
    let authority = authority();
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(["database.example".to_owned()]).expect("a name");
    let certificate = params.signed_by(&key, &authority).expect("a certificate");
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).expect("written");
        give(&path, user);
        path
    };
    write("server.pem", &certificate.pem());
    let key = write("server.key", &key.serialize_pem());
    fs::set_permissions(key, fs::Permissions::from_mode(0o600)).expect("it is the owner's");
    let configuration = folder.join("data/postgresql.conf");
    let text = fs::read_to_string(configuration).expect("initdb wrote it");
    write("data/postgresql.conf", &(text + SETTINGS));
    write("data/pg_hba.conf", HOSTS);
    authority.pem()
}

/// Ports are shared by all that runs on this machine. Addresses of its own network are not: one for each server.
fn own_address() -> Ipv4Addr {
    static COUNT: AtomicU8 = AtomicU8::new(1);
    let [_, _, high, low] = std::process::id().to_be_bytes();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    Ipv4Addr::new(127, 128 | count, high, low)
}
