//! Short reads: a few steps in an index each.

use domain::{Dossier, RegistrationId};
use rusqlite::Connection;

use crate::failure::Failure;
use crate::{row, search};

pub(crate) fn dossier(
    connection: &Connection,
    id: RegistrationId,
) -> Result<Option<Dossier>, Failure> {
    // One transaction, so that the registration and its history are of one moment.
    let transaction = connection.unchecked_transaction()?;
    let mut statement = transaction.prepare_cached(&search::by_id())?;
    let mut rows = statement.query((id.number(),))?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let registration = row::registration(row)?;
    let mut statement = transaction.prepare_cached(&history())?;
    let mut rows = statement.query((id.number(),))?;
    let mut history = vec![registration.first_entry()];
    while let Some(row) = rows.next()? {
        history.push(row::history_entry(row, id)?);
    }
    Ok(Some(Dossier { registration, history }))
}

/// The statement that reads the later steps of a registration.
pub(crate) fn history() -> String {
    format!("SELECT {} FROM history WHERE registration = ? ORDER BY place", row::HISTORY_COLUMNS)
}
