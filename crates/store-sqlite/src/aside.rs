//! Registrations that cannot be checked, set aside so that they are in nobody's way: among those that wait to be checked
//! again (`recheck`), with -1 as their lease, which nobody is ever given.

use rusqlite::Connection;

use crate::failure::Failure;

/// What stands in the place of an import where a registration has never been checked.
pub(crate) const NEW: i64 = 0;

pub(crate) const COUNT: &str = "SELECT count(*) FROM recheck WHERE lease = -1";
pub(crate) const READ: &str = "SELECT registration FROM recheck WHERE lease = -1 AND registration > ? \
     ORDER BY registration LIMIT ?";

/// Takes registrations out of a lease. What was new is kept as such; what waits meanwhile for another reason waits on.
pub(crate) fn put(
    connection: &Connection,
    lease: u64,
    registrations: &[i64],
) -> Result<(), Failure> {
    let mut put = connection.prepare_cached(
        "INSERT INTO recheck (registration, register, import, lease) SELECT ?1, NULL, ?2, -1 \
         WHERE EXISTS (SELECT 1 FROM check_lease WHERE token = ?3) \
         ON CONFLICT (registration) DO UPDATE SET lease = -1 WHERE lease = ?3",
    )?;
    for registration in registrations {
        put.execute((registration, NEW, lease.cast_signed()))?;
    }
    Ok(())
}

/// The first `most` that are set aside, with numbers above `after`.
pub(crate) fn read(connection: &Connection, after: i64, most: usize) -> Result<Vec<i64>, Failure> {
    let mut statement = connection.prepare_cached(READ)?;
    let rows =
        statement.query_map((after, i64::try_from(most).unwrap_or(i64::MAX)), |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Lets registrations wait again, each for the reason it had.
pub(crate) fn take_back(connection: &Connection, registrations: &[i64]) -> Result<(), Failure> {
    let mut statement = connection
        .prepare_cached("UPDATE recheck SET lease = 0 WHERE registration = ? AND lease = -1")?;
    for registration in registrations {
        statement.execute((registration,))?;
    }
    Ok(())
}
