//! What is found out about places of work, after their registrations were stored.

use std::sync::Arc;

use app::Checker;
use domain::place::{Names, Region, RegisteredAddress};
use domain::register::Change;
use domain::{
    Address, Channel, Clock, Coordinates, EventKind, Moment, MomentKind, NewRegistration,
    PlaceOfWork, Policy, Registration, Remark, Sector, SectorRule, Sender, Site, Submission, Who,
    Work, sample,
};
use jiff::civil::{Date, date};
use testkit::TestApp;

const NOW: &str = "2026-11-24T08:00:00Z";
const TODAY: Date = date(2026, 11, 24);

fn point(latitude: f64) -> Coordinates {
    Coordinates::new(4.35, latitude).expect("on earth")
}

fn street(house: &str) -> Address {
    Address::of_parts("1000", "Brussel", "Wetstraat", house, None).expect("right")
}

async fn service(policy: Policy) -> TestApp {
    let test = TestApp::with_policy(NOW, policy, 1000).await;
    let names = |name: &str| Names { nl: Some(name.into()), ..Names::default() };
    let address = RegisteredAddress {
        region: Region::Brussels,
        id: "1".into(),
        post_code: 1000,
        municipality: names("Brussel"),
        street: names("Wetstraat"),
        house_number: "16".into(),
        box_number: None,
        coordinates: point(50.845),
    };
    let mut staging = test.store.addresses().begin().await.expect("begun");
    staging.put(vec![address]).await.expect("put");
    staging.swap(test.clock.now(), None, &|_, _| ()).await.expect("swapped");
    test
}

async fn site_at(test: &TestApp, site: Site) {
    let mut work = Work::new(sample::works_reference(4), Sector::Cleaning);
    work.sites = vec![site];
    let change = Change::put_works(vec![work], "test", test.clock.now());
    test.store.registers().change(change).await.expect("changed");
}

async fn begin(test: &TestApp, place: PlaceOfWork) -> Registration {
    let at = test.clock.now();
    let new = NewRegistration {
        submission: Submission {
            day: TODAY,
            moment: Some(Box::new(Moment { kind: MomentKind::In, at, place, offline_since: None })),
            who: Who::Worker { inss: sample::inss(1), company: sample::enterprise_number(1) },
            works: sample::works_reference(4),
            reference: None,
        },
        sector: Some(Sector::Cleaning),
        created: at,
        channel: Channel::Rest,
        sender: Sender::default(),
    };
    test.store.registrations().register(vec![new]).await.expect("stored").remove(0)
}

async fn checked(test: &TestApp, policy: &Policy, of: &Registration) -> Registration {
    let (store, clock) = (Arc::clone(&test.store), Arc::clone(&test.clock));
    let checker = Checker::new(store, clock, policy.clone(), 10);
    while checker.step().await.expect("a step").done > 0 {}
    let dossier = test.store.registrations().dossier(of.id).await;
    dossier.expect("read").expect("found").registration
}

fn is_far(registration: &Registration) -> bool {
    registration.remarks.contains(Remark::FarFromSite)
}

#[tokio::test]
async fn coordinates_get_their_nearest_address_and_an_address_its_coordinates() {
    let policy = app::default_policy();
    let test = service(policy.clone()).await;
    let near = begin(&test, PlaceOfWork::Coordinates(point(50.8455))).await;
    let at_address = begin(&test, PlaceOfWork::Address(street("16"))).await;
    let nowhere = begin(&test, PlaceOfWork::Address(street("999"))).await;
    let far = begin(&test, PlaceOfWork::Coordinates(point(50.9))).await;
    let near = checked(&test, &policy, &near).await.located.expect("found");
    assert_eq!(near.nearest.expect("some 56 metres away").house_number.as_ref(), "16");
    assert_eq!(near.from_site, None, "the work has no site");
    let at_address = checked(&test, &policy, &at_address).await.located.expect("found");
    assert_eq!(at_address.coordinates, Some(point(50.845)));
    assert_eq!(checked(&test, &policy, &nowhere).await.located, None);
    assert_eq!(checked(&test, &policy, &far).await.located, None);
}

#[tokio::test]
async fn what_is_far_from_every_site_is_remarked_and_stays_as_valid_as_it_was() {
    let policy = app::default_policy();
    let test = service(policy.clone()).await;
    site_at(&test, Site { address: None, coordinates: Some(point(50.85)) }).await;
    let near = begin(&test, PlaceOfWork::Coordinates(point(50.854))).await;
    let far = begin(&test, PlaceOfWork::Address(street("16"))).await;
    let near = checked(&test, &policy, &near).await;
    assert_eq!(near.located.as_ref().and_then(|it| it.from_site), Some(445));
    let far = checked(&test, &policy, &far).await;
    assert_eq!(far.located.as_ref().and_then(|it| it.from_site), Some(556));
    assert_eq!((is_far(&near), is_far(&far)), (false, true));
    assert_eq!(near.status, far.status);
    assert_eq!(far.remarks.hard(), near.remarks.hard());
    // The site's address is as good as its coordinates; and a work that moves is looked at again.
    site_at(&test, Site { address: Some(street("16")), coordinates: None }).await;
    let far = checked(&test, &policy, &far).await;
    assert_eq!(far.located.as_ref().and_then(|it| it.from_site), Some(0));
    assert!(!is_far(&far));
    assert!(is_far(&checked(&test, &policy, &near).await));
}

#[tokio::test]
async fn the_radius_is_that_of_the_registered_day() {
    let rule = |from, site_radius| SectorRule {
        sector: None,
        from,
        events: vec![EventKind::In],
        days_ahead: 1,
        cancel_days: 0,
        site_radius,
    };
    for (radius, later, far) in
        [(Some(100), None, true), (Some(600), Some(100), false), (None, Some(100), false)]
    {
        let rules = vec![rule(date(2014, 1, 1), radius), rule(date(2026, 11, 25), later)];
        let policy = Policy::new(rules).expect("a policy");
        let test = service(policy.clone()).await;
        site_at(&test, Site { address: None, coordinates: Some(point(50.85)) }).await;
        let begin = begin(&test, PlaceOfWork::Coordinates(point(50.855))).await;
        assert_eq!(is_far(&checked(&test, &policy, &begin).await), far, "{radius:?}");
    }
}
