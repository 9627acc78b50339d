use std::path::Path;

use ::store::Store;
use store_sqlite::backup::{quick_check, schema_versions};

use super::report::{Level, Report};
use super::{Examination, chain};
use crate::keeper::{self, Keeper, Place};

const AREA: &str = "store";

/// Opens the data as it is; `None` where it cannot be, or would be changed by that.
pub(super) async fn open(what: &Examination<'_>, report: &mut Report) -> Option<Keeper> {
    let place = Place {
        folder: what.data.to_owned(),
        database: what.config.database_url.clone(),
        authorities: what.config.database_authorities.clone(),
    };
    if place.database.is_some() {
        database(place, report).await
    } else {
        folder(place, what.pages, report).await
    }
}

/// The database as it is.
async fn database(place: Place, report: &mut Report) -> Option<Keeper> {
    let todo =
        "see database_url and database_authorities, and whether the database runs and takes writes";
    let (found, newest) = match keeper::schema_versions(&place).await {
        Ok(versions) => versions,
        Err(error) => {
            report.tell(Level::Error, AREA, error.to_string(), todo);
            return None;
        }
    };
    if found < newest {
        tell_of_older(found, newest, report);
        return None;
    }
    match Keeper::beside(place).await {
        Ok(keeper) => {
            tell_of_version(found, newest, report);
            Some(keeper)
        }
        Err(error) => {
            report.tell(Level::Error, AREA, error.to_string(), todo);
            None
        }
    }
}

fn tell_of_version(found: u32, newest: u32, report: &mut Report) {
    let text = format!("the database has schema version {found}");
    if found > newest {
        let text =
            format!("{text}; this program makes version {newest}, and may work beside newer ones");
        let todo = "bring this node up to the newer version of the program: the one after it may refuse to work beside it";
        report.tell(Level::Note, AREA, text, todo);
    } else {
        report.well(AREA, text);
    }
}

fn tell_of_older(found: u32, newest: u32, report: &mut Report) {
    report.tell(
        Level::Warning,
        AREA,
        format!("its schema has version {found}; this program makes it version {newest} when it starts"),
        "make a backup, then start this version of the service; what is in the store is looked at after that",
    );
}

async fn folder(place: Place, pages: bool, report: &mut Report) -> Option<Keeper> {
    let data = &place.folder.clone();
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
        tell_of_older(found, newest, report);
        return None;
    }
    match Keeper::beside(place).await {
        Ok(keeper) => {
            report.well(AREA, format!("{shown} has schema version {found}"));
            Some(keeper)
        }
        Err(error) => {
            let todo = "see what is said; the service cannot start either";
            report.tell(Level::Error, AREA, error.to_string(), todo);
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
