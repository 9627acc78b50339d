//! Seats: which ids a node gives out, and so in which part of a month it writes.
//!
//! PostgreSQL makes a table or an index longer under a lock. Two nodes that register at the same time would wait for each
//! other there, were it not that months are divided by ranges of ids, and each node gives ids of another range. As many
//! nodes as there are seats never meet; more share them, which is right, too, only slower.

use domain::RegistrationId;
use tokio::sync::Mutex;
use tokio_postgres::types::{ToSql, Type};

use crate::database::Database;
use crate::failure::Failure;

/// Into how many parts a month is divided; `migrations/0018_seats.sql` has as many seats.
pub(crate) const SEATS: i64 = 4;
/// So many ids a seat has. The contract's ids have 15 digits: the first of these is the seat's.
pub(crate) const IDS: i64 = 100_000_000_000_000;

/// Takes the seat that was left alone the longest. Two that come at the same time take two.
const SIT_DOWN: &str = "UPDATE seat SET holder = nextval('seat_holder'), used = clock_timestamp() WHERE number = \
     (SELECT number FROM seat ORDER BY used, number LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING number, holder";

/// A step of the sequence is a block; who takes it says near which day the registrations are. Nothing comes of it where
/// another has the seat by now.
const TAKE: &str = "WITH own AS (UPDATE seat SET used = clock_timestamp() WHERE number = $1 AND holder = $2 RETURNING number) \
     INSERT INTO id_block (first, created_day) \
     SELECT number * $4 + nextval('id_block_start'), $3 FROM own RETURNING first";

/// The seat of a node. Whoever sits is only told when it takes ids, so a seat is never held by one that is gone.
#[derive(Default)]
pub(crate) struct Seat {
    own: Mutex<Option<Own>>,
}

#[derive(Clone, Copy)]
struct Own {
    number: i64,
    holder: i64,
}

impl Seat {
    /// The first id of a block of `length` that nobody else gets, for registrations near a day, and committed.
    pub(crate) async fn take(
        &self,
        database: &Database,
        length: i64,
        day: i32,
    ) -> Result<i64, Failure> {
        // One lane after the other: they would wait for the row of their seat anyway.
        let mut own = self.own.lock().await;
        loop {
            let sitting = match *own {
                Some(sitting) => sitting,
                None => *own.insert(sit_down(database).await?),
            };
            match take(database, sitting, day).await? {
                // An id beyond the contract's 15 digits would be refused by every reader, and one of the next seat is
                // another node's.
                Some(first) if first % IDS > IDS - length => return Err(Failure::OutOfIds),
                Some(first) => return Ok(first),
                None => *own = None,
            }
        }
    }

    /// The first id of the seat, as far as one was taken.
    pub(crate) async fn first_id(&self) -> i64 {
        self.own.lock().await.map_or(0, |own| own.number * IDS)
    }
}

async fn sit_down(database: &Database) -> Result<Own, Failure> {
    // All rows are held only as long as others sit down; each of them holds one.
    loop {
        let sat = database
            .repeat_always("take a seat", || async {
                Ok(database.connection().await?.query_typed_opt(SIT_DOWN, &[]).await?)
            })
            .await?;
        if let Some(row) = sat {
            return Ok(Own { number: row.try_get(0)?, holder: row.try_get(1)? });
        }
        tokio::task::yield_now().await;
    }
}

async fn take(database: &Database, own: Own, day: i32) -> Result<Option<i64>, Failure> {
    let row = database
        .repeat("take a block of ids", || async {
            let parameters: [(&(dyn ToSql + Sync), Type); 4] = [
                (&own.number, Type::INT8),
                (&own.holder, Type::INT8),
                (&day, Type::INT4),
                (&IDS, Type::INT8),
            ];
            Ok(database.connection().await?.query_typed_opt(TAKE, &parameters).await?)
        })
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Where the ids of the part of a seat begin and end; the first and the last part have all that lie before and after.
pub(crate) fn bounds(seat: i64) -> (String, String) {
    let bound = |seat: i64, outermost: &str| match seat {
        1..SEATS => (seat * IDS).to_string(),
        _ => outermost.to_owned(),
    };
    (bound(seat, "MINVALUE"), bound(seat + 1, "MAXVALUE"))
}

/// Ids of one seat, ascending: what is asked together should name one part of the months.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OfSeat {
    ids: Vec<i64>,
    first: i64,
    last: i64,
}

impl OfSeat {
    /// The ids, the first and the last: what statements by ids take.
    pub(crate) fn parameters(&self) -> [(&(dyn ToSql + Sync), Type); 3] {
        [(&self.ids, Type::INT8_ARRAY), (&self.first, Type::INT8), (&self.last, Type::INT8)]
    }
}

/// The ids of each seat, in their order.
pub(crate) fn each(ids: &[i64]) -> Vec<OfSeat> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    let of_seat =
        |ids: &[i64]| Some(OfSeat { ids: ids.to_vec(), first: *ids.first()?, last: *ids.last()? });
    ids.chunk_by(|one, next| one / IDS == next / IDS).filter_map(of_seat).collect()
}

const _: () = assert!(SEATS * IDS <= RegistrationId::MAX + 1, "ids have 15 digits");

#[cfg(test)]
mod tests {
    use store::contract::sample_registration;
    use store::{Registrations as _, Store as _};
    use testkit::PostgresServer;

    use super::*;
    use crate::{Options, PostgresStore};

    #[test]
    fn parts_of_a_month_follow_each_other_without_a_gap() {
        let parts: Vec<_> = (0..SEATS).map(bounds).collect();
        assert_eq!(parts[0].0, "MINVALUE");
        assert_eq!(parts[3].1, "MAXVALUE");
        assert!(parts.windows(2).all(|two| two[0].1 == two[1].0), "{parts:?}");
        assert_eq!(parts[2].0, "200000000000000");
    }

    #[test]
    fn ids_are_asked_for_seat_by_seat() {
        let ids = [3 * IDS + 5, 7, IDS, 2, 3 * IDS + 1];
        let of_seat =
            |ids: &[i64]| OfSeat { ids: ids.to_vec(), first: ids[0], last: ids[ids.len() - 1] };
        let expected = [of_seat(&[2, 7]), of_seat(&[IDS]), of_seat(&[3 * IDS + 1, 3 * IDS + 5])];
        assert_eq!(each(&ids), expected);
        assert_eq!(each(&[]), []);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn nodes_sit_apart_and_one_that_comes_again_takes_the_seat_that_was_left() {
        let Some(server) = PostgresServer::start_or_skip() else { return };
        let url = server.new_database();
        let store =
            || async { PostgresStore::open(&url, Options::default()).await.expect("opened") };
        let seat = |store: PostgresStore| async move {
            let new = vec![sample_registration(1, 1, 1)];
            let stored = store.register(new).await.expect("stored");
            let found = store.registrations().dossier(stored[0].id).await.expect("read");
            assert_eq!(found.expect("there").registration, stored[0]);
            (stored[0].id.number() / IDS, store)
        };
        let mut sitting = Vec::new();
        for number in 0..SEATS {
            let (seat, store) = seat(store().await).await;
            assert_eq!(seat, number);
            sitting.push(store);
        }
        let (taken, _fifth) = seat(store().await).await;
        assert_eq!(taken, 0, "there are no more than {SEATS}");
        // The first gives what it has of its block, then sees that its seat is another's, and takes the next one.
        let first = &sitting[0].register;
        let next = || async { first.seat.take(&sitting[0].database, 10_000, 20_000).await };
        assert_eq!(next().await.expect("a block") / IDS, 1);
        assert_eq!(first.seat.first_id().await, IDS);
    }
}
