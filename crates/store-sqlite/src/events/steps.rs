use domain::{HistoryEntry, RegistrationId, Step, StepPosition, StepSelection};
use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::failure::Failure;
use crate::{row, search};

/// The statement that reads the rows of all steps.
pub(crate) const OF_ALL: &str = "SELECT number, registration, count, place FROM step WHERE number >= ?1 ORDER BY number LIMIT ?2";
/// The statement that reads those of one sender.
pub(crate) const OF_SENDER: &str = "SELECT number, registration, count, place FROM step \
     WHERE sender = ?3 AND number >= ?1 ORDER BY number LIMIT ?2";

pub(super) fn last(connection: &Connection) -> Result<StepPosition, Failure> {
    let sql = "SELECT number, count FROM step ORDER BY number DESC LIMIT 1";
    let last: Option<(i64, u32)> = connection
        .prepare_cached(sql)?
        .query_row((), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(last.map_or(StepPosition::START, |(entry, count)| StepPosition {
        entry,
        within: count.saturating_sub(1),
    }))
}

/// A row of the table.
struct Told {
    number: i64,
    registration: i64,
    count: u32,
    place: u32,
}

impl Told {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            registration: row.get(1)?,
            count: row.get(2)?,
            place: row.get(3)?,
        })
    }
}

pub(super) fn read(
    connection: &Connection,
    selection: &StepSelection,
    after: StepPosition,
    limit: u32,
) -> Result<Vec<Step>, Failure> {
    // One transaction, so that a step and its registration are of one moment.
    let transaction = connection.unchecked_transaction()?;
    let first = after.entry;
    // The row of the position itself is read again, for what is left of it.
    let most = limit.saturating_add(1);
    let rows: Vec<Told> = match selection {
        StepSelection::Everything => transaction
            .prepare_cached(OF_ALL)?
            .query_map((first, most), Told::read)?
            .collect::<rusqlite::Result<_>>()?,
        StepSelection::SentBy(client) => transaction
            .prepare_cached(OF_SENDER)?
            .query_map((first, most, client.as_str()), Told::read)?
            .collect::<rusqlite::Result<_>>()?,
    };
    let mut steps = Vec::new();
    for told in rows {
        let begin = if told.number == after.entry { after.within.saturating_add(1) } else { 0 };
        for within in begin..told.count {
            if steps.len() >= limit as usize {
                return Ok(steps);
            }
            steps.push(step(&transaction, &told, within)?);
        }
    }
    Ok(steps)
}

fn step(connection: &Connection, told: &Told, within: u32) -> Result<Step, Failure> {
    let number = told.registration + i64::from(within);
    let unreadable = |field| Failure::Unreadable { id: number, field };
    let id = RegistrationId::new(number).ok_or(unreadable("id of a step"))?;
    let mut statement = connection.prepare_cached(&search::by_id())?;
    let mut rows = statement.query((number,))?;
    let row = rows.next()?.ok_or(unreadable("registration of a step"))?;
    let registration = row::registration(row)?;
    let entry = match told.place {
        0 => registration.first_entry(),
        place => entry(connection, id, place)?.ok_or(unreadable("history of a step"))?,
    };
    let position = StepPosition { entry: told.number, within };
    Ok(Step { position, version: told.place + 1, registration, entry })
}

fn entry(
    connection: &Connection,
    id: RegistrationId,
    place: u32,
) -> Result<Option<HistoryEntry>, Failure> {
    let sql = format!(
        "SELECT {} FROM history WHERE registration = ? AND place = ?",
        row::HISTORY_COLUMNS
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query((id.number(), place))?;
    rows.next()?.map(|row| row::history_entry(row, id)).transpose()
}
