//! What is found out about places of work, and shown.

use std::sync::Arc;

use app::Checker;
use domain::place::{Names, Region, RegisteredAddress};
use domain::register::Change;
use domain::{Clock, Coordinates, Sector, Site, Work, sample};
use serde_json::{Value, json};

use crate::scene::Scene;
use crate::{NOW, QUERY, REGISTER, item, today};

async fn fill(scene: &Scene) {
    let point = |latitude| Coordinates::new(4.35, latitude).expect("on earth");
    let names = |nl: &str, fr: &str| Names { nl: Some(nl.into()), fr: Some(fr.into()), de: None };
    let address = RegisteredAddress {
        region: Region::Brussels,
        id: "1".into(),
        post_code: 1000,
        municipality: names("Brussel", "Bruxelles"),
        street: names("Wetstraat", "Rue de la Loi"),
        house_number: "16".into(),
        box_number: None,
        coordinates: point(50.8405),
    };
    let mut staging = scene.test.store.addresses().begin().await.expect("begun");
    staging.put(vec![address]).await.expect("put");
    staging.swap(scene.test.clock.now(), None, &|_, _| ()).await.expect("swapped");
    let mut work = Work::new(sample::works_reference(4), Sector::Cleaning);
    work.sites = vec![Site { address: None, coordinates: Some(point(50.85)) }];
    let change = Change::put_works(vec![work], "test", scene.test.clock.now());
    scene.test.store.registers().change(change).await.expect("changed");
}

async fn check(scene: &Scene) {
    let (store, clock) = (Arc::clone(&scene.test.store), Arc::clone(&scene.test.clock));
    let checker = Checker::new(store, clock, app::default_policy(), 10);
    while checker.step().await.expect("a step").done > 0 {}
}

fn codes(remarks: &Value) -> Vec<&str> {
    let remarks = remarks.as_array().expect("a list").iter();
    remarks.map(|it| it["code"].as_str().expect("a text")).collect()
}

#[tokio::test]
async fn address_and_distances_are_shown_once_they_are_found_and_far_is_a_soft_remark() {
    let scene = Scene::at(NOW).await;
    fill(&scene).await;
    let mut at_address = item(2, "IN", NOW);
    at_address["placeOfWork"] = json!({ "address": {
        "postCode": "1000", "municipalityName": "Bruxelles", "streetName": "rue de la loi",
        "houseNumber": "16",
    } });
    let items = json!({ "items": [item(1, "IN", NOW), at_address] });
    let (_, answer) = scene.post(REGISTER, &items).await;
    let created = |place: usize| &answer["items"][place]["createdPresenceRegistration"];
    assert!(created(0).get("located").is_none());
    let path = format!("/presenceRegistrations/{}", created(0)["id"]);
    let before = scene.get(&path, &[]).await;
    check(&scene).await;
    let known = [("if-none-match", before.header("etag").expect("a tag"))];
    assert_eq!(scene.get(&path, &known).await.status, 200);
    let shown = scene.get(&path, &[("accept-language", "fr")]).await.json();
    let expected = json!({
        "nearestAddress": {
            "postCode": "1000",
            "municipalityName": "Bruxelles",
            "streetName": "Rue de la Loi",
            "houseNumber": "16",
        },
        "nearestAddressDistance": 55.6,
        "siteDistance": 1112,
    });
    assert_eq!(shown["located"], expected);
    assert!(codes(&shown["remarks"]).contains(&"farFromSite"), "{shown}");
    let history = scene.get(&format!("{path}/history"), &[]).await.json();
    assert!(codes(&history["validations"][1]["remarksAdded"]).contains(&"farFromSite"));
    let query = json!({
        "registrationPeriods": today(), "remarks": ["farFromSite"], "sort": "-id",
    });
    let (_, found) = scene.post(QUERY, &query).await;
    assert_eq!(found["total"], 2);
    let located = &found["items"][0]["located"];
    assert_eq!(located["coordinates"], json!({ "longitude": 4.35, "latitude": 50.8405 }));
    assert_eq!(located["siteDistance"], 1056);
}
