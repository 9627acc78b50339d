//! The same where registrations lie by employer on several servers, which take joins and no steps beside each other.
//!
//! Each kind of person has a statement of its own. What is compared beside the day and the person stands there in a form that no
//! index has: the planner may only step in by the person.

use deadpool_postgres::Transaction;
use tokio_postgres::types::Type;
use tokio_postgres::{GenericClient, Row};

use super::Asked;
use crate::failure::Failure;

/// How a person is known.
#[derive(Clone, Copy)]
enum By {
    Number,
    Limosa,
}

impl By {
    /// Those by which some are known of whom is asked.
    fn of(asked: &Asked<'_>) -> impl Iterator<Item = Self> {
        let numbers = asked.inss.iter().any(Option::is_some).then_some(Self::Number);
        let limosa = asked.limosa.iter().any(Option::is_some).then_some(Self::Limosa);
        numbers.into_iter().chain(limosa)
    }

    fn person(self) -> &'static str {
        match self {
            Self::Number => "r.inss = a.inss",
            Self::Limosa => "r.limosa = a.limosa AND r.limosa IS NOT NULL",
        }
    }
}

/// Of the same employer, so only on the servers of these.
fn earlier_of(by: By) -> String {
    format!(
        "SELECT DISTINCT ON (a.place) a.place, r.id \
         FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], \
         $8::bigint[], $9::text[]) AS a (place, day, inss, limosa, created, id, works, company, vat) \
         JOIN registration r ON r.day = a.day AND {} \
         WHERE r.employer = ANY($11) AND r.works || '' = a.works AND (r.created, r.id) < (a.created, a.id) \
         AND r.company + 0 IS NOT DISTINCT FROM a.company AND r.foreign_vat IS NOT DISTINCT FROM a.vat \
         AND r.event IS NULL AND r.status <> $10",
        by.person()
    )
}

fn later_of(by: By) -> String {
    format!(
        "SELECT r.id FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[]) \
         AS a (day, inss, limosa, created, id, works) JOIN registration r ON r.day = a.day AND {} \
         WHERE r.works || '' = a.works AND (r.created, r.id) > (a.created, a.id) AND r.remarks & $7 <> 0",
        by.person()
    )
}

pub(super) async fn earlier(
    client: &impl GenericClient,
    asked: &Asked<'_>,
    cancelled: i16,
) -> Result<Vec<Row>, Failure> {
    let mut employers = asked.employer.clone();
    employers.sort_unstable();
    employers.dedup();
    let mut parameters = asked.of_earlier(&cancelled).to_vec();
    parameters.push((&employers, Type::INT8_ARRAY));
    let mut found = Vec::new();
    for by in By::of(asked) {
        found.extend(client.query_typed(&earlier_of(by), &parameters).await?);
    }
    Ok(found)
}

pub(super) async fn later(
    transaction: &Transaction<'_>,
    asked: &Asked<'_>,
    duplicate: i32,
) -> Result<Vec<Row>, Failure> {
    let parameters = asked.of_later(&duplicate);
    let mut found = Vec::new();
    for by in By::of(asked) {
        found.extend(transaction.query_typed(&later_of(by), &parameters).await?);
    }
    Ok(found)
}
