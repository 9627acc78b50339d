//! Steps, in runs of which all days are of one month.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use rusqlite::Connection;
use store::transfer::{Row, Value};

use crate::failure::Failure;

const EPOCH: Date = date(1970, 1, 1);

/// Steps behind the one of the mark, whole.
const STEPS: &str = "SELECT s.number, s.registration, s.count, s.place, s.sender, r.day FROM step s \
                     LEFT JOIN registration r ON r.id = s.registration WHERE s.number > ? ORDER BY s.number LIMIT ?";
/// The days of the registrations of a step.
const DAYS: &str = "SELECT day FROM registration WHERE id BETWEEN ? AND ? ORDER BY id";

struct Step {
    entry: i64,
    registration: i64,
    count: i64,
    place: i64,
    sender: Value,
}

/// About `most` runs of the steps behind a mark.
pub(super) fn rows(
    connection: &Connection,
    mark: &[Value],
    most: usize,
) -> Result<Vec<Row>, Failure> {
    let after = match mark.first() {
        Some(Value::Whole(entry)) => *entry,
        _ => 0,
    };
    let mut statement = connection.prepare_cached(STEPS)?;
    let mut rows = statement.query((after, i64::try_from(most).unwrap_or(i64::MAX)))?;
    let mut given = Vec::with_capacity(most);
    while let Some(row) = rows.next()? {
        let sender: Option<String> = row.get(4)?;
        let step = Step {
            entry: row.get(0)?,
            registration: row.get(1)?,
            count: row.get(2)?,
            place: row.get(3)?,
            sender: sender.map_or(Value::Nothing, Value::Text),
        };
        let day: Option<i64> = row.get(5)?;
        if step.count == 1 {
            let missing = Failure::Unreadable { id: step.registration, field: "step" };
            given.push(step.run(0, day.ok_or(missing)?, 1));
        } else {
            runs(connection, &step, &mut given)?;
        }
    }
    Ok(given)
}

/// A step of several, month by month.
fn runs(connection: &Connection, step: &Step, given: &mut Vec<Row>) -> Result<(), Failure> {
    let mut statement = connection.prepare_cached(DAYS)?;
    let last = step.registration + step.count - 1;
    let days = statement.query_map((step.registration, last), |row| row.get(0))?;
    let days = days.collect::<rusqlite::Result<Vec<i64>>>()?;
    let unreadable = || Failure::Unreadable { id: step.registration, field: "step" };
    if i64::try_from(days.len()) != Ok(step.count) {
        return Err(unreadable());
    }
    let mut first = 0;
    for run in days.chunk_by(|one, next| one == next || month(*one) == month(*next)) {
        let count = i64::try_from(run.len()).map_err(|_| unreadable())?;
        given.push(step.run(first, run[0], count));
        first += count;
    }
    Ok(())
}

fn month(day: i64) -> Option<Date> {
    EPOCH.checked_add(i32::try_from(day).ok()?.days()).ok().map(Date::first_of_month)
}

impl Step {
    fn run(&self, first: i64, day: i64, count: i64) -> Row {
        Row(vec![
            Value::Whole(self.entry),
            Value::Whole(first),
            Value::Whole(day),
            Value::Whole(self.registration + first),
            Value::Whole(count),
            Value::Whole(self.place),
            self.sender.clone(),
        ])
    }
}
