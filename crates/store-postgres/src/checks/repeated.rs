mod distributed;

use std::collections::BTreeMap;

use deadpool_postgres::Transaction;
use domain::{ForeignVatNumber, Inss, Registration, Remark, Remarks, Status, Who};
use store::Repetition;
use tokio_postgres::GenericClient;
use tokio_postgres::types::{ToSql, Type};

use crate::citus::Layout;
use crate::failure::Failure;
use crate::{registers, row};

/// For each that is asked, by its place, one that is earlier, says the same and is not cancelled. Nodes give ids out of
/// blocks of their own, so the moment of creation comes before the id.
///
/// A person has few registrations on a day and a work may have thousands, which the planner does not know of people who
/// come together: it may only step in by the person.
pub(super) const EARLIER: &str = "SELECT DISTINCT ON (a.place) a.place, e.id \
     FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], \
     $8::bigint[], $9::text[]) AS a (place, day, inss, limosa, created, id, works, company, vat), \
     LATERAL ((SELECT r.id FROM (SELECT * FROM registration r WHERE r.day = a.day AND r.inss = a.inss OFFSET 0) r \
     WHERE r.works = a.works AND (r.created, r.id) < (a.created, a.id) AND r.company = a.company \
     AND r.foreign_vat IS NOT DISTINCT FROM a.vat AND r.event IS NULL AND r.status <> $10 LIMIT 1) \
     UNION ALL (SELECT r.id FROM (SELECT * FROM registration r WHERE r.day = a.day AND r.limosa = a.limosa \
     AND r.limosa IS NOT NULL OFFSET 0) r WHERE r.works = a.works AND (r.created, r.id) < (a.created, a.id) \
     AND r.event IS NULL AND r.status <> $10 LIMIT 1)) AS e";

/// Those that may only repeat an earlier one: its person's, whatever their employer, with the remark.
pub(super) const LATER: &str = "SELECT e.id FROM unnest($1::integer[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], \
     $6::text[]) AS a (day, inss, limosa, created, id, works), \
     LATERAL ((SELECT * FROM registration r WHERE r.day = a.day AND r.inss = a.inss OFFSET 0) \
     UNION ALL (SELECT * FROM registration r WHERE r.day = a.day AND r.limosa = a.limosa \
     AND r.limosa IS NOT NULL OFFSET 0)) AS e \
     WHERE e.works = a.works AND (e.created, e.id) > (a.created, a.id) AND e.remarks & $7 <> 0";

/// What is compared of registrations, a column each array; one row for each number of a person.
#[derive(Default)]
struct Asked<'a> {
    place: Vec<i32>,
    day: Vec<i32>,
    inss: Vec<Option<i64>>,
    limosa: Vec<Option<&'a str>>,
    created: Vec<i64>,
    id: Vec<i64>,
    works: Vec<&'a str>,
    company: Vec<Option<i64>>,
    vat: Vec<Option<&'a str>>,
    employer: Vec<i64>,
}

impl<'a> Asked<'a> {
    fn push(&mut self, place: i32, registration: &'a Registration, number: Option<Inss>) {
        let submission = &registration.submission;
        let limosa = match &submission.who {
            Who::Posted { limosa } => Some(limosa.as_str()),
            _ => None,
        };
        self.place.push(place);
        self.day.push(row::day_number(submission.day));
        self.inss.push(number.map(|inss| inss.number().cast_signed()));
        self.limosa.push(limosa);
        self.created.push(registration.created.as_millisecond());
        self.id.push(registration.id.number());
        self.works.push(submission.works.as_str());
        self.company.push(row::company(&submission.who));
        self.employer.push(row::employer(&submission.who));
        self.vat.push(submission.who.foreign_vat().map(ForeignVatNumber::as_str));
    }

    /// The parameters of [`EARLIER`].
    fn of_earlier<'p>(&'p self, cancelled: &'p i16) -> [(&'p (dyn ToSql + Sync), Type); 10] {
        [
            (&self.place, Type::INT4_ARRAY),
            (&self.day, Type::INT4_ARRAY),
            (&self.inss, Type::INT8_ARRAY),
            (&self.limosa, Type::TEXT_ARRAY),
            (&self.created, Type::INT8_ARRAY),
            (&self.id, Type::INT8_ARRAY),
            (&self.works, Type::TEXT_ARRAY),
            (&self.company, Type::INT8_ARRAY),
            (&self.vat, Type::TEXT_ARRAY),
            (cancelled, Type::INT2),
        ]
    }

    /// The parameters of [`LATER`].
    fn of_later<'p>(&'p self, duplicate: &'p i32) -> [(&'p (dyn ToSql + Sync), Type); 7] {
        [
            (&self.day, Type::INT4_ARRAY),
            (&self.inss, Type::INT8_ARRAY),
            (&self.limosa, Type::TEXT_ARRAY),
            (&self.created, Type::INT8_ARRAY),
            (&self.id, Type::INT8_ARRAY),
            (&self.works, Type::TEXT_ARRAY),
            (duplicate, Type::INT4),
        ]
    }

    /// A row for each number, and one for who has none.
    fn push_each(&mut self, place: i32, registration: &'a Registration, numbers: &[Inss]) {
        match registration.submission.who {
            Who::Posted { .. } => self.push(place, registration, None),
            _ => numbers.iter().for_each(|number| self.push(place, registration, Some(*number))),
        }
    }
}

/// For each that is asked an earlier registration that says the same and is not cancelled. A moment repeats nothing.
pub(super) async fn earlier(
    client: &impl GenericClient,
    layout: Layout,
    asked: &[Repetition],
) -> Result<Vec<Option<i64>>, Failure> {
    let mut earlier = vec![None; asked.len()];
    let mut all = Asked::default();
    for (place, Repetition { registration, numbers }) in (0..).zip(asked) {
        if registration.submission.moment.is_none() {
            all.push_each(place, registration, numbers);
        }
    }
    if all.id.is_empty() {
        return Ok(earlier);
    }
    let cancelled = i16::from(Status::Cancelled.number());
    let found = match layout {
        Layout::Whole => client.query_typed(EARLIER, &all.of_earlier(&cancelled)).await?,
        Layout::Distributed => distributed::earlier(client, &all, cancelled).await?,
    };
    for row in found {
        let place: i32 = row.try_get(0)?;
        if let Some(earlier) = usize::try_from(place).ok().and_then(|place| earlier.get_mut(place))
        {
            *earlier = Some(row.try_get(1)?);
        }
    }
    Ok(earlier)
}

/// Registrations that only repeat those that have just been cancelled are to be checked again.
pub(crate) async fn repetitions_wait(
    transaction: &Transaction<'_>,
    layout: Layout,
    cancelled: &[&Registration],
) -> Result<(), Failure> {
    let persons: Vec<Inss> =
        cancelled.iter().filter_map(|registration| registration.inss()).collect();
    let mut numbers = registers::numbers_of(transaction, &persons).await?.into_iter();
    let duplicate = Remarks::NONE.with(Remark::Duplicate).bits().cast_signed();
    // Each registration that waits is told which one was cancelled, the last of several. They wait in one statement: after
    // several, in whatever order, two that cancel would wait for each other in a circle.
    let mut waiting: BTreeMap<i64, i64> = BTreeMap::new();
    for registration in cancelled {
        let numbers = match registration.inss() {
            Some(_) => numbers.next().unwrap_or_default(),
            None => Vec::new(),
        };
        let mut all = Asked::default();
        all.push_each(0, registration, &numbers);
        let rows = match layout {
            Layout::Whole => transaction.query_typed(LATER, &all.of_later(&duplicate)).await?,
            Layout::Distributed => distributed::later(transaction, &all, duplicate).await?,
        };
        for row in &rows {
            waiting.insert(row.try_get(0)?, registration.id.number());
        }
    }
    let (later, causes) = waiting.into_iter().unzip();
    wait_in_order(&**transaction, later, None, causes).await
}

/// Lets registrations wait to be checked again; whoever is checking them has seen an older state.
pub(super) async fn wait_again(
    client: &impl GenericClient,
    mut registrations: Vec<i64>,
    register: Option<i16>,
    import: i64,
) -> Result<(), Failure> {
    // In the order of the ids, so that two that let the same ones wait do not wait for each other in a circle.
    registrations.sort_unstable();
    registrations.dedup();
    let imports = vec![import; registrations.len()];
    wait_in_order(client, registrations, register, imports).await
}

/// The same, of registrations in the order of their ids, each with its cause.
async fn wait_in_order(
    client: &impl GenericClient,
    registrations: Vec<i64>,
    register: Option<i16>,
    causes: Vec<i64>,
) -> Result<(), Failure> {
    if registrations.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO recheck (registration, register, import) \
               SELECT id, $2, cause FROM unnest($1::bigint[], $3::bigint[]) AS again (id, cause) \
               ON CONFLICT (registration) DO UPDATE SET register = excluded.register, import = excluded.import, \
               lease = 0";
    let parameters: [(&(dyn ToSql + Sync), Type); 3] =
        [(&registrations, Type::INT8_ARRAY), (&register, Type::INT2), (&causes, Type::INT8_ARRAY)];
    client.execute_typed(sql, &parameters).await?;
    Ok(())
}
