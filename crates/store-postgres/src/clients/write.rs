use deadpool_postgres::{Client as Connection, Transaction};
use domain::{AuditEntry, CertificateRule, Client, ClientId, Role};
use store::ClientConflict;
use tokio_postgres::types::{ToSql, Type};

use super::read::unreadable;
use crate::failure::Failure;
use crate::{audit, row};

/// The tables of what a client has many of.
const PARTS: [&str; 6] = [
    "client_certificate",
    "client_key",
    "client_scope",
    "client_mandate",
    "client_handle",
    "client_kept",
];

/// Is the client to be there already?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    New,
    InPlace,
}

/// Writes a client, unless that contradicts what is there.
pub(super) async fn client(
    connection: &mut Connection,
    client: &Client,
    writing: Writing,
    entry: Option<&AuditEntry>,
) -> Result<Result<(), ClientConflict>, Failure> {
    let transaction = connection.transaction().await?;
    // Whoever changes the register holds this row: changes come one after the other.
    transaction.execute_typed("UPDATE client_version SET version = version + 1", &[]).await?;
    if let Some(conflict) = conflict(&transaction, client, writing).await? {
        return Ok(Err(conflict));
    }
    let id = client.id.as_str();
    for table in PARTS {
        let sql = format!("DELETE FROM {table} WHERE client = $1");
        transaction.execute_typed(&sql, &[(&id, Type::TEXT)]).await?;
    }
    record(&transaction, client).await?;
    parts(&transaction, client).await?;
    if let Some(entry) = entry {
        audit::append(&transaction, entry).await?;
    }
    transaction.commit().await?;
    Ok(Ok(()))
}

async fn conflict(
    transaction: &Transaction<'_>,
    client: &Client,
    writing: Writing,
) -> Result<Option<ClientConflict>, Failure> {
    let id = client.id.as_str();
    let there = transaction
        .query_typed_opt("SELECT FROM client WHERE id = $1", &[(&id, Type::TEXT)])
        .await?
        .is_some();
    match (writing, there) {
        (Writing::New, true) => return Ok(Some(ClientConflict::Exists(client.id.clone()))),
        (Writing::InPlace, false) => return Ok(Some(ClientConflict::Unknown(client.id.clone()))),
        _ => {}
    }
    for rule in &client.certificates {
        if let Some(by) = other_owner(transaction, id, rule).await? {
            return Ok(Some(ClientConflict::CertificateTaken { rule: rule.clone(), by }));
        }
    }
    Ok(None)
}

async fn other_owner(
    transaction: &Transaction<'_>,
    id: &str,
    rule: &CertificateRule,
) -> Result<Option<ClientId>, Failure> {
    let (fingerprint, issuer, subject) = columns(rule);
    let parameters: [(&(dyn ToSql + Sync), Type); 4] = [
        (&fingerprint, Type::BYTEA),
        (&issuer, Type::TEXT),
        (&subject, Type::TEXT),
        (&id, Type::TEXT),
    ];
    let sql = "SELECT client FROM client_certificate \
               WHERE (fingerprint = $1 OR subject = $3 AND issuer = $2) AND client <> $4";
    let Some(row) = transaction.query_typed_opt(sql, &parameters).await? else { return Ok(None) };
    Ok(Some(ClientId::parse(row.try_get(0)?).ok_or(unreadable("id"))?))
}

fn columns(rule: &CertificateRule) -> (Option<&[u8]>, Option<&str>, Option<&str>) {
    match rule {
        CertificateRule::Fingerprint(fingerprint) => (Some(&fingerprint.0[..]), None, None),
        CertificateRule::Issued { issuer, subject } => (None, Some(issuer), Some(subject)),
    }
}

async fn record(transaction: &Transaction<'_>, client: &Client) -> Result<(), Failure> {
    let profile = match &client.role {
        Role::Consulting(profile) => Some(profile.name()),
        _ => None,
    };
    let parameters: [(&(dyn ToSql + Sync), Type); 8] = [
        (&client.id.as_str(), Type::TEXT),
        (&&*client.name, Type::TEXT),
        (&client.company.map(|company| company.number().cast_signed()), Type::INT8),
        (&&*client.user_type, Type::TEXT),
        (&client.role.name(), Type::TEXT),
        (&profile, Type::TEXT),
        (&client.added.as_millisecond(), Type::INT8),
        (&client.revoked.map(jiff::Timestamp::as_millisecond), Type::INT8),
    ];
    let sql = "INSERT INTO client (id, name, company, user_type, role, profile, added, revoked) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET name = $2, company = $3, \
               user_type = $4, role = $5, profile = $6, added = $7, revoked = $8";
    transaction.execute_typed(sql, &parameters).await?;
    Ok(())
}

async fn parts(transaction: &Transaction<'_>, client: &Client) -> Result<(), Failure> {
    let id = client.id.as_str();
    for (place, rule) in (0_i64..).zip(&client.certificates) {
        let (fingerprint, issuer, subject) = columns(rule);
        let parameters: [(&(dyn ToSql + Sync), Type); 5] = [
            (&id, Type::TEXT),
            (&place, Type::INT8),
            (&fingerprint, Type::BYTEA),
            (&issuer, Type::TEXT),
            (&subject, Type::TEXT),
        ];
        let sql = "INSERT INTO client_certificate (client, place, fingerprint, issuer, subject) \
                   VALUES ($1, $2, $3, $4, $5)";
        transaction.execute_typed(sql, &parameters).await?;
    }
    for (place, key) in (0_i64..).zip(&client.keys) {
        let parameters: [(&(dyn ToSql + Sync), Type); 4] = [
            (&id, Type::TEXT),
            (&place, Type::INT8),
            (&key.id.as_deref(), Type::TEXT),
            (&&*key.text, Type::TEXT),
        ];
        let sql = "INSERT INTO client_key (client, place, key_id, key) VALUES ($1, $2, $3, $4)";
        transaction.execute_typed(sql, &parameters).await?;
    }
    let scopes: Vec<&str> = client.scopes.iter().map(|scope| &**scope).collect();
    let sql = "INSERT INTO client_scope (client, place, scope) \
               SELECT $1, place - 1, scope FROM unnest($2::text[]) WITH ORDINALITY AS s (scope, place)";
    transaction.execute_typed(sql, &[(&id, Type::TEXT), (&scopes, Type::TEXT_ARRAY)]).await?;
    kept(transaction, client).await?;
    mandates(transaction, client).await
}

async fn kept(transaction: &Transaction<'_>, client: &Client) -> Result<(), Failure> {
    let id = client.id.as_str();
    for (place, kept) in (0_i64..).zip(&client.kept) {
        let parameters: [(&(dyn ToSql + Sync), Type); 3] =
            [(&id, Type::TEXT), (&place, Type::INT8), (&&kept.der()[..], Type::BYTEA)];
        let sql = "INSERT INTO client_kept (client, place, der) VALUES ($1, $2, $3)";
        transaction.execute_typed(sql, &parameters).await?;
        let handles: Vec<&[u8]> = kept.handles().iter().map(|handle| &handle.0[..]).collect();
        let parameters: [(&(dyn ToSql + Sync), Type); 3] =
            [(&id, Type::TEXT), (&place, Type::INT8), (&handles, Type::BYTEA_ARRAY)];
        let sql =
            "INSERT INTO client_handle (client, place, handle) SELECT $1, $2, unnest($3::bytea[])";
        transaction.execute_typed(sql, &parameters).await?;
    }
    Ok(())
}

async fn mandates(transaction: &Transaction<'_>, client: &Client) -> Result<(), Failure> {
    let Role::Mandatary(mandates) = &client.role else { return Ok(()) };
    let employers: Vec<_> =
        mandates.iter().map(|mandate| mandate.employer.number().cast_signed()).collect();
    let first: Vec<_> =
        mandates.iter().map(|mandate| mandate.period.from().map(row::day_number)).collect();
    let last: Vec<_> =
        mandates.iter().map(|mandate| mandate.period.until().map(row::day_number)).collect();
    let parameters: [(&(dyn ToSql + Sync), Type); 4] = [
        (&client.id.as_str(), Type::TEXT),
        (&employers, Type::INT8_ARRAY),
        (&first, Type::INT4_ARRAY),
        (&last, Type::INT4_ARRAY),
    ];
    let sql = "INSERT INTO client_mandate (client, place, employer, first_day, last_day) \
               SELECT $1, place - 1, employer, first_day, last_day \
               FROM unnest($2::bigint[], $3::integer[], $4::integer[]) \
               WITH ORDINALITY AS m (employer, first_day, last_day, place)";
    transaction.execute_typed(sql, &parameters).await?;
    Ok(())
}
