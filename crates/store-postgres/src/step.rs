mod distributed;

use std::collections::{BTreeMap, HashMap, HashSet};

use deadpool_postgres::Transaction;
use domain::{Cause, EnterpriseNumber, HistoryEntry, Registration, RegistrationId, Sender};
use jiff::civil::Date;
use tokio_postgres::types::{ToSql, Type};

use crate::failure::Failure;
use crate::{partition, row};

/// The place of an entry is the next one of its registration; `nth` counts the entries of one registration here.
const BEHIND: &str = "(SELECT coalesce(max(h.place), 0) FROM history h \
     WHERE h.registration = e.id AND h.day = e.day AND h.employer = e.employer \
     AND h.registration BETWEEN $16 AND $17 AND h.day BETWEEN $18 AND $19)";

/// The statement that appends entries, each `behind` so many of its registration. Each is told, in the order given.
fn append(behind: &str) -> String {
    format!(
        "WITH e AS MATERIALIZED (SELECT e.*, e.nth + {behind} AS place \
     FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::integer[], $5::bigint[], $6::smallint[], \
     $7::integer[], $8::smallint[], $9::text[], $10::text[], $11::bigint[], $12::text[], $13::smallint[], \
     $14::bigint[], $15::text[]) WITH ORDINALITY AS e (id, day, employer, nth, at, status, remarks, cause, reason, \
     sender_id, sender_company, sender_type, register, import, owner, told)), \
     appended AS (INSERT INTO history (registration, day, employer, place, at, status, remarks, cause, reason, \
     sender_id, sender_company, sender_type, register, import) \
     SELECT id, day, employer, place, at, status, remarks, cause, reason, sender_id, sender_company, sender_type, \
     register, import FROM e) \
     INSERT INTO step (entry, first, day, registration, count, place, sender) \
     SELECT now.entry, told - 1, day, id, 1, place, owner FROM (SELECT step_entry() AS entry OFFSET 0) now, e"
    )
}

/// The statement that brings registrations of a table to what they now are. It names no bounds of their ids or days: the planner
/// would think few to lie between them, and look through all that is given for each that does.
pub(crate) fn change(table: &str) -> String {
    format!(
        "UPDATE {table} r SET status = n.status, remarks = n.remarks, validated = n.validated, \
         newest = n.newest, sector = n.sector, located = n.located \
         FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::smallint[], $5::integer[], $6::bigint[], \
         $7::bigint[], $8::smallint[], $9::text[]) \
         AS n (id, day, employer, status, remarks, validated, newest, sector, located) \
         WHERE r.id = n.id AND r.day = n.day AND r.employer = n.employer"
    )
}

/// Between which ids and days entries lie: numbers that the planner knows, so that it passes over all other months and parts
/// of months before it plans anything of them.
struct Bounds {
    ids: (i64, i64),
    days: (i32, i32),
}

impl Bounds {
    fn of(ids: &[i64], days: &[i32]) -> Self {
        let or = |least: Option<&i64>| least.copied().unwrap_or_default();
        let day = |least: Option<&i32>| least.copied().unwrap_or_default();
        Self {
            ids: (or(ids.iter().min()), or(ids.iter().max())),
            days: (day(days.iter().min()), day(days.iter().max())),
        }
    }

    fn parameters(&self) -> [(&(dyn ToSql + Sync), Type); 4] {
        [
            (&self.ids.0, Type::INT8),
            (&self.ids.1, Type::INT8),
            (&self.days.0, Type::INT4),
            (&self.days.1, Type::INT4),
        ]
    }
}

/// Many are written by the key, one step each, in months that grow while the planner knows nothing of them yet: it would
/// read them from end to end to meet a thousand rows. What it then thinks to be dear must not be compiled.
pub(crate) const STEP_BY_STEP: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; \
     SET LOCAL enable_mergejoin = off; SET LOCAL jit = off";
/// So many are few: the planner steps into the key of itself.
const FEW: usize = 20;

/// What a call changed: how registrations now stand, and the entries that tell it; a column each array.
#[derive(Default)]
pub(crate) struct Steps<'a> {
    /// By the month of the day: each is written to its own table, so that no other is planned for.
    now: BTreeMap<Date, Now>,
    entries: Entries<'a>,
}

#[derive(Default)]
struct Now {
    id: Vec<i64>,
    day: Vec<i32>,
    employer: Vec<i64>,
    status: Vec<i16>,
    remarks: Vec<i32>,
    validated: Vec<Option<i64>>,
    newest: Vec<Option<i64>>,
    sector: Vec<Option<i16>>,
    located: Vec<Option<String>>,
}

#[derive(Clone, Default)]
struct Entries<'a> {
    id: Vec<i64>,
    day: Vec<i32>,
    employer: Vec<i64>,
    nth: Vec<i32>,
    at: Vec<i64>,
    status: Vec<i16>,
    remarks: Vec<i32>,
    cause: Vec<Option<i16>>,
    reason: Vec<Option<&'a str>>,
    sender_id: Vec<Option<&'a str>>,
    sender_company: Vec<Option<i64>>,
    sender_type: Vec<Option<&'a str>>,
    register: Vec<Option<i16>>,
    import: Vec<Option<i64>>,
    /// Who sent the registration, and is told.
    owner: Vec<Option<String>>,
}

impl<'a> Steps<'a> {
    /// The steps of `entries`, in their order, that led to what is `found`.
    pub(crate) fn of(
        found: &HashMap<RegistrationId, Registration>,
        entries: &'a [(RegistrationId, HistoryEntry)],
    ) -> Self {
        let mut steps = Self::default();
        let mut counts: HashMap<RegistrationId, i32> = HashMap::new();
        for (id, entry) in entries {
            let Some(registration) = found.get(id) else { continue };
            let nth = counts.entry(*id).or_default();
            *nth += 1;
            steps.entries.push(registration, *nth, entry);
        }
        let changed: HashSet<_> = entries.iter().map(|(id, _)| id).collect();
        for registration in changed.into_iter().filter_map(|id| found.get(id)) {
            steps.push_now(registration);
        }
        steps
    }

    /// With registrations that changed in a way that no entry tells.
    pub(crate) fn and_moved(
        mut self,
        found: &HashMap<RegistrationId, Registration>,
        moved: &[RegistrationId],
    ) -> Self {
        for registration in moved.iter().filter_map(|id| found.get(id)) {
            self.push_now(registration);
        }
        self
    }

    fn push_now(&mut self, registration: &Registration) {
        let month = registration.submission.day.first_of_month();
        self.now.entry(month).or_default().push(registration);
    }

    /// Writes them. `before`: how the registrations stood when they were loaded, where nothing holds them as they were;
    /// [`Failure::Changed`] where one has changed since.
    pub(crate) async fn keep(
        &self,
        transaction: &Transaction<'_>,
        before: Option<&HashMap<RegistrationId, Registration>>,
    ) -> Result<(), Failure> {
        if let Some(before) = before {
            return self.keep_distributed(transaction, before).await;
        }
        for (month, now) in &self.now {
            now.write(transaction, *month).await?;
        }
        if !self.entries.id.is_empty() {
            self.entries.write(transaction, &append(BEHIND)).await?;
        }
        Ok(())
    }
}

impl Now {
    fn push(&mut self, registration: &Registration) {
        self.id.push(registration.id.number());
        self.day.push(row::day_number(registration.submission.day));
        self.employer.push(row::employer(&registration.submission.who));
        self.status.push(registration.status.number().into());
        self.remarks.push(registration.remarks.bits().cast_signed());
        self.validated.push(registration.validated.map(jiff::Timestamp::as_millisecond));
        self.newest.push(registration.newest.map(|inss| inss.number().cast_signed()));
        self.sector.push(registration.sector.map(|sector| sector.number().into()));
        self.located.push(registration.located.as_ref().map(|located| located.to_stored()));
    }

    async fn write(&self, transaction: &Transaction<'_>, month: Date) -> Result<(), Failure> {
        if self.id.len() > FEW {
            transaction.batch_execute(STEP_BY_STEP).await?;
        }
        let sql = change(&partition::name("registration", month));
        transaction.execute_typed(&sql, &self.parameters()).await?;
        Ok(())
    }

    fn parameters(&self) -> [(&(dyn ToSql + Sync), Type); 9] {
        [
            (&self.id, Type::INT8_ARRAY),
            (&self.day, Type::INT4_ARRAY),
            (&self.employer, Type::INT8_ARRAY),
            (&self.status, Type::INT2_ARRAY),
            (&self.remarks, Type::INT4_ARRAY),
            (&self.validated, Type::INT8_ARRAY),
            (&self.newest, Type::INT8_ARRAY),
            (&self.sector, Type::INT2_ARRAY),
            (&self.located, Type::TEXT_ARRAY),
        ]
    }
}

impl<'a> Entries<'a> {
    fn push(&mut self, registration: &Registration, nth: i32, entry: &'a HistoryEntry) {
        let (reason, by) = match &entry.cause {
            Cause::Cancellation { reason, by } => (Some(reason.as_str()), Some(by)),
            _ => (None, None),
        };
        let (register, import) = match &entry.cause {
            Cause::RegisterChange { register, import } => (Some(register.number()), Some(import.0)),
            Cause::EarlierCancelled { id } => (None, Some(id.number())),
            _ => (None, None),
        };
        let text = |read: fn(&Sender) -> Option<&str>| by.and_then(read);
        self.id.push(registration.id.number());
        self.day.push(row::day_number(registration.submission.day));
        self.employer.push(row::employer(&registration.submission.who));
        self.nth.push(nth);
        self.at.push(entry.at.as_millisecond());
        self.status.push(entry.status.number().into());
        self.remarks.push(entry.remarks.bits().cast_signed());
        self.cause.push(row::cause_number(&entry.cause));
        self.reason.push(reason);
        self.sender_id.push(text(|by| by.id.as_deref()));
        self.sender_company.push(by.and_then(|by| by.company).map(long));
        self.sender_type.push(text(|by| by.user_type.as_deref()));
        self.register.push(register.map(i16::from));
        self.import.push(import);
        self.owner.push(registration.sender.id.as_deref().map(str::to_owned));
    }

    async fn write(&self, transaction: &Transaction<'_>, append: &str) -> Result<(), Failure> {
        let bounds = Bounds::of(&self.id, &self.day);
        let columns: [(&(dyn ToSql + Sync), Type); 15] = [
            (&self.id, Type::INT8_ARRAY),
            (&self.day, Type::INT4_ARRAY),
            (&self.employer, Type::INT8_ARRAY),
            (&self.nth, Type::INT4_ARRAY),
            (&self.at, Type::INT8_ARRAY),
            (&self.status, Type::INT2_ARRAY),
            (&self.remarks, Type::INT4_ARRAY),
            (&self.cause, Type::INT2_ARRAY),
            (&self.reason, Type::TEXT_ARRAY),
            (&self.sender_id, Type::TEXT_ARRAY),
            (&self.sender_company, Type::INT8_ARRAY),
            (&self.sender_type, Type::TEXT_ARRAY),
            (&self.register, Type::INT2_ARRAY),
            (&self.import, Type::INT8_ARRAY),
            (&self.owner, Type::TEXT_ARRAY),
        ];
        let parameters: Vec<_> = columns.into_iter().chain(bounds.parameters()).collect();
        transaction.execute_typed(append, &parameters).await?;
        Ok(())
    }
}

fn long(number: EnterpriseNumber) -> i64 {
    number.number().cast_signed()
}
