//! The REST door over a real store.

mod belgif;
mod contract;
mod idempotency;
mod places;
mod promises;
mod recorded;
mod scene;
mod works;

use domain::sample;
use serde_json::{Value, json};

use scene::Scene;
use testkit::TestApp;

fn item(person: u32, kind: &str, at: &str) -> Value {
    json!({
        "registrationDate": at,
        "ssin": sample::inss(person).digits(),
        "type": kind,
        "employer": { "enterpriseNumber": sample::enterprise_number(1).to_string() },
        "placeOfWork": { "coordinates": { "longitude": 4.35, "latitude": 50.84 } },
        "contractualRelationshipReference": sample::works_reference(4).as_str(),
    })
}

fn day(person: u32, works: u32) -> Value {
    let mut day = item(person, "DAY", "2026-11-24");
    day["contractualRelationshipReference"] = sample::works_reference(works).as_str().into();
    day.as_object_mut().expect("an object").remove("placeOfWork");
    day
}

const NOW: &str = "2026-11-24T08:00:00Z";
const REGISTER: &str = "/presenceRegistrations/registerInBulk";
const QUERY: &str = "/presenceRegistrations/query";

fn today() -> Value {
    json!([{ "startDate": "2026-11-24", "endDate": "2026-11-24" }])
}

#[tokio::test]
async fn the_known_form_is_taken_and_each_item_judged_by_itself() {
    let scene = Scene::at(NOW).await;
    let mut at_address = item(2, "OUT", NOW);
    at_address["placeOfWork"] = json!({ "address": {
        "postCode": "1000", "municipalityName": "Brussel", "streetName": "Wetstraat",
        "houseNumber": "1", "boxNumber": null,
    } });
    at_address["employer"] = json!({ "foreignVatNumber": "NL123456789B01" });
    let mut wrong = item(3, "IN", NOW);
    wrong["ssin"] = "00000000000".into();
    let construction = {
        let mut it = item(4, "IN", NOW);
        it["contractualRelationshipReference"] = sample::works_reference(1).as_str().into();
        it
    };
    let items =
        json!({ "items": [item(1, "IN", NOW), at_address, wrong, construction, day(5, 1)] });
    let (status, answer) = scene.post(REGISTER, &items).await;
    assert_eq!(status, 200, "{answer}");
    let created = &answer["items"][0]["createdPresenceRegistration"];
    assert_eq!((&created["validity"], &created["remarks"]), (&json!("pending"), &json!([])));
    assert!(created["id"].is_i64());
    assert_eq!(created["placeOfWork"]["coordinates"]["longitude"], 4.35);
    assert_eq!(created["registrationDate"], NOW);
    let foreign = &answer["items"][1]["createdPresenceRegistration"];
    assert_eq!(foreign["employer"], json!({ "foreignVatNumber": "NL123456789B01" }));
    assert_eq!(foreign["placeOfWork"]["address"]["streetName"], "Wetstraat");
    for (place, name) in [(2, "items[2].ssin"), (3, "items[3].type")] {
        let problem = &answer["items"][place]["notCreatedPresenceRegistration"]["problem"];
        let issue = &problem["issues"][0];
        assert_eq!((&issue["name"], &issue["in"]), (&json!(name), &json!("body")));
        assert_eq!(issue["type"], "urn:problem-type:belgif:input-validation:invalidInput");
    }
    let whole = &answer["items"][4]["createdPresenceRegistration"];
    assert_eq!((&whole["type"], &whole["registrationDate"]), (&json!("DAY"), &json!("2026-11-24")));
}

#[tokio::test]
async fn a_malformed_body_stores_nothing_and_is_told_member_by_member() {
    let scene = Scene::at(NOW).await;
    let mut bad = item(2, "in", NOW);
    bad["colour"] = "red".into();
    bad.as_object_mut().expect("an object").remove("ssin");
    let (status, answer) =
        scene.post(REGISTER, &json!({ "items": [item(1, "IN", NOW), bad] })).await;
    assert_eq!(status, 400);
    let issues = answer["issues"].as_array().expect("issues");
    let told: Vec<_> = issues
        .iter()
        .map(|it| (it["type"].as_str().expect("a type"), it["name"].as_str().expect("a name")))
        .collect();
    let urn = |name: &str| format!("urn:problem-type:belgif:input-validation:{name}");
    let (unknown, violation) = (urn("unknownInput"), urn("schemaViolation"));
    assert_eq!(
        told,
        [
            (unknown.as_str(), "items[1].colour"),
            (&violation, "items[1].type"),
            (&violation, "items[1].ssin"),
        ]
    );
    let (_, found) = scene.post(QUERY, &json!({ "registrationPeriods": today() })).await;
    assert_eq!(found["total"], 0);
    for body in [json!([]), json!({}), json!({ "items": [] }), json!({ "items": [1] })] {
        assert_eq!(scene.post(REGISTER, &body).await.0, 400, "{body}");
    }
}

#[tokio::test]
async fn pages_lead_through_everything_while_others_write() {
    let scene = Scene::at(NOW).await;
    let items: Vec<_> = (0..30).map(|person| item(person, "IN", NOW)).collect();
    scene.post(REGISTER, &json!({ "items": items })).await;
    let mut query = json!({ "registrationPeriods": today(), "sort": "-id", "pageSize": 7 });
    let mut seen = Vec::new();
    loop {
        let (status, page) = scene.post(QUERY, &query).await;
        assert_eq!(status, 200, "{page}");
        seen.extend(page["items"].as_array().expect("items").iter().map(|it| it["id"].as_i64()));
        scene.post(REGISTER, &json!({ "items": [item(40, "IN", NOW)] })).await;
        match page.get("nextCursor") {
            Some(next) => query["cursor"] = next.clone(),
            None => break,
        }
    }
    assert_eq!(seen.len(), 30);
    assert!(seen.is_sorted_by(|a, b| a > b));
    let mut other = query.clone();
    other["sort"] = "id".into();
    let (status, answer) = scene.post(QUERY, &other).await;
    assert_eq!((status, &answer["issues"][0]["name"]), (400, &json!("cursor")));
}

#[tokio::test]
async fn a_registration_is_read_cancelled_and_its_history_told() {
    let scene = Scene::at(NOW).await;
    let (_, answer) = scene.post(REGISTER, &json!({ "items": [item(1, "IN", NOW)] })).await;
    let id = answer["items"][0]["createdPresenceRegistration"]["id"].clone();
    let path = format!("/presenceRegistrations/{id}");
    let first = scene.get(&path, &[]).await;
    let tag = first.header("etag").expect("a tag").to_owned();
    assert_eq!(scene.get(&path, &[("if-none-match", &tag)]).await.status, 304);
    let body = json!({ "items": [
        { "id": id, "cancellationReason": "OTHER" },
        { "id": id, "cancellationReason": "OTHER" },
        { "id": 999_999_999_999_999_i64, "cancellationReason": "OTHER" },
    ] });
    let (_, cancelled) = scene.post("/presenceRegistrations/cancelInBulk", &body).await;
    assert_eq!(cancelled["items"][0]["cancelledPresenceRegistration"]["validity"], "cancelled");
    let kinds: Vec<_> = (1..3)
        .map(|place| {
            let problem = &cancelled["items"][place]["notCancelledPresenceRegistration"]["problem"];
            problem["issues"][0]["type"].as_str().expect("a type").rsplit(':').next()
        })
        .collect();
    assert_eq!(kinds, [Some("invalidInput"), Some("referencedResourceNotFound")]);
    assert_eq!(scene.get(&path, &[("if-none-match", &tag)]).await.status, 200, "it has changed");
    let history = scene.get(&format!("{path}/history"), &[]).await.json();
    let steps = history["validations"].as_array().expect("steps");
    let causes: Vec<_> = steps.iter().map(|step| step["cause"].as_str()).collect();
    assert_eq!(causes, [Some("registration"), Some("cancellation")]);
    assert_eq!(scene.get("/presenceRegistrations/999", &[]).await.status, 404);
    assert_eq!(scene.get("/presenceRegistrations/x", &[]).await.status, 400);
}

#[tokio::test]
async fn the_history_says_who_cancelled_and_why() {
    let scene = Scene::of(NOW, TestApp::caller()).await;
    let (_, answer) = scene.post(REGISTER, &json!({ "items": [item(1, "IN", NOW)] })).await;
    let id = answer["items"][0]["createdPresenceRegistration"]["id"].clone();
    let body = json!({ "items": [{ "id": id, "cancellationReason": "PLANNING" }] });
    assert_eq!(scene.post("/presenceRegistrations/cancelInBulk", &body).await.0, 200);
    let path = format!("/presenceRegistrations/{id}/history");
    let history = scene.get(&path, &[]).await.json();
    let last = &history["validations"][1];
    assert_eq!(last["cancellationReason"], "PLANNING", "{last}");
    let by = &last["cancelledBy"];
    assert_eq!((&by["senderId"], &by["userType"]), (&json!("test-sender"), &json!("EMPLOYER")));
    let company = sample::enterprise_number(900).to_string();
    assert_eq!(by["enterpriseNumber"], company, "{by}");
}

#[tokio::test]
async fn performances_are_paired_and_late_ones_marked() {
    let scene = Scene::at("2026-11-24T17:00:00Z").await;
    let mut begin = item(1, "IN", "2026-11-24T08:00:00Z");
    begin["offlineSince"] = "2026-11-24T07:00:00Z".into();
    let end = item(1, "OUT", "2026-11-24T16:55:00Z");
    scene.post(REGISTER, &json!({ "items": [end, begin] })).await;
    let query = json!({ "registrationPeriods": today() });
    let (status, found) = scene.post("/performances/query", &query).await;
    assert_eq!(status, 200, "{found}");
    let performance = &found["items"][0];
    assert_eq!((&performance["state"], &found["total"]), (&json!("complete"), &json!(1)));
    assert_eq!(performance["workedSeconds"], 8 * 3600 + 55 * 60);
    assert_eq!(
        (&performance["begin"]["late"], &performance["end"]["late"]),
        (&json!(true), &json!(false))
    );
}

#[tokio::test]
async fn details_are_told_in_the_language_of_the_caller() {
    let scene = Scene::at(NOW).await;
    for (language, told) in [
        ("nl-BE", "deze registratie bestaat niet"),
        ("fr", "cet enregistrement n'existe pas"),
        ("de, en;q=0.5", "diese Registrierung gibt es nicht"),
        ("es", "there is no such registration"),
    ] {
        let answer = scene.get("/presenceRegistrations/9", &[("accept-language", language)]).await;
        assert_eq!(answer.json()["issues"][0]["detail"], told);
        assert_eq!(
            answer.header("content-language"),
            Some(language.get(..2).map_or("", |it| { if it == "es" { "en" } else { it } }))
        );
        assert_eq!(answer.header("belgov-trace-id").map(str::len), Some(32));
    }
}

#[tokio::test]
async fn what_is_not_of_the_contract_is_refused_as_the_guide_says() {
    let scene = Scene::at(NOW).await;
    let wrong = scene.get("/presenceRegistrations/query", &[]).await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("POST")));
    assert_eq!(scene.get("/nothing", &[]).await.status, 404);
    let unknown = scene.get("/health?x=1", &[]).await;
    assert_eq!(unknown.json()["issues"][0]["in"], "query");
    assert_eq!(scene.get("/health", &[]).await.json(), json!({ "status": "UP" }));
    for query in [
        "",
        "longitude=4.35",
        "longitude=4.35&latitude=91",
        "longitude=4.35&latitude=50&radius=501",
    ] {
        assert_eq!(scene.get(&format!("/addresses?{query}"), &[]).await.status, 400, "{query}");
    }
    let none = scene.get("/addresses?longitude=4.35&latitude=50.84&radius=500", &[]).await;
    assert_eq!(none.json(), json!({ "items": [] }));
}
