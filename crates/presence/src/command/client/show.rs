use std::io::{self, Write};

use domain::register::Period;
use domain::{Client, Role};
use wss::Certificate;

/// A client in one line.
pub(super) fn line(client: &Client, output: &mut dyn Write) -> io::Result<()> {
    let state = if client.revoked.is_some() { "revoked" } else { "in force" };
    let company = client.company.map_or("-".to_owned(), |company| company.to_string());
    writeln!(output, "{}  {state}  {}  {company}  {}", client.id, role(&client.role), client.name)
}

/// A client with all its parts.
pub(super) fn whole(client: &Client, output: &mut dyn Write) -> io::Result<()> {
    let mut row = |name: &str, value: &str| writeln!(output, "{name:<12} {value}");
    row("client", client.id.as_str())?;
    row("name", &client.name)?;
    row("role", &role(&client.role))?;
    row("company", &client.company.map_or("-".to_owned(), |company| company.to_string()))?;
    row("user type", &client.user_type)?;
    row("added", &format!("{:.0}", client.added))?;
    row("revoked", &client.revoked.map_or("no".to_owned(), |at| format!("since {at:.0}")))?;
    for rule in &client.certificates {
        row("certificate", &rule.to_string())?;
    }
    for kept in &client.kept {
        let Ok(certificate) = Certificate::from_der(kept.der()) else { continue };
        let (digest, end) = (certificate.fingerprint(), certificate.not_after());
        row("kept whole", &format!("SHA-256 {digest}, valid until {end:.0}"))?;
    }
    for key in &client.keys {
        let form = if key.text.starts_with('{') { "JWK" } else { "PEM" };
        row("key", &format!("{} ({form})", key.id.as_deref().unwrap_or("without kid")))?;
    }
    for scope in &client.scopes {
        row("scope", scope)?;
    }
    if let Role::Mandatary(mandates) = &client.role {
        for mandate in mandates {
            row("mandate", &format!("{} {}", mandate.employer, period(mandate.period)))?;
        }
    }
    Ok(())
}

/// A role with its profile.
pub(super) fn role(role: &Role) -> String {
    match role {
        Role::Consulting(profile) => format!("{} ({})", role.name(), profile.name()),
        _ => role.name().to_owned(),
    }
}

fn period(period: Period) -> String {
    match (period.from(), period.until()) {
        (None, None) => "always".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(until)) => format!("until {until}"),
        (Some(from), Some(until)) => format!("from {from} until {until}"),
    }
}
