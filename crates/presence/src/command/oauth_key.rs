//! `presence oauth-key`: the keys that sign access tokens.

use std::io::{self, Write};

use clap::{Arg, ArgMatches, Command, value_parser};
use domain::Clock;
use jiff::SignedDuration;
use ring::rand::SystemRandom;
use thiserror::Error;

use crate::oauth_keys::{self, OAuthKeysError};

/// How long tokens are good after the key that signed them has ended: their whole life, and some clock skew.
const AFTERLIFE: SignedDuration = SignedDuration::from_mins(70);

/// Why the command could not do its work.
#[derive(Debug, Error)]
pub(crate) enum OAuthKeyError {
    /// The keys cannot be read or made.
    #[error(transparent)]
    Keys(#[from] OAuthKeysError),
    /// The result cannot be shown.
    #[error("the keys cannot be shown: {0}")]
    Output(#[from] io::Error),
}

/// The command line of `oauth-key`.
pub(crate) fn command() -> Command {
    let data = super::data_arg();
    let notice = Arg::new("notice")
        .long("notice")
        .value_name("SECONDS")
        .default_value("600")
        .value_parser(value_parser!(i64).range(0..=604_800))
        .help("How long the new key is published before it signs");
    Command::new("oauth-key")
        .about("Lists and replaces the keys that sign access tokens")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(Command::new("list").about("Lists the keys").arg(data.clone()))
        .subcommand(
            Command::new("rotate")
                .about("Makes a new key; what the former one signed is taken until it is over")
                .after_help("A running service takes the new key within a second.")
                .args([data, notice]),
        )
}

/// Does what the command line says.
pub(crate) fn run(
    matches: &ArgMatches,
    clock: &dyn Clock,
    output: &mut dyn Write,
) -> Result<(), OAuthKeyError> {
    let Some((name, matches)) = matches.subcommand() else { return Ok(()) };
    let folder = super::data_folder(matches);
    let now = clock.now();
    let mut ring = oauth_keys::read_or_make(&folder, now)?;
    if name == "rotate" {
        let notice = *matches.get_one::<i64>("notice").expect("it has a default");
        let notice = SignedDuration::from_secs(notice);
        ring = ring.rotated(&SystemRandom::new(), now, notice, AFTERLIFE);
        oauth_keys::replace(&folder, &ring)?;
    }
    output.write_all(ring.describe().as_bytes())?;
    Ok(())
}
