use deadpool_postgres::Client;
use tokio_postgres::types::Type;

use super::gather::Form;
use super::table::Table;
use crate::failure::Failure;

/// Rows of a statement that writes what differs: after each, progress is told.
const ROWS: i64 = 20_000;
/// After so many changed rows what the planner knows of a table is brought up to date at once.
const MANY: u64 = 10_000;
/// Memory to sort and to compare in: an import is no everyday statement.
const COMPARE: &str = "SET LOCAL work_mem = '64MB'; SET LOCAL maintenance_work_mem = '128MB'";
/// Each row that goes is found by its key: no statement reads a table from end to end for a part of the difference.
const WRITE: &str = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/// Tells how much of how much is done.
type Progress<'a> = &'a (dyn Fn(u64, u64) + Send + Sync);

/// Do rows come or go?
#[derive(Clone, Copy)]
enum Turn {
    Gone,
    Come,
}

impl Turn {
    const ALL: [Self; 2] = [Self::Gone, Self::Come];

    fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Come => "come",
        }
    }
}

/// Rows that come to a table, or go.
struct Part {
    table: &'static Table,
    turn: Turn,
    count: u64,
}

/// What an import changes, found and still to be written.
pub(crate) struct Swap<'a> {
    connection: &'a Client,
    import: i64,
    parts: Vec<Part>,
}

impl<'a> Swap<'a> {
    /// Puts what differs into temporary tables, numbered in the order in which it is to be written.
    pub(super) async fn compare(
        connection: &'a Client,
        tables: &'static [Table],
        import: i64,
        form: Form,
    ) -> Result<Self, Failure> {
        connection.batch_execute(COMPARE).await?;
        let mut parts = Vec::new();
        for table in tables {
            connection.batch_execute(&format!("ANALYZE staged_{}", table.name)).await?;
            for turn in Turn::ALL {
                let differing = match turn {
                    Turn::Gone => gone(table, import, form),
                    Turn::Come => come(table, import),
                };
                let (name, columns) = (turn.name(), table.list());
                let find = format!(
                    "CREATE TEMPORARY TABLE {name}_{} ON COMMIT DROP AS \
                     SELECT row_number() OVER (ORDER BY {columns}) AS nth, {columns} FROM ({differing}) AS d",
                    table.name
                );
                let count = connection.execute_typed(&find, &[]).await?;
                if count > 0 {
                    connection.batch_execute(&prepare(table, turn)).await?;
                    parts.push(Part { table, turn, count });
                }
            }
        }
        Ok(Self { connection, import, parts })
    }

    /// How many rows come, and how many go.
    pub(crate) fn counts(&self) -> (u64, u64) {
        self.parts.iter().fold((0, 0), |(come, gone), part| match part.turn {
            Turn::Come => (come + part.count, gone),
            Turn::Gone => (come, gone + part.count),
        })
    }

    /// The names of the temporary tables that hold rows of a table, each with whether its rows come.
    pub(crate) fn of(&self, table: &'static str) -> impl Iterator<Item = (String, bool)> {
        let parts = self.parts.iter().filter(move |part| part.table.name == table);
        parts.map(|part| {
            let name = format!("{}_{}", part.turn.name(), part.table.name);
            (name, matches!(part.turn, Turn::Come))
        })
    }

    /// The connection of the import, in its transaction.
    pub(crate) fn connection(&self) -> &tokio_postgres::Client {
        self.connection
    }

    /// Writes what differs, and notes what it concerns.
    pub(crate) async fn write(&self, progress: Progress<'_>) -> Result<(), Failure> {
        let (come, gone) = self.counts();
        let (mut done, total) = (0, come + gone);
        self.connection.batch_execute(WRITE).await?;
        for part in &self.parts {
            let sql = write(part, self.import);
            let mut first = 1_i64;
            while first.cast_unsigned() <= part.count {
                let last = first + ROWS - 1;
                let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
                    [(&first, Type::INT8), (&last, Type::INT8)];
                done += self.connection.execute_typed(&sql, &parameters).await?;
                progress(done, total);
                first = last + 1;
            }
        }
        for part in self.parts.iter().filter(|part| part.count >= MANY) {
            self.connection.batch_execute(&format!("ANALYZE {}", part.table.name)).await?;
        }
        Ok(())
    }
}

/// Rows that were gathered and are not there.
fn come(table: &Table, import: i64) -> String {
    let (name, columns, same) = (table.name, table.list(), table.same());
    format!(
        "SELECT DISTINCT {columns} FROM staged_{name} AS n WHERE import = {import} AND NOT gone \
         AND NOT EXISTS (SELECT FROM {name} AS s WHERE {same})"
    )
}

/// Rows that are there, were not gathered, and are to go.
fn gone(table: &Table, import: i64, form: Form) -> String {
    let (name, same) = (table.name, table.same());
    let keys = match form {
        Form::Whole => String::new(),
        Form::Update => {
            let (of_store, of_key) = (table.names(table.key, "s."), table.names(table.key, "g."));
            format!(
                "({of_store}) IN (SELECT {of_key} FROM staged_{name} AS g WHERE import = {import} AND gone) AND "
            )
        }
    };
    format!(
        "SELECT {} FROM {name} AS s WHERE {keys}NOT EXISTS (SELECT FROM staged_{name} AS n \
         WHERE n.import = {import} AND NOT n.gone AND {same})",
        table.names(table.columns.len(), "s.")
    )
}

fn prepare(table: &Table, turn: Turn) -> String {
    let name = format!("{}_{}", turn.name(), table.name);
    format!("CREATE UNIQUE INDEX ON {name} (nth); ANALYZE {name}")
}

/// The statement that writes the rows from one place to another.
fn write(part: &Part, import: i64) -> String {
    let Part { table, turn, .. } = part;
    let (name, columns) = (table.name, table.list());
    let rows = format!(
        "part AS MATERIALIZED (SELECT {columns} FROM {}_{name} WHERE nth BETWEEN $1 AND $2 ORDER BY nth)",
        turn.name()
    );
    let concerned = table.concerns.iter().map(|concerns| format!("SELECT {concerns} FROM part"));
    let concerned = concerned.collect::<Vec<_>>().join(" UNION ALL ");
    let noted = if concerned.is_empty() {
        String::new()
    } else {
        format!(
            ", noted AS (INSERT INTO register_change (import, inss, company, limosa, works) \
             SELECT DISTINCT {import}, c.* FROM ({concerned}) AS c (inss, company, limosa, works) \
             WHERE (c.inss, c.company, c.limosa, c.works) <> (0, 0, '', '') ON CONFLICT DO NOTHING)"
        )
    };
    let write = match turn {
        Turn::Come => format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM part"),
        Turn::Gone => format!("DELETE FROM {name} AS s USING part AS n WHERE {}", table.same()),
    };
    format!("WITH {rows}{noted} {write}")
}
