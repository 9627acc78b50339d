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
        let count = i64::try_from(count).map_err(|_| Failure::OutOfIds)?;
        if count == 0 {
            return Ok(0..0);
        }
        // Ids ascend with the commits, so that whoever goes through them misses none: if another process has taken a
        // block meanwhile, the rest of this one is not used.
        let passed = statements.next_block()? != self.block.end;
        if passed || self.block.end - self.block.start < count {
            let size = count.max(BLOCK);
            let first = statements.take_block(size)?;
            // An id beyond the contract's 15 digits would be refused by every reader.
            if first > RegistrationId::MAX - size {
                return Err(Failure::OutOfIds);
            }
            self.block = first..first + size;
        }
        let given = self.block.start..self.block.start + count;
        self.block.start = given.end;
        Ok(given)
    }

    /// Drops the block: after a rollback the database may not know that it was taken.
    pub(crate) fn forget(&mut self) {
        self.block = 0..0;
    }
}
