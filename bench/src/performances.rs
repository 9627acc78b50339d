//! What it costs to tell an employer's month of performances, over many stored moments.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use domain::{
    Channel, Coordinates, EnterpriseNumber, Inss, Moment, MomentKind, NewRegistration, PlaceOfWork,
    Sector, Sender, Submission, Who, WorksReference, day_number, sample,
};
use fastrand::Rng;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};
use rusqlite::Connection;
use store::Store as _;
use store_sqlite::{FILE_NAME, Options as StoreOptions, SqliteStore};

use crate::figures::{grouped, milliseconds};
use crate::folder::Fresh;
use crate::options::Options;
use crate::query::Query;
use crate::server::Server;
use crate::{Outcome, consult, machine};

/// The first day that is stored; all days are alike.
const FIRST: Date = date(2025, 1, 1);
/// Days of an employer's month.
const MONTH: u32 = 22;
/// Employers that are asked about, and how many workers each has: some 20 000 moments a month.
const LARGE: u32 = 10;
const LARGE_STAFF: u32 = 455;
/// The others, with some workers each.
const SMALL_STAFF: u32 = 5;
/// Moments of a day.
const DAILY: u32 = 40_000;
/// Registrations of one call of the filling.
const CALL: usize = 10_000;

/// Fills a folder, starts the program over it, and asks.
pub(crate) fn measure(options: &Options, folder: &Path) -> Outcome<String> {
    let days = if options.quick { MONTH + 4 } else { 250 };
    let fresh = Fresh::named(folder, "performances")?;
    let count = fill(fresh.path(), days)?;
    let server = Server::start(&options.program, fresh.path())?;
    let mut page = format!(
        "Performances of one employer's month of {} moments, over {} stored moments; median of {} queries on one \
         connection, over HTTP; {}.\n\n| page | ms |\n|---|---|\n",
        grouped(f64::from(LARGE_STAFF * 2 * MONTH)),
        grouped(f64::from(count)),
        options.extent.queries,
        machine::describe()?,
    );
    for size in [50, 500] {
        let time = asked(&server, options.extent.queries, days, size)?;
        writeln!(page, "| {size} | {:.1} |", milliseconds(time))?;
    }
    server.stop()?;
    Ok(page)
}

fn asked(server: &Server, queries: usize, days: u32, size: u32) -> Outcome<Duration> {
    let mut rng = Rng::with_seed(u64::from(size));
    consult::measure(server.address, queries, || {
        let first = FIRST + i64::from(rng.u32(1..days - MONTH)).days();
        query(first, rng.u32(..LARGE), size)
    })
}

fn query(first: Date, employer: u32, size: u32) -> Query {
    let last = first + i64::from(MONTH - 1).days();
    let employer = sample::enterprise_number(employer);
    let body = format!(
        "{{\"registrationPeriods\":[{{\"startDate\":\"{first}\",\"endDate\":\"{last}\"}}],\
         \"enterpriseNumber\":\"{employer}\",\"pageSize\":{size}}}"
    );
    let request = format!(
        "POST /REST/presenceRegistration/v1/performances/query HTTP/1.1\r\nHost: 127.0.0.1\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    Query { request: request.into_bytes(), answer: format!("\"total\":{}", LARGE_STAFF * MONTH) }
}

/// Fills a store with moments of that many days, and lets none of them wait to be checked; answers how many there are.
fn fill(folder: &Path, days: u32) -> Outcome<u32> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let store = SqliteStore::open(folder, StoreOptions::default())?;
    let mut count = 0;
    for day in 0..days {
        let mut new = moments_of(FIRST + i64::from(day).days(), day);
        while !new.is_empty() {
            let call = new.split_off(new.len().saturating_sub(CALL));
            count += u32::try_from(call.len())?;
            runtime.block_on(store.registrations().register(call))?;
        }
    }
    drop(store);
    let connection = Connection::open(folder.join(FILE_NAME))?;
    connection
        .execute("UPDATE check_state SET next = (SELECT max(id) + 1 FROM registration)", ())?;
    Ok(count)
}

/// A begin and an end of each worker of a day. They come in the order of time, whatever the employer.
fn moments_of(day: Date, number: u32) -> Vec<NewRegistration> {
    let midnight = Timestamp::from_second(day_number(day) * 86_400).expect("in range");
    let small = (DAILY / 2 - LARGE * LARGE_STAFF) / SMALL_STAFF;
    let large = (0..LARGE).flat_map(|employer| (0..LARGE_STAFF).map(move |it| (employer, it)));
    let others = (LARGE..LARGE + small).flat_map(|it| (0..SMALL_STAFF).map(move |on| (it, on)));
    let mut rng = Rng::with_seed(u64::from(number));
    let mut workers: Vec<_> = large.chain(others).collect();
    rng.shuffle(&mut workers);
    let mut all = Vec::with_capacity(workers.len() * 2);
    for (kind, hour) in [(MomentKind::Out, 15), (MomentKind::In, 6)] {
        for (employer, worker) in &workers {
            let at = midnight + hour.hours() + i64::from(rng.u32(..5_400_000)).milliseconds();
            all.push(moment(day, *employer, *worker, kind, at));
        }
    }
    all
}

fn moment(
    day: Date,
    employer: u32,
    worker: u32,
    kind: MomentKind,
    at: Timestamp,
) -> NewRegistration {
    let inss: Inss = sample::inss(employer * LARGE_STAFF + worker);
    let company: EnterpriseNumber = sample::enterprise_number(employer);
    let works: WorksReference = sample::works_reference(employer);
    let place = Coordinates::new(4.35, 50.84).expect("on earth");
    let place = PlaceOfWork::Coordinates(place);
    NewRegistration {
        submission: Submission {
            day,
            moment: Some(Box::new(Moment { kind, at, place, offline_since: None })),
            who: Who::Worker { inss, company },
            works,
            reference: None,
        },
        sector: Some(Sector::Cleaning),
        created: at,
        channel: Channel::Rest,
        sender: Sender::default(),
    }
}
