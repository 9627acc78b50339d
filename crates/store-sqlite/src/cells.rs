//! New registrations as bytes: the cells of their rows, one after the other. The caller's thread writes them, so that the
//! writer has nothing to do but to bind them; and they lie so in the journal.

use domain::NewRegistration;
use rusqlite::types::ValueRef;

use crate::failure::Failure;
use crate::row;

/// So many bytes a registration takes, about.
const USUAL: usize = 192;

const NULL: u8 = 0;
const INTEGER: u8 = 1;
const TEXT: u8 = 2;

/// The rows of registrations without their ids.
pub(crate) fn of(new: &[NewRegistration]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(new.len() * USUAL);
    for registration in new {
        row::cells(registration, &mut |cell| put(&mut bytes, cell));
    }
    bytes
}

fn put(bytes: &mut Vec<u8>, cell: ValueRef<'_>) {
    match cell {
        ValueRef::Integer(number) => {
            bytes.push(INTEGER);
            bytes.extend(number.to_le_bytes());
        }
        ValueRef::Text(text) => {
            bytes.push(TEXT);
            bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
            bytes.extend(text);
        }
        // Rows of registrations have no other kinds of cells.
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => bytes.push(NULL),
    }
}

/// Reads what [`of`] wrote, cell by cell.
pub(crate) struct Cells<'b>(pub(crate) &'b [u8]);

impl<'b> Cells<'b> {
    /// The next cell. Errors: there is none, or the bytes are not what [`of`] writes.
    pub(crate) fn next(&mut self) -> Result<ValueRef<'b>, Failure> {
        match self.take(1)? {
            [NULL] => Ok(ValueRef::Null),
            [INTEGER] => {
                let number = self.take(8)?.try_into().map_err(|_| Failure::UnreadableJournal)?;
                Ok(ValueRef::Integer(i64::from_le_bytes(number)))
            }
            [TEXT] => {
                let length = self.take(4)?.try_into().map_err(|_| Failure::UnreadableJournal)?;
                Ok(ValueRef::Text(self.take(u32::from_le_bytes(length) as usize)?))
            }
            _ => Err(Failure::UnreadableJournal),
        }
    }

    fn take(&mut self, length: usize) -> Result<&'b [u8], Failure> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Failure::UnreadableJournal)?;
        self.0 = rest;
        Ok(taken)
    }
}
