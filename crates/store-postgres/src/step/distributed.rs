//! Steps of registrations that lie on several servers. These lock nothing in one statement, so what was loaded is not held: what
//! is written is held against it instead, and the transaction begins anew where somebody was faster.

use std::collections::{BTreeSet, HashMap};

use deadpool_postgres::Transaction;
use domain::{Registration, RegistrationId};
use tokio_postgres::types::{ToSql, Type};

use super::{Entries, FEW, Now, STEP_BY_STEP, Steps, append};
use crate::failure::Failure;

/// Those that stand as they did when they were loaded, and only on the servers of their employers.
const MOVE: &str = "UPDATE registration r SET status = n.status, remarks = n.remarks, validated = n.validated, \
     newest = n.newest, sector = n.sector, located = n.located \
     FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::smallint[], $5::integer[], $6::bigint[], \
     $7::bigint[], $8::smallint[], $9::text[], $10::smallint[], $11::integer[], $12::bigint[], $13::bigint[], \
     $14::smallint[], $15::text[]) AS n (id, day, employer, status, remarks, validated, newest, sector, located, \
     was_status, was_remarks, was_validated, was_newest, was_sector, was_located) \
     WHERE r.id = n.id AND r.day = n.day AND r.employer = n.employer AND r.employer = ANY($16) \
     AND r.status = n.was_status AND r.remarks = n.was_remarks AND r.validated IS NOT DISTINCT FROM n.was_validated \
     AND r.newest IS NOT DISTINCT FROM n.was_newest AND r.sector IS NOT DISTINCT FROM n.was_sector \
     AND r.located IS NOT DISTINCT FROM n.was_located";

/// How many entries registrations have.
const PLACES: &str = "SELECT registration, max(place) FROM history WHERE registration = ANY($1) \
     AND employer = ANY($2) AND day = ANY($3) GROUP BY registration";

impl Steps<'_> {
    /// Writes them where registrations stand as they did `before`.
    pub(super) async fn keep_distributed(
        &self,
        transaction: &Transaction<'_>,
        before: &HashMap<RegistrationId, Registration>,
    ) -> Result<(), Failure> {
        for now in self.now.values() {
            now.write_unchanged(transaction, before).await?;
        }
        // Whoever else adds to one of these now waits for this transaction: its row is locked.
        if !self.entries.id.is_empty() {
            let mut entries = self.entries.clone();
            entries.put_behind(transaction).await?;
            entries.write(transaction, &append("0")).await?;
        }
        Ok(())
    }
}

impl Now {
    async fn write_unchanged(
        &self,
        transaction: &Transaction<'_>,
        before: &HashMap<RegistrationId, Registration>,
    ) -> Result<(), Failure> {
        let mut was = Self::default();
        for id in self.id.iter().filter_map(|id| RegistrationId::new(*id)) {
            was.push(before.get(&id).ok_or(Failure::Changed)?);
        }
        if self.id.len() > FEW {
            let tell = "SET LOCAL citus.propagate_set_commands TO 'local'";
            transaction.batch_execute(tell).await?;
            transaction.batch_execute(STEP_BY_STEP).await?;
        }
        let employers = once(&self.employer);
        let mut parameters: Vec<(&(dyn ToSql + Sync), Type)> = self.parameters().into();
        // The id, the day and the employer never change.
        parameters.extend(was.parameters().into_iter().skip(3));
        parameters.push((&employers, Type::INT8_ARRAY));
        let written = transaction.execute_typed(MOVE, &parameters).await?;
        if written == self.id.len() as u64 { Ok(()) } else { Err(Failure::Changed) }
    }
}

impl Entries<'_> {
    /// Counts each behind those that its registration has.
    async fn put_behind(&mut self, transaction: &Transaction<'_>) -> Result<(), Failure> {
        let (employers, days) = (once(&self.employer), once(&self.day));
        let parameters: [(&(dyn ToSql + Sync), Type); 3] = [
            (&self.id, Type::INT8_ARRAY),
            (&employers, Type::INT8_ARRAY),
            (&days, Type::INT4_ARRAY),
        ];
        let mut places: HashMap<i64, i32> = HashMap::new();
        for row in transaction.query_typed(PLACES, &parameters).await? {
            places.insert(row.try_get(0)?, row.try_get(1)?);
        }
        for (id, nth) in self.id.iter().zip(&mut self.nth) {
            *nth += places.get(id).copied().unwrap_or(0);
        }
        Ok(())
    }
}

fn once<T: Copy + Ord>(all: &[T]) -> Vec<T> {
    all.iter().copied().collect::<BTreeSet<_>>().into_iter().collect()
}
