use std::sync::Arc;

use domain::register::Period;
use domain::{
    CertificateHandle, CertificateRule, Client, ClientId, EnterpriseNumber, Fingerprint,
    KeptCertificate, Mandate, Profile, Role, TokenKey,
};
use tokio_postgres::Row;

use crate::failure::Failure;
use crate::row;

/// All of a client; the parts that it has many of are arrays.
pub(super) const SELECT: &str = "SELECT id, name, company, user_type, role, profile, added, revoked, \
     ARRAY(SELECT fingerprint FROM client_certificate p WHERE p.client = c.id ORDER BY place), \
     ARRAY(SELECT issuer FROM client_certificate p WHERE p.client = c.id ORDER BY place), \
     ARRAY(SELECT subject FROM client_certificate p WHERE p.client = c.id ORDER BY place), \
     ARRAY(SELECT key_id FROM client_key p WHERE p.client = c.id ORDER BY place), \
     ARRAY(SELECT key FROM client_key p WHERE p.client = c.id ORDER BY place), \
     ARRAY(SELECT scope FROM client_scope p WHERE p.client = c.id ORDER BY place), \
     ARRAY(SELECT employer FROM client_mandate p WHERE p.client = c.id ORDER BY place), \
     ARRAY(SELECT first_day FROM client_mandate p WHERE p.client = c.id ORDER BY place), \
     ARRAY(SELECT last_day FROM client_mandate p WHERE p.client = c.id ORDER BY place), \
     ARRAY(SELECT der FROM client_kept p WHERE p.client = c.id ORDER BY place), \
     ARRAY(SELECT place FROM client_handle p WHERE p.client = c.id ORDER BY place, handle), \
     ARRAY(SELECT handle FROM client_handle p WHERE p.client = c.id ORDER BY place, handle) \
     FROM client c";

/// Whose certificate it is: the rule for this one before the rule for its issuer and subject.
pub(super) const OWNER: &str = "id = coalesce((SELECT client FROM client_certificate WHERE fingerprint = $1), \
                                (SELECT client FROM client_certificate WHERE subject = $2 AND issuer = $3))";

/// The certificates that are kept under a handle.
pub(super) const BY_HANDLE: &str = "SELECT kept.der FROM client_handle AS named \
     JOIN client_kept AS kept ON kept.client = named.client AND kept.place = named.place \
     WHERE named.handle = $1 LIMIT $2";

/// Reads a row of [`SELECT`].
pub(super) fn client(row: &Row) -> Result<Client, Failure> {
    Ok(Client {
        id: ClientId::parse(row.try_get(0)?).ok_or(unreadable("id"))?,
        name: row.try_get::<_, &str>(1)?.into(),
        company: row.try_get::<_, Option<i64>>(2)?.map(enterprise).transpose()?,
        user_type: row.try_get::<_, &str>(3)?.into(),
        role: role(row)?,
        certificates: certificates(row)?,
        kept: kept(row)?,
        keys: keys(row)?,
        scopes: row.try_get::<_, Vec<&str>>(13)?.into_iter().map(Arc::from).collect(),
        added: row::moment(row.try_get(6)?).ok_or(unreadable("moment"))?,
        revoked: row
            .try_get::<_, Option<i64>>(7)?
            .map(|at| row::moment(at).ok_or(unreadable("revocation")))
            .transpose()?,
    })
}

fn role(row: &Row) -> Result<Role, Failure> {
    Ok(match row.try_get(4)? {
        "employer" => Role::Employer,
        "mandatary" => Role::Mandatary(mandates(row)?),
        "intermediary" => Role::Intermediary,
        "consulting" => {
            let profile = row.try_get::<_, Option<&str>>(5)?.and_then(Profile::from_name);
            Role::Consulting(profile.ok_or(unreadable("profile"))?)
        }
        "inspector" => Role::Inspector,
        "administrator" => Role::Administrator,
        _ => return Err(unreadable("role")),
    })
}

fn mandates(row: &Row) -> Result<Vec<Mandate>, Failure> {
    let employers: Vec<i64> = row.try_get(14)?;
    let (first, last): (Vec<Option<i32>>, Vec<Option<i32>>) = (row.try_get(15)?, row.try_get(16)?);
    let day = |number: Option<i32>| {
        let read = |number| row::day_of(number).ok_or(unreadable("day of a mandate"));
        number.map(read).transpose()
    };
    let periods = first.into_iter().zip(last);
    employers
        .into_iter()
        .zip(periods)
        .map(|(employer, (first, last))| {
            let period =
                Period::new(day(first)?, day(last)?).ok_or(unreadable("period of a mandate"))?;
            Ok(Mandate { employer: enterprise(employer)?, period })
        })
        .collect()
}

fn certificates(row: &Row) -> Result<Vec<CertificateRule>, Failure> {
    let fingerprints: Vec<Option<&[u8]>> = row.try_get(8)?;
    let (issuers, subjects): (Vec<Option<&str>>, Vec<Option<&str>>) =
        (row.try_get(9)?, row.try_get(10)?);
    fingerprints
        .into_iter()
        .zip(issuers.into_iter().zip(subjects))
        .map(|rule| match rule {
            (Some(bytes), _) => bytes
                .try_into()
                .map(|bytes| CertificateRule::Fingerprint(Fingerprint(bytes)))
                .map_err(|_| unreadable("fingerprint")),
            (None, (Some(issuer), Some(subject))) => {
                Ok(CertificateRule::Issued { issuer: issuer.into(), subject: subject.into() })
            }
            (None, _) => Err(unreadable("certificate")),
        })
        .collect()
}

fn kept(row: &Row) -> Result<Vec<KeptCertificate>, Failure> {
    let whole: Vec<&[u8]> = row.try_get(17)?;
    let (places, named): (Vec<i64>, Vec<&[u8]>) = (row.try_get(18)?, row.try_get(19)?);
    let mut handles: Vec<Vec<CertificateHandle>> = vec![Vec::new(); whole.len()];
    for (place, handle) in places.into_iter().zip(named) {
        let of = usize::try_from(place).ok().and_then(|place| handles.get_mut(place));
        let handle = handle.try_into().map_err(|_| unreadable("handle"))?;
        of.ok_or(unreadable("certificate of a handle"))?.push(CertificateHandle(handle));
    }
    let kept = whole.into_iter().zip(handles);
    Ok(kept.map(|(der, handles)| KeptCertificate::new(der.into(), handles)).collect())
}

fn keys(row: &Row) -> Result<Vec<TokenKey>, Failure> {
    let (ids, texts): (Vec<Option<&str>>, Vec<&str>) = (row.try_get(11)?, row.try_get(12)?);
    let key =
        |(id, text): (Option<&str>, &str)| TokenKey { id: id.map(Into::into), text: text.into() };
    Ok(ids.into_iter().zip(texts).map(key).collect())
}

fn enterprise(number: i64) -> Result<EnterpriseNumber, Failure> {
    EnterpriseNumber::from_long(number).map_err(|_| unreadable("enterprise number"))
}

pub(super) fn unreadable(field: &'static str) -> Failure {
    Failure::UnreadableClient { field }
}
