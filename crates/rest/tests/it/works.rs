//! `GET /works/{reference}`.

use domain::register::{Change, Period};
use domain::{
    Address, Clock, Contract, ContractRole, Contractor, Coordinates, Sector, Site, Work, sample,
};
use jiff::civil::date;
use serde_json::json;

use crate::NOW;
use crate::scene::Scene;

async fn put(scene: &Scene) {
    let mut work = Work::new(sample::works_reference(7), Sector::Cleaning);
    work.period = Period::new(Some(date(2026, 1, 1)), None).expect("in order");
    work.sites = vec![Site {
        address: Address::of_parts("1000", "Brussel", "Wetstraat", "16", None),
        coordinates: Coordinates::new(4.37, 50.845),
    }];
    let contract = |company, role, by: Option<u32>| Contract {
        contractor: Contractor::Enterprise(sample::enterprise_number(company)),
        role,
        commissioned_by: by.map(sample::enterprise_number),
        period: Period::since(date(2026, 2, 1)),
    };
    work.contracts = vec![
        contract(9, ContractRole::Builder, None),
        contract(1, ContractRole::Contractor, Some(9)),
        contract(2, ContractRole::Subcontractor, Some(1)),
        contract(3, ContractRole::Contractor, Some(9)),
    ];
    let change = Change::put_works(vec![work], "test", scene.test.clock.now());
    scene.test.store.registers().change(change).await.expect("changed");
}

#[tokio::test]
async fn a_work_is_shown_with_the_contracts_that_the_caller_may_see() {
    let mut scene = Scene::of_client(NOW).await;
    scene.log_in("client-1").await;
    put(&scene).await;
    let path = format!("/works/{}", sample::works_reference(7));
    let reply = scene.get(&path, &[]).await;
    let number = |index| sample::enterprise_number(index).to_string();
    let expected = json!({
        "reference": sample::works_reference(7).as_str(),
        "sector": "cleaning",
        "startDate": "2026-01-01",
        "registrationDue": true,
        "sites": [{
            "address": {
                "postCode": "1000",
                "municipalityName": "Brussel",
                "streetName": "Wetstraat",
                "houseNumber": "16",
            },
            "coordinates": { "longitude": 4.37, "latitude": 50.845 },
        }],
        "contracts": [
            {
                "enterpriseNumber": number(1),
                "role": "contractor",
                "commissionedBy": number(9),
                "startDate": "2026-02-01",
            },
            {
                "enterpriseNumber": number(2),
                "role": "subcontractor",
                "commissionedBy": number(1),
                "startDate": "2026-02-01",
            },
        ],
    });
    let mut shown = reply.json();
    let by_number = |it: &serde_json::Value| it["enterpriseNumber"].to_string();
    shown["contracts"].as_array_mut().expect("a list").sort_by_key(by_number);
    assert_eq!((reply.status, shown), (200, expected));
    let tag = reply.header("etag").expect("a tag");
    let known = scene.get(&path, &[("if-none-match", tag)]).await;
    assert_eq!((known.status, known.text()), (304, ""));
}

#[tokio::test]
async fn a_work_that_is_not_there_and_a_reference_that_is_none_are_told_apart() {
    let scene = Scene::at(NOW).await;
    let reply = scene.get(&format!("/works/{}", sample::works_reference(70)), &[]).await;
    let issue = &reply.json()["issues"][0];
    assert_eq!((reply.status, &issue["in"]), (404, &json!("path")));
    assert_eq!(issue["name"], "reference");
    assert_eq!(scene.get("/works/1Y", &[]).await.status, 400);
    assert_eq!(scene.get("/works/", &[]).await.status, 404);
}
