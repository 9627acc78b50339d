//! The embedded store: one SQLite file in a folder.
//!
//! One thread writes and gathers what waits into one flush, of a journal that the database follows or of the database
//! itself; others read beside it, and find all that was acknowledged. What it answers to have stored is on disk.

mod addresses;
mod aside;
mod audit;
pub mod backup;
mod cells;
#[cfg(test)]
mod check_plans;
mod checkpoint;
mod checks;
mod clients;
mod connection;
mod events;
mod extracts;
mod failure;
mod folder;
mod frame;
mod ids;
mod insert;
mod job;
mod journal;
mod lookup;
mod once;
mod plan;
mod readers;
mod registers;
mod replays;
mod row;
mod schema;
mod search;
mod secrets;
mod settle;
mod spread;
mod transact;
pub mod transfer;
mod upkeep;
mod usage;
mod way;
mod write;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use domain::{
    Dossier, Error, ErrorKind, ItemErrors, NewRegistration, Registration, RegistrationId, Search,
    SearchPage, Visibility, WorkMoment,
};
use jiff::Timestamp;
use rusqlite::Connection;
use store::{
    Addresses, Audit, Beside, Checks, Clients, Counters, Events, Extracts, Kept, Registers,
    Registrations, ReplayKey, Replays, Secrets, Stats, Store, Transition, Usage, Works, Written,
};
use tokio::sync::{oneshot, watch};

use crate::checkpoint::Checkpoints;
use crate::failure::Failure;
use crate::job::{Amend, Job, Register};
use crate::readers::Readers;
use crate::transact::Transact;
use crate::upkeep::{Gate, Upkeep};

pub use folder::make_folder;

/// The name of the database in its folder.
pub const FILE_NAME: &str = "presence.sqlite";

/// So many reads may go on at once on the threads of their callers.
const MOST_HERE: usize = 8;

/// How the embedded store uses the machine.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Threads that search.
    pub search_threads: usize,
    /// Threads for short look-ups.
    pub lookup_threads: usize,
    /// Threads that read for checks against the registers.
    pub check_threads: usize,
    /// How many jobs may wait for the writer, and how many for each lane of readers; one more is refused as overload.
    pub waiting: usize,
    /// Page cache of the writer, in KiB.
    pub writer_cache_kib: u32,
    /// Page cache of each reader, in KiB.
    pub reader_cache_kib: u32,
    /// How many pages of 4 KiB the log should have at most before it is copied into the file.
    pub checkpoint_pages: u32,
    /// How long the journal may get before it begins anew, in bytes. A greater one than some MiB wins nothing.
    pub journal_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            search_threads: 2,
            lookup_threads: 1,
            check_threads: 2,
            waiting: 1024,
            writer_cache_kib: 32 * 1024,
            reader_cache_kib: 12 * 1024,
            checkpoint_pages: 20_000,
            journal_bytes: 8 * 1024 * 1024,
        }
    }
}

/// Registrations in one SQLite file.
///
/// Dropping it writes what was accepted, copies the log into the file and closes it.
pub struct SqliteStore {
    folder: PathBuf,
    jobs: Option<SyncSender<Job>>,
    searches: Option<Readers>,
    lookups: Option<Readers>,
    checks: Option<Readers>,
    /// For reads on the caller's own thread: one for each core, so that callers seldom meet.
    here: Vec<Mutex<Connection>>,
    gate: Arc<Gate>,
    counters: Arc<Counters>,
    readers: Mutex<Vec<JoinHandle<()>>>,
    writer: Mutex<Vec<JoinHandle<()>>>,
    /// Goes last, when all is closed.
    ended: watch::Sender<()>,
}

impl SqliteStore {
    /// Opens the store in `folder`, which is made when it is missing; brings its schema up to date.
    ///
    /// Errors: the folder cannot be made or read, the file is of another program or of a newer version of this one.
    pub fn open(folder: &Path, options: Options) -> Result<Self, Error> {
        make_folder(folder).map_err(|error| Error::caused_by(ErrorKind::StoreRefused, error))?;
        let file = folder.join(FILE_NAME);
        let mut writer = connection::writer(&file, options.writer_cache_kib)
            .map_err(|error| failure::opening(error.into()))?;
        schema::migrate(&mut writer).map_err(failure::opening)?;
        let (upkeep, gate) = Upkeep::open(folder, &writer, options.journal_bytes)?;
        Ok(Self::start(folder, writer, upkeep, gate, options).map_err(Failure::from)?)
    }

    fn start(
        folder: &Path,
        mut writer: Connection,
        upkeep: Upkeep,
        gate: Arc<Gate>,
        options: Options,
    ) -> rusqlite::Result<Self> {
        let file = &folder.join(FILE_NAME);
        let counters = Arc::new(Counters::default());
        let (jobs, waiting) = sync_channel(options.waiting);
        let reader_cache = options.reader_cache_kib;
        let (searches, mut readers) =
            Readers::start(file, "search", options.search_threads, options.waiting, reader_cache)?;
        let (lookups, more) =
            Readers::start(file, "look-up", options.lookup_threads, options.waiting, reader_cache)?;
        readers.extend(more);
        let (checks, more) =
            Readers::start(file, "check", options.check_threads, options.waiting, reader_cache)?;
        readers.extend(more);
        let checkpoints = Checkpoints::start(&mut writer, file, options.checkpoint_pages)?;
        let writer = start_writer(writer, waiting, checkpoints, Arc::clone(&counters), upkeep)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from).min(MOST_HERE);
        let here = (0..cores).map(|_| Ok(Mutex::new(connection::at_once(file)?)));
        let here = here.collect::<rusqlite::Result<_>>()?;
        Ok(Self {
            folder: folder.to_owned(),
            jobs: Some(jobs),
            searches: Some(searches),
            lookups: Some(lookups),
            checks: Some(checks),
            here,
            gate,
            counters,
            readers: Mutex::new(readers),
            writer: Mutex::new(vec![writer]),
            ended: watch::Sender::default(),
        })
    }

    /// What the writer has done since the store was opened.
    pub fn stats(&self) -> Stats {
        self.counters.read()
    }

    /// Ends when the store has been dropped by whoever held it, and everything is written and closed.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut open = self.ended.subscribe();
        // Nothing is ever sent: it changes by going.
        async move { while open.changed().await.is_ok() {} }
    }

    /// Hands a job to the writer and waits until it is on disk.
    async fn write<T>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> Job,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or(Failure::Closed)?;
        jobs.try_send(job(reply)).map_err(|error| match error {
            TrySendError::Full(_) => Failure::Full,
            TrySendError::Disconnected(_) => Failure::Closed,
        })?;
        answer.await.unwrap_or_else(|_| Err(Failure::Closed.into()))
    }

    /// Writes what has no kind of job of its own, inside a transaction that it may share with others; answers when
    /// that is on disk. `weight` is the number of rows, about. `run` is asked again when the transaction has to be
    /// repeated.
    pub(crate) async fn transact<T: Send + 'static>(
        &self,
        weight: usize,
        run: impl FnMut(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Error> {
        self.write(|reply| Job::Other(Box::new(Transact::new(weight, run, reply)))).await
    }

    /// Waits until a read finds all that was acknowledged.
    pub(crate) async fn settled(&self) -> Result<(), Error> {
        if self.gate.is_settled() {
            return Ok(());
        }
        self.write(|reply| Job::Settle { reply }).await
    }

    /// A read of what calls have written: registrations and their history, steps, the audit.
    pub(crate) async fn look_back<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Error> {
        self.settled().await?;
        self.look_up(read).await
    }

    /// Reads for checks, many at once, beside all others.
    pub(crate) async fn check_reads<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Error> {
        self.checks.as_ref().ok_or(Failure::Closed)?.read(read).await
    }

    /// A short read, beside the searches.
    pub(crate) async fn look_up<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Error> {
        self.lookups.as_ref().ok_or(Failure::Closed)?.read(read).await
    }
}

fn start_writer(
    connection: Connection,
    waiting: Receiver<Job>,
    mut checkpoints: Checkpoints,
    counters: Arc<Counters>,
    upkeep: Upkeep,
) -> rusqlite::Result<JoinHandle<()>> {
    let run = move || {
        let run = writer::run(&connection, &waiting, &mut checkpoints, &counters, upkeep);
        if let Err(error) = run {
            tracing::error!(%error, "the writer could not start");
        }
        checkpoints.end();
        drop(connection);
    };
    std::thread::Builder::new()
        .name("writer".into())
        .spawn(run)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

impl Drop for SqliteStore {
    /// Readers end first: SQLite copies the log when the last connection closes, if that one may write.
    fn drop(&mut self) {
        self.here.clear();
        self.searches = None;
        self.lookups = None;
        self.checks = None;
        join(&self.readers);
        self.jobs = None;
        join(&self.writer);
    }
}

fn join(threads: &Mutex<Vec<JoinHandle<()>>>) {
    let mut threads = threads.lock().unwrap_or_else(PoisonError::into_inner);
    for thread in threads.drain(..) {
        if thread.join().is_err() {
            tracing::error!("a thread of the store had panicked");
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn registrations(&self) -> &dyn Registrations {
        self
    }

    fn registers(&self) -> &dyn Registers {
        self
    }

    fn checks(&self) -> &dyn Checks {
        self
    }

    fn works(&self) -> &dyn Works {
        self
    }

    fn extracts(&self) -> &dyn Extracts {
        self
    }

    fn addresses(&self) -> &dyn Addresses {
        self
    }

    fn clients(&self) -> &dyn Clients {
        self
    }

    fn audit(&self) -> &dyn Audit {
        self
    }

    fn replays(&self) -> &dyn Replays {
        self
    }

    fn events(&self) -> &dyn Events {
        self
    }

    fn secrets(&self) -> &dyn Secrets {
        self
    }

    fn usage(&self) -> &dyn Usage {
        self
    }

    async fn check(&self) -> Result<(), Error> {
        self.transact(1, |_| Ok(())).await
    }
}

#[async_trait]
impl Registrations for SqliteStore {
    async fn register_with(
        &self,
        new: Vec<NewRegistration>,
        beside: Beside,
    ) -> Result<Written<Vec<Registration>>, Error> {
        let (count, rows) = (new.len(), cells::of(&new));
        let kept = if beside.once.is_some() { new.clone() } else { Vec::new() };
        let job = |reply| Register { count, rows, kept, beside, before: None, reply };
        Ok(match self.write(|reply| Job::Register(job(reply))).await? {
            Written::Before(kept) => Written::Before(kept),
            Written::Now(ids) => {
                let stored = |(id, new): (i64, NewRegistration)| {
                    RegistrationId::new(id).map(|id| new.stored_as(id))
                };
                Written::Now(ids.zip(new).filter_map(stored).collect())
            }
        })
    }

    async fn amend_with(
        &self,
        ids: Vec<Option<RegistrationId>>,
        transition: Arc<Transition>,
        beside: Beside,
    ) -> Result<Written<Vec<Result<Registration, ItemErrors>>>, Error> {
        let (answers, before) = (Vec::new(), None);
        let amend = |reply| Job::Amend(Amend { ids, transition, beside, answers, before, reply });
        self.write(amend).await
    }

    async fn kept(&self, key: ReplayKey, now: Timestamp) -> Result<Option<Kept>, Error> {
        self.look_up(move |connection| once::kept(connection, key, now)).await
    }

    async fn search(
        &self,
        search: Search,
        visible: Visibility,
        budget: u32,
    ) -> Result<SearchPage, Error> {
        self.settled().await?;
        let lane = self.searches.as_ref().ok_or(Failure::Closed)?;
        lane.read(move |connection| search::search(connection, &search, &visible, budget)).await
    }

    async fn moments(
        &self,
        search: Search,
        visible: Visibility,
        budget: u32,
    ) -> Result<Vec<WorkMoment>, Error> {
        self.settled().await?;
        let lane = self.searches.as_ref().ok_or(Failure::Closed)?;
        lane.read(move |connection| search::moments(connection, &search, &visible, budget)).await
    }

    async fn dossier(&self, id: RegistrationId) -> Result<Option<Dossier>, Error> {
        self.look_back(move |connection| lookup::dossier(connection, id)).await
    }
}

#[cfg(test)]
mod tests {
    use domain::register::Change;
    use domain::{Sector, Work};

    use super::*;

    #[tokio::test]
    async fn few_and_many_sectors_are_read_and_a_closed_store_leaves_no_log_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(folder.path(), Options::default()).expect("opened");
        let works = vec![domain::sample::works_reference(1)];
        assert_eq!(store.sectors(works.clone()).await.expect("read"), [None]);
        let work = Work::new(works[0], Sector::Meat);
        let change = Change::put_works(vec![work], "test", Timestamp::UNIX_EPOCH);
        store.registers().change(change).await.expect("written");
        assert_eq!(store.sectors(works).await.expect("read"), [Some(Sector::Meat)]);
        let more: Vec<_> = (1..=20).map(domain::sample::works_reference).collect();
        let sectors = store.sectors(more).await.expect("read");
        assert_eq!((sectors.len(), sectors[0], sectors[19]), (20, Some(Sector::Meat), None));
        let log = folder.path().join(format!("{FILE_NAME}-wal"));
        assert!(log.exists());
        drop(store);
        assert!(!log.exists());
    }
}
