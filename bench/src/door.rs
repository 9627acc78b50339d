//! The SOAP door alone: from the bytes of a call to those of its answer, on one core, without HTTP and without a store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use app::App;
use domain::{Caller, Clock as _, Sender, belgian_day};
use fastrand::Rng;
use memchr::memmem;
use soap::{Call, Door, DoorSettings, Endpoint, Environment, Gate, Limits, TokenSettings};

use crate::Outcome;
use crate::bare::{SENDER_COMPANY, SENDER_ID, SENDER_TYPE};
use crate::clock::RealTime;
use crate::figures::median;
use crate::message::Register;
use crate::null_store::NullStore;
use crate::options::Extent;
use crate::population::{CALL, Population};
use crate::proc::Meter;

/// Different calls, so that no cache makes one of them dear to it.
const DIFFERENT: usize = 16;

/// What the door did.
pub(crate) struct Speed {
    /// Calls of [`CALL`] for each second of processor time.
    pub(crate) calls: f64,
    /// Bytes of a call.
    pub(crate) request: usize,
    /// Bytes of its answer.
    pub(crate) answer: usize,
}

/// Measures the door.
pub(crate) fn measure(population: &Population, extent: &Extent) -> Outcome<Speed> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(measure_here(population, extent))
}

async fn measure_here(population: &Population, extent: &Extent) -> Outcome<Speed> {
    let door = door()?;
    let today = belgian_day(RealTime.now()).to_string();
    let mut register = Register::new(CALL, &today);
    let mut rng = Rng::with_seed(1);
    let mut bodies = Vec::new();
    for number in 0..DIFFERENT {
        register.bytes(&population.call(CALL, &mut rng), u32::try_from(number)?);
        bodies.push(register.body().to_vec());
    }
    let (mut speeds, mut answer) = (Vec::new(), 0);
    for _ in 0..extent.rounds {
        run(&door, &bodies, extent.warm_up).await?;
        let meter = Meter::start(None)?;
        let (calls, length) = run(&door, &bodies, extent.time).await?;
        speeds.push(f64::from(calls) / meter.stop()?.own.as_secs_f64());
        answer = length;
    }
    Ok(Speed { calls: median(speeds), request: bodies[0].len(), answer })
}

/// Calls until `time` is over; how many, and the length of the last answer.
async fn run(door: &Door, bodies: &[Vec<u8>], time: Duration) -> Outcome<(u32, usize)> {
    let start = Instant::now();
    let (mut calls, mut length) = (0, 0);
    for body in bodies.iter().cycle() {
        let endpoint = Endpoint::HolderOfKey;
        let content_type = Some("text/xml; charset=utf-8");
        let call =
            Call { endpoint, content_type, soap_action: None, body, shown: None, turns: &() };
        let answer = door.call(call).await;
        if answer.status != 200 || answer.outcome.refused > 0 {
            return Err(String::from_utf8_lossy(&answer.body).into());
        }
        if calls == 0 {
            let registered = memmem::find_iter(&answer.body, b"SUCCESSFULLY REGISTERED").count();
            assert_eq!(registered, CALL, "every registration is answered");
        }
        calls += 1;
        length = answer.body.len();
        if start.elapsed() >= time {
            break;
        }
    }
    Ok((calls, length))
}

fn door() -> Outcome<Door> {
    let store = Arc::new(NullStore::new()?);
    let app = App::new(store, Arc::new(RealTime), app::default_policy(), 100_000);
    let tickets = AtomicU64::new(0);
    let settings = DoorSettings {
        limits: Limits::default(),
        environment: Environment::Test,
        contact: None,
        gate: Gate::open(caller(), Arc::new(RealTime)),
        tokens: TokenSettings::default(),
        tickets: Box::new(move || tickets.fetch_add(1, Ordering::Relaxed).to_string()),
    };
    Ok(Door::new(Arc::new(app), settings))
}

fn caller() -> Caller {
    Caller::open(Sender {
        id: Some(SENDER_ID.into()),
        company: Some(*SENDER_COMPANY),
        user_type: Some(SENDER_TYPE.into()),
    })
}
