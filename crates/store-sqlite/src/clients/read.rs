use std::sync::Arc;

use domain::register::Period;
use domain::{
    CertificateHandle, CertificateRule, Client, ClientId, EnterpriseNumber, Fingerprint,
    KeptCertificate, Mandate, Profile, Role, TokenKey,
};
use rusqlite::{Connection, OptionalExtension, Row};
use store::Presented;

use crate::failure::Failure;
use crate::row;

const COLUMNS: &str = "id, name, company, user_type, role, profile, added, revoked";

/// The statements that find clients; one step in an index each.
pub(crate) const BY_ID: &str = "SELECT id FROM client WHERE id = ?";
pub(crate) const BY_FINGERPRINT: &str =
    "SELECT client FROM client_certificate WHERE fingerprint = ?";
pub(crate) const BY_SUBJECT: &str =
    "SELECT client FROM client_certificate WHERE subject = ? AND issuer = ?";
pub(crate) const BY_HANDLE: &str = "SELECT kept.der FROM client_handle AS named \
     JOIN client_kept AS kept ON kept.client = named.client AND kept.place = named.place \
     WHERE named.handle = ? LIMIT ?";
pub(crate) const LIST: &str = "SELECT id FROM client WHERE id > ? ORDER BY id LIMIT ?";
const VERSION: &str = "SELECT version FROM client_version";

pub(super) fn client(connection: &Connection, id: &str) -> Result<Option<Client>, Failure> {
    // One transaction, so that all parts of the record are of one moment.
    let transaction = connection.unchecked_transaction()?;
    load(&transaction, id)
}

pub(super) fn by_certificate(
    connection: &Connection,
    certificate: &Presented,
) -> Result<Option<Client>, Failure> {
    let transaction = connection.unchecked_transaction()?;
    match owner(&transaction, certificate)? {
        Some(id) => load(&transaction, &id),
        None => Ok(None),
    }
}

fn owner(connection: &Connection, certificate: &Presented) -> rusqlite::Result<Option<Box<str>>> {
    let mut by_fingerprint = connection.prepare_cached(BY_FINGERPRINT)?;
    let found =
        by_fingerprint.query_row((&certificate.fingerprint.0[..],), |row| row.get(0)).optional()?;
    if found.is_some() {
        return Ok(found);
    }
    let mut by_subject = connection.prepare_cached(BY_SUBJECT)?;
    by_subject.query_row((&certificate.subject, &certificate.issuer), |row| row.get(0)).optional()
}

/// Whose certificate this rule is.
pub(super) fn owner_of_rule(
    connection: &Connection,
    rule: &CertificateRule,
) -> rusqlite::Result<Option<Box<str>>> {
    match rule {
        CertificateRule::Fingerprint(fingerprint) => connection
            .prepare_cached(BY_FINGERPRINT)?
            .query_row((&fingerprint.0[..],), |row| row.get(0)),
        CertificateRule::Issued { issuer, subject } => {
            connection.prepare_cached(BY_SUBJECT)?.query_row((subject, issuer), |row| row.get(0))
        }
    }
    .optional()
}

pub(super) fn list(
    connection: &Connection,
    after: Option<&ClientId>,
    limit: u32,
) -> Result<Vec<Client>, Failure> {
    let transaction = connection.unchecked_transaction()?;
    let after = after.map_or("", ClientId::as_str);
    let ids: Vec<Box<str>> = transaction
        .prepare_cached(LIST)?
        .query_map((after, limit), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut clients = Vec::with_capacity(ids.len());
    for id in ids {
        clients.extend(load(&transaction, &id)?);
    }
    Ok(clients)
}

pub(super) fn version(connection: &Connection) -> Result<u64, Failure> {
    let version: i64 = connection.prepare_cached(VERSION)?.query_row((), |row| row.get(0))?;
    Ok(version.cast_unsigned())
}

fn load(connection: &Connection, id: &str) -> Result<Option<Client>, Failure> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM client WHERE id = ?"))?;
    let mut rows = statement.query((id,))?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Client {
        id: ClientId::parse(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)
            .ok_or(unreadable("id"))?,
        name: row.get(1)?,
        company: row.get::<_, Option<i64>>(2)?.map(enterprise).transpose()?,
        user_type: row.get(3)?,
        role: role(connection, id, row)?,
        certificates: certificates(connection, id)?,
        kept: kept(connection, id)?,
        keys: keys(connection, id)?,
        scopes: scopes(connection, id)?,
        added: row::moment(row.get(6)?).ok_or(unreadable("moment"))?,
        revoked: row
            .get::<_, Option<i64>>(7)?
            .map(|at| row::moment(at).ok_or(unreadable("revocation")))
            .transpose()?,
    }))
}

fn role(connection: &Connection, id: &str, row: &Row<'_>) -> Result<Role, Failure> {
    let name: Box<str> = row.get(4)?;
    Ok(match &*name {
        "employer" => Role::Employer,
        "mandatary" => Role::Mandatary(mandates(connection, id)?),
        "intermediary" => Role::Intermediary,
        "consulting" => {
            let profile: Option<Box<str>> = row.get(5)?;
            let profile = profile.and_then(|profile| Profile::from_name(&profile));
            Role::Consulting(profile.ok_or(unreadable("profile"))?)
        }
        "inspector" => Role::Inspector,
        "administrator" => Role::Administrator,
        _ => return Err(unreadable("role")),
    })
}

fn mandates(connection: &Connection, id: &str) -> Result<Vec<Mandate>, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT employer, first_day, last_day FROM client_mandate WHERE client = ? ORDER BY place",
    )?;
    let mut rows = statement.query((id,))?;
    let mut mandates = Vec::new();
    while let Some(row) = rows.next()? {
        let day = |column| -> Result<_, Failure> {
            let number: Option<i64> = row.get(column)?;
            number
                .map(|number| row::day_of(number).ok_or(unreadable("day of a mandate")))
                .transpose()
        };
        let period = Period::new(day(1)?, day(2)?).ok_or(unreadable("period of a mandate"))?;
        mandates.push(Mandate { employer: enterprise(row.get(0)?)?, period });
    }
    Ok(mandates)
}

fn certificates(connection: &Connection, id: &str) -> Result<Vec<CertificateRule>, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT fingerprint, issuer, subject FROM client_certificate WHERE client = ? \
         ORDER BY place",
    )?;
    let mut rows = statement.query((id,))?;
    let mut rules = Vec::new();
    while let Some(row) = rows.next()? {
        let fingerprint: Option<[u8; 32]> = row.get(0)?;
        rules.push(match fingerprint {
            Some(fingerprint) => CertificateRule::Fingerprint(Fingerprint(fingerprint)),
            None => CertificateRule::Issued { issuer: row.get(1)?, subject: row.get(2)? },
        });
    }
    Ok(rules)
}

fn kept(connection: &Connection, id: &str) -> Result<Vec<KeptCertificate>, Failure> {
    let mut handles = connection
        .prepare_cached("SELECT handle FROM client_handle WHERE client = ? AND place = ?")?;
    let mut statement = connection
        .prepare_cached("SELECT place, der FROM client_kept WHERE client = ? ORDER BY place")?;
    let mut rows = statement.query((id,))?;
    let mut kept = Vec::new();
    while let Some(row) = rows.next()? {
        let place: i64 = row.get(0)?;
        let handles = handles
            .query_map((id, place), |row| row.get(0).map(CertificateHandle))?
            .collect::<rusqlite::Result<_>>()?;
        kept.push(KeptCertificate::new(row.get(1)?, handles));
    }
    Ok(kept)
}

pub(super) fn kept_certificates(
    connection: &Connection,
    handle: CertificateHandle,
    limit: u32,
) -> Result<Vec<Arc<[u8]>>, Failure> {
    let mut statement = connection.prepare_cached(BY_HANDLE)?;
    let found = statement.query_map((&handle.0[..], limit), |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn keys(connection: &Connection, id: &str) -> Result<Vec<TokenKey>, Failure> {
    let mut statement = connection
        .prepare_cached("SELECT key_id, key FROM client_key WHERE client = ? ORDER BY place")?;
    let keys = statement
        .query_map((id,), |row| Ok(TokenKey { id: row.get(0)?, text: row.get(1)? }))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(keys)
}

fn scopes(connection: &Connection, id: &str) -> Result<Vec<Arc<str>>, Failure> {
    let mut statement = connection
        .prepare_cached("SELECT scope FROM client_scope WHERE client = ? ORDER BY place")?;
    Ok(statement.query_map((id,), |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

fn enterprise(number: i64) -> Result<EnterpriseNumber, Failure> {
    EnterpriseNumber::from_long(number).map_err(|_| unreadable("enterprise number"))
}

fn unreadable(field: &'static str) -> Failure {
    Failure::UnreadableClient { field }
}
