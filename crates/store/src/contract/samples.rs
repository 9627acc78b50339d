//! Registrations to fill a store with.

use std::sync::Arc;

use domain::register::Change;
use domain::{
    Address, Channel, ClientReference, Coordinates, ForeignVatNumber, LimosaId, Moment, MomentKind,
    NewRegistration, PlaceOfWork, Registration, RegistrationId, Sector, Sender, Submission, Who,
    Work, sample,
};
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};

use crate::Store;

pub(super) const DAY: Date = date(2026, 11, 24);

pub(super) fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

pub(super) fn sender(index: u32) -> Sender {
    Sender {
        id: Some(Arc::from(format!("sender-{index}"))),
        company: Some(sample::enterprise_number(500 + index)),
        user_type: Some(Arc::from("EMPLOYER")),
    }
}

/// A worker of one of the sample enterprises at one of the sample works.
pub fn worker(person: u32, company: u32, works: u32) -> NewRegistration {
    NewRegistration {
        submission: Submission {
            day: DAY,
            moment: None,
            who: Who::Worker {
                inss: sample::inss(person),
                company: sample::enterprise_number(company),
            },
            works: sample::works_reference(works),
            reference: ClientReference::parse("line 1\nligne é"),
        },
        sector: Some(Sector::Meat),
        created: moment("2026-11-24T06:30:00.123Z"),
        channel: Channel::WebService,
        sender: sender(1),
    }
}

/// A posted worker without any of the optional parts.
pub(super) fn posted() -> NewRegistration {
    let limosa = LimosaId::parse("00012345678901234").expect("digits");
    let mut new = worker(1, 1, 1);
    new.submission.who = Who::Posted { limosa };
    new.submission.reference = None;
    NewRegistration { sector: None, sender: Sender::default(), ..new }
}

/// The begin or end of work of a sample person: by coordinates or at an address, sometimes late, sometimes of an employer
/// without an enterprise number.
pub(super) fn moment_of(random: &mut fastrand::Rng) -> NewRegistration {
    let mut new = worker(random.u32(..6), random.u32(..4), random.u32(..4));
    let at = moment("2026-11-24T06:00:00Z") + i64::from(random.u16(..2000)).milliseconds();
    let point = Coordinates::new(4.35, 50.84 + f64::from(random.u8(..10)) / 1000.0);
    let address =
        Address::of_parts("1000", "Brussel", "Wetstraat", "1 A", random.bool().then_some("2"));
    new.submission.moment = Some(Box::new(Moment {
        kind: if random.bool() { MomentKind::In } else { MomentKind::Out },
        at,
        place: if random.bool() {
            PlaceOfWork::Coordinates(point.expect("on earth"))
        } else {
            PlaceOfWork::Address(address.expect("right"))
        },
        offline_since: random.bool().then_some(at),
    }));
    if let Who::Worker { inss, .. } = new.submission.who
        && random.u8(..3) == 0
    {
        let vat = ["FR12345678901", "NL123456789B01"][random.usize(..2)];
        let vat = ForeignVatNumber::parse(vat).expect("a number");
        new.submission.who = Who::OfForeign { inss, vat };
    }
    new.channel = Channel::Rest;
    new
}

/// Registrations of few persons, companies, works, days and senders, so that criteria match some of them.
pub(super) fn mixed(random: &mut fastrand::Rng, count: usize) -> Vec<NewRegistration> {
    let mut one = || -> NewRegistration {
        if random.u8(..8) == 0 {
            return posted();
        }
        if random.u8(..3) == 0 {
            return moment_of(random);
        }
        let mut new = worker(random.u32(..6), random.u32(..4), random.u32(..4));
        new.submission.day = DAY + i64::from(random.u8(..5)).days();
        new.sector = random.choice(Sector::ALL);
        new.created = moment("2026-11-24T06:00:00Z") + i64::from(random.u16(..2000)).milliseconds();
        new.sender = match random.u32(..4) {
            0 => Sender::default(),
            index => sender(index),
        };
        new
    };
    (0..count).map(|_| one()).collect()
}

pub(super) async fn stored(store: &dyn Store, new: Vec<NewRegistration>) -> Vec<Registration> {
    store.registrations().register(new).await.expect("stored")
}

pub(super) fn ids(registrations: &[Registration]) -> Vec<Option<RegistrationId>> {
    registrations.iter().map(|registration| Some(registration.id)).collect()
}

pub(super) async fn put_works(store: &dyn Store, works: Vec<Work>) {
    let change = Change::put_works(works, "test", moment("2026-11-24T06:00:00Z"));
    store.registers().change(change).await.expect("changed");
}
