use async_trait::async_trait;
use domain::Error;
use jiff::{SignedDuration, Timestamp};

use crate::ReplayKey;

/// Tells nodes what callers use at the others, so that limits of a caller hold over all of them. Nothing here is precious:
/// what is lost is told again.
#[async_trait]
pub trait Usage: Send + Sync {
    /// Tells what callers use at `node` at this moment, and answers what other nodes told since [`TOLD_FOR`] before `now`,
    /// of each caller the last; [`MOST_TOLD`] at most, the newest.
    ///
    /// A node changes only what it told itself, so nodes do not wait for each other. What was told longer ago is forgotten
    /// little by little.
    async fn exchange(
        &self,
        node: u64,
        uses: Vec<CallerUse>,
        now: Timestamp,
    ) -> Result<Vec<ToldUse>, Error>;
}

/// How long what a node told is answered: longer than it counts, since the clocks of nodes differ.
pub const TOLD_FOR: SignedDuration = SignedDuration::from_secs(30);

/// The first moment of which what was told is still answered, in milliseconds.
pub fn told_since(now: Timestamp) -> i64 {
    now.as_millisecond() - TOLD_FOR.as_secs() * 1000
}

/// How many uses one exchange answers.
pub const MOST_TOLD: u16 = 10_000;

/// What one caller uses at one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerUse {
    /// The caller, as a hash: stores learn nothing of it.
    pub caller: ReplayKey,
    /// How many calls it made there: a count that only a call whose caller turned out to be another makes smaller.
    pub calls: u64,
    /// How many calls' time it is ahead of its rate, with what it used elsewhere as far as the node knows.
    pub owed: u32,
    /// How many of its calls are under way there.
    pub running: u32,
}

/// What a node told of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldUse {
    /// The node.
    pub node: u64,
    /// When it told that, by its clock.
    pub at: Timestamp,
    /// What it told.
    pub of: CallerUse,
}
