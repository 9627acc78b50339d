use async_trait::async_trait;
use domain::Error;
use domain::register::Register;
use jiff::Timestamp;
use rusqlite::OptionalExtension;
use store::Extracts;

use crate::SqliteStore;

#[async_trait]
impl Extracts for SqliteStore {
    async fn extract(&self, register: Register) -> Result<Option<u32>, Error> {
        self.look_up(move |connection| {
            let sql = "SELECT number FROM register_extract WHERE register = ?";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row((register.number(),), |row| row.get(0)).optional()?)
        })
        .await
    }

    async fn set_extract(
        &self,
        register: Register,
        number: u32,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.transact(1, move |connection| {
            connection.execute(
                "INSERT INTO register_extract (register, number, at) VALUES (?, ?, ?) \
                 ON CONFLICT (register) DO UPDATE SET number = excluded.number, at = excluded.at",
                (register.number(), number, at.as_millisecond()),
            )?;
            Ok(())
        })
        .await
    }
}
