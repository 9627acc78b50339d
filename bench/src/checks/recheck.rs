//! A change that concerns ten of very many registrations.

use std::path::Path;
use std::time::{Duration, Instant};

use domain::register::{Change, Period};
use domain::{
    Clock as _, Contract, ContractRole, Contractor, EnterpriseNumber, Sector, Work, belgian_day,
    sample,
};
use memchr::memmem;
use rusqlite::Connection;
use store::Store as _;
use store_sqlite::{FILE_NAME, Options as StoreOptions, SqliteStore};

use super::Extent;
use super::backlog::wait_until;
use crate::clock::RealTime;
use crate::http::Connection as Line;
use crate::message::post;
use crate::options::Options;
use crate::population::Population;
use crate::query::Archive;
use crate::server::Server;
use crate::{Outcome, bare};

/// Registrations that a change concerns.
const CONCERNED: u32 = 10;
/// Works that nobody else registers for.
const WORKS: u32 = 900_000;

/// From the change of a register until its ten registrations are checked, once for each change.
pub(super) fn measure(
    options: &Options,
    folder: &Path,
    population: &Population,
    extent: &Extent,
) -> Outcome<Vec<Duration>> {
    let archive = Archive::new(extent.stored, belgian_day(RealTime.now()));
    bare::fill(folder, population, archive.all(population))?;
    let server = Server::start(&options.program, folder)?;
    let connection = Connection::open(folder.join(FILE_NAME))?;
    let store = SqliteStore::open(folder, StoreOptions::default())?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut times = Vec::new();
    for change in 0..extent.changes {
        let works = sample::works_reference(WORKS + change);
        register(&server, works.as_str())?;
        let checked = format!(
            "SELECT NOT EXISTS (SELECT 1 FROM registration WHERE day >= {} AND works = '{works}' AND status = 3)",
            "(SELECT max(day) FROM registration)"
        );
        wait_until(&connection, &checked)?;
        let mut work = Work::new(works, Sector::Construction);
        work.contracts = vec![Contract {
            contractor: Contractor::Enterprise(company()),
            role: ContractRole::Builder,
            commissioned_by: None,
            period: Period::ALWAYS,
        }];
        let start = Instant::now();
        let change = Change::put_works(vec![work], "bench", RealTime.now());
        runtime.block_on(store.registers().change(change))?;
        let again = format!(
            "SELECT count(*) = {CONCERNED} FROM registration WHERE day = (SELECT max(day) FROM registration) \
             AND works = '{works}' AND sector = 1"
        );
        wait_until(&connection, &again)?;
        times.push(start.elapsed());
    }
    drop(store);
    server.stop()?;
    Ok(times)
}

fn company() -> EnterpriseNumber {
    sample::enterprise_number(WORKS)
}

/// Registers ten workers for tomorrow at a work that the register does not know.
fn register(server: &Server, works: &str) -> Outcome<()> {
    let day = belgian_day(RealTime.now()).tomorrow()?;
    let item = |place| {
        let (inss, company) = (sample::inss(place), company().number());
        let inss = inss.digits();
        format!(
            "<ns0:PresenceRegistrationRequest><ns1:RegistrationDate>{day}</ns1:RegistrationDate><ns1:INSS>{}</ns1:INSS><ns1:CompanyID>{company}</ns1:CompanyID>\
             <ns1:WorkPlaceId>{works}</ns1:WorkPlaceId>\
             </ns0:PresenceRegistrationRequest>",
            &*inss
        )
    };
    let items: String = (0..CONCERNED).map(item).collect();
    let request = post("registerPresences", "RegisterPresencesRequest", &items);
    let mut line = Line::open(server.address)?;
    if memmem::find(line.exchange(&request)?, b"PresenceRegistrationError").is_some() {
        return Err("a registration was refused".into());
    }
    Ok(())
}
