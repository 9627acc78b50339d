//! `presence webhook`: who is told of the steps of registrations.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command};
use domain::{ClientId, Clock, StepPosition, Webhook, WebhookSecret};
use store::{Store, WebhookChange};
use thiserror::Error;

use crate::keeper::KeeperError;
use crate::webhooks::{Target, TargetError};

/// Why the command could not do its work.
#[derive(Debug, Error)]
pub(crate) enum WebhookError {
    /// The data cannot be opened.
    #[error(transparent)]
    Open(#[from] KeeperError),
    /// The store.
    #[error("the data cannot be used: {0}")]
    Store(#[from] domain::Error),
    /// The address.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// An id is taken.
    #[error("there is a webhook {0} already")]
    Exists(ClientId),
    /// No webhook has the id.
    #[error("there is no webhook {0}; `presence webhook list` shows all")]
    Unknown(ClientId),
    /// No client has the id.
    #[error("there is no client {0} in the register")]
    NoClient(ClientId),
    /// The result cannot be shown.
    #[error("the result cannot be shown: {0}")]
    Output(#[from] io::Error),
}

fn id(text: &str) -> Result<ClientId, String> {
    ClientId::parse(text)
        .ok_or_else(|| "1 to 64 letters, digits, dots, dashes or underscores".to_owned())
}

fn position(text: &str) -> Result<StepPosition, String> {
    if text == "start" {
        return Ok(StepPosition::START);
    }
    StepPosition::parse(text).ok_or_else(|| "a position as `show` has it, or `start`".to_owned())
}

/// The command line of `webhook`.
pub(crate) fn command() -> Command {
    let data = super::data_arg();
    let with_id = |name: &'static str, about: &'static str| {
        let webhook = Arg::new("id").required(true).value_name("ID").value_parser(id);
        Command::new(name).about(about).args([webhook, data.clone()])
    };
    let add = with_id("add", "Adds a webhook and shows its secret, this once")
        .arg(
            Arg::new("client")
                .long("client")
                .required(true)
                .value_name("ID")
                .value_parser(id)
                .help("The client whose registrations it is told of"),
        )
        .arg(
            Arg::new("url")
                .long("url")
                .required(true)
                .value_name("URL")
                .help("Where events are posted"),
        )
        .arg(
            Arg::new("private")
                .long("private")
                .action(ArgAction::SetTrue)
                .help("Takes http too, for a service with webhook_private_addresses"),
        )
        .arg(Arg::new("from").long("from").value_name("POSITION").value_parser(position).help(
            "After which step to begin, or `start`; without it, with what comes from now on",
        ));
    let resend = with_id("resend", "Sends everything after a position again").arg(
        Arg::new("from")
            .long("from")
            .required(true)
            .value_name("POSITION")
            .value_parser(position)
            .help("After which step to begin, or `start`"),
    );
    Command::new("webhook")
        .about("Adds, shows and steers the webhooks that are told of registrations")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(add)
        .subcommand(Command::new("list").about("Lists all webhooks").arg(data.clone()))
        .subcommand(with_id("show", "Shows how far a webhook is, and what its trouble is"))
        .subcommand(with_id("pause", "Sends nothing until it is resumed; nothing is lost"))
        .subcommand(with_id("resume", "Sends again, from where it stood, and at once"))
        .subcommand(resend)
        .subcommand(with_id("remove", "Forgets a webhook"))
}

/// Does what the command line says, beside a running service too.
pub(crate) async fn run(
    matches: &ArgMatches,
    clock: &dyn Clock,
    secret: WebhookSecret,
    output: &mut dyn Write,
) -> Result<(), WebhookError> {
    let Some((name, matches)) = matches.subcommand() else { return Ok(()) };
    let store = super::open(matches).await?;
    if name == "list" {
        for webhook in store.events().webhooks().await? {
            output.write_all(line(&webhook).as_bytes())?;
        }
        return Ok(());
    }
    let id = matches.get_one::<ClientId>("id").expect("it is required").clone();
    match name {
        "add" => return add(store.as_ref(), id, matches, clock, secret, output).await,
        "remove" => {
            let removed = store.events().remove_webhook(id.clone()).await?;
            return removed.then_some(()).ok_or(WebhookError::Unknown(id));
        }
        _ => {}
    }
    let from = (name == "resend").then(|| matches.get_one::<StepPosition>("from").copied());
    let change: Arc<WebhookChange> = match (name, from.flatten()) {
        ("pause", _) => Arc::new(|webhook| webhook.paused = Some("by the operator".to_owned())),
        ("resume", _) => Arc::new(|webhook| (webhook.paused, webhook.trouble) = (None, None)),
        ("resend", Some(from)) => {
            Arc::new(move |webhook| (webhook.position, webhook.trouble) = (from, None))
        }
        _ => Arc::new(|_| {}),
    };
    let changed = store.events().change_webhook(id.clone(), change).await?;
    output.write_all(line(&changed.ok_or(WebhookError::Unknown(id))?).as_bytes())?;
    Ok(())
}

async fn add(
    store: &dyn Store,
    id: ClientId,
    matches: &ArgMatches,
    clock: &dyn Clock,
    secret: WebhookSecret,
    output: &mut dyn Write,
) -> Result<(), WebhookError> {
    let client = matches.get_one::<ClientId>("client").expect("it is required").clone();
    let url = matches.get_one::<String>("url").expect("it is required").clone();
    Target::parse(&url, matches.get_flag("private"))?;
    if store.clients().client(client.clone()).await?.is_none() {
        return Err(WebhookError::NoClient(client));
    }
    let position = match matches.get_one::<StepPosition>("from") {
        Some(position) => *position,
        None => store.events().last_step().await?,
    };
    let webhook = Webhook {
        id: id.clone(),
        client,
        url,
        secret,
        added: clock.now(),
        paused: None,
        position,
        delivered: 0,
        last_delivery: None,
        trouble: None,
    };
    if !store.events().add_webhook(webhook).await? {
        return Err(WebhookError::Exists(id));
    }
    writeln!(output, "{}", rest::events::secret_text(&secret))?;
    Ok(())
}

/// Everything of a webhook but its secret.
fn line(webhook: &Webhook) -> String {
    let mut text = format!(
        "{} of {} to {}: {} delivered, up to {}",
        webhook.id, webhook.client, webhook.url, webhook.delivered, webhook.position
    );
    if let Some(at) = webhook.last_delivery {
        write!(text, ", last at {at}").expect("a String");
    }
    if let Some(why) = &webhook.paused {
        write!(text, "; paused: {why}").expect("a String");
    }
    if let Some(trouble) = &webhook.trouble {
        write!(
            text,
            "; failing since {}, {} attempts, next at {}: {}",
            trouble.since, trouble.attempts, trouble.next, trouble.text
        )
        .expect("a String");
    }
    text.push('\n');
    text
}
