use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::command::{
    audit, backup, client, doctor, import, migrate, oauth_key, token_key, webhook, work,
};
use crate::config::{SETTINGS, Setting, Sources};

/// What the command line asks for.
pub(crate) enum Request {
    /// Serve, with these settings.
    Serve(Sources),
    /// Print the page of settings.
    Settings,
    /// Copy the data.
    Backup(ArgMatches),
    /// Move the data to a database.
    Migrate(ArgMatches),
    /// Bring data back.
    Restore(ArgMatches),
    /// Look at a node that runs with these settings.
    Doctor(ArgMatches, Sources),
    /// Fill a register.
    Import(ArgMatches),
    /// Administer works.
    Work(ArgMatches),
    /// Say who may call.
    Client(ArgMatches),
    /// Show what was done and read.
    Audit(ArgMatches),
    /// List or replace the keys of the token service.
    TokenKey(ArgMatches),
    /// Steer webhooks.
    Webhook(ArgMatches),
    /// List or replace the keys of access tokens.
    OAuthKey(ArgMatches),
}

/// Reads the command line; help and mistakes end the program.
pub(crate) fn request() -> Request {
    let matches = command().get_matches();
    match matches.subcommand() {
        Some(("serve", matches)) => Request::Serve(sources(matches)),
        Some(("backup", matches)) => Request::Backup(matches.clone()),
        Some(("migrate", matches)) => Request::Migrate(matches.clone()),
        Some(("restore", matches)) => Request::Restore(matches.clone()),
        Some(("doctor", matches)) => Request::Doctor(matches.clone(), sources(matches)),
        Some(("import", matches)) => Request::Import(matches.clone()),
        Some(("work", matches)) => Request::Work(matches.clone()),
        Some(("client", matches)) => Request::Client(matches.clone()),
        Some(("audit", matches)) => Request::Audit(matches.clone()),
        Some(("token-key", matches)) => Request::TokenKey(matches.clone()),
        Some(("webhook", matches)) => Request::Webhook(matches.clone()),
        Some(("oauth-key", matches)) => Request::OAuthKey(matches.clone()),
        _ => Request::Settings,
    }
}

fn command() -> Command {
    let config = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help("A TOML file of settings; also PRESENCE_CONFIG");
    let serve = Command::new("serve")
        .about("Serves the presence registration service")
        .after_help(
            "Every setting can also be given by a variable or a file: see `presence settings`.",
        )
        .arg(config.clone())
        .args(SETTINGS.iter().map(flag));
    Command::new("presence")
        .version(env!("CARGO_PKG_VERSION"))
        .about("The presence registration service")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(serve)
        .subcommand(backup::backup_command())
        .subcommand(backup::restore_command())
        .subcommand(migrate::command())
        .subcommand(doctor::command([config].into_iter().chain(SETTINGS.iter().map(flag))))
        .subcommand(import::command())
        .subcommand(work::command())
        .subcommand(client::command())
        .subcommand(audit::command())
        .subcommand(token_key::command())
        .subcommand(oauth_key::command())
        .subcommand(webhook::command())
        .subcommand(
            Command::new("settings")
                .about("Prints the page that describes every setting (Markdown)"),
        )
}

fn flag(setting: &Setting) -> Arg {
    let default = setting.default.map(|default| format!(" [default: {default}]"));
    let help = format!("{}{}", setting.doc, default.unwrap_or_default());
    let flag = Arg::new(setting.key)
        .long(setting.key.replace('_', "-"))
        .help(help)
        .help_heading(setting.chapter)
        .action(ArgAction::Set)
        .allow_hyphen_values(true);
    if setting.is_switch() {
        flag.num_args(0..=1).require_equals(true).default_missing_value("true").value_name("BOOL")
    } else {
        flag.value_name("VALUE")
    }
}

fn sources(matches: &ArgMatches) -> Sources {
    let value = |setting: &Setting| matches.get_one::<String>(setting.key).cloned();
    let flags: HashMap<_, _> = SETTINGS
        .iter()
        .filter_map(|setting| value(setting).map(|text| (setting.key, text)))
        .collect();
    let environment: HashMap<OsString, OsString> = env::vars_os().collect();
    Sources { file: matches.get_one("config").cloned(), flags, environment }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_a_flag_of_its_own() {
        command().debug_assert();
    }

    #[test]
    fn a_switch_needs_no_value_but_may_have_one() {
        let read = |args: &[&str]| {
            let words = ["presence", "serve"].iter().chain(args);
            let matches = command().try_get_matches_from(words).expect("good flags");
            let (_, matches) = matches.subcommand().expect("a command");
            sources(matches).flags.get("open").cloned()
        };
        assert_eq!(read(&["--open"]).as_deref(), Some("true"));
        assert_eq!(read(&["--open=false"]).as_deref(), Some("false"));
        assert_eq!(read(&[]), None);
    }
}
