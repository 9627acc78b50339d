use std::path::Path;

use jiff::Timestamp;
use rustls_pki_types::CertificateRevocationListDer;
use wss::Certificate;
use x509_parser::prelude::{CertificateRevocationList, FromDer as _};

use super::days;
use super::report::{Level, Report};
use crate::config::Config;
use crate::pem;

const AREA: &str = "certificates";
/// With less left, somebody should begin.
const SOON: i64 = 30;
/// Lists of revoked certificates are made anew every few days.
const LIST_SOON: i64 = 1;

/// Until when the certificates hold that the settings name.
pub(super) fn examine(config: &Config, now: Timestamp, report: &mut Report) {
    let mut files: Vec<(&str, &Path, &str)> = Vec::new();
    if let Some(path) = &config.tls_certificate {
        files.push(("tls_certificate", path, "renew it; the service reads the new one by itself"));
    }
    let authority = "ask the authority for its next certificate, and add it";
    let callers = config.client_authorities.iter().map(|path| ("client_authorities", path));
    let shown = config.tls_client_authorities.iter().map(|path| ("tls_client_authorities", path));
    let receivers = config.webhook_authorities.iter().map(|path| ("webhook_authorities", path));
    let issuers = config.token_issuer_authorities.iter();
    let issuers = issuers.map(|path| ("token_issuer_authorities", path));
    let database = config.database_authorities.iter().map(|path| ("database_authorities", path));
    for (setting, path) in callers.chain(shown).chain(receivers).chain(issuers).chain(database) {
        files.push((setting, path, authority));
    }
    if files.is_empty() && config.client_revocations.is_empty() {
        report.well(AREA, "the settings name none");
    }
    for (setting, path, todo) in files {
        file(setting, path, todo, now, report);
    }
    for path in &config.client_revocations {
        lists(path, now, report);
    }
}

fn file(setting: &str, path: &Path, todo: &str, now: Timestamp, report: &mut Report) {
    let shown = path.display();
    match pem::certificates(path) {
        Ok(all) => {
            for der in all {
                match Certificate::from_der(&der) {
                    Ok(certificate) => {
                        lasts(&format!("of {setting}, {shown}"), &certificate, todo, now, report);
                    }
                    Err(refusal) => {
                        let text = format!("{setting}, {shown}: {refusal}");
                        report.tell(
                            Level::Error,
                            AREA,
                            text,
                            "put a certificate there that can be read",
                        );
                    }
                }
            }
        }
        Err(error) => {
            let text = format!("{setting}, {error}");
            report.tell(
                Level::Error,
                AREA,
                text,
                "name a file of certificates in PEM that the service can read",
            );
        }
    }
}

/// Does a certificate hold, and for how long still?
pub(super) fn lasts(
    name: &str,
    certificate: &Certificate,
    todo: &str,
    now: Timestamp,
    report: &mut Report,
) {
    let (from, until) = (certificate.not_before(), certificate.not_after());
    let text = |what: &str| format!("{name}: {what} (valid from {from:.0} until {until:.0})");
    let left = days(now, until);
    if until <= now {
        report.tell(Level::Error, AREA, text("it has ended"), todo);
    } else if from > now {
        report.tell(
            Level::Error,
            AREA,
            text("it is not valid yet"),
            "see whether the clock is right",
        );
    } else if left < SOON {
        report.tell(Level::Warning, AREA, text(&format!("it ends in {left} days")), todo);
    } else {
        report.well(AREA, text(&format!("{left} days are left")));
    }
}

fn lists(path: &Path, now: Timestamp, report: &mut Report) {
    let shown = path.display();
    let todo =
        "fetch the new list; while it is out of date, all clients of its authority are refused";
    let all = match pem::all::<CertificateRevocationListDer<'static>>(path, pem::REVOCATIONS) {
        Ok(all) => all,
        Err(error) => return report.tell(Level::Error, AREA, error.to_string(), todo),
    };
    let mut found = false;
    for der in all {
        let Ok((_, list)) = CertificateRevocationList::from_der(&der) else { continue };
        found = true;
        let next =
            list.next_update().and_then(|time| Timestamp::from_second(time.timestamp()).ok());
        let Some(next) = next else {
            report.tell(Level::Warning, AREA, format!("{shown} does not say when it ends"), todo);
            continue;
        };
        let text = format!("client_revocations, {shown}: the next list is due at {next:.0}");
        if next <= now {
            report.tell(Level::Error, AREA, text, todo);
        } else if days(now, next) < LIST_SOON {
            report.tell(Level::Note, AREA, text, "see that the new list is fetched in time");
        } else {
            report.well(AREA, text);
        }
    }
    if !found {
        let text = format!("{shown} holds no {} that can be read", pem::REVOCATIONS);
        report.tell(Level::Error, AREA, text, todo);
    }
}

#[cfg(test)]
mod tests {
    use rcgen::DnType;

    use super::*;
    use crate::keys::{Identity, Kind};

    #[test]
    fn a_certificate_is_told_of_in_time() {
        let made: Timestamp = "2026-03-02T08:00:00Z".parse().expect("a moment");
        let subject = [(DnType::CommonName, "one")];
        let identity = Identity::own(Kind::Signer, &subject, made, 1).expect("made");
        let certificate = Certificate::from_der(identity.certificate_der()).expect("read");
        for (now, level) in [
            ("2026-02-01T00:00:00Z", Level::Error),
            ("2026-03-02T08:00:00Z", Level::Well),
            ("2027-02-10T00:00:00Z", Level::Warning),
            ("2027-03-03T00:00:00Z", Level::Error),
        ] {
            let now = now.parse().expect("a moment");
            let mut report = Report::new(now);
            lasts("of one", &certificate, "renew it", now, &mut report);
            assert_eq!(report.worst(), level, "{}", report.text());
        }
    }
}
