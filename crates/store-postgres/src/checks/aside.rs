//! Registrations that cannot be checked, set aside so that they are in nobody's way: among those that wait to be checked
//! again (`recheck`), with -1 as their lease, which nobody is ever given.

use tokio_postgres::GenericClient;
use tokio_postgres::types::{ToSql, Type};

use crate::failure::Failure;

/// What stands in the place of an import where a registration has never been checked.
pub(super) const NEW: i64 = 0;

/// So many are let wait again at a time.
pub(super) const TOGETHER: i64 = 10_000;

/// In the order of the ids, as all who let registrations wait.
const PUT: &str = "INSERT INTO recheck (registration, register, import, lease) \
                   SELECT id, NULL, $2, -1 FROM (SELECT unnest($1::bigint[]) AS id ORDER BY 1) one \
                   WHERE EXISTS (SELECT FROM check_lease WHERE token = $3) \
                   ON CONFLICT (registration) DO UPDATE SET lease = -1 WHERE recheck.lease = $3";
const READ: &str = "SELECT registration FROM recheck WHERE lease = -1 AND registration > $1 \
                    ORDER BY registration LIMIT $2";
const TAKE_BACK: &str = "UPDATE recheck SET lease = 0 WHERE registration = ANY($1) AND lease = -1";

/// Takes registrations out of a lease. What was new is kept as such; what waits meanwhile for another reason waits on.
pub(super) async fn put(
    client: &impl GenericClient,
    lease: u64,
    registrations: &[i64],
) -> Result<(), Failure> {
    let token = lease.cast_signed();
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&registrations, Type::INT8_ARRAY), (&NEW, Type::INT8), (&token, Type::INT8)];
    client.execute_typed(PUT, &parameters).await?;
    Ok(())
}

/// The first `most` that are set aside, with numbers above `after`.
pub(super) async fn read(
    client: &impl GenericClient,
    after: i64,
    most: i64,
) -> Result<Vec<i64>, Failure> {
    let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(&after, Type::INT8), (&most, Type::INT8)];
    let rows = client.query_typed(READ, &parameters).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

/// Lets all wait again, each for the reason it had; answers how many.
pub(super) async fn take_back(client: &impl GenericClient) -> Result<u64, Failure> {
    let (mut count, mut after) = (0, 0);
    loop {
        let some = read(client, after, TOGETHER).await?;
        let Some(last) = some.last().copied() else { return Ok(count) };
        count += client.execute_typed(TAKE_BACK, &[(&some, Type::INT8_ARRAY)]).await?;
        after = last;
    }
}
