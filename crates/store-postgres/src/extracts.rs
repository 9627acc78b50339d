use async_trait::async_trait;
use domain::Error;
use domain::register::Register;
use jiff::Timestamp;
use store::Extracts;
use tokio_postgres::types::{ToSql, Type};

use crate::PostgresStore;
use crate::failure::Failure;

#[async_trait]
impl Extracts for PostgresStore {
    async fn extract(&self, register: Register) -> Result<Option<u32>, Error> {
        let register = i16::from(register.number());
        let number = self.database.repeat_always("number of an extract", || async {
            let connection = self.database.connection().await?;
            let sql = "SELECT number FROM register_extract WHERE register = $1";
            let row = connection.query_typed_opt(sql, &[(&register, Type::INT2)]).await?;
            row.map(|row| {
                let number: i64 = row.try_get(0)?;
                let unreadable = Failure::Unreadable { id: number, field: "number of an extract" };
                u32::try_from(number).map_err(|_| unreadable)
            })
            .transpose()
        });
        Ok(number.await?)
    }

    async fn set_extract(
        &self,
        register: Register,
        number: u32,
        at: Timestamp,
    ) -> Result<(), Error> {
        let (register, number) = (i16::from(register.number()), i64::from(number));
        let at = at.as_millisecond();
        let noted = self.database.repeat_always("note an extract", || async {
            let connection = self.database.connection().await?;
            let parameters: [(&(dyn ToSql + Sync), Type); 3] =
                [(&register, Type::INT2), (&number, Type::INT8), (&at, Type::INT8)];
            let sql = "INSERT INTO register_extract (register, number, at) VALUES ($1, $2, $3) \
                       ON CONFLICT (register) DO UPDATE SET number = excluded.number, at = excluded.at";
            connection.execute_typed(sql, &parameters).await?;
            Ok(())
        });
        Ok(noted.await?)
    }
}
