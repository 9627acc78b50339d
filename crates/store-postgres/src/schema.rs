use deadpool_postgres::Client;
use thiserror::Error;
use tokio_postgres::types::{ToSql, Type};

use crate::database::Database;
use crate::failure::Failure;

/// A step of the schema: its number, the oldest version of the schema whose programs may go on with the database once it
/// was taken, and what it does.
type Step<'s> = (i32, i32, &'s str);

/// Every step of the schema, by its number. A step that was released is never changed: add one.
///
/// Programs of the version before go on beside those that took a step: it may add tables, columns that may be left out, and
/// indexes. A step that takes away or renames what the version before uses comes a version later, and says by its
/// oldest version that programs from before do not go on with it.
const MIGRATIONS: &[Step<'_>] = &[
    (1, 1, include_str!("../migrations/0001_registrations.sql")),
    (2, 2, include_str!("../migrations/0002_audit.sql")),
    (3, 3, include_str!("../migrations/0003_steps.sql")),
    (4, 4, include_str!("../migrations/0004_checks.sql")),
    (5, 5, include_str!("../migrations/0005_secrets.sql")),
    (10, 10, include_str!("../migrations/0010_clients.sql")),
    (11, 11, include_str!("../migrations/0011_replays.sql")),
    (12, 12, include_str!("../migrations/0012_registers.sql")),
    (13, 13, include_str!("../migrations/0013_addresses.sql")),
    (14, 14, include_str!("../migrations/0014_extracts.sql")),
    (15, 15, include_str!("../migrations/0015_webhooks.sql")),
    (16, 16, include_str!("../migrations/0016_transfer.sql")),
    (17, 16, include_str!("../migrations/0017_store.sql")),
    (18, 16, include_str!("../migrations/0018_seats.sql")),
    (19, 16, include_str!("../migrations/0019_audit_chains.sql")),
    (20, 16, include_str!("../migrations/0020_waiting_by_seat.sql")),
    (21, 16, include_str!("../migrations/0021_usage.sql")),
];

/// Who migrates holds this lock ("PRES"), so that nodes that start together wait for each other.
const LOCK: i64 = 0x5052_4553;

/// Why a database is refused.
#[derive(Debug, Error)]
pub(crate) enum SchemaError {
    #[error(
        "the database has schema version {found}, with which programs from version {oldest} on may work; this one knows \
         versions up to {known}: use the newer program that made it, or restore a backup"
    )]
    Newer { found: i32, oldest: i32, known: i32 },
    #[error(
        "data is being moved to this database and not all of it is there: call `presence migrate` again until it says that it is"
    )]
    Unfinished,
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<tokio_postgres::Error> for SchemaError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Failure(error.into())
    }
}

/// Brings the schema to this program's version, each step in a transaction of its own. A newer one is left as it is: used
/// where its steps allow it, refused otherwise.
pub(crate) async fn migrate(database: &Database) -> Result<(), SchemaError> {
    bring_to(database, MIGRATIONS).await
}

/// The schema as programs of an earlier version left it.
#[cfg(test)]
pub(crate) async fn migrate_to(database: &Database, version: i32) -> Result<(), SchemaError> {
    let steps: Vec<_> = MIGRATIONS.iter().copied().filter(|step| step.0 <= version).collect();
    bring_to(database, &steps).await
}

async fn bring_to(database: &Database, steps: &[Step<'_>]) -> Result<(), SchemaError> {
    let mut connection = database.connection().await?;
    connection
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY, oldest integer NOT NULL)",
        )
        .await
        .or_else(|error| if is_race(&error) { Ok(()) } else { Err(error) })?;
    for step in steps {
        apply(&mut connection, *step, newest(steps)).await?;
    }
    connection.execute_typed(GO_ON_WITH_STEPS, &[]).await?;
    tell_planner(&mut connection).await?;
    // What the role is told holds for connections that begin after it.
    drop(Client::take(connection));
    Ok(())
}

/// How every connection of this role to this database plans, also one that a pooler made: no statement is worth being
/// compiled, which takes a tenth of a second and more where the planner expects many rows in vain, and an index is not
/// dear on disks without a moving head. A role that may not say so plans as it is told elsewhere.
const PLANNER: &str = "DO $$ DECLARE setting text; BEGIN \
     FOREACH setting IN ARRAY ARRAY['jit=off', 'random_page_cost=1.1'] LOOP \
     IF NOT EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase \
     JOIN pg_roles r ON r.oid = s.setrole WHERE d.datname = current_database() AND r.rolname = current_user \
     AND setting = ANY(s.setconfig)) THEN \
     EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET %s = %L', current_database(), \
     split_part(setting, '=', 1), split_part(setting, '=', 2)); \
     END IF; END LOOP; EXCEPTION WHEN insufficient_privilege THEN \
     RAISE WARNING 'this role may not be told how to plan: %', SQLERRM; END $$";

/// One node after the other: two that tell it at the same time would be refused.
async fn tell_planner(connection: &mut Client) -> Result<(), SchemaError> {
    let transaction = connection.transaction().await?;
    transaction.query_typed("SELECT pg_advisory_xact_lock($1)", &[(&LOCK, Type::INT8)]).await?;
    transaction.batch_execute(PLANNER).await?;
    Ok(transaction.commit().await?)
}

/// A step that this server cannot have counted yet was brought from another one: those to come go on behind it.
const GO_ON_WITH_STEPS: &str = "UPDATE step_base SET base = base + ahead.by FROM (SELECT (SELECT max(entry) FROM step) \
     - (SELECT base FROM step_base) - pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 1 AS by) AS ahead \
     WHERE ahead.by > 0";

/// The version that is found, and the oldest one whose programs may go on with it.
const FOUND: &str =
    "SELECT coalesce(max(version), 0), coalesce(max(oldest), 0) FROM schema_version";

/// The version that is found, 0 where there is none, and the newest that this program knows.
pub(crate) async fn versions(database: &Database) -> Result<(u32, u32), Failure> {
    let connection = database.connection().await?;
    let there = "SELECT to_regclass('schema_version') IS NOT NULL";
    let there: bool = connection.query_typed_one(there, &[]).await?.try_get(0)?;
    let found: i32 = if there {
        let newest = "SELECT coalesce(max(version), 0) FROM schema_version";
        connection.query_typed_one(newest, &[]).await?.try_get(0)?
    } else {
        0
    };
    Ok((found.unsigned_abs(), newest(MIGRATIONS).unsigned_abs()))
}

/// Refuses a database to which not everything has been moved yet.
pub(crate) async fn whole(database: &Database) -> Result<(), SchemaError> {
    let unfinished = "SELECT EXISTS (SELECT 1 FROM transfer_source WHERE NOT finished)";
    let row = database.connection().await?.query_typed_one(unfinished, &[]).await?;
    if row.try_get(0)? { Err(SchemaError::Unfinished) } else { Ok(()) }
}

fn newest(steps: &[Step<'_>]) -> i32 {
    steps.iter().map(|(number, ..)| *number).max().unwrap_or(0)
}

/// Of two that create the same at the same time one is told that it is there already, even with IF NOT EXISTS.
fn is_race(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&tokio_postgres::error::SqlState::UNIQUE_VIOLATION)
}

async fn apply(connection: &mut Client, step: Step<'_>, known: i32) -> Result<(), SchemaError> {
    let (number, oldest, sql) = step;
    let transaction = connection.transaction().await?;
    transaction.query_typed("SELECT pg_advisory_xact_lock($1)", &[(&LOCK, Type::INT8)]).await?;
    let row = transaction.query_typed_one(FOUND, &[]).await?;
    let (found, needed): (i32, i32) = (row.try_get(0)?, row.try_get(1)?);
    if needed > known {
        return Err(SchemaError::Newer { found, oldest: needed, known });
    }
    let record =
        "INSERT INTO schema_version (version, oldest) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    let parameters: [(&(dyn ToSql + Sync), Type); 2] =
        [(&number, Type::INT4), (&oldest, Type::INT4)];
    if transaction.execute_typed(record, &parameters).await? == 1 {
        transaction.batch_execute(sql).await?;
        transaction.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use store::contract::sample_registration;
    use store::{Registrations as _, Store as _};
    use testkit::PostgresServer;

    use super::*;
    use crate::{Options, PostgresStore};

    #[test]
    fn steps_are_in_order_and_each_has_a_number_of_its_own() {
        assert!(MIGRATIONS.is_sorted_by(|one, next| one.0 < next.0));
        assert!(MIGRATIONS.iter().all(|(number, oldest, _)| oldest <= number));
    }

    /// What a next version may bring: columns that may be left out, in every large table, a table and an index.
    const ADDS: &str = "ALTER TABLE registration ADD COLUMN next text; \
        ALTER TABLE history ADD COLUMN next bigint NOT NULL DEFAULT 7; ALTER TABLE step ADD COLUMN next text; \
        ALTER TABLE client ADD COLUMN next text; ALTER TABLE webhook ADD COLUMN next boolean NOT NULL DEFAULT false; \
        CREATE TABLE next (id bigint PRIMARY KEY); CREATE INDEX next_by_day ON registration (day, created)";

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_program_goes_on_beside_the_next_version_and_refuses_the_one_after() {
        let Some(server) = PostgresServer::start_or_skip() else { return };
        let url = server.new_database();
        let old = PostgresStore::open(&url, Options::default()).await.expect("opened");
        let known = newest(MIGRATIONS);
        let adding: Vec<_> = MIGRATIONS.iter().copied().chain([(known + 1, known, ADDS)]).collect();
        bring_to(&old.database, &adding).await.expect("the next version starts");
        bring_to(&old.database, &adding).await.expect("and another node of it");
        let also_old =
            PostgresStore::open(&url, Options::default()).await.expect("opened beside it");
        for (month, store) in [&old, &also_old].into_iter().enumerate() {
            let mut new = vec![sample_registration(1, 1, 1), sample_registration(2, 1, 1)];
            // A month that has no partition yet: it is made with what the next version added.
            new[1].submission.day += (12 + i64::try_from(month).expect("few")).months();
            let stored = store.register(new).await.expect("stored");
            for registration in stored {
                let dossier = store.registrations().dossier(registration.id).await.expect("read");
                assert_eq!(dossier.expect("there").registration, registration);
            }
        }
        assert_eq!(versions(&old.database).await.expect("read").0, known.unsigned_abs() + 1);

        let taking = (known + 2, known + 1, "DROP INDEX next_by_day");
        let taking: Vec<_> = adding.iter().copied().chain([taking]).collect();
        bring_to(&old.database, &taking).await.expect("the version after starts");
        let refused = PostgresStore::open(&url, Options::default()).await.err().expect("refused");
        let text = std::error::Error::source(&refused).expect("a cause").to_string();
        assert!(text.contains(&format!("programs from version {} on", known + 1)), "{text}");
        bring_to(&old.database, &adding).await.expect("the next version still starts beside it");
    }
}
