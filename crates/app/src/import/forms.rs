//! The CSV files of the registers, by the names of their columns.

use std::io::Read;

use domain::register::{Employer, Employment, Mandate, Person, PostedWorker, Row};
use jiff::civil::Date;

use super::cells::Cells;
use super::table::{Record, Table};
use super::{FileError, Flaw, Rejected, Sink};

/// The form of a file: its columns, and how a line is read.
pub(super) struct Form<T> {
    pub(super) columns: &'static [&'static str],
    pub(super) read: fn(&mut Cells<'_>) -> Option<T>,
}

pub(super) const PERSONS: Form<Row> =
    Form { columns: &["inss", "known_from", "known_until", "replaced_by"], read: person };
pub(super) const MANDATES: Form<Row> =
    Form { columns: &["enterprise_number", "inss", "function", "from", "until"], read: mandate };
pub(super) const EMPLOYERS: Form<Row> =
    Form { columns: &["enterprise_number", "from", "until"], read: employer };
pub(super) const EMPLOYMENTS: Form<Row> = Form {
    columns: &[
        "inss",
        "enterprise_number",
        "worker_type",
        "from",
        "until",
        "user_enterprise_number",
    ],
    read: employment,
};
pub(super) const LIMOSA: Form<Row> = Form {
    columns: &[
        "limosa_id",
        "inss",
        "foreign_vat_number",
        "employer_name",
        "country",
        "from",
        "until",
    ],
    read: posted_worker,
};

/// Reads a file of a form line by line.
pub(super) fn read<T>(
    file: &str,
    input: &mut dyn Read,
    sink: &mut dyn Sink<T>,
    form: &Form<T>,
    today: Date,
) -> Result<(), FileError> {
    let mut table = Table::open(file, input, form.columns, &[])?;
    while let Some((line, record)) = table.next()? {
        match line_of(record, form, today) {
            Ok(row) => sink.put(row)?,
            Err(flaws) => sink.reject(Rejected { file: file.into(), line, flaws })?,
        }
    }
    Ok(())
}

/// Reads a line, or says all that is wrong with it.
pub(super) fn line_of<T>(record: Record<'_>, form: &Form<T>, today: Date) -> Result<T, Vec<Flaw>> {
    match record {
        Record::Broken(reason) => Err(vec![Flaw::new("", reason)]),
        Record::Cells(fields) => {
            let mut cells = Cells::new(fields, form.columns, today);
            let row = (form.read)(&mut cells);
            let flaws = cells.into_flaws();
            match row {
                Some(row) if flaws.is_empty() => Ok(row),
                _ => Err(flaws),
            }
        }
    }
}

/// Every cell is read before any is missed, so that one run tells all that is wrong.
fn person(cells: &mut Cells<'_>) -> Option<Row> {
    let (inss, known, replaced_by) = (cells.inss(0), cells.period(1, 2), cells.maybe_inss(3));
    if inss.is_some() && inss == replaced_by {
        return cells.flaw(3, "is the number itself");
    }
    Some(Row::Person(Person { inss: inss?, known: known?, replaced_by }))
}

fn mandate(cells: &mut Cells<'_>) -> Option<Row> {
    let (enterprise, inss) = (cells.enterprise(0), cells.inss(1));
    let (function, period) = (cells.kept(2), cells.period(3, 4));
    Some(Row::Mandate(Mandate {
        enterprise: enterprise?,
        inss: inss?,
        function: function.unwrap_or_default(),
        period: period?,
    }))
}

fn employer(cells: &mut Cells<'_>) -> Option<Row> {
    let (enterprise, period) = (cells.enterprise(0), cells.period(1, 2));
    Some(Row::Employer(Employer { enterprise: enterprise?, period: period? }))
}

fn employment(cells: &mut Cells<'_>) -> Option<Row> {
    let (inss, enterprise, worker_type) = (cells.inss(0), cells.enterprise(1), cells.kept(2));
    let (period, user) = (cells.period(3, 4), cells.maybe_enterprise(5));
    Some(Row::Employment(Employment {
        inss: inss?,
        enterprise: enterprise?,
        worker_type: worker_type.unwrap_or_default(),
        period: period?,
        user,
    }))
}

fn posted_worker(cells: &mut Cells<'_>) -> Option<Row> {
    let (id, inss, vat) = (cells.limosa(0), cells.maybe_inss(1), cells.maybe_vat(2));
    let (employer, country, period) = (cells.kept(3), cells.kept(4), cells.period(5, 6));
    Some(Row::PostedWorker(PostedWorker {
        id: id?,
        inss,
        vat,
        employer: employer.unwrap_or_default(),
        country: country.unwrap_or_default(),
        period: period?,
    }))
}
