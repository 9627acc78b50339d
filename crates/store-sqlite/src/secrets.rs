use async_trait::async_trait;
use domain::Error;
use rusqlite::{Connection, OptionalExtension};
use store::Secrets;

use crate::SqliteStore;
use crate::failure::Failure;

#[async_trait]
impl Secrets for SqliteStore {
    async fn secret(&self, name: &'static str, fresh: [u8; 32]) -> Result<[u8; 32], Error> {
        if let Some(known) = self.look_up(move |connection| read(connection, name)).await? {
            return Ok(known);
        }
        self.transact(1, move |connection| {
            connection.execute(
                "INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (name, &fresh[..]),
            )?;
            Ok(read(connection, name)?.unwrap_or(fresh))
        })
        .await
    }
}

fn read(connection: &Connection, name: &str) -> Result<Option<[u8; 32]>, Failure> {
    let mut known = connection.prepare("SELECT value FROM secret WHERE name = ?")?;
    Ok(known.query_row((name,), |row| row.get(0)).optional()?)
}
