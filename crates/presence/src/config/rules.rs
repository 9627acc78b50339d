//! What settings mean together.

use crate::server::{ShownBy, Way};
use soap::{Environment, Sha1};

use super::read::Given;
use super::{Config, Problem, Source};

/// Puts in what a demonstration has as defaults.
pub(super) fn fill(config: &mut Config, given: &Given) {
    if !config.demo {
        return;
    }
    config.open = true;
    if !given.contains_key("data") {
        config.data = None;
    }
    if !given.contains_key("environment") {
        config.environment = Environment::Simulation;
    }
    if !given.contains_key("sha1") {
        config.sha1 = Sha1::On;
    }
    if !given.contains_key("inner_listen") {
        config.inner_listen = Some(([127, 0, 0, 1], 0).into());
    }
}

/// What contradicts.
pub(super) fn agree(config: &Config, given: &Given) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut refuse = |setting: &str, wrong: &str, allowed: &str| {
        problems.push(Problem {
            setting: setting.to_owned(),
            source: given.get(setting).cloned().unwrap_or(Source::Together),
            wrong: wrong.to_owned(),
            allowed: allowed.to_owned(),
        });
    };
    let open = if config.demo { "demo" } else { "open" };
    if config.open && !config.listen.ip().is_loopback() {
        let wrong = format!("{} is reached from other machines", config.listen);
        refuse(open, &wrong, "an open service may listen on 127.0.0.1 or [::1] only");
    }
    if config.open && config.environment == Environment::Production {
        let wrong = "in Production every caller must be known";
        refuse(open, wrong, "an open service may be of any other environment");
    }
    let token_lifetime = config.token_lifetime;
    if !(60..=86_400).contains(&token_lifetime.as_secs()) {
        refuse("token_lifetime", "it is out of range", "from a minute to a day");
    }
    if config.token_key.is_none() && config.token_former_key.is_some() {
        let wrong =
            "without token_key the program makes its keys, and keeps the former ones itself";
        refuse("token_former_key", wrong, "give token_key too, or neither");
    }
    if config.tls_certificate.is_some() != config.tls_key.is_some() {
        let given = if config.tls_key.is_some() { "tls_key" } else { "tls_certificate" };
        refuse(given, "it is given alone", "tls_certificate and tls_key go together");
    }
    if config.tls_certificate.is_none() && !config.tls_client_authorities.is_empty() {
        let allowed = "give tls_certificate and tls_key too";
        refuse("tls_client_authorities", "certificates are only shown in TLS", allowed);
    }
    if config.tls_client_required && config.tls_client_authorities.is_empty() {
        let wrong = "no certificate could satisfy it";
        refuse("tls_client_required", wrong, "give tls_client_authorities too");
    }
    if config.client_address != Way::Connection && config.trusted_proxies.is_empty() {
        let wrong = "nobody is trusted to say it";
        refuse("client_address", wrong, "give trusted_proxies too, or `connection`");
    }
    let by_handshake = config.client_certificate == ShownBy::Connection;
    if by_handshake && config.tls_client_authorities.is_empty() {
        let wrong = "no certificate is asked for in the handshake";
        refuse("client_certificate", wrong, "give tls_client_authorities too");
    }
    let by_header = !by_handshake && config.client_certificate != ShownBy::Off;
    if by_header && config.trusted_proxies.is_empty() {
        let wrong = "nobody is trusted to say it";
        refuse("client_certificate", wrong, "give trusted_proxies too");
    }
    if by_header && config.client_address == Way::ProxyProtocol {
        let wrong = "with proxy-protocol it is callers who write headers, not the balancer";
        refuse("client_certificate", wrong, "end TLS here, and say `connection`");
    }
    // A packed body is held beside what is unpacked of it, and a step of what comes next.
    if config.max_buffered_bytes / 3 < config.max_body_bytes {
        let wrong = "it is so small that the largest body, when packed, would never fit";
        refuse("max_buffered_bytes", wrong, "give at least three times max_body_bytes");
    }
    problems
}
