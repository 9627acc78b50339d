//! In which partitions a registration can be, by its id alone: a block of ids serves registrations near one day, which is
//! the day of their creation unless their own lies far from it.

use deadpool_postgres::Transaction;
use domain::{NewRegistration, belgian_day};
use jiff::civil::Date;
use tokio_postgres::types::{ToSql, Type};

use crate::failure::Failure;
use crate::row::day_number;

/// How far a registration's day may lie before the day of its block: moments may come late.
const BEFORE: i32 = 62;
/// How far it may lie behind it: the most that a policy can allow.
const AFTER: i32 = 256;

/// The day of the block that the id of a registration has to come from.
pub(crate) fn of_block(new: &NewRegistration) -> Date {
    let (created, day) = (belgian_day(new.created), new.submission.day);
    let near = (-BEFORE..=AFTER).contains(&(day_number(day) - day_number(created)));
    if near { created } else { day }
}

/// A condition that holds for every registration whose id lies between two parameters. The database knows the days before
/// it touches a partition, and leaves the others alone. Parameters of one [`crate::seat`] leave the parts of the others
/// alone, too, and name no days but those of that seat's blocks.
pub(crate) fn of(first: &str, last: &str) -> String {
    let days = |end: &str| {
        format!(
            "(SELECT {end}(created_day) FROM id_block WHERE first <= {last} AND first >= \
             (SELECT coalesce(max(first), 0) FROM id_block WHERE first <= {first}))"
        )
    };
    format!(
        "id >= {first} AND id <= {last} AND day >= {earliest} - {BEFORE} AND day <= {latest} + {AFTER}",
        earliest = days("min"),
        latest = days("max"),
    )
}

const DAYS: &str = "SELECT min(created_day), max(created_day) FROM id_block WHERE first <= $2 AND first >= \
     (SELECT coalesce(max(first), 0) FROM id_block WHERE first <= $1)";

/// The same days as numbers, asked for before: what several servers are asked should name them. `None` where no registration
/// can have an id between these.
pub(crate) async fn days(
    transaction: &Transaction<'_>,
    first: i64,
    last: i64,
) -> Result<Option<(i32, i32)>, Failure> {
    let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(&first, Type::INT8), (&last, Type::INT8)];
    let row = transaction.query_typed_one(DAYS, &parameters).await?;
    let days = row.try_get::<_, Option<i32>>(0)?.zip(row.try_get::<_, Option<i32>>(1)?);
    Ok(days.map(|(earliest, latest)| (earliest - BEFORE, latest + AFTER)))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use store::contract::sample_registration;

    use super::*;

    #[test]
    fn far_from_the_day_of_creation_a_registration_has_a_block_of_its_own_day() {
        let mut new = sample_registration(1, 1, 1);
        let created = belgian_day(new.created);
        for (days, far) in [(-63, true), (-62, false), (0, false), (256, false), (257, true)] {
            new.submission.day = created + days.days();
            let expected = if far { new.submission.day } else { created };
            assert_eq!(of_block(&new), expected, "{days}");
        }
    }
}
