use std::ops::Range;

use domain::RegistrationId;
use jiff::civil::Date;
use tokio::sync::Mutex;
use tokio_postgres::types::Type;

use crate::database::Database;
use crate::failure::Failure;
use crate::row::day_number;

/// How many ids are taken from the database at a time; the sequence's step.
const BLOCK: i64 = 10_000;

/// A step of the sequence is a block; who takes it says near which day the registrations are.
const TAKE: &str = "INSERT INTO id_block (first, created_day) VALUES (nextval('id_block_start'), $1) RETURNING first";

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
                let first = take(database, day).await?;
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

async fn take(database: &Database, day: Date) -> Result<i64, Failure> {
    let day = day_number(day);
    let first: i64 = database
        .repeat("take a block of ids", || async {
            let connection = database.connection().await?;
            let row = connection.query_typed_one(TAKE, &[(&day, Type::INT4)]).await?;
            Ok(row.get(0))
        })
        .await?;
    // An id beyond the contract's 15 digits would be refused by every reader.
    if first > RegistrationId::MAX - BLOCK { Err(Failure::OutOfIds) } else { Ok(first) }
}
