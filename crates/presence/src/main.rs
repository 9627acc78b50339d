//! The presence registration service: one program.

mod backup;
mod callers;
mod checks;
mod cli;
mod clock;
mod command;
mod config;
mod demo;
mod doctor;
mod http;
mod issuers;
mod keeper;
mod keys;
mod migrate;
mod oauth_keys;
mod pem;
mod qr;
mod serve;
mod server;
mod telemetry;
mod ticket;
mod usage;
mod webhooks;

use std::io::Write as _;
use std::process::ExitCode;

use cli::Request;
use telemetry::Metrics;

fn main() -> ExitCode {
    match cli::request() {
        Request::Settings => print_settings(),
        Request::Serve(sources) => serve(&sources),
        Request::Backup(matches) => command::backup::back_up(&matches, &clock::SystemClock),
        Request::Migrate(matches) => command::migrate::run(&matches),
        Request::Restore(matches) => command::backup::restore(&matches),
        Request::Doctor(matches, sources) => {
            command::doctor::run(&matches, &sources, &clock::SystemClock)
        }
        Request::Import(matches) => command::import::run(&matches),
        Request::Work(matches) => command::work::run(&matches),
        Request::Client(matches) => {
            run(async |output| command::client::run(&matches, &clock::SystemClock, output).await)
        }
        Request::Audit(matches) => run(async |output| command::audit::run(&matches, output).await),
        Request::TokenKey(matches) => {
            let mut output = std::io::stdout();
            match command::token_key::run(&matches, &clock::SystemClock, &mut output) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => fail(&error),
            }
        }
        Request::Webhook(matches) => {
            let secret = domain::WebhookSecret(ticket::random());
            let clock = clock::SystemClock;
            run(async |output| command::webhook::run(&matches, &clock, secret, output).await)
        }
        Request::OAuthKey(matches) => {
            let mut output = std::io::stdout();
            match command::oauth_key::run(&matches, &clock::SystemClock, &mut output) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => fail(&error),
            }
        }
    }
}

/// Runs a command that uses the data.
fn run<E: std::error::Error>(
    command: impl AsyncFnOnce(&mut dyn std::io::Write) -> Result<(), E>,
) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(command(&mut std::io::stdout())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn print_settings() -> ExitCode {
    match std::io::stdout().write_all(config::page().as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn serve(sources: &config::Sources) -> ExitCode {
    let (config, strangers) = match config::read(sources) {
        Ok(read) => read,
        Err(error) => return fail(&error),
    };
    let metrics = Metrics::new(&clock::SystemClock);
    let log = telemetry::start_log(&config, metrics.lost_lines.clone());
    for stranger in strangers {
        tracing::warn!("{stranger}");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let ended = runtime.block_on(serve::serve(config, metrics));
    // What is still under way was given its time.
    runtime.shutdown_background();
    drop(log);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the log may not be there, or filtered")]
fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("presence: {error}");
    ExitCode::FAILURE
}
