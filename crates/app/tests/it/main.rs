//! The use cases, over a real store.

mod auditing;
mod cancelling;
mod checking;
mod clients;
mod consulting;
mod delivering;
mod importing;
mod ledger;
mod listening;
mod locating;
mod once;
mod performing;
mod permission;
mod registering;

use domain::{Channel, Draft, DraftDay, DraftWho, RegisterPresences, Registration, sample};
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
