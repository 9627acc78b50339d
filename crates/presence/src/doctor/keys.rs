use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::certificates;
use super::days;
use super::report::{Level, Report};
use crate::config::Config;
use crate::keys::{Ring, TokenKey, read_key};
use crate::oauth_keys;

const AREA: &str = "keys";
/// What others than the owner may do.
const OTHERS: u32 = 0o077;
/// A key that signs for longer should be replaced.
const YEAR: i64 = 366;

/// The keys that sign, and who may read them.
pub(super) fn examine(config: &Config, data: &Path, now: Timestamp, report: &mut Report) {
    match &config.token_key {
        None => own(config, data, now, report),
        Some(path) => given(config, path, now, report),
    }
    access(data, now, report);
    let others = [&config.tls_key, &config.token_key_password_file, &config.token_former_key];
    for path in others.into_iter().flatten() {
        private(path, report);
    }
}

/// Those of the token service that the program made.
fn own(config: &Config, data: &Path, now: Timestamp, report: &mut Report) {
    let overlap = SignedDuration::try_from(config.token_lifetime).unwrap_or(SignedDuration::ZERO);
    let keys = match Ring::new(data, overlap).present() {
        Ok(keys) => keys,
        Err(error) => {
            let todo = "restore the file from a backup, or move it away: the service makes a new key when it starts";
            report.tell(Level::Error, AREA, format!("of the token service: {error}"), todo);
            return;
        }
    };
    let Some(TokenKey { since, key, .. }) = keys.first() else {
        let todo = "none: the service makes one when it starts";
        report.tell(Level::Note, AREA, "the token service has no key yet", todo);
        return;
    };
    for key in &keys {
        private(key.path(), report);
    }
    let age = days(*since, now);
    if age > YEAR {
        let text = format!("the key of the token service has signed for {age} days");
        report.tell(Level::Warning, AREA, text, "`presence token-key rotate`");
    } else {
        let text =
            format!("the token service signs since {since:.0}, with {} keys taken", keys.len());
        report.well(AREA, text);
    }
    let name = "of the token service's key";
    certificates::lasts(name, key.certificate(), "`presence token-key rotate`", now, report);
}

/// That of the token service that the operator gave.
fn given(config: &Config, path: &Path, now: Timestamp, report: &mut Report) {
    let password = config.token_key_password_file.as_ref();
    let password = password.and_then(|file| fs::read_to_string(file).ok());
    let password = password.as_deref().and_then(|text| text.lines().next());
    match read_key(path, password) {
        Ok(key) => {
            private(path, report);
            let (name, todo) =
                ("of token_key", "get a new key, and give the present one as token_former_key");
            certificates::lasts(name, key.certificate(), todo, now, report);
        }
        Err(error) => {
            let todo =
                "mend token_key or token_key_password_file: the service does not start without";
            report.tell(Level::Error, AREA, error.to_string(), todo);
        }
    }
}

/// Those of access tokens.
fn access(data: &Path, now: Timestamp, report: &mut Report) {
    match oauth_keys::present(data) {
        Ok(None) => report.tell(
            Level::Note,
            AREA,
            "access tokens have no key yet",
            "none: the service makes one when it starts",
        ),
        Ok(Some(ring)) => match ring.signs_since(now) {
            Ok(since) if days(since, now) > YEAR => report.tell(
                Level::Warning,
                AREA,
                format!("the key of access tokens has signed for {} days", days(since, now)),
                "`presence oauth-key rotate`",
            ),
            Ok(since) => report.well(AREA, format!("access tokens are signed since {since:.0}")),
            Err(error) => report.tell(
                Level::Error,
                AREA,
                format!("{}: {error}", oauth_keys::FILE_NAME),
                "`presence oauth-key rotate --notice 0`",
            ),
        },
        Err(error) => {
            let todo = "restore the file from a backup, or move it away: a new key is made when the service starts";
            report.tell(Level::Error, AREA, error.to_string(), todo);
        }
    }
}

/// May others read a file that only the service should?
fn private(path: &Path, report: &mut Report) {
    let shown = path.display();
    match fs::metadata(path) {
        Ok(it) if it.permissions().mode() & OTHERS == 0 => {}
        Ok(it) => {
            let mode = it.permissions().mode() & 0o777;
            let text = format!("others on this machine can read {shown} (mode {mode:o})");
            let todo = format!("chmod 600 {shown}; if others may have read it, replace the key");
            report.tell(Level::Error, AREA, text, todo);
        }
        Err(error) => {
            let todo = "name a file that the service can read";
            report.tell(Level::Error, AREA, format!("{shown}: {error}"), todo);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_others_can_read_is_told() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let told = |mode| {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).expect("ours");
            let mut report = Report::new(Timestamp::UNIX_EPOCH);
            private(file.path(), &mut report);
            report.worst()
        };
        assert_eq!((told(0o600), told(0o400)), (Level::Well, Level::Well));
        assert_eq!((told(0o640), told(0o604)), (Level::Error, Level::Error));
    }
}
