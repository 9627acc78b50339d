use async_trait::async_trait;
use domain::Error;
use store::Secrets;

use crate::SqliteStore;

#[async_trait]
impl Secrets for SqliteStore {
    async fn secret(&self, name: &'static str, fresh: [u8; 32]) -> Result<[u8; 32], Error> {
        self.transact(1, move |connection| {
            connection.execute(
                "INSERT INTO secret (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (name, &fresh[..]),
            )?;
            let mut known = connection.prepare("SELECT value FROM secret WHERE name = ?")?;
            Ok(known.query_row((name,), |row| row.get(0))?)
        })
        .await
    }
}
