//! Load and limits: what registrations cost the program `presence`, beside what the machine can do at all.
//!
//! It starts the real program on a free port with a fresh folder, calls it as callers do, and measures in the same run
//! the bare limit: the same rows put into the same tables by a program that does nothing else.

mod bare;
mod checks;
mod clock;
mod consult;
mod door;
mod figures;
mod flush;
mod folder;
mod growth;
mod http;
mod load;
mod machine;
mod message;
mod null_store;
mod options;
mod performances;
mod places;
mod population;
mod postgres;
mod proc;
mod profile;
mod query;
mod report;
mod rest;
mod server;
mod signed;
mod targets;
mod throughput;
mod together;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;
use std::{fs, io};

use options::Options;
use population::Population;
use report::Measured;

/// What may fail in many ways, all of which end the run.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            _ = writeln!(io::stderr(), "bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let options = Options::from_arguments()?;
    if let Some(place) = &options.places {
        return Ok(io::stdout().write_all(places::measure(place)?.as_bytes())?);
    }
    let population = Population::new();
    let folder = folder::Fresh::new(&options.data)?;
    if let Some(load) = options.profile {
        if options.postgres {
            return postgres::profile(&options, &folder, &population, load);
        }
        let folder = options.over.as_deref().unwrap_or(folder.path());
        return profile::run(&options, folder, &population, load);
    }
    if let Some(sample) = &options.checks {
        let page = checks::measure(&options, folder.path(), sample)?;
        io::stdout().write_all(page.as_bytes())?;
        return match &options.results {
            Some(file) => Ok(fs::write(file, page)?),
            None => Ok(()),
        };
    }
    if options.performances {
        let page = performances::measure(&options, folder.path())?;
        return Ok(io::stdout().write_all(page.as_bytes())?);
    }
    if options.signed {
        let page = signed::measure(&options, folder.path(), &population)?;
        return Ok(io::stdout().write_all(page.as_bytes())?);
    }
    if options.rest {
        let page = rest::measure(&options, folder.path(), &population)?;
        return Ok(io::stdout().write_all(page.as_bytes())?);
    }
    if options.nodes {
        let page = postgres::only_nodes(&options, &folder, &population)?;
        return Ok(io::stdout().write_all(page.as_bytes())?);
    }
    if options.postgres {
        let page = postgres::measure(&options, &folder, &population)?;
        io::stdout().write_all(page.as_bytes())?;
        return match &options.results {
            Some(file) => Ok(fs::write(file, page)?),
            None => Ok(()),
        };
    }
    let door = door::measure(&population, &options.extent)?;
    let throughput = throughput::measure(&options, folder.path(), &population)?;
    let growth = growth::measure(&options, folder.path(), &population)?;
    let measured = Measured { machine: machine::describe()?, door, throughput, growth };
    let page = report::page(&measured);
    io::stdout().write_all(page.as_bytes())?;
    if let Some(file) = &options.results {
        fs::write(file, page)?;
    }
    Ok(())
}
