use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use crate::server::{ShownBy, Way};
use soap::{Environment, Sha1};

use super::nearest::nearest;
use super::rules::{agree, fill};
use super::{Config, ConfigError, LogFormat, Problem, SETTINGS, Setting, Source, file};

/// The variable that names the file of settings.
pub(crate) const FILE_VARIABLE: &str = "PRESENCE_CONFIG";

/// What was given from outside.
pub(crate) struct Sources {
    /// The file that a flag names.
    pub(crate) file: Option<PathBuf>,
    /// Values of flags, by key.
    pub(crate) flags: HashMap<&'static str, String>,
    /// The environment.
    pub(crate) environment: HashMap<OsString, OsString>,
}

/// What was given, once it is in its place.
pub(super) type Given = HashMap<&'static str, Source>;

/// Reads the settings; with them, variables that look like a setting's and are none.
pub(crate) fn read(sources: &Sources) -> Result<(Config, Vec<String>), ConfigError> {
    let mut problems = Vec::new();
    let mut config = defaults();
    let mut given = Given::new();
    for (key, text, source) in gather(sources, &mut problems) {
        let setting = SETTINGS.iter().find(|setting| setting.key == key);
        let setting = setting.expect("only keys of the table are gathered");
        match (setting.apply)(&mut config, &text) {
            Ok(()) => _ = given.insert(setting.key, source),
            Err(wrong) => problems.push(problem(setting, source, wrong)),
        }
    }
    fill(&mut config, &given);
    if problems.is_empty() {
        problems = agree(&config, &given);
    }
    if problems.is_empty() { Ok((config, strangers(sources))) } else { Err(ConfigError(problems)) }
}

/// Every value, the strongest last.
fn gather(sources: &Sources, problems: &mut Vec<Problem>) -> Vec<(String, String, Source)> {
    let mut values = Vec::new();
    let variable = |name: &str| sources.environment.get(&OsString::from(name));
    let path = sources.file.clone().or_else(|| variable(FILE_VARIABLE).map(PathBuf::from));
    if let Some(path) = path {
        match fs::read_to_string(&path) {
            Ok(text) => values.extend(
                file::values(&path, &text, problems)
                    .into_iter()
                    .map(|(key, text)| (key, text, Source::File(path.clone()))),
            ),
            Err(error) => problems.push(unreadable(&path, &error, sources.file.is_some())),
        }
    }
    for setting in SETTINGS {
        let name = setting.variable();
        match variable(&name).map(|value| value.to_str()) {
            Some(Some(text)) => {
                values.push((setting.key.to_owned(), text.to_owned(), Source::Variable(name)));
            }
            Some(None) => {
                problems.push(problem(setting, Source::Variable(name), "it is not UTF-8".into()));
            }
            None => {}
        }
    }
    for setting in SETTINGS {
        if let Some(text) = sources.flags.get(setting.key) {
            values.push((setting.key.to_owned(), text.clone(), Source::Flag(setting.flag())));
        }
    }
    values
}

fn problem(setting: &Setting, source: Source, wrong: String) -> Problem {
    let allowed = format!("allowed: {}", setting.takes);
    Problem { setting: setting.key.to_owned(), source, wrong, allowed }
}

fn unreadable(path: &Path, error: &io::Error, by_flag: bool) -> Problem {
    let source = if by_flag {
        Source::Flag("--config".into())
    } else {
        Source::Variable(FILE_VARIABLE.into())
    };
    Problem {
        setting: "config".to_owned(),
        source,
        wrong: format!("{} cannot be read: {error}", path.display()),
        allowed: "name a file that can be read".to_owned(),
    }
}

/// A variable of another program may begin like ours (a service manager makes some), so they stop nothing.
fn strangers(sources: &Sources) -> Vec<String> {
    let mut strangers: Vec<_> = sources
        .environment
        .keys()
        .filter_map(|name| name.to_str())
        .filter(|name| name.starts_with("PRESENCE_") && *name != FILE_VARIABLE)
        .filter(|name| !SETTINGS.iter().any(|setting| setting.variable() == **name))
        .map(|name| {
            let key = name["PRESENCE_".len()..].to_ascii_lowercase();
            match nearest(&key, SETTINGS.iter().map(|setting| setting.key)) {
                Some(near) => format!(
                    "{name} is no setting; the nearest one is PRESENCE_{}",
                    near.to_ascii_uppercase()
                ),
                None => format!("{name} is no setting"),
            }
        })
        .collect();
    strangers.sort();
    strangers
}

/// What holds where nothing is given. The values stand in the table; those here are only there to be replaced.
fn defaults() -> Config {
    let mut config = Config {
        listen: ([127, 0, 0, 1], 0).into(),
        inner_listen: None,
        public_url: None,
        tls_certificate: None,
        tls_key: None,
        tls_client_authorities: Vec::new(),
        tls_client_required: false,
        tls_reload_interval: Duration::ZERO,
        client_address: Way::Connection,
        client_certificate: ShownBy::Off,
        trusted_proxies: Vec::new(),
        data: None,
        database_url: None,
        database_authorities: None,
        database_connections: 0,
        database_patience: Duration::ZERO,
        database_retention_days: 0,
        environment: Environment::Development,
        contact: None,
        policy: None,
        check_batch: 1000,
        demo: false,
        open: false,
        open_sender_id: None,
        open_sender_company: None,
        open_sender_type: None,
        client_authorities: Vec::new(),
        client_revocations: Vec::new(),
        sha1: Sha1::Off,
        clock_skew: Duration::ZERO,
        token_lifetime: Duration::ZERO,
        token_key: None,
        token_former_key: None,
        token_key_password_file: None,
        max_body_bytes: 0,
        max_buffered_bytes: 0,
        max_xml_depth: 0,
        max_xml_attributes: 0,
        max_connections: 0,
        max_calls: 0,
        client_calls: 0,
        client_rate: None,
        client_burst: 0,
        client_streams: 0,
        search_budget: 0,
        access_token_lifetime: 0,
        token_issuers: None,
        token_issuer_authorities: None,
        webhook_authorities: None,
        webhook_private_addresses: false,
        header_timeout: Duration::ZERO,
        body_timeout: Duration::ZERO,
        idle_timeout: Duration::ZERO,
        stop_timeout: Duration::ZERO,
        log: String::new(),
        log_format: LogFormat::Text,
    };
    for setting in SETTINGS {
        let applied = setting.default.map_or(Ok(()), |text| (setting.apply)(&mut config, text));
        applied.expect("the tests read every default");
    }
    config
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
