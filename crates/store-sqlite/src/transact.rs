use domain::Error;
use rusqlite::Connection;

use crate::failure::Failure;
use crate::job::Reply;

/// Something to write that has no kind of job of its own.
pub(crate) trait Write: Send {
    /// How many rows it writes, about, for the size of a commit.
    fn weight(&self) -> usize;

    /// Writes, inside the transaction that the caller has begun. May be asked again after a rollback.
    fn apply(&mut self, connection: &Connection) -> Result<(), Failure>;

    /// Answers the call.
    fn answer(self: Box<Self>, outcome: Result<(), Failure>);
}

/// A [`Write`] made of a function.
pub(crate) struct Transact<T, F> {
    weight: usize,
    run: F,
    done: Option<T>,
    reply: Reply<T>,
}

impl<T, F> Transact<T, F> {
    pub(crate) fn new(weight: usize, run: F, reply: Reply<T>) -> Self {
        Self { weight, run, done: None, reply }
    }
}

impl<T, F> Write for Transact<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> Result<T, Failure> + Send,
{
    fn weight(&self) -> usize {
        self.weight
    }

    fn apply(&mut self, connection: &Connection) -> Result<(), Failure> {
        self.done = Some((self.run)(connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), Failure>) {
        let Self { done, reply, .. } = *self;
        let answer = outcome.and_then(|()| done.ok_or(Failure::Closed)).map_err(Error::from);
        // Whoever has gone away meanwhile does not hear it; what is committed stays.
        let _ = reply.send(answer);
    }
}
