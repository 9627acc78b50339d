use rusqlite::Connection;
use thiserror::Error;

/// Every step of the schema, oldest first. A step that was released is never changed: add one.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_registrations.sql"),
    include_str!("../migrations/0002_clients.sql"),
    include_str!("../migrations/0003_replays.sql"),
    include_str!("../migrations/0004_addresses.sql"),
    include_str!("../migrations/0005_senders.sql"),
    include_str!("../migrations/0006_audit.sql"),
    include_str!("../migrations/0007_registers.sql"),
    include_str!("../migrations/0008_steps.sql"),
    include_str!("../migrations/0009_extracts.sql"),
    include_str!("../migrations/0010_checks.sql"),
    include_str!("../migrations/0011_work_leaders.sql"),
    include_str!("../migrations/0012_kept_certificates.sql"),
    include_str!("../migrations/0013_kept_calls.sql"),
    include_str!("../migrations/0014_located.sql"),
    include_str!("../migrations/0015_secrets.sql"),
    include_str!("../migrations/0016_webhook_turns.sql"),
    include_str!("../migrations/0017_journal.sql"),
    include_str!("../migrations/0018_usage.sql"),
];

/// Marks the file as one of ours ("PRES").
const APPLICATION_ID: i32 = 0x5052_4553;

/// Why a database file is refused.
#[derive(Debug, Error)]
pub(crate) enum SchemaError {
    #[error("the file is a database of another program (application id {0:#x})")]
    OtherProgram(i32),
    #[error(
        "the data folder has schema version {found}, this program knows versions up to {known}: \
         use the newer program that made it, or restore a backup"
    )]
    Newer { found: u32, known: u32 },
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

/// The version that this program knows best.
pub(crate) fn newest() -> u32 {
    MIGRATIONS.len().try_into().unwrap_or(u32::MAX)
}

/// Brings the schema to this program's version, each step in a transaction of its own; refuses a database of
/// another program or of a newer version without touching it.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), SchemaError> {
    let found = version(connection)?;
    for (step, sql) in (1_i64..).zip(MIGRATIONS).skip(found as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", step)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The version that it has; a database of another program or of a newer version is refused.
pub(crate) fn version(connection: &Connection) -> Result<u32, SchemaError> {
    let application: i32 = pragma(connection, "application_id")?;
    let found = u32::try_from(pragma(connection, "user_version")?).unwrap_or(u32::MAX);
    let empty: bool =
        connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", (), |row| row.get(0))?;
    if application != APPLICATION_ID && !empty {
        Err(SchemaError::OtherProgram(application))
    } else if found > newest() {
        Err(SchemaError::Newer { found, known: newest() })
    } else {
        Ok(found)
    }
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> Connection {
        Connection::open_in_memory().expect("memory")
    }

    #[test]
    fn a_new_file_gets_the_schema_and_an_old_one_keeps_it() {
        let mut connection = memory();
        migrate(&mut connection).expect("new");
        migrate(&mut connection).expect("again");
        assert_eq!(version(&connection).expect("ours"), newest());
    }

    #[test]
    fn a_newer_schema_is_refused_untouched() {
        let mut connection = memory();
        migrate(&mut connection).expect("new");
        connection.execute_batch("PRAGMA user_version = 1000").expect("set");
        let error = migrate(&mut connection).expect_err("newer");
        assert!(matches!(error, SchemaError::Newer { .. }), "{error}");
    }

    #[test]
    fn a_database_of_another_program_is_refused() {
        let mut connection = memory();
        connection.execute_batch("CREATE TABLE theirs (x)").expect("set up");
        let error = migrate(&mut connection).expect_err("not ours");
        assert!(matches!(error, SchemaError::OtherProgram(0)), "{error}");
    }

    #[test]
    fn history_and_declarations_cannot_be_changed() {
        let mut connection = memory();
        migrate(&mut connection).expect("new");
        connection
            .execute_batch(
                "INSERT INTO registration (id, day, works, created, channel, status, remarks) \
                 VALUES (1, 1, '1Y00000000000', 1, 1, 3, 0);
                 INSERT INTO history (registration, place, at, status, remarks, cause) \
                 VALUES (1, 1, 1, 4, 0, 1);
                 INSERT INTO audit VALUES (1, '', x'');",
            )
            .expect("set up");
        for sql in [
            "UPDATE history SET at = 2",
            "DELETE FROM history",
            "UPDATE audit SET body = 'x'",
            "DELETE FROM audit",
            "DELETE FROM registration",
            "UPDATE registration SET day = 2",
            "UPDATE registration SET inss = 2",
            "UPDATE registration SET at = 2",
            "UPDATE registration SET place = ''",
        ] {
            assert!(connection.execute(sql, ()).is_err(), "{sql}");
        }
        connection.execute("UPDATE registration SET status = 4", ()).expect("status moves");
    }
}
