//! What waits to be checked, and what checks found.

mod aside;
mod finish;
mod lease;
#[cfg(test)]
mod plan_tests;
mod repeated;
mod spread;

use async_trait::async_trait;
use deadpool_postgres::Client;
use domain::Error;
use jiff::Timestamp;
use jiff::civil::Date;
use store::{Backlog, Checks, Finding, Finished, Lease, Repetition};

use crate::PostgresStore;
use crate::failure::Failure;

pub(crate) use repeated::repetitions_wait;

#[async_trait]
impl Checks for PostgresStore {
    async fn backlog(&self) -> Result<Backlog, Error> {
        let backlog = self.database.repeat_always("backlog of checks", || async {
            backlog(&self.database.connection().await?).await
        });
        Ok(backlog.await?)
    }

    async fn lease(
        &self,
        most: u32,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Lease>, Error> {
        let (now, until) = (now.as_millisecond(), until.as_millisecond());
        // When its connection is lost, nobody has the lease, and what it took waits again in time.
        let database = self.database.beside_calls();
        let lease = database.repeat_always("lease checks", || async {
            let own = self.register.seat.first_id().await;
            let mut connection = self.database.connection().await?;
            lease::lease(&mut connection, self.layout, most, own, (now, until)).await
        });
        Ok(lease.await?)
    }

    async fn finish(
        &self,
        lease: u64,
        version: u64,
        findings: Vec<Finding>,
        at: Timestamp,
    ) -> Result<Finished, Error> {
        // Repeated only when it was certainly not done: afterwards the lease is gone, and it would seem to be lost.
        let database = self.database.beside_calls();
        let finished = database.repeat("finish checks", || async {
            let mut connection = self.database.connection().await?;
            finish::finish(&mut connection, self.layout, lease, version, &findings, at).await
        });
        Ok(finished.await?)
    }

    async fn set_aside(&self, lease: u64, registrations: Vec<i64>) -> Result<(), Error> {
        let set = self.database.repeat_always("set checks aside", || async {
            aside::put(&**self.database.connection().await?, lease, &registrations).await
        });
        Ok(set.await?)
    }

    async fn aside(&self, most: u32) -> Result<Vec<i64>, Error> {
        let aside = self.database.repeat_always("checks set aside", || async {
            aside::read(&**self.database.connection().await?, 0, most.into()).await
        });
        Ok(aside.await?)
    }

    async fn try_again(&self) -> Result<u64, Error> {
        let again = self.database.repeat_always("checks tried again", || async {
            aside::take_back(&**self.database.connection().await?).await
        });
        Ok(again.await?)
    }

    async fn repeated(&self, asked: Vec<Repetition>) -> Result<Vec<bool>, Error> {
        let database = self.database.beside_calls();
        let repeated = database.repeat_always("repetitions", || async {
            let connection = self.database.connection().await?;
            let earlier = repeated::earlier(&**connection, self.layout, &asked).await?;
            Ok(earlier.iter().map(Option::is_some).collect())
        });
        Ok(repeated.await?)
    }

    async fn spread(&self, since: Date, most: u32) -> Result<u64, Error> {
        let database = self.database.beside_calls();
        let spread = database.repeat_always("spread changes", || async {
            spread::spread(&mut self.database.connection().await?, self.layout, since, most).await
        });
        Ok(spread.await?)
    }
}

const BACKLOG: &str = "SELECT (SELECT coalesce(sum(last - first + 1), 0) FROM check_range)::bigint, \
                       (SELECT count(*) FROM recheck WHERE lease >= 0), (SELECT count(*) FROM register_change), \
                       (SELECT count(*) FROM recheck WHERE lease = -1)";

async fn backlog(connection: &Client) -> Result<Backlog, Failure> {
    let row = connection.query_typed_one(BACKLOG, &[]).await?;
    let count = |column| row.try_get::<_, i64>(column).map(i64::unsigned_abs);
    Ok(Backlog { new: count(0)?, again: count(1)?, changes: count(2)?, aside: count(3)? })
}
