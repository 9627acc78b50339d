//! `presence client`: the register of clients. It works beside a running service, which takes a change within a second.

mod parts;
mod show;

use std::io::{self, Write};

use clap::{Arg, ArgMatches, Command};
use domain::{AuditAction, AuditEntry, Client, ClientId, Clock, Role};
use store::{ClientConflict, Store};
use thiserror::Error;

use super::{account, data_arg, open};
use crate::keeper::KeeperError;
use parts::PartError;

/// How many clients are read at a time.
const PAGE: u32 = 200;

/// Why the command could not do its work.
#[derive(Debug, Error)]
pub(crate) enum ClientError {
    /// The data cannot be opened.
    #[error(transparent)]
    Open(#[from] KeeperError),
    /// A part of the client is not right.
    #[error(transparent)]
    Part(#[from] PartError),
    /// The register refuses it.
    #[error(transparent)]
    Conflict(#[from] ClientConflict),
    /// A role without the enterprise that it needs.
    #[error("role {0} needs the client's enterprise number: give --company")]
    NoCompany(&'static str),
    /// Nothing to do.
    #[error("client {0} is {1} already")]
    Already(ClientId, &'static str),
    /// The data cannot be used.
    #[error("{0}")]
    Store(String),
    /// The result cannot be shown.
    #[error("the clients cannot be shown: {0}")]
    Output(#[from] io::Error),
}

impl From<domain::Error> for ClientError {
    fn from(error: domain::Error) -> Self {
        Self::Store(super::chain(&error))
    }
}

/// The command line of `client`.
pub(crate) fn command() -> Command {
    let data = data_arg();
    let id = Arg::new("id")
        .required(true)
        .value_name("ID")
        .value_parser(|text: &str| {
            ClientId::parse(text).ok_or("an id has 1 to 64 letters, digits, '.', '_' or '-'")
        })
        .help("The client's id, which answers show as SenderId");
    let one = |name: &'static str, about: &'static str| {
        Command::new(name).about(about).args([id.clone(), data.clone()])
    };
    Command::new("client")
        .about("Says who may call: adds, changes, lists and revokes clients")
        .after_help("A running service takes a change within a second. docs/permissions.md says what each role may do.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(one("add", "Adds a client").args(parts::arguments()))
        .subcommand(
            one("change", "Changes what is given of a client, and leaves the rest")
                .args(parts::arguments())
                .arg(parts::clear_argument()),
        )
        .subcommand(one("show", "Shows a client with all its parts"))
        .subcommand(Command::new("list").about("Lists the clients, one a line").arg(data.clone()))
        .subcommand(one("revoke", "Refuses a client from now on, on every node"))
        .subcommand(one("restore", "Lifts the revocation of a client"))
}

/// Does what the command line says.
pub(crate) async fn run(
    matches: &ArgMatches,
    clock: &dyn Clock,
    output: &mut dyn Write,
) -> Result<(), ClientError> {
    let (action, matches) = matches.subcommand().expect("clap asks for one of them");
    let store = open(matches).await?;
    let store = store.as_ref();
    if action == "list" {
        return list(store, output).await;
    }
    let id = matches.get_one::<ClientId>("id").expect("it is required");
    let client = match action {
        "add" => add(store, id, matches, clock).await?,
        "change" => change(store, id, matches, clock).await?,
        "revoke" => set_revoked(store, id, true, clock).await?,
        "restore" => set_revoked(store, id, false, clock).await?,
        _ => existing(store, id).await?,
    };
    Ok(show::whole(&client, output)?)
}

async fn list(store: &dyn Store, output: &mut dyn Write) -> Result<(), ClientError> {
    let mut after = None;
    loop {
        let page = store.clients().list(after, PAGE).await?;
        for client in &page {
            show::line(client, output)?;
        }
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id.clone());
    }
}

async fn add(
    store: &dyn Store,
    id: &ClientId,
    matches: &ArgMatches,
    clock: &dyn Clock,
) -> Result<Client, ClientError> {
    let role = parts::role(matches, None)?.ok_or(PartError::Missing("--role"))?;
    let mut client = Client {
        id: id.clone(),
        name: id.to_string(),
        company: None,
        user_type: role.name().to_uppercase().into(),
        role,
        certificates: Vec::new(),
        kept: Vec::new(),
        keys: Vec::new(),
        scopes: Vec::new(),
        added: clock.now(),
        revoked: None,
    };
    parts::apply(matches, &mut client)?;
    check(&client)?;
    let entry = entry(AuditAction::AddClient, &client, clock);
    store.clients().add_audited(client.clone(), Some(entry)).await??;
    Ok(client)
}

async fn change(
    store: &dyn Store,
    id: &ClientId,
    matches: &ArgMatches,
    clock: &dyn Clock,
) -> Result<Client, ClientError> {
    let mut client = existing(store, id).await?;
    parts::clear(matches, &mut client);
    if let Some(role) = parts::role(matches, Some(&client.role))? {
        client.role = role;
    }
    parts::apply(matches, &mut client)?;
    check(&client)?;
    put(store, client, AuditAction::ChangeClient, clock).await
}

async fn set_revoked(
    store: &dyn Store,
    id: &ClientId,
    revoked: bool,
    clock: &dyn Clock,
) -> Result<Client, ClientError> {
    let client = existing(store, id).await?;
    if client.revoked.is_some() == revoked {
        let state = if revoked { "revoked" } else { "in force" };
        return Err(ClientError::Already(client.id, state));
    }
    let (at, action) = if revoked {
        (Some(clock.now()), AuditAction::RevokeClient)
    } else {
        (None, AuditAction::RestoreClient)
    };
    put(store, Client { revoked: at, ..client }, action, clock).await
}

async fn put(
    store: &dyn Store,
    client: Client,
    action: AuditAction,
    clock: &dyn Clock,
) -> Result<Client, ClientError> {
    let entry = entry(action, &client, clock);
    store.clients().change_audited(client.clone(), Some(entry)).await??;
    Ok(client)
}

async fn existing(store: &dyn Store, id: &ClientId) -> Result<Client, ClientError> {
    let found = store.clients().client(id.clone()).await?;
    Ok(found.ok_or_else(|| ClientConflict::Unknown(id.clone()))?)
}

fn check(client: &Client) -> Result<(), ClientError> {
    if client.role.needs_company() && client.company.is_none() {
        return Err(ClientError::NoCompany(client.role.name()));
    }
    Ok(())
}

/// What is written down: the client as it is from then on.
fn entry(action: AuditAction, client: &Client, clock: &dyn Clock) -> AuditEntry {
    let mandates = match &client.role {
        Role::Mandatary(mandates) => mandates.len(),
        _ => 0,
    };
    let certificates: Vec<_> = client.certificates.iter().map(ToString::to_string).collect();
    let detail = format!(
        "client={} role={} company={} mandates={mandates} keys={} scopes={} certificates={}",
        client.id,
        show::role(&client.role),
        client.company.map_or("-".to_owned(), |company| company.to_string()),
        client.keys.len(),
        client.scopes.join(" "),
        certificates.join("; "),
    );
    AuditEntry { detail, ..AuditEntry::of_operator(&account(), action, clock.now()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }
}
