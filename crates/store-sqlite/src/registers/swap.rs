//! Brings what an import has gathered into the store: what differs is written unseen, in short transactions, then one row
//! swaps it in, then the rows that ended go, in short transactions again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::AuditEntry;
use domain::register::{Import, ImportId, Register};
use jiff::Timestamp;
use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, OptionalExtension, Row, Statement, Transaction, TransactionBehavior};
use store::ImportForm;

use super::generation;
use super::staging::Staged;
use super::table::{Table, tables};
use crate::failure::Failure;
use crate::{FILE_NAME, audit, connection};

/// The last generation of a row that has not ended.
pub(super) const ALIVE: i64 = i64::MAX;
/// Rows of a transaction: some milliseconds of work.
const ROWS: usize = 1000;
/// Between two transactions others get their turn: a writer that waits asks again within that time.
const PAUSE: Duration = Duration::from_millis(5);
/// After so many transactions the log is copied into the file.
const CHECKPOINT: u64 = 64;
/// Page cache for pages that are written in their order.
const CACHE_KIB: u32 = 8 * 1024;

/// Tells how much of how much is done; answers whether anybody listens.
pub(super) type Progress<'a> = &'a dyn Fn(u64, u64) -> bool;

pub(super) fn swap(
    staged: &Staged,
    source: &str,
    at: Timestamp,
    entry: Option<AuditEntry>,
    progress: Progress<'_>,
) -> Result<Option<Import>, Failure> {
    let register = staged.register;
    let mut writer = Writer::open(&staged.folder)?;
    writer.tidy(register)?;
    let (added, removed) = compare(staged)?;
    if added + removed == 0 {
        if let Some(entry) = entry {
            writer.in_transaction(|main| audit::append(main, &entry.imported(None)))?;
        }
        return Ok(None);
    }
    let id = writer.announce(register, source, at, added, removed)?;
    let mut steps = Steps { done: 0, total: added + removed, progress };
    for table in tables(register) {
        writer.write(&staged.gathered, table, id, Kind::Dead, &mut steps)?;
        writer.write(&staged.gathered, table, id, Kind::Born, &mut steps)?;
    }
    let source = source.into();
    let import = Import { id: ImportId(id), register, source, at, added, removed };
    writer.commit_swap(&import, entry)?;
    // It is swapped in: if the rest fails, the next import does it.
    if let Err(error) = writer.tidy(register) {
        tracing::warn!(%error, "rows of an old state of a register are left over");
    }
    Ok(Some(import))
}

/// Takes away what imports of this register left: rows that were never swapped in, and rows that ended.
pub(super) fn tidy_up(folder: &Path, register: Register) -> Result<(), Failure> {
    Writer::open(folder)?.tidy(register)
}

/// Finds what differs; answers how many rows come and how many go.
fn compare(staged: &Staged) -> Result<(u64, u64), Failure> {
    let gathered = &staged.gathered;
    let file = staged.folder.join(FILE_NAME);
    gathered.execute("ATTACH ? AS store", (file.to_string_lossy(),))?;
    let seen: i64 = gathered.query_row(
        "SELECT generation FROM store.register WHERE number = ?",
        (staged.register.number(),),
        |row| row.get(0),
    )?;
    let (mut added, mut removed) = (0, 0);
    for table in tables(staged.register) {
        added += gathered.execute(&come(table, seen), ())?;
        removed += gathered.execute(&go(table, seen, staged.form), ())?;
    }
    gathered.execute_batch("DETACH store")?;
    Ok((added as u64, removed as u64))
}

/// The statement that finds the gathered rows that generation `seen` of the store does not have.
pub(super) fn come(table: &Table, seen: i64) -> String {
    let (name, columns) = (table.name, table.list());
    let (same, visible) = (table.same("s", "n", table.columns.len()), visible(seen));
    format!(
        "INSERT INTO born_{name} SELECT {columns} FROM new_{name} AS n WHERE NOT EXISTS \
         (SELECT 1 FROM store.{name} AS s WHERE {same} AND {visible}) ORDER BY {columns}"
    )
}

/// The statement that finds the rows of generation `seen` that were not gathered and are to go.
pub(super) fn go(table: &Table, seen: i64, form: ImportForm) -> String {
    let (name, visible) = (table.name, visible(seen));
    // The gathered columns have no type. A comparison would give them that of the store's, and then not use their
    // index; the sign takes the type away.
    let same = table.same("+s", "n", table.columns.len());
    let from = match form {
        ImportForm::Whole => format!("store.{name} AS s"),
        ImportForm::Update => format!(
            "gone_{name} AS g CROSS JOIN store.{name} AS s ON {}",
            table.same("s", "g", table.key)
        ),
    };
    let columns = table.columns.iter().map(|column| format!("s.{column}"));
    let columns = columns.collect::<Vec<_>>().join(", ");
    format!(
        "INSERT INTO dead_{name} SELECT {columns} FROM {from} WHERE {visible} AND NOT EXISTS \
         (SELECT 1 FROM new_{name} AS n WHERE {same})"
    )
}

fn visible(seen: i64) -> String {
    format!("s.born <= {seen} AND s.died > {seen}")
}

struct Steps<'a> {
    done: u64,
    total: u64,
    progress: Progress<'a>,
}

impl Steps<'_> {
    fn step(&mut self, rows: usize) -> Result<(), Failure> {
        self.done += rows as u64;
        if (self.progress)(self.done, self.total) { Ok(()) } else { Err(Failure::Closed) }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Born,
    Dead,
}

struct Writer {
    file: PathBuf,
    main: Connection,
    transactions: u64,
}

impl Writer {
    fn open(folder: &Path) -> Result<Self, Failure> {
        let file = folder.join(FILE_NAME);
        let main = connection::writer(&file, CACHE_KIB)?;
        // Only the last commit has to be on disk before it is believed; it takes those before with it.
        main.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(Self { file, main, transactions: 0 })
    }

    fn announce(
        &mut self,
        register: Register,
        source: &str,
        at: Timestamp,
        added: u64,
        removed: u64,
    ) -> Result<i64, Failure> {
        self.in_transaction(|main| new_import(main, register, source, at, added, removed))
    }

    /// Writes rows that come or go, with what they concern.
    fn write(
        &mut self,
        gathered: &Connection,
        table: &Table,
        import: i64,
        kind: Kind,
        steps: &mut Steps<'_>,
    ) -> Result<(), Failure> {
        let from = match kind {
            Kind::Born => "born",
            Kind::Dead => "dead",
        };
        let columns = table.list();
        let select = format!("SELECT {columns} FROM {from}_{} ORDER BY {columns}", table.name);
        let mut select = gathered.prepare(&select)?;
        let mut rows = select.query(())?;
        loop {
            let written = self.in_transaction(|main| {
                let mut write = main.prepare_cached(&match kind {
                    Kind::Born => born(table),
                    Kind::Dead => dead(table),
                })?;
                let mut note = main.prepare_cached(NOTE)?;
                let mut written = 0;
                while written < ROWS {
                    let Some(row) = rows.next()? else { break };
                    write.raw_bind_parameter(table.columns.len() + 1, import)?;
                    execute(&mut write, row, table.columns.len())?;
                    concern(&mut note, table, import, |column| row.get(column))?;
                    written += 1;
                }
                Ok(written)
            })?;
            steps.step(written)?;
            if written < ROWS {
                return Ok(());
            }
        }
    }

    fn commit_swap(&mut self, import: &Import, entry: Option<AuditEntry>) -> Result<(), Failure> {
        self.main.pragma_update(None, "synchronous", "FULL")?;
        self.in_transaction(|main| {
            swap_in(main, import.register, import.id.0)?;
            entry.map_or(Ok(()), |entry| audit::append(main, &entry.imported(Some(import))))
        })?;
        self.main.pragma_update(None, "synchronous", "NORMAL")?;
        Ok(())
    }

    fn tidy(&mut self, register: Register) -> Result<(), Failure> {
        while let Some(import) = untidy(&self.main, register)? {
            let seen = generation(&self.main, register)?;
            for table in tables(register) {
                let rows = table.given(table.columns.len());
                let ended = format!("died <= {seen} OR born > {seen}");
                self.for_each(table, &ended, &format!("DELETE FROM {} WHERE {rows}", table.name))?;
                let unsaid = format!("died > {seen} AND died < {ALIVE}");
                let undo = format!("UPDATE {} SET died = {ALIVE} WHERE {rows}", table.name);
                self.for_each(table, &unsaid, &undo)?;
            }
            self.in_transaction(|main| {
                main.execute(
                    "DELETE FROM register_change WHERE import = \
                     (SELECT id FROM register_import WHERE id = ? AND swapped = 0)",
                    (import,),
                )?;
                Ok(main.execute("UPDATE register_import SET tidy = 1 WHERE id = ?", (import,))?)
            })?;
        }
        Ok(())
    }

    /// Runs a statement, whose parameters are the columns, for each row that fulfils a condition. Rows are found
    /// beside the transactions, so that looking for them makes nobody wait.
    fn for_each(&mut self, table: &Table, condition: &str, sql: &str) -> Result<(), Failure> {
        let reader = connection::reader(&self.file, CACHE_KIB)?;
        let columns = table.list();
        let select = format!("SELECT {columns} FROM {} WHERE {condition}", table.name);
        let mut select = reader.prepare(&select)?;
        let mut rows = select.query(())?;
        loop {
            let mut some: Vec<Vec<Value>> = Vec::new();
            while some.len() < ROWS {
                let Some(row) = rows.next()? else { break };
                some.push(
                    (0..table.columns.len())
                        .map(|column| row.get(column))
                        .collect::<Result<_, _>>()?,
                );
            }
            if some.is_empty() {
                return Ok(());
            }
            self.in_transaction(|main| {
                let mut statement = main.prepare_cached(sql)?;
                for row in &some {
                    statement.execute(rusqlite::params_from_iter(row))?;
                }
                Ok(())
            })?;
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the writer of another process must get its turn, and nothing tells when it has had it"
    )]
    fn in_transaction<T>(
        &mut self,
        write: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let transaction = Transaction::new_unchecked(&self.main, TransactionBehavior::Immediate)?;
        let done = write(&transaction)?;
        transaction.commit()?;
        self.transactions += 1;
        if self.transactions.is_multiple_of(CHECKPOINT) {
            self.main.query_row("PRAGMA wal_checkpoint(PASSIVE)", (), |_| Ok(()))?;
        }
        std::thread::sleep(PAUSE);
        Ok(done)
    }
}

fn untidy(main: &Connection, register: Register) -> Result<Option<i64>, Failure> {
    let mut statement = main
        .prepare_cached("SELECT id FROM register_import WHERE register = ? AND tidy = 0 LIMIT 1")?;
    Ok(statement.query_row((register.number(),), |row| row.get(0)).optional()?)
}

/// Runs a statement with the columns of a row.
fn execute(statement: &mut Statement<'_>, row: &Row<'_>, columns: usize) -> Result<(), Failure> {
    for column in 0..columns {
        let value = ToSqlOutput::Borrowed(row.get_ref(column)?);
        statement.raw_bind_parameter(column + 1, value)?;
    }
    statement.raw_execute()?;
    Ok(())
}

/// Adds an import that is not swapped in yet; answers its number.
pub(super) fn new_import(
    main: &Connection,
    register: Register,
    source: &str,
    at: Timestamp,
    added: u64,
    removed: u64,
) -> Result<i64, Failure> {
    main.execute(
        "INSERT INTO register_import (register, source, at, added, removed, swapped, tidy) \
         VALUES (?, ?, ?, ?, ?, 0, 0)",
        (
            register.number(),
            source,
            at.as_millisecond(),
            added.cast_signed(),
            removed.cast_signed(),
        ),
    )?;
    Ok(main.last_insert_rowid())
}

/// Lets everybody see what an import wrote.
pub(super) fn swap_in(main: &Connection, register: Register, import: i64) -> Result<(), Failure> {
    main.execute("UPDATE register_import SET swapped = 1 WHERE id = ?", (import,))?;
    main.execute(
        "UPDATE register SET generation = ?, swaps = swaps + 1 WHERE number = ?",
        (import, register.number()),
    )?;
    Ok(())
}

/// The statement that adds a row; its parameters are the columns and the import.
pub(super) fn born(table: &Table) -> String {
    format!(
        "INSERT INTO {} ({}, born, died) VALUES ({}, ?, {ALIVE})",
        table.name,
        table.list(),
        table.parameters()
    )
}

/// The statement that ends a row.
fn dead(table: &Table) -> String {
    let count = table.columns.len();
    format!("UPDATE {} SET died = ?{} WHERE {}", table.name, count + 1, table.given(count))
}

/// The statement that notes what a row concerns.
pub(super) const NOTE: &str = "INSERT OR IGNORE INTO register_change (import, inss, company, limosa, works) \
                               VALUES (?, ?, ?, ?, ?)";

/// Notes what a row concerns; `value` reads a column of it.
pub(super) fn concern(
    note: &mut Statement<'_>,
    table: &Table,
    import: i64,
    value: impl Fn(usize) -> rusqlite::Result<Value>,
) -> Result<(), Failure> {
    for columns in table.concerns {
        let mut somebody = false;
        note.raw_bind_parameter(1, import)?;
        for (place, column) in columns.iter().enumerate() {
            let nothing = if place < 2 { Value::Integer(0) } else { Value::Text(String::new()) };
            let value = column.map_or(Ok(nothing.clone()), &value)?;
            somebody |= value != nothing;
            note.raw_bind_parameter(place + 2, value)?;
        }
        if somebody {
            note.raw_execute()?;
        }
    }
    Ok(())
}
