//! The kinds of values: how a text becomes one. Each reader answers what is wrong with a text; what would be right is
//! said by the setting.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::server::{Network, ShownBy, Way};
use soap::{Environment, Sha1};

/// Every environment (contract page SOAP, section Faults).
const ENVIRONMENTS: [Environment; 6] = [
    Environment::Development,
    Environment::Test,
    Environment::Integration,
    Environment::Acceptation,
    Environment::Simulation,
    Environment::Production,
];

/// The form of the log's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

pub(super) fn environment(text: &str) -> Result<Environment, String> {
    let named = |kind: &Environment| kind.name().eq_ignore_ascii_case(text);
    ENVIRONMENTS.into_iter().find(named).ok_or_else(|| format!("\"{text}\" is no environment"))
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("\"{text}\" is no form of log")),
    }
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("\"{text}\" is neither true nor false")),
    }
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("\"{text}\" is no address"))
}

pub(super) fn whole(text: &str, least: u32, most: u32) -> Result<u32, String> {
    let number: u64 = text.parse().map_err(|_| format!("\"{text}\" is no whole number"))?;
    let number = u32::try_from(number).ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("{text} is not from {least} to {most}"))
}

/// A number of bytes, plain or with a unit of 1024.
pub(super) fn size(text: &str, least: usize, most: usize) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit: usize = match text[digits.len()..].trim_start() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        unit => return Err(format!("\"{text}\" is no size: \"{unit}\" is no unit")),
    };
    let number: usize = digits.parse().map_err(|_| format!("\"{text}\" is no size"))?;
    let size = number.checked_mul(unit).filter(|size| (least..=most).contains(size));
    size.ok_or_else(|| format!("{text} is out of range"))
}

/// Seconds, with decimals if need be.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| format!("\"{text}\" is no number of seconds"))?;
    if !(0.01..=86_400.0).contains(&number) {
        return Err(format!("{text} is not from 0.01 to 86400 seconds"));
    }
    Ok(Duration::from_secs_f64(number))
}

pub(super) fn text(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(char::is_control) {
        return Err("the text is empty or has control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// Files, divided by commas.
pub(super) fn files(given: &str) -> Result<Vec<PathBuf>, String> {
    given.split(',').map(|part| text(part.trim()).map(PathBuf::from)).collect()
}

pub(super) fn file(given: &str) -> Result<Option<PathBuf>, String> {
    text(given).map(|path| Some(path.into()))
}

pub(super) fn way(text: &str) -> Result<Way, String> {
    match text {
        "connection" => Ok(Way::Connection),
        "proxy-protocol" => Ok(Way::ProxyProtocol),
        "x-forwarded-for" => Ok(Way::XForwardedFor),
        "forwarded" => Ok(Way::Forwarded),
        _ => Err(format!("\"{text}\" is none of the four")),
    }
}

pub(super) fn shown_by(text: &str) -> Result<ShownBy, String> {
    match text {
        "off" => Ok(ShownBy::Off),
        "connection" => Ok(ShownBy::Connection),
        "client-cert" => Ok(ShownBy::ClientCert),
        "x-ssl-client-cert" => Ok(ShownBy::XSslClientCert),
        _ => Err(format!("\"{text}\" is none of the four")),
    }
}

/// Ranges of addresses, divided by commas.
pub(super) fn networks(given: &str) -> Result<Vec<Network>, String> {
    let network = |part: &str| {
        part.trim().parse().map_err(|_| format!("\"{part}\" is no address or range of addresses"))
    };
    given.split(',').map(network).collect()
}

pub(super) fn sha1(text: &str) -> Result<Sha1, String> {
    match text {
        "off" => Ok(Sha1::Off),
        "signatures" => Ok(Sha1::Signatures),
        "on" => Ok(Sha1::On),
        _ => Err(format!("\"{text}\" is none of the three")),
    }
}

pub(super) fn url(text: &str) -> Result<String, String> {
    let url: http::Uri = text.parse().map_err(|_| format!("\"{text}\" is no URL"))?;
    let web = matches!(url.scheme_str(), Some("http" | "https")) && url.query().is_none();
    if !web || url.authority().is_none() {
        return Err(format!("\"{text}\" is no http or https URL without a query"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_with_units_of_1024() {
        for (text, bytes) in
            [("1024", 1024), ("1 KiB", 1024), ("8MiB", 8 << 20), ("1 GiB", 1 << 30), ("7 B", 7)]
        {
            assert_eq!(size(text, 1, 1 << 30), Ok(bytes), "{text}");
        }
        for text in ["", "KiB", "8 MB", "-1", "1.5 MiB", "2 GiB", "99999999999999999999", "8 MiBé"]
        {
            assert!(size(text, 1, 1 << 30).is_err(), "{text}");
        }
    }

    #[test]
    fn seconds_are_finite_and_not_zero() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["", "0", "-1", "NaN", "inf", "1e9", "10s"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn urls_have_no_trailing_slash_or_query() {
        assert_eq!(url("https://presence.example/"), Ok("https://presence.example".to_owned()));
        assert_eq!(url("http://a:8/x"), Ok("http://a:8/x".to_owned()));
        for text in ["presence.example", "ftp://a", "http://a?x", "/x", ""] {
            assert!(url(text).is_err(), "{text}");
        }
    }
}
