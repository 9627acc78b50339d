use domain::{CertificateRule, Client, ClientId, Mandate, Role};
use rusqlite::Connection;
use store::ClientConflict;

use super::read;
use crate::failure::Failure;

/// The tables that hold a client's parts.
const PARTS: [&str; 6] = [
    "client_certificate",
    "client_handle",
    "client_kept",
    "client_key",
    "client_scope",
    "client_mandate",
];

type Written = Result<Result<(), ClientConflict>, Failure>;

pub(super) fn add(connection: &Connection, client: &Client) -> Written {
    if exists(connection, client)? {
        return Ok(Err(ClientConflict::Exists(client.id.clone())));
    }
    if let Some(conflict) = taken(connection, client)? {
        return Ok(Err(conflict));
    }
    write(
        connection,
        client,
        "INSERT INTO client (id, name, company, user_type, role, profile, added, revoked) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    Ok(Ok(()))
}

pub(super) fn change(connection: &Connection, client: &Client) -> Written {
    if !exists(connection, client)? {
        return Ok(Err(ClientConflict::Unknown(client.id.clone())));
    }
    if let Some(conflict) = taken(connection, client)? {
        return Ok(Err(conflict));
    }
    for table in PARTS {
        let sql = format!("DELETE FROM {table} WHERE client = ?");
        connection.prepare_cached(&sql)?.execute((client.id.as_str(),))?;
    }
    write(
        connection,
        client,
        "UPDATE client SET name = ?2, company = ?3, user_type = ?4, role = ?5, profile = ?6, \
         added = ?7, revoked = ?8 WHERE id = ?1",
    )?;
    Ok(Ok(()))
}

fn exists(connection: &Connection, client: &Client) -> rusqlite::Result<bool> {
    connection.prepare_cached(read::BY_ID)?.exists((client.id.as_str(),))
}

/// A certificate of `client` that leads to another one.
fn taken(connection: &Connection, client: &Client) -> Result<Option<ClientConflict>, Failure> {
    for rule in &client.certificates {
        let owner = read::owner_of_rule(connection, rule)?;
        if let Some(owner) = owner.filter(|owner| **owner != *client.id.as_str()) {
            let by = ClientId::parse(&owner).ok_or(Failure::UnreadableClient { field: "id" })?;
            return Ok(Some(ClientConflict::CertificateTaken { rule: rule.clone(), by }));
        }
    }
    Ok(None)
}

fn write(connection: &Connection, client: &Client, sql: &str) -> Result<(), Failure> {
    let profile = match &client.role {
        Role::Consulting(profile) => Some(profile.name()),
        _ => None,
    };
    connection.prepare_cached(sql)?.execute((
        client.id.as_str(),
        &client.name,
        client.company.map(|company| company.number().cast_signed()),
        &client.user_type,
        client.role.name(),
        profile,
        client.added.as_millisecond(),
        client.revoked.map(jiff::Timestamp::as_millisecond),
    ))?;
    parts(connection, client)?;
    connection.prepare_cached("UPDATE client_version SET version = version + 1")?.execute(())?;
    Ok(())
}

fn parts(connection: &Connection, client: &Client) -> Result<(), Failure> {
    let id = client.id.as_str();
    let mut certificate = connection.prepare_cached(
        "INSERT INTO client_certificate (client, place, fingerprint, issuer, subject) \
         VALUES (?, ?, ?, ?, ?)",
    )?;
    for (place, rule) in (0_i64..).zip(&client.certificates) {
        let (fingerprint, issuer, subject) = match rule {
            CertificateRule::Fingerprint(fingerprint) => (Some(&fingerprint.0[..]), None, None),
            CertificateRule::Issued { issuer, subject } => (None, Some(issuer), Some(subject)),
        };
        certificate.execute((id, place, fingerprint, issuer, subject))?;
    }
    write_kept(connection, client)?;
    let mut key = connection.prepare_cached(
        "INSERT INTO client_key (client, place, key_id, key) VALUES (?, ?, ?, ?)",
    )?;
    for (place, it) in (0_i64..).zip(&client.keys) {
        key.execute((id, place, it.id.as_deref(), &it.text))?;
    }
    let mut scope = connection
        .prepare_cached("INSERT INTO client_scope (client, place, scope) VALUES (?, ?, ?)")?;
    for (place, it) in (0_i64..).zip(&client.scopes) {
        scope.execute((id, place, it))?;
    }
    if let Role::Mandatary(mandates) = &client.role {
        write_mandates(connection, id, mandates)?;
    }
    Ok(())
}

fn write_kept(connection: &Connection, client: &Client) -> rusqlite::Result<()> {
    let id = client.id.as_str();
    let mut whole = connection
        .prepare_cached("INSERT INTO client_kept (client, place, der) VALUES (?, ?, ?)")?;
    let mut named = connection
        .prepare_cached("INSERT INTO client_handle (handle, client, place) VALUES (?, ?, ?)")?;
    for (place, kept) in (0_i64..).zip(&client.kept) {
        whole.execute((id, place, &kept.der()[..]))?;
        for handle in kept.handles() {
            named.execute((&handle.0[..], id, place))?;
        }
    }
    Ok(())
}

fn write_mandates(connection: &Connection, id: &str, mandates: &[Mandate]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO client_mandate (client, place, employer, first_day, last_day) \
         VALUES (?, ?, ?, ?, ?)",
    )?;
    for (place, Mandate { employer, period }) in (0_i64..).zip(mandates) {
        statement.execute((
            id,
            place,
            employer.number().cast_signed(),
            period.from().map(domain::day_number),
            period.until().map(domain::day_number),
        ))?;
    }
    Ok(())
}
