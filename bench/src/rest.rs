//! Calls of 200 over REST beside the same calls over SOAP, unsigned, in the same run.

use std::fmt::Write as _;
use std::path::Path;

use fastrand::Rng;
use serde_json::json;

use crate::figures::{grouped, median, number, quieter_half};
use crate::folder::Fresh;
use crate::message::Register;
use crate::options::Options;
use crate::population::{CALL, Call, Population};
use crate::server::Server;
use crate::signed::{Both, CALLS, CALLS_QUICK, CONNECTIONS, Rounds, UNSIGNED, body_of, run};
use crate::throughput::open_day;
use crate::{Outcome, bare, message};

const PATH: &str = "/REST/presenceRegistration/v1/presenceRegistrations/registerInBulk";
/// What is there once for each registration in an answer.
const SOAP: &[u8] = b"SUCCESSFULLY REGISTERED";
const REST: &[u8] = b"\"createdPresenceRegistration\"";

/// Measures both, round by round, and says what came of it.
pub(crate) fn measure(
    options: &Options,
    folder: &Path,
    population: &Population,
) -> Outcome<String> {
    let calls = if options.quick { CALLS_QUICK } else { CALLS } * CONNECTIONS;
    let (soap, rest) = requests(population, calls)?;
    let mut rounds: [Rounds; 2] = Default::default();
    for _ in 0..options.extent.rounds {
        let kinds = [(&soap, SOAP), (&rest, REST)];
        for ((requests, registered), rounds) in kinds.into_iter().zip(&mut rounds) {
            let fresh = Fresh::named(folder, "rest")?;
            bare::create(fresh.path(), population)?;
            let server = Server::start(&options.program, fresh.path())?;
            rounds.push(run(&server, requests, registered)?);
            server.stop()?;
        }
    }
    let kinds = ["SOAP", "REST"].into_iter().zip([&soap, &rest]).zip(&rounds);
    let mut page =
        String::from("Calls of 200 days on 16 connections, unsigned, over both doors\n\n");
    let mut rates = Vec::new();
    for ((name, requests), rounds) in kinds {
        let quiet = quieter_half(rounds, |(_, spent)| spent.disturbance());
        let rate = median(quiet.iter().map(|(calls, _)| *calls)) * number(CALL);
        let server = median(quiet.iter().map(|(_, spent)| spent.server.as_secs_f64()));
        let micros = server * 1e6 / number(requests.len() * CALL);
        writeln!(
            page,
            "{name} {} registrations/s of {} bytes a call, {micros:.2} µs of the server's processor time each",
            grouped(rate),
            requests[0].len()
        )?;
        rates.push(rate);
    }
    let share = rates[1] / rates[0];
    let met = if share >= 1.0 { "met" } else { "not met" };
    writeln!(page, "share {share:.2}, at least 1 is wanted: {met}")?;
    Ok(page)
}

/// The same registrations in both forms.
fn requests(population: &Population, calls: usize) -> Outcome<Both> {
    let day = open_day()?.to_string();
    let mut register = Register::new(CALL, &day);
    let mut rng = Rng::with_seed(7);
    let (mut soap, mut rest) = (Vec::new(), Vec::new());
    for place in 0..calls {
        let call = population.call(CALL, &mut rng);
        register.bytes(&call, u32::try_from(place)?);
        soap.push(message::post_to(UNSIGNED, body_of(&register)?));
        rest.push(post(&body(&call, &day, place)?));
    }
    Ok((soap, rest))
}

fn body(call: &Call<'_>, day: &str, place: usize) -> Outcome<String> {
    let employer = format!("0{}", std::str::from_utf8(&call.employer.digits)?);
    let item = |(worker, person): (usize, &crate::population::Person)| -> Outcome<_> {
        Ok(json!({
            "registrationDate": day,
            "ssin": std::str::from_utf8(&person.digits)?,
            "type": "DAY",
            "employer": { "enterpriseNumber": employer },
            "contractualRelationshipReference": call.works.as_str(),
            "clientReference": format!("REF-{:08}", place * CALL + worker),
        }))
    };
    let items: Vec<_> = call.workers.iter().enumerate().map(item).collect::<Outcome<_>>()?;
    Ok(json!({ "items": items }).to_string())
}

fn post(body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
