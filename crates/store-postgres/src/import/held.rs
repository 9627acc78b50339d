use deadpool_postgres::Client;
use tokio_postgres::error::SqlState;

use super::{LOCK, of};
use crate::database::Database;
use crate::failure::Failure;

/// A transaction that waits a second for its lock, since who held it before may just be going, and then as long as it
/// has to for anything. The server looks whether its program is still there while a long statement runs, so that the lock
/// of one that was killed is free; where it cannot look, it finds out afterwards.
const BEGIN: &str = "BEGIN; SET LOCAL application_name = 'presence import'; SET LOCAL lock_timeout = '1s'; SET LOCAL statement_timeout = 0; \
                     SET LOCAL idle_in_transaction_session_timeout = 0; \
                     DO $$ BEGIN PERFORM set_config('client_connection_check_interval', '1s', true); \
                     EXCEPTION WHEN invalid_parameter_value THEN NULL; END $$";

/// A transaction that holds the lock of an import until it ends.
pub(super) struct Held {
    connection: Option<Client>,
}

impl Held {
    pub(super) async fn take(database: &Database, lock: i32) -> Result<Self, Failure> {
        let held = Self { connection: Some(database.connection().await?) };
        let connection = held.connection()?;
        connection.batch_execute(BEGIN).await?;
        match connection.execute_typed(LOCK, &of(&lock)).await {
            Ok(_) => {}
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                held.end("ROLLBACK").await?;
                return Err(Failure::Busy);
            }
            Err(error) => return Err(error.into()),
        }
        connection.batch_execute("SET LOCAL lock_timeout TO DEFAULT").await?;
        Ok(held)
    }

    pub(super) fn connection(&self) -> Result<&Client, Failure> {
        self.connection.as_ref().ok_or(Failure::Closed)
    }

    /// Commits, which frees the lock.
    pub(super) async fn commit(self) -> Result<(), Failure> {
        self.end("COMMIT").await
    }

    async fn end(mut self, how: &str) -> Result<(), Failure> {
        self.connection()?.batch_execute(how).await?;
        // Nothing is open any more: the connection may be used again.
        drop(self.connection.take());
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // The server rolls back what is open when the connection ends; in the pool it would stay open.
        if let Some(connection) = self.connection.take() {
            drop(Client::take(connection));
        }
    }
}
