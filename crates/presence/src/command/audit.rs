//! `presence audit`: reads, exports and verifies what was written down.

mod records;

use std::io::{self, BufRead as _, Write};
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use store::{AuditBreach, AuditCheck, AuditHash, AuditHead, AuditPlace, AuditRecord};
use thiserror::Error;

pub(crate) use self::records::Records;
use super::{data_arg, open};
use crate::keeper::KeeperError;

/// Why the command could not do its work.
#[derive(Debug, Error)]
pub(crate) enum AuditError {
    /// The chain is broken.
    #[error("the audit is NOT whole: {0}")]
    Breach(#[from] AuditBreach),
    /// What was given to verify is no export.
    #[error("line {0} is no record of an export")]
    NoRecord(usize),
    /// The data cannot be used.
    #[error("{0}")]
    Store(String),
    /// The data cannot be opened.
    #[error(transparent)]
    Open(#[from] KeeperError),
    /// Nothing can be read or shown.
    #[error("the audit cannot be read or shown: {0}")]
    Io(#[from] io::Error),
}

impl From<domain::Error> for AuditError {
    fn from(error: domain::Error) -> Self {
        Self::Store(super::chain(&error))
    }
}

/// The command line of `audit`.
pub(crate) fn command() -> Command {
    let data = data_arg();
    let after = Arg::new("after")
        .long("after")
        .value_name("CHAIN/SEQUENCE")
        .action(ArgAction::Append)
        .value_parser(read_place)
        .help("Begins behind this record of its chain; with several, each for its chain, others from their beginning");
    let containing = Arg::new("containing")
        .long("containing")
        .value_name("TEXT")
        .action(ArgAction::Append)
        .help("Only records that hold this text, as a ticket, a client or a person's number; with several, all of them");
    let head = Arg::new("head")
        .long("head")
        .value_name("CHAIN/SEQUENCE:HASH")
        .action(ArgAction::Append)
        .value_parser(read_head)
        .help("A head that was noted before: shows whether its chain still leads there; with several, all of them");
    let file = Arg::new("file")
        .long("file")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("Verifies this export, from its first record on, instead of the data");
    Command::new("audit")
        .about("Shows, exports and verifies what was done and read, by whom")
        .after_help("The records hold persons' numbers: treat what is shown as such. docs/audit.md describes them.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("list")
                .about("Shows records, one JSON object a line, the oldest first")
                .args([data.clone(), after.clone(), containing]),
        )
        .subcommand(
            Command::new("export")
                .about("Writes the records with their hashes, for `verify --file` and for safe keeping elsewhere")
                .args([data.clone(), after]),
        )
        .subcommand(
            Command::new("verify")
                .about("Holds every record against its hash, and shows the heads to be noted elsewhere")
                .args([data, head, file]),
        )
}

/// Does what the command line says.
pub(crate) async fn run(matches: &ArgMatches, output: &mut dyn Write) -> Result<(), AuditError> {
    let (action, matches) = matches.subcommand().expect("clap asks for one of them");
    if action == "verify" {
        return verify(matches, output).await;
    }
    let store = open(matches).await?;
    let after: Vec<_> = matches.get_many("after").into_iter().flatten().copied().collect();
    let containing: Vec<&String> = match action {
        "list" => matches.get_many("containing").into_iter().flatten().collect(),
        _ => Vec::new(),
    };
    let export = action == "export";
    let mut records = Records::after(store.audit(), &after).await?;
    while let Some(record) = records.next().await? {
        if containing.iter().all(|text| record.body.contains(text.as_str())) {
            let line = if export { exported(&record) } else { listed(&record) };
            writeln!(output, "{line}")?;
        }
    }
    Ok(())
}

async fn verify(matches: &ArgMatches, output: &mut dyn Write) -> Result<(), AuditError> {
    let noted = matches.get_many("head").into_iter().flatten().copied().collect();
    let mut check = AuditCheck::new(noted);
    if let Some(path) = matches.get_one::<PathBuf>("file") {
        let file = io::BufReader::new(std::fs::File::open(path)?);
        for (line, text) in (1..).zip(file.lines()) {
            let record = imported(&text?).ok_or(AuditError::NoRecord(line))?;
            check.next(&record)?;
        }
    } else {
        let store = open(matches).await?;
        let mut records = Records::after(store.audit(), &[]).await?;
        while let Some(record) = records.next().await? {
            check.next(&record)?;
        }
    }
    let heads = check.end()?;
    let count: u64 = heads.iter().map(|head| head.place.sequence).sum();
    let these = if heads.len() == 1 { "Its head" } else { "The heads of its chains" };
    writeln!(output, "The audit is whole: {count} records. {these}, to be noted elsewhere:")?;
    for AuditHead { place, hash } in heads {
        writeln!(output, "{place}:{hash}")?;
    }
    Ok(())
}

/// A record with its place, as JSON.
fn listed(record: &AuditRecord) -> String {
    let members = record.body.strip_prefix('{').unwrap_or(&record.body);
    let AuditPlace { chain, sequence } = record.place;
    format!("{{\"chain\":{chain},\"sequence\":{sequence},{members}")
}

/// A record with its place and hash before its body, divided by blanks: the body is what was hashed, byte for byte.
fn exported(record: &AuditRecord) -> String {
    format!("{} {} {}", record.place, record.hash, record.body)
}

fn imported(line: &str) -> Option<AuditRecord> {
    let (place, rest) = line.split_once(' ')?;
    let (hash, body) = rest.split_once(' ')?;
    let body = body.to_owned();
    Some(AuditRecord { place: AuditPlace::parse(place)?, hash: read_hash(hash)?, body })
}

fn read_place(text: &str) -> Result<AuditPlace, String> {
    AuditPlace::parse(text)
        .ok_or_else(|| "a place is the number of a chain, a slash and a sequence".to_owned())
}

fn read_head(text: &str) -> Result<AuditHead, String> {
    let read = || {
        let (place, hash) = text.split_once(':')?;
        Some(AuditHead { place: AuditPlace::parse(place)?, hash: read_hash(hash)? })
    };
    read().ok_or_else(|| {
        "a head is a place (chain/sequence), a colon and 64 hexadecimal digits".to_owned()
    })
}

fn read_hash(text: &str) -> Option<AuditHash> {
    domain::Fingerprint::parse(text).map(|sha256| AuditHash(sha256.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn what_is_exported_is_read_back() {
        let body = "{\"detail\":\"a b\"}".to_owned();
        let hash = AuditHash::BEGINNING.next(7, &body);
        let record = AuditRecord { place: AuditPlace { chain: 2, sequence: 7 }, body, hash };
        assert_eq!(imported(&exported(&record)), Some(record));
        for line in ["", "2/7", "2/7 00 {}", "x y z"] {
            assert_eq!(imported(line), None, "{line}");
        }
    }
}
