//! `presence token-key`: the keys that the token service signs with.

use std::io::{self, Write};

use clap::{Arg, ArgMatches, Command, value_parser};
use domain::Clock;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use crate::keys::{Ring, RingError, TokenKey};

/// Why the command could not do its work.
#[derive(Debug, Error)]
pub(crate) enum TokenKeyError {
    /// The keys cannot be read or made.
    #[error(transparent)]
    Ring(#[from] RingError),
    /// The result cannot be shown.
    #[error("the keys cannot be shown: {0}")]
    Output(#[from] io::Error),
}

/// The command line of `token-key`.
pub(crate) fn command() -> Command {
    let data = super::data_arg();
    let lifetime = Arg::new("token-lifetime")
        .long("token-lifetime")
        .value_name("SECONDS")
        .default_value("3600")
        .value_parser(value_parser!(i64).range(60..=86_400))
        .help("How long tokens are valid, as the service is told");
    Command::new("token-key")
        .about("Lists and replaces the keys that the token service signs with")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("list")
                .about("Lists the keys, the one that signs first")
                .args([data.clone(), lifetime.clone()]),
        )
        .subcommand(
            Command::new("rotate")
                .about("Makes a new key, which signs from now on; what the former one signed is still taken")
                .after_help("A running service takes the new key within a second.")
                .args([data, lifetime]),
        )
}

/// Does what the command line says.
pub(crate) fn run(
    matches: &ArgMatches,
    clock: &dyn Clock,
    output: &mut dyn Write,
) -> Result<(), TokenKeyError> {
    let (action, matches) = matches.subcommand().expect("clap asks for one of the two");
    let data = super::data_folder(matches);
    let lifetime = *matches.get_one::<i64>("token-lifetime").expect("it has a default");
    let ring = Ring::new(&data, SignedDuration::from_secs(lifetime));
    let now = clock.now();
    let keys = if action == "rotate" { ring.rotate(now)? } else { ring.keys(now)? };
    for key in &keys {
        writeln!(output, "{}", line(key, now))?;
    }
    Ok(())
}

fn line(key: &TokenKey, now: Timestamp) -> String {
    let state = match key.until {
        None => "signs".to_owned(),
        Some(until) if until > now => format!("is taken until {until:.0}"),
        Some(until) => format!("was taken until {until:.0}"),
    };
    let fingerprint = key.key.certificate().fingerprint();
    format!("{fingerprint}  since {:.0}  {state}", key.since)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct At(&'static str);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            self.0.parse().expect("a moment")
        }
    }

    fn said(data: &str, action: &str, at: &'static str) -> String {
        let words = ["token-key", action, "--data", data];
        let matches = command().try_get_matches_from(words).expect("good words");
        let mut output = Vec::new();
        run(&matches, &At(at), &mut output).expect("done");
        String::from_utf8(output).expect("UTF-8")
    }

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn a_new_key_signs_and_the_former_one_is_taken_for_a_while() {
        let data = tempfile::tempdir().expect("a folder");
        let data = data.path().to_str().expect("UTF-8");
        let first = said(data, "list", "2026-03-02T08:00:00Z");
        assert!(first.ends_with("since 2026-03-02T08:00:00Z  signs\n"), "{first}");
        let both = said(data, "rotate", "2026-03-02T09:00:00Z");
        let lines: Vec<_> = both.lines().collect();
        assert!(lines[0].ends_with("since 2026-03-02T09:00:00Z  signs"), "{both}");
        assert!(lines[1].ends_with("is taken until 2026-03-02T10:00:00Z"), "{both}");
        assert_eq!(lines[1].get(..64), first.get(..64), "it is the first one");
        let later = said(data, "list", "2026-03-02T11:00:00Z");
        assert!(later.contains("was taken until 2026-03-02T10:00:00Z"), "{later}");
    }
}
