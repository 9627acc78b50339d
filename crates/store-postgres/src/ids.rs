use std::ops::Range;

use jiff::civil::Date;
use tokio::sync::Mutex;

use crate::database::Database;
use crate::failure::Failure;
use crate::row::day_number;
use crate::seat::Seat;

/// How many ids are taken from the database at a time; the sequence's step.
const BLOCK: i64 = 10_000;

/// Ids that this process may give out. What is left of a block at the end of its day, or of the process, is never used.
#[derive(Default)]
pub(crate) struct Ids {
    block: Mutex<Block>,
}

#[derive(Default)]
struct Block {
    left: Range<i64>,
    day: Option<Date>,
}

impl Ids {
    /// Gives out `count` ids, ascending, for registrations near `day`. A block is committed by itself before
    /// any of its ids is used: nothing waits for a lock, and nobody gets an id twice.
    pub(crate) async fn give(
        &self,
        database: &Database,
        seat: &Seat,
        count: usize,
        day: Date,
    ) -> Result<Vec<i64>, Failure> {
        let mut block = self.block.lock().await;
        if block.day != Some(day) {
            *block = Block { left: 0..0, day: Some(day) };
        }
        let mut given = Vec::with_capacity(count);
        while given.len() < count {
            if block.left.is_empty() {
                let first = seat.take(database, BLOCK, day_number(day)).await?;
                block.left = first..first + BLOCK;
            }
            let wanted = i64::try_from(count - given.len()).map_err(|_| Failure::OutOfIds)?;
            let end = block.left.end.min(block.left.start + wanted);
            given.extend(block.left.start..end);
            block.left.start = end;
        }
        Ok(given)
    }
}
