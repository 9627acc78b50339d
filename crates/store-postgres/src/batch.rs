use domain::{ClientReference, EnterpriseNumber, ForeignVatNumber, NewRegistration, Sector, Who};
use jiff::Timestamp;
use tokio_postgres::GenericClient;
use tokio_postgres::types::{ToSql, Type};

use crate::failure::Failure;
use crate::row;

/// Every array is a column. What it does stands in `migrations/0017_store.sql`.
const STORE: &str = "SELECT store_registrations($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
     $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)";

/// New registrations, a column each array; what is told of them, and what is written down.
#[derive(Default)]
pub(crate) struct Batch<'a> {
    id: Vec<i64>,
    day: Vec<i32>,
    employer: Vec<i64>,
    works: Vec<&'a str>,
    company: Vec<Option<i64>>,
    inss: Vec<Option<i64>>,
    limosa: Vec<Option<&'a str>>,
    reference: Vec<Option<&'a str>>,
    sector: Vec<Option<i16>>,
    created: Vec<i64>,
    channel: Vec<i16>,
    sender_id: Vec<Option<&'a str>>,
    sender_company: Vec<Option<i64>>,
    sender_type: Vec<Option<&'a str>>,
    event: Vec<Option<i16>>,
    at: Vec<Option<i64>>,
    place: Vec<Option<String>>,
    offline_since: Vec<Option<i64>>,
    foreign_vat: Vec<Option<&'a str>>,
    runs: Runs<'a>,
    ranges: Ranges,
    bodies: Vec<String>,
}

/// Registrations that follow each other, have one sender, and lie in one month.
#[derive(Default)]
struct Runs<'a> {
    first: Vec<i32>,
    day: Vec<i32>,
    registration: Vec<i64>,
    count: Vec<i32>,
    sender: Vec<Option<&'a str>>,
    /// The last registration, and its month.
    last: Option<(i64, jiff::civil::Date)>,
}

/// Ids that follow each other.
#[derive(Default)]
struct Ranges {
    first: Vec<i64>,
    last: Vec<i64>,
}

impl<'a> Batch<'a> {
    /// The rows of registrations, each with its id; the bodies of the audit's records of them.
    pub(crate) fn of(
        rows: impl Iterator<Item = (i64, &'a NewRegistration)>,
        bodies: Vec<String>,
    ) -> Self {
        let mut batch = Self { bodies, ..Self::default() };
        for (id, new) in rows {
            batch.runs.push(id, new);
            batch.ranges.push(id);
            batch.push(id, new);
        }
        batch
    }

    fn push(&mut self, id: i64, new: &'a NewRegistration) {
        let submission = &new.submission;
        let limosa = match &submission.who {
            Who::Worker { .. } | Who::OfForeign { .. } => None,
            Who::Posted { limosa } => Some(limosa.as_str()),
        };
        self.id.push(id);
        self.day.push(row::day_number(submission.day));
        self.employer.push(row::employer(&submission.who));
        self.works.push(submission.works.as_str());
        self.company.push(row::company(&submission.who));
        self.inss.push(submission.who.inss().map(|inss| inss.number().cast_signed()));
        self.limosa.push(limosa);
        self.reference.push(submission.reference.as_ref().map(ClientReference::as_str));
        self.sector.push(new.sector.map(|sector| Sector::number(sector).into()));
        self.created.push(new.created.as_millisecond());
        self.channel.push(new.channel.number().into());
        self.sender_id.push(new.sender.id.as_deref());
        self.sender_company.push(new.sender.company.map(long));
        self.sender_type.push(new.sender.user_type.as_deref());
        let moment = submission.moment.as_deref();
        self.event.push(moment.map(|moment| moment.kind.number().into()));
        self.at.push(moment.map(|moment| moment.at.as_millisecond()));
        self.place.push(moment.map(|moment| moment.place.to_stored()));
        let offline_since = moment.and_then(|moment| moment.offline_since);
        self.offline_since.push(offline_since.map(Timestamp::as_millisecond));
        self.foreign_vat.push(submission.who.foreign_vat().map(ForeignVatNumber::as_str));
    }

    /// Stores all of them in one statement, or nothing.
    pub(crate) async fn insert(&self, client: &impl GenericClient) -> Result<(), Failure> {
        let parameters: [(&(dyn ToSql + Sync), Type); 27] = [
            (&self.id, Type::INT8_ARRAY),
            (&self.day, Type::INT4_ARRAY),
            (&self.employer, Type::INT8_ARRAY),
            (&self.works, Type::TEXT_ARRAY),
            (&self.company, Type::INT8_ARRAY),
            (&self.inss, Type::INT8_ARRAY),
            (&self.limosa, Type::TEXT_ARRAY),
            (&self.reference, Type::TEXT_ARRAY),
            (&self.sector, Type::INT2_ARRAY),
            (&self.created, Type::INT8_ARRAY),
            (&self.channel, Type::INT2_ARRAY),
            (&self.sender_id, Type::TEXT_ARRAY),
            (&self.sender_company, Type::INT8_ARRAY),
            (&self.sender_type, Type::TEXT_ARRAY),
            (&self.event, Type::INT2_ARRAY),
            (&self.at, Type::INT8_ARRAY),
            (&self.place, Type::TEXT_ARRAY),
            (&self.offline_since, Type::INT8_ARRAY),
            (&self.foreign_vat, Type::TEXT_ARRAY),
            (&self.runs.first, Type::INT4_ARRAY),
            (&self.runs.day, Type::INT4_ARRAY),
            (&self.runs.registration, Type::INT8_ARRAY),
            (&self.runs.count, Type::INT4_ARRAY),
            (&self.runs.sender, Type::TEXT_ARRAY),
            (&self.ranges.first, Type::INT8_ARRAY),
            (&self.ranges.last, Type::INT8_ARRAY),
            (&self.bodies, Type::TEXT_ARRAY),
        ];
        client.execute_typed(STORE, &parameters).await?;
        Ok(())
    }
}

impl<'a> Runs<'a> {
    fn push(&mut self, id: i64, new: &'a NewRegistration) {
        let sender = new.sender.id.as_deref();
        let month = new.submission.day.first_of_month();
        let goes_on = self.last == Some((id - 1, month)) && self.sender.last() == Some(&sender);
        self.last = Some((id, month));
        if goes_on && let Some(count) = self.count.last_mut() {
            *count += 1;
            return;
        }
        let told =
            self.first.last().zip(self.count.last()).map_or(0, |(first, count)| first + count);
        self.first.push(told);
        self.day.push(row::day_number(new.submission.day));
        self.registration.push(id);
        self.count.push(1);
        self.sender.push(sender);
    }
}

impl Ranges {
    fn push(&mut self, id: i64) {
        match self.last.last_mut() {
            Some(last) if *last == id - 1 => *last = id,
            _ => {
                self.first.push(id);
                self.last.push(id);
            }
        }
    }
}

fn long(number: EnterpriseNumber) -> i64 {
    number.number().cast_signed()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::{Remarks, Sender, Status};
    use jiff::ToSpan as _;
    use store::contract::sample_registration;

    use super::*;

    #[test]
    fn a_new_row_stands_as_the_domain_says() {
        let store = include_str!("../migrations/0017_store.sql");
        assert!(store.contains(&format!(" {}::smallint, 0;", Status::Registered.number())));
        assert_eq!(Remarks::NONE.bits(), 0);
    }

    #[test]
    fn what_follows_each_other_from_one_sender_in_one_month_is_told_in_one_row() {
        let of = |sender: &str, months: i64| {
            let mut new = sample_registration(1, 1, 1);
            new.sender = Sender { id: Some(Arc::from(sender)), ..Sender::default() };
            new.submission.day += months.months();
            new
        };
        let new = [of("a", 0), of("a", 0), of("b", 0), of("b", 1), of("b", 1), of("b", 1)];
        let ids = [7, 8, 9, 10, 11, 20];
        let batch = Batch::of(ids.into_iter().zip(&new), Vec::new());
        assert_eq!(batch.runs.registration, [7, 9, 10, 20]);
        assert_eq!(batch.runs.count, [2, 1, 2, 1]);
        assert_eq!(batch.runs.first, [0, 2, 3, 5]);
        assert_eq!((batch.ranges.first, batch.ranges.last), (vec![7, 20], vec![11, 20]));
    }
}
