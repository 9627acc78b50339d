//! What the program is told: one table of settings, read from flags, the environment and a file.
//!
//! Flags come before the environment, the environment before the file, the file before the defaults. Everything is
//! read before anything is refused, so that one run shows every mistake.

mod error;
mod file;
mod kind;
mod nearest;
mod page;
mod read;
mod rules;
mod secret;
mod settings;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::server::{Network, ShownBy, Way};
use domain::EnterpriseNumber;
use soap::{Environment, Sha1};

pub(crate) use error::{ConfigError, Problem, Source};
pub(crate) use kind::LogFormat;
pub(crate) use page::page;
pub(crate) use read::{Sources, read};
pub(crate) use secret::Secret;
pub(crate) use settings::{SETTINGS, Setting};

/// Every setting, read and checked. What each one means stands in [`SETTINGS`].
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    /// `None` where the inner listener is off.
    pub(crate) inner_listen: Option<SocketAddr>,
    pub(crate) public_url: Option<String>,
    pub(crate) tls_certificate: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
    pub(crate) tls_client_authorities: Vec<PathBuf>,
    pub(crate) tls_client_required: bool,
    pub(crate) tls_reload_interval: Duration,
    pub(crate) client_address: Way,
    pub(crate) client_certificate: ShownBy,
    pub(crate) trusted_proxies: Vec<Network>,
    /// `None` for a demonstration in a fresh folder.
    pub(crate) data: Option<PathBuf>,
    /// Where the data is when it is not in `data`.
    pub(crate) database_url: Option<Secret>,
    pub(crate) database_authorities: Option<PathBuf>,
    pub(crate) database_connections: u32,
    pub(crate) database_patience: Duration,
    pub(crate) database_retention_days: u32,
    pub(crate) environment: Environment,
    pub(crate) contact: Option<String>,
    pub(crate) policy: Option<PathBuf>,
    /// How many registrations are checked at a time.
    pub(crate) check_batch: u32,
    pub(crate) demo: bool,
    pub(crate) open: bool,
    pub(crate) open_sender_id: Option<String>,
    pub(crate) open_sender_company: Option<EnterpriseNumber>,
    pub(crate) open_sender_type: Option<String>,
    pub(crate) client_authorities: Vec<PathBuf>,
    pub(crate) client_revocations: Vec<PathBuf>,
    pub(crate) sha1: Sha1,
    pub(crate) clock_skew: Duration,
    pub(crate) token_lifetime: Duration,
    pub(crate) token_key: Option<PathBuf>,
    pub(crate) token_former_key: Option<PathBuf>,
    pub(crate) token_key_password_file: Option<PathBuf>,
    pub(crate) max_body_bytes: usize,
    pub(crate) max_buffered_bytes: usize,
    pub(crate) max_xml_depth: usize,
    pub(crate) max_xml_attributes: usize,
    pub(crate) max_connections: u32,
    pub(crate) max_calls: u32,
    pub(crate) client_calls: u32,
    pub(crate) client_rate: Option<u32>,
    pub(crate) client_burst: u32,
    pub(crate) client_streams: u32,
    pub(crate) search_budget: u32,
    /// In seconds.
    pub(crate) access_token_lifetime: u32,
    pub(crate) token_issuers: Option<PathBuf>,
    pub(crate) token_issuer_authorities: Option<PathBuf>,
    pub(crate) webhook_authorities: Option<PathBuf>,
    pub(crate) webhook_private_addresses: bool,
    pub(crate) header_timeout: Duration,
    pub(crate) body_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) stop_timeout: Duration,
    pub(crate) log: String,
    pub(crate) log_format: LogFormat,
}

impl Config {
    /// The scheme of the service's address.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls_certificate.is_some() { "https" } else { "http" }
    }
}
