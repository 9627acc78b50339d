use std::path::Path;

use ::store::Store;
use store_sqlite::SqliteStore;
use store_sqlite::backup::{quick_check, schema_versions};

use super::chain;
use super::report::{Level, Report};

const AREA: &str = "store";

/// Opens the data as it is; `None` where it cannot be, or would be changed by that.
pub(super) fn open(data: &Path, pages: bool, report: &mut Report) -> Option<SqliteStore> {
    let shown = data.display();
    let (found, newest) = match schema_versions(data) {
        Ok(versions) => versions,
        Err(error) => {
            let todo =
                "name the folder of the data (--data), start the service once, or restore a backup";
            report.tell(Level::Error, AREA, format!("{shown}: {error}"), todo);
            return None;
        }
    };
    if pages {
        look_through(data, report);
    }
    if found < newest {
        report.tell(
            Level::Warning,
            AREA,
            format!("its schema has version {found}; this program makes it version {newest} when it starts"),
            "make a backup, then start this version of the service; what is in the store is looked at after that",
        );
        return None;
    }
    match crate::command::open(data) {
        Ok(store) => {
            report.well(AREA, format!("{shown} has schema version {found}"));
            Some(store)
        }
        Err(error) => {
            let todo = "see what is said; the service cannot start either";
            report.tell(Level::Error, AREA, format!("{shown}: {}", chain(&error)), todo);
            None
        }
    }
}

fn look_through(data: &Path, report: &mut Report) {
    match quick_check(data) {
        Ok(flaws) if flaws.is_empty() => report.well(AREA, "all pages are sound"),
        Ok(flaws) => report.tell(
            Level::Error,
            AREA,
            format!("it is damaged: {}", flaws.join("; ")),
            "stop the service, keep the folder as it is, restore the last backup elsewhere; then see to the disk",
        ),
        Err(error) => {
            report.tell(Level::Error, AREA, error.to_string(), "see whether the disk is well");
        }
    }
}

/// Can it be written to?
pub(super) async fn examine(store: &dyn Store, report: &mut Report) {
    match store.check().await {
        Ok(()) => report.well(AREA, "it can be written to"),
        Err(error) => report.tell(
            Level::Error,
            AREA,
            format!("it cannot be written to: {}", chain(&error)),
            "see whether the disk is full or read-only, or another program keeps the database locked",
        ),
    }
}

/// Tells that something could not be read.
pub(super) fn unreadable(report: &mut Report, area: &'static str, error: &domain::Error) {
    let todo = "see the findings about the store first";
    report.tell(Level::Error, area, format!("it cannot be read: {}", chain(error)), todo);
}
