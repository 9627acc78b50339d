//! A frame of the journal: what some calls that came together write, in the order in which they came.

use crate::failure::Failure;
use crate::write::Statements;

/// The length of what stands before the rows of a call: the first id, how many registrations, the length of their rows and
/// of the record for the audit.
const HEAD: usize = 8 + 4 + 4 + 4;
/// Stands for the length of a record where there is none.
const NONE: u32 = u32::MAX;

/// What some calls write.
#[derive(Default)]
pub(crate) struct Frame {
    bytes: Vec<u8>,
}

impl Frame {
    /// Reads what was in a journal.
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Adds a call: `count` registrations under ids from `first` on, and its record for the audit.
    pub(crate) fn add(&mut self, first: i64, count: usize, rows: &[u8], body: Option<&str>) {
        let short = |length: usize| u32::try_from(length).unwrap_or(NONE - 1);
        let bytes = &mut self.bytes;
        bytes.extend(first.to_le_bytes());
        bytes.extend(short(count).to_le_bytes());
        bytes.extend(short(rows.len()).to_le_bytes());
        bytes.extend(body.map_or(NONE, |body| short(body.len())).to_le_bytes());
        bytes.extend(rows);
        bytes.extend(body.unwrap_or_default().as_bytes());
    }

    /// Writes what it holds into the database, inside the transaction that the caller has begun; answers the first id.
    pub(crate) fn apply(&self, statements: &mut Statements<'_>) -> Result<Option<i64>, Failure> {
        let (mut rest, mut first) = (&self.bytes[..], None);
        while !rest.is_empty() {
            let call;
            (call, rest) = Call::split(rest).ok_or(Failure::UnreadableJournal)?;
            if call.count > 0 {
                statements.insert(call.first, call.count, call.rows)?;
                first.get_or_insert(call.first);
            }
            if let Some(body) = call.body {
                statements.audit_body(body)?;
            }
        }
        Ok(first)
    }
}

struct Call<'b> {
    first: i64,
    count: usize,
    rows: &'b [u8],
    body: Option<&'b str>,
}

impl<'b> Call<'b> {
    /// The first call, and the bytes behind it.
    fn split(bytes: &'b [u8]) -> Option<(Self, &'b [u8])> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let (first, lengths) = head.split_at(8);
        let mut lengths = lengths
            .chunks_exact(4)
            .filter_map(|length| length.try_into().ok().map(u32::from_le_bytes));
        let (count, rows, body) = (lengths.next()?, lengths.next()?, lengths.next()?);
        let (rows, rest) = rest.split_at_checked(rows as usize)?;
        let length = if body == NONE { 0 } else { body as usize };
        let (text, rest) = rest.split_at_checked(length)?;
        let body = if body == NONE { None } else { Some(str::from_utf8(text).ok()?) };
        let first = i64::from_le_bytes(first.try_into().ok()?);
        Some((Self { first, count: count as usize, rows, body }, rest))
    }
}
