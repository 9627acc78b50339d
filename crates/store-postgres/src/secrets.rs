use async_trait::async_trait;
use domain::Error;
use store::Secrets;
use tokio_postgres::types::{ToSql, Type};

use crate::PostgresStore;
use crate::failure::Failure;

/// The second part sees the secret that was there before this statement; when another has just made one, neither does.
const SECRET: &str = "WITH made AS (INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING \
                      RETURNING value) \
                      SELECT value FROM made UNION ALL SELECT value FROM secret WHERE name = $1";

#[async_trait]
impl Secrets for PostgresStore {
    async fn secret(&self, name: &'static str, fresh: [u8; 32]) -> Result<[u8; 32], Error> {
        let secret = self.database.repeat_always("secret", || async {
            let connection = self.database.connection().await?;
            let fresh = &fresh[..];
            let parameters: [(&(dyn ToSql + Sync), Type); 2] =
                [(&name, Type::TEXT), (&fresh, Type::BYTEA)];
            loop {
                if let Some(row) = connection.query_typed_opt(SECRET, &parameters).await? {
                    let value: &[u8] = row.try_get(0)?;
                    return value.try_into().map_err(|_| Failure::UnreadableSecret);
                }
            }
        });
        Ok(secret.await?)
    }
}
