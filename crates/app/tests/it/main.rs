//! The use cases, over a real store.

mod auditing;
mod cancelling;
mod checking;
mod clients;
mod consulting;
mod criteria;
mod delivering;
mod importing;
mod ledger;
mod listening;
mod locating;
mod once;
mod performing;
mod permission;
mod registering;

use domain::{
    Channel, Coordinates, Draft, DraftDay, DraftWho, Moment, MomentKind, NewRegistration,
    PlaceOfWork, RegisterPresences, Registration, Sender, Submission, Who, belgian_day, sample,
};
use testkit::TestApp;

/// Owns the texts of a draft.
struct Item {
    day: DraftDay,
    inss: String,
    company: i64,
    works: String,
}

impl Item {
    fn of(person: u32) -> Self {
        Self {
            day: DraftDay::Today,
            inss: sample::inss(person).digits(),
            company: i64::try_from(sample::enterprise_number(1).number()).expect("ten digits"),
            works: sample::works_reference(1).to_string(),
        }
    }

    fn draft(&self) -> Draft<'_> {
        let who = DraftWho::Worker { inss: &self.inss, company: self.company };
        Draft { day: self.day.clone(), who, works: &self.works, reference: None }
    }
}

/// A person of employer 1 begins or ends to work at a point of work 1.
fn moment(person: u32, kind: MomentKind, at: &str) -> NewRegistration {
    let at = at.parse().expect("a moment");
    let place = PlaceOfWork::Coordinates(Coordinates::new(4.35, 50.84).expect("on earth"));
    NewRegistration {
        submission: Submission {
            day: belgian_day(at),
            moment: Some(Box::new(Moment { kind, at, place, offline_since: None })),
            who: Who::Worker { inss: sample::inss(person), company: sample::enterprise_number(1) },
            works: sample::works_reference(1),
            reference: None,
        },
        sector: None,
        created: at,
        channel: Channel::Rest,
        sender: Sender::default(),
    }
}

/// Registers items that are right.
async fn registered(test: &TestApp, items: &[Item]) -> Vec<Registration> {
    let drafts: Vec<_> = items.iter().map(Item::draft).collect();
    let answers = test
        .app
        .register(
            &TestApp::caller(),
            RegisterPresences { channel: Channel::WebService, drafts: &drafts },
        )
        .await;
    answers.expect("stored").into_iter().map(|answer| answer.expect("right")).collect()
}
