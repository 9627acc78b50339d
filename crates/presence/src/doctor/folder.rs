use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::report::{Level, Report};

const AREA: &str = "disk";
/// What others than the owner may do.
const OTHERS: u32 = 0o077;
/// With less than this nothing can be promised any more.
const LEAST: u64 = 1 << 30;
/// A log of more bytes than it is cut back to: somebody keeps an old moment.
const LONG_LOG: u64 = 400 << 20;

/// The folder of the data: who may read it, and how much room there is.
pub(super) fn examine(data: &Path, report: &mut Report) {
    let shown = data.display();
    let Ok(it) = fs::metadata(data) else {
        // The store says so.
        return;
    };
    let mode = it.permissions().mode() & 0o777;
    if mode & OTHERS == 0 {
        report.well("data", format!("{shown} is its owner's alone"));
    } else {
        report.tell(
            Level::Warning,
            "data",
            format!("others on this machine may look into {shown} (mode {mode:o})"),
            format!("it holds persons' numbers: chmod 700 {shown}"),
        );
    }
    room(data, report);
    log(data, report);
}

fn room(data: &Path, report: &mut Report) {
    let (free, all) = match rustix::fs::statvfs(data) {
        Ok(disk) => (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize),
        Err(error) => {
            let todo = "see whether the disk is well";
            report.tell(Level::Warning, AREA, format!("its room is not known: {error}"), todo);
            return;
        }
    };
    let text = format!("{} of {} MiB are free", free >> 20, all >> 20);
    if free < LEAST {
        let todo = "make room at once: a full disk refuses every registration";
        report.tell(Level::Error, AREA, text, todo);
    } else if free < all / 10 {
        report.tell(Level::Warning, AREA, text, "make room: less than a tenth is left");
    } else {
        report.well(AREA, text);
    }
}

fn log(data: &Path, report: &mut Report) {
    let size = |suffix: &str| {
        let name = format!("{}{suffix}", store_sqlite::FILE_NAME);
        fs::metadata(data.join(name)).map_or(0, |it| it.len())
    };
    let (database, log) = (size(""), size("-wal"));
    let text = format!("the database has {} MiB, its log {}", database >> 20, log >> 20);
    if log > LONG_LOG {
        let todo = "a backup under way explains it; else see which program keeps the database open, and restart the service";
        report.tell(Level::Warning, "log", text, todo);
    } else {
        report.well("log", text);
    }
}
