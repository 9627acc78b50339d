//! The open data of the Crossroads Bank for Enterprises: a set of CSV files, in a zip or a folder. A full set brings
//! everything; an update brings what goes (`*_delete.csv`) and what comes (`*_insert.csv`) since the extract before.
//!
//! The register keeps the enterprises; the other files are read to see that the set is whole and of one piece.

mod bits;
mod check;
mod forms;
mod meta;

use std::io::{self, Read};
use std::path::Path;

use domain::register::{Key, Row};
use jiff::civil::Date;

use super::forms::{Form, line_of};
use super::table::Table;
use super::{FileError, Rejected, Sink};
use check::Whole;
pub use meta::{Extract, ExtractKind};

/// The files of a set, wherever they are.
pub trait Files {
    /// The names of the files.
    fn names(&self) -> Vec<String>;

    /// Opens a file of that name.
    fn open(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>>;
}

/// The kinds of lines that both sets have.
const KINDS: [&str; 5] = ["enterprise", "establishment", "denomination", "address", "activity"];
/// Files that may be there beside; nothing that is kept or checked stands in them.
const BESIDE: [&str; 2] = ["contact", "branch"];

/// Reads which extract a set is, and sees that it has its files and no others.
pub fn read_extract(files: &mut dyn Files) -> Result<Extract, FileError> {
    let names = files.names();
    if !names.iter().any(|name| name == META) {
        return Err(FileError::new(META, "is missing: the set is truncated, or is none".into()));
    }
    let extract = with(files, META, &mut meta::read)?;
    let wanted = wanted(extract.kind);
    if let Some(missing) = wanted.iter().find(|name| !names.contains(name)) {
        let reason = format!("is missing: the {} set {extract} is truncated", extract.kind);
        return Err(FileError::new(missing, reason));
    }
    let allowed = |name: &str| {
        name == META || wanted.iter().any(|other| other == name) || beside(extract.kind, name)
    };
    if let Some(stray) = names.iter().find(|name| is_csv(name) && !allowed(name)) {
        let reason =
            format!("does not belong to the {} set {extract}: sets are mixed up", extract.kind);
        return Err(FileError::new(stray, reason));
    }
    Ok(extract)
}

fn is_csv(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found.eq_ignore_ascii_case("csv"))
}

/// May the extract follow what is stored? `Ok(false)`: it is in already.
pub fn follows(extract: &Extract, stored: Option<u32>) -> Result<bool, FileError> {
    let refuse = |reason: String| Err(FileError::new(META, reason));
    match (extract.kind, stored) {
        (ExtractKind::Full, _) => Ok(true),
        (ExtractKind::Update, None) => refuse(format!(
            "is update {extract}, and no full set is stored: import a full set first"
        )),
        (ExtractKind::Update, Some(stored)) if extract.number == stored => Ok(false),
        (ExtractKind::Update, Some(stored)) if extract.number == stored + 1 => Ok(true),
        (ExtractKind::Update, Some(stored)) => refuse(format!(
            "is update {extract}, which follows extract {}; extract {stored} is stored: import the \
             updates in their order, or a full set",
            i64::from(extract.number) - 1
        )),
    }
}

/// Reads a set whose extract was read and may follow.
pub fn read_set(
    files: &mut dyn Files,
    extract: &Extract,
    sink: &mut dyn Sink<Row>,
) -> Result<(), FileError> {
    match extract.kind {
        ExtractKind::Full => full(files, sink),
        ExtractKind::Update => update(files, sink),
    }
}

const META: &str = "meta.csv";
const CODE: &str = "code.csv";

fn wanted(kind: ExtractKind) -> Vec<String> {
    let mut wanted = vec![CODE.to_owned()];
    for name in KINDS {
        wanted.extend(names_of(kind, name));
    }
    wanted
}

fn names_of(kind: ExtractKind, name: &str) -> Vec<String> {
    match kind {
        ExtractKind::Full => vec![format!("{name}.csv")],
        ExtractKind::Update => vec![format!("{name}_delete.csv"), format!("{name}_insert.csv")],
    }
}

fn beside(kind: ExtractKind, name: &str) -> bool {
    BESIDE.iter().any(|other| names_of(kind, other).iter().any(|other| other == name))
}

fn full(files: &mut dyn Files, sink: &mut dyn Sink<Row>) -> Result<(), FileError> {
    let mut whole = Whole::default();
    lines(files, CODE, &forms::CODES, sink, &mut |_, ()| Ok(None))?;
    lines(files, "enterprise.csv", &forms::ENTERPRISES, sink, &mut |sink, enterprise| {
        if !whole.enterprise(enterprise.number) {
            return Ok(Some("is the number of an earlier line"));
        }
        sink.put(Row::Enterprise(enterprise)).map(|()| None)
    })?;
    lines(files, "establishment.csv", &forms::ESTABLISHMENTS, sink, &mut |_, (unit, of)| {
        whole.establishment(unit, of);
        Ok(None)
    })?;
    for (name, form) in [
        ("denomination.csv", &forms::DENOMINATIONS),
        ("address.csv", &forms::ADDRESSES),
        ("activity.csv", &forms::ACTIVITIES),
    ] {
        let named = name == "denomination.csv";
        lines(files, name, form, sink, &mut |_, entity| {
            whole.entity(entity, named);
            Ok(None)
        })?;
        whole.belongs(name)?;
    }
    whole.is_named()
}

fn update(files: &mut dyn Files, sink: &mut dyn Sink<Row>) -> Result<(), FileError> {
    lines(files, CODE, &forms::CODES, sink, &mut |_, ()| Ok(None))?;
    // What goes goes first.
    lines(files, "enterprise_delete.csv", &forms::DELETED, sink, &mut |sink, number| {
        sink.remove(Key::Enterprise(number)).map(|()| None)
    })?;
    lines(files, "enterprise_insert.csv", &forms::ENTERPRISES, sink, &mut |sink, enterprise| {
        sink.put(Row::Enterprise(enterprise)).map(|()| None)
    })?;
    lines(files, "establishment_delete.csv", &forms::CLOSED, sink, &mut |_, _| Ok(None))?;
    lines(files, "establishment_insert.csv", &forms::ESTABLISHMENTS, sink, &mut |_, _| Ok(None))?;
    for (name, form) in [
        ("denomination", &forms::DENOMINATIONS),
        ("address", &forms::ADDRESSES),
        ("activity", &forms::ACTIVITIES),
    ] {
        let delete = format!("{name}_delete.csv");
        lines(files, &delete, &forms::ENTITIES, sink, &mut |_, _| Ok(None))?;
        lines(files, &format!("{name}_insert.csv"), form, sink, &mut |_, _| Ok(None))?;
    }
    Ok(())
}

/// What becomes of a line that was read: an answer says why it cannot stay.
type Take<'a, T> = dyn FnMut(&mut dyn Sink<Row>, T) -> Result<Option<&'static str>, FileError> + 'a;

fn lines<T>(
    files: &mut dyn Files,
    name: &str,
    form: &Form<T>,
    sink: &mut dyn Sink<Row>,
    take: &mut Take<'_, T>,
) -> Result<(), FileError> {
    with(files, name, &mut |name, input| {
        let mut table = Table::open(name, input, form.columns, &[])?;
        let mut count = 0;
        while let Some((line, record)) = table.next()? {
            count += 1;
            let flaws = match line_of(record, form, Date::MAX) {
                Ok(row) => match take(sink, row)? {
                    None => continue,
                    Some(reason) => vec![super::Flaw::new(form.columns[0], reason)],
                },
                Err(flaws) => flaws,
            };
            sink.reject(Rejected { file: name.into(), line, flaws })?;
        }
        if count == 0 && !name.contains('_') {
            return Err(FileError::new(name, "has no line: the set is truncated".into()));
        }
        Ok(())
    })
}

fn with<T>(
    files: &mut dyn Files,
    name: &str,
    read: &mut dyn FnMut(&str, &mut dyn Read) -> Result<T, FileError>,
) -> Result<T, FileError> {
    let mut input = files.open(name).map_err(|cause| FileError::read(name, cause))?;
    read(name, &mut input)
}
