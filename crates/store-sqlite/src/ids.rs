use std::ops::Range;

use domain::RegistrationId;

use crate::failure::Failure;
use crate::write::Statements;

/// How many ids are taken from the database at a time.
const BLOCK: i64 = 10_000;

/// Ids that this process may give out. What is left of a block when the process ends is never used.
#[derive(Default)]
pub(crate) struct Ids {
    block: Range<i64>,
}

impl Ids {
    /// Gives out `count` ids in a row, inside the transaction that will use them; takes a new block when the present
    /// one is too short.
    pub(crate) fn give(
        &mut self,
        count: usize,
        statements: &mut Statements<'_>,
    ) -> Result<Range<i64>, Failure> {
        if !self.has(count, statements)? {
            self.renew(count, statements)?;
        }
        Ok(self.take(count))
    }

    /// Whether the block has so many ids, and is still the last that any process has taken: ids ascend with the commits,
    /// so that whoever goes through them misses none. If another process has taken a block meanwhile, the rest of this one
    /// is not used.
    pub(crate) fn has(
        &self,
        count: usize,
        statements: &mut Statements<'_>,
    ) -> Result<bool, Failure> {
        Ok(count == 0 || self.left() >= count && statements.next_block()? == self.block.end)
    }

    fn left(&self) -> usize {
        usize::try_from(self.block.end - self.block.start).unwrap_or(0)
    }

    /// Takes a block of at least so many ids, inside a transaction.
    pub(crate) fn renew(
        &mut self,
        count: usize,
        statements: &mut Statements<'_>,
    ) -> Result<(), Failure> {
        let size = i64::try_from(count).map_err(|_| Failure::OutOfIds)?.max(BLOCK);
        let first = statements.take_block(size)?;
        // An id beyond the contract's 15 digits would be refused by every reader.
        if first > RegistrationId::MAX - size {
            return Err(Failure::OutOfIds);
        }
        self.block = first..first + size;
        Ok(())
    }

    /// Gives out `count` ids in a row of the block, which has so many.
    pub(crate) fn take(&mut self, count: usize) -> Range<i64> {
        let first = self.block.start;
        self.block.start += i64::try_from(count).unwrap_or(i64::MAX);
        first..self.block.start
    }

    /// Drops the block: after a rollback the database may not know that it was taken.
    pub(crate) fn forget(&mut self) {
        self.block = 0..0;
    }
}
