//! Signed calls of 200 beside unsigned ones, in the same run: what a signature costs who registers.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use domain::{CertificateRule, Client, ClientId, Clock as _, EnterpriseNumber, Fingerprint, Role};
use fastrand::Rng;
use jiff::SignedDuration;
use memchr::memmem;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use rsa::Generate as _;
use rsa::pkcs8::EncodePrivateKey as _;
use store::Store as _;
use store_sqlite::{Options as StoreOptions, SqliteStore};
use wss::Certificate;
use wss::sign::{Outgoing, SigningKey, canonical_content};

use crate::bare;
use crate::clock::RealTime;
use crate::figures::{grouped, median, number, quieter_half};
use crate::folder::Fresh;
use crate::http::Connection;
use crate::message::Register;
use crate::options::Options;
use crate::population::{CALL, Call, Population};
use crate::proc::{Meter, Spent};
use crate::server::Server;
use crate::throughput::open_day;
use crate::{Outcome, message};

pub(crate) const CONNECTIONS: usize = 16;
/// Calls of a round, per connection. All are signed beforehand, so that only the service's work is measured.
pub(crate) const CALLS: usize = 40;
pub(crate) const CALLS_QUICK: usize = 2;
/// The address that takes certificates and SHA-256.
const SIGNED: &str = "/PresenceRegistration/v1/VarC";
pub(crate) const UNSIGNED: &str = "/PresenceRegistration/v1";
const REGISTERED: &[u8] = b"SUCCESSFULLY REGISTERED";
/// What is asked for: signed calls run at this share of unsigned ones at least.
const WANTED: f64 = 0.7;

/// Requests of two kinds for the same calls.
pub(crate) type Both = (Vec<Vec<u8>>, Vec<Vec<u8>>);
/// Calls a second, and what was spent, in each round.
pub(crate) type Rounds = Vec<(f64, Spent)>;

/// Measures both kinds, round by round, and says what came of it.
pub(crate) fn measure(
    options: &Options,
    folder: &Path,
    population: &Population,
) -> Outcome<String> {
    let key = key()?;
    let calls = if options.quick { CALLS_QUICK } else { CALLS } * CONNECTIONS;
    let (unsigned, signed) = requests(population, &key, calls)?;
    let mut rounds: [Rounds; 2] = Default::default();
    for _ in 0..options.extent.rounds {
        for (requests, rounds) in [&unsigned, &signed].into_iter().zip(&mut rounds) {
            let fresh = Fresh::named(folder, "signed")?;
            bare::create(fresh.path(), population)?;
            register(fresh.path(), &key, population)?;
            let server = Server::start(&options.program, fresh.path())?;
            rounds.push(run(&server, requests, REGISTERED)?);
            server.stop()?;
        }
    }
    let [unsigned_rate, signed_rate] = rounds.map(|rounds| {
        let quiet = quieter_half(&rounds, |(_, spent)| spent.disturbance());
        median(quiet.into_iter().map(|(calls, _)| *calls)) * number(CALL)
    });
    let share = signed_rate / unsigned_rate;
    let met = if share >= WANTED { "met" } else { "not met" };
    let mut page = String::from("Signed calls of 200 on 16 connections, beside unsigned ones\n\n");
    writeln!(
        page,
        "unsigned {} registrations/s of {} bytes a call",
        grouped(unsigned_rate),
        unsigned[0].len()
    )?;
    writeln!(
        page,
        "signed   {} registrations/s of {} bytes a call",
        grouped(signed_rate),
        signed[0].len()
    )?;
    writeln!(page, "share    {share:.2}, at least {WANTED} is wanted: {met}")?;
    Ok(page)
}

/// An RSA key, which most callers have, with a certificate of its own.
fn key() -> Outcome<SigningKey> {
    let secret = rsa::PrivateKey::try_generate()?.to_pkcs8_der()?;
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&secret.as_bytes().into(), &PKCS_RSA_SHA256)?;
    let certificate = CertificateParams::new(["bench".to_owned()])?.self_signed(&pair)?;
    let certificate = Certificate::from_der(certificate.der())?;
    Ok(SigningKey::from_pkcs8(secret.as_bytes(), certificate)?)
}

/// The same calls, unsigned and signed.
fn requests(population: &Population, key: &SigningKey, calls: usize) -> Outcome<Both> {
    let mut register = Register::new(CALL, &open_day()?.to_string());
    let mut rng = Rng::with_seed(7);
    let now = RealTime.now();
    let (mut unsigned, mut signed) = (Vec::new(), Vec::new());
    for place in 0..calls {
        let employer = population.one_employer();
        let call = Call { employer, ..population.call(CALL, &mut rng) };
        register.bytes(&call, u32::try_from(place)?);
        let body = body_of(&register)?;
        unsigned.push(message::post_to(UNSIGNED, body));
        let content = canonical_content(body)?;
        let (signed_body, _) =
            Outgoing::new(&content, now, now + SignedDuration::from_mins(5)).sign(key)?;
        // On the wire as clients write it: the canonical form, which is signed, has twice the length.
        let body = signed_body.replace(&content, inside_body(body)?);
        signed.push(message::post_to(SIGNED, &body));
    }
    Ok((unsigned, signed))
}

pub(crate) fn body_of(register: &Register) -> Outcome<&str> {
    Ok(std::str::from_utf8(register.body())?)
}

/// What a message has in its Body.
fn inside_body(message: &str) -> Outcome<&str> {
    let (_, rest) = message.split_once("Body>").ok_or("no Body")?;
    Ok(rest.split_once("</soap-env:Body>").ok_or("no end of the Body")?.0)
}

/// Makes the key's holder known, as the employer that the calls are of.
fn register(folder: &Path, key: &SigningKey, population: &Population) -> Outcome<()> {
    let company = EnterpriseNumber::from_long(population.one_employer().number)?;
    let store = SqliteStore::open(folder, StoreOptions::default())?;
    let client = Client {
        id: ClientId::parse("bench").ok_or("no id")?,
        name: "bench".to_owned(),
        company: Some(company),
        user_type: "EMPLOYER".into(),
        role: Role::Employer,
        certificates: vec![CertificateRule::Fingerprint(Fingerprint(*key.certificate().sha256()))],
        kept: Vec::new(),
        keys: Vec::new(),
        scopes: Vec::new(),
        added: RealTime.now(),
        revoked: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    Ok(runtime.block_on(store.clients().add(client))??)
}

/// Lets the callers send all requests; calls a second. An answer has `registered` once for each registration.
pub(crate) fn run(
    server: &Server,
    requests: &[Vec<u8>],
    registered: &[u8],
) -> Outcome<(f64, Spent)> {
    let ready = Barrier::new(CONNECTIONS + 1);
    let spent = thread::scope(|scope| -> Outcome<Spent> {
        let caller = |share: &'_ [Vec<u8>]| -> Outcome<()> {
            let connection = Connection::open(server.address);
            ready.wait();
            let mut connection = connection?;
            share.iter().try_for_each(|request| sent(&mut connection, request, registered))
        };
        let shares = requests.chunks(requests.len() / CONNECTIONS);
        let callers: Vec<_> = shares.map(|share| scope.spawn(move || caller(share))).collect();
        ready.wait();
        let meter = Meter::start(Some(server.process()))?;
        for caller in callers {
            caller.join().map_err(|_| "a caller panicked")??;
        }
        meter.stop()
    })?;
    Ok((number(requests.len()) / spent.wall.as_secs_f64(), spent))
}

fn sent(connection: &mut Connection, request: &[u8], registered: &[u8]) -> Outcome<()> {
    let answer = connection.exchange(request)?;
    let registered = memmem::find_iter(answer, registered).count();
    if registered == CALL {
        Ok(())
    } else {
        Err(format!("{registered} of {CALL} registrations were answered").into())
    }
}
