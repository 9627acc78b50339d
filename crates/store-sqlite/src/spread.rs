//! From the changes of registers to the registrations that they concern: by indexes, never by a scan.

use domain::register::Register;
use domain::{Inss, Status, day_number};
use jiff::civil::Date;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::checks::waits_again;
use crate::failure::Failure;
use crate::{registers, search};

/// What an import changed.
pub(crate) struct Change {
    import: i64,
    register: Register,
    inss: i64,
    company: i64,
    limosa: Box<str>,
    works: Box<str>,
}

/// A change with the registrations that it concerns.
pub(crate) struct Concerned {
    change: Change,
    registrations: Vec<i64>,
}

pub(crate) const CHANGES: &str = "SELECT c.import, i.register, c.inss, c.company, c.limosa, c.works \
     FROM register_change AS c CROSS JOIN register_import AS i ON i.id = c.import \
     WHERE i.swapped = 1 ORDER BY c.import, c.inss, c.company, c.limosa, c.works LIMIT ?";

/// The oldest changes that are swapped in, and whose registrations are not known yet.
pub(crate) fn read(connection: &Connection, most: u32) -> Result<Vec<Change>, Failure> {
    let mut statement = connection.prepare_cached(CHANGES)?;
    let mut rows = statement.query((most,))?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        let import = row.get(0)?;
        changes.push(Change {
            import,
            register: Register::from_number(row.get(1)?)
                .ok_or(Failure::Unreadable { id: import, field: "register of an import" })?,
            inss: row.get(2)?,
            company: row.get(3)?,
            limosa: row.get(4)?,
            works: row.get(5)?,
        });
    }
    Ok(changes)
}

/// The registrations of each change, from `since` on.
pub(crate) fn concerned(
    connection: &Connection,
    changes: Vec<Change>,
    since: Date,
) -> Result<Vec<Concerned>, Failure> {
    let day = |sql: &str| -> Result<Option<i64>, Failure> {
        Ok(connection.prepare_cached(sql)?.query_row((), |row| row.get(0)).optional()?)
    };
    let last = day(search::LAST_DAY)?.unwrap_or(i64::MIN);
    let first = day_number(since).max(day(search::FIRST_DAY)?.unwrap_or(i64::MAX));
    let find = |change: Change| {
        let mut registrations = Vec::new();
        for days in first..=last {
            of_day(connection, &change, days, &mut registrations)?;
        }
        Ok(Concerned { change, registrations })
    };
    changes.into_iter().map(find).collect()
}

/// Only what was checked already: new ones see the new state anyway.
fn checked() -> String {
    let (validated, failed) = (Status::Validated.number(), Status::Failed.number());
    format!("status IN ({validated}, {failed})")
}

pub(crate) fn by_person() -> String {
    format!(
        "SELECT id FROM registration INDEXED BY registration_by_inss \
         WHERE day = ?1 AND inss = ?2 AND (?3 = 0 OR company = ?3) AND {}",
        checked()
    )
}

pub(crate) fn by_newest() -> String {
    format!(
        "SELECT id FROM registration INDEXED BY registration_by_newest \
         WHERE day = ?1 AND newest = ?2 AND newest IS NOT NULL AND (?3 = 0 OR company = ?3) AND {}",
        checked()
    )
}

pub(crate) fn by_company() -> String {
    format!(
        "SELECT id FROM registration INDEXED BY registration_by_company \
         WHERE day = ?1 AND company = ?2 AND {}",
        checked()
    )
}

pub(crate) fn by_works() -> String {
    format!(
        "SELECT id FROM registration INDEXED BY registration_by_works \
         WHERE day = ?1 AND works = ?2 AND {}",
        checked()
    )
}

pub(crate) fn by_limosa() -> String {
    format!(
        "SELECT id FROM registration INDEXED BY registration_by_limosa \
         WHERE day = ?1 AND limosa = ?2 AND limosa IS NOT NULL AND {}",
        checked()
    )
}

fn of_day(
    connection: &Connection,
    change: &Change,
    day: i64,
    registrations: &mut Vec<i64>,
) -> Result<(), Failure> {
    let mut find = |sql: &str, parameters: &[Value]| -> Result<(), Failure> {
        let mut statement = connection.prepare_cached(sql)?;
        let mut all = vec![Value::Integer(day)];
        all.extend_from_slice(parameters);
        let mut rows = statement.query(params_from_iter(all))?;
        while let Some(row) = rows.next()? {
            registrations.push(row.get(0)?);
        }
        Ok(())
    };
    if change.inss != 0 {
        // An employment concerns the person there; a mandate the person elsewhere, too.
        let company = if change.register == Register::Employments { change.company } else { 0 };
        for number in numbers(connection, change.inss)? {
            let parameters = [Value::Integer(number), Value::Integer(company)];
            find(&by_person(), &parameters)?;
            find(&by_newest(), &parameters)?;
        }
    }
    if change.company != 0 && change.register != Register::Employments {
        find(&by_company(), &[Value::Integer(change.company)])?;
    }
    if !change.limosa.is_empty() {
        find(&by_limosa(), &[Value::Text(change.limosa.to_string())])?;
    }
    if !change.works.is_empty() {
        find(&by_works(), &[Value::Text(change.works.to_string())])?;
    }
    Ok(())
}

fn numbers(connection: &Connection, inss: i64) -> Result<Vec<i64>, Failure> {
    let Some(inss) = u64::try_from(inss).ok().and_then(Inss::from_stored) else {
        return Ok(Vec::new());
    };
    let numbers = registers::numbers_of(connection, inss)?;
    Ok(numbers.into_iter().map(|number| number.number().cast_signed()).collect())
}

/// A registration that waits because of a change.
#[derive(Clone, Copy)]
pub(crate) struct Waiting {
    registration: i64,
    register: Register,
    import: i64,
}

/// All registrations that changes concern.
pub(crate) fn all(concerned: &[Concerned]) -> Vec<Waiting> {
    let of_one = |Concerned { change, registrations }: &Concerned| {
        let (register, import) = (change.register, change.import);
        let waiting = move |registration| Waiting { registration, register, import };
        registrations.iter().copied().map(waiting).collect::<Vec<_>>()
    };
    concerned.iter().flat_map(of_one).collect()
}

/// Lets registrations wait.
pub(crate) fn wait(connection: &Connection, all: &[Waiting]) -> Result<(), Failure> {
    for Waiting { registration, register, import } in all {
        waits_again(connection, *registration, Some(*register), *import)?;
    }
    Ok(())
}

/// Forgets changes whose registrations wait.
pub(crate) fn forget(connection: &Connection, concerned: &[Concerned]) -> Result<(), Failure> {
    let mut forget = connection.prepare_cached(
        "DELETE FROM register_change WHERE import = ? AND inss = ? AND company = ? \
         AND limosa = ? AND works = ?",
    )?;
    for Concerned { change, .. } in concerned {
        forget.execute((
            change.import,
            change.inss,
            change.company,
            &*change.limosa,
            &*change.works,
        ))?;
    }
    Ok(())
}
