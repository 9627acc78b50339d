//! A client of the official service's known form: what it sends, to the byte, and what it is answered.

use domain::{ItemError, sample};
use serde_json::json;

use crate::REGISTER;
use crate::scene::Scene;

const NOW: &str = "2026-11-23T07:58:10Z";

fn at_coordinates(person: u32) -> String {
    format!(
        r#"{{"registrationDate":"2026-11-23T07:58:03Z","ssin":"{}","type":"IN","employer":{{"enterpriseNumber":"{}"}},"placeOfWork":{{"coordinates":{{"longitude":4.35,"latitude":50.84}}}},"contractualRelationshipReference":"{}"}}"#,
        sample::inss(person).digits(),
        sample::enterprise_number(1),
        sample::works_reference(4),
    )
}

fn at_an_address(person: u32, box_number: &str) -> String {
    format!(
        r#"{{"registrationDate":"2026-11-23T07:58:03Z","ssin":"{}","type":"OUT","employer":{{"foreignVatNumber":"NL123456789B01"}},"placeOfWork":{{"address":{{"postCode":"1000","municipalityName":"Brussel","streetName":"Wetstraat","houseNumber":"16"{box_number}}}}},"contractualRelationshipReference":"{}"}}"#,
        sample::inss(person).digits(),
        sample::works_reference(4),
    )
}

fn bulk(items: &[String]) -> String {
    format!(r#"{{"items":[{}]}}"#, items.join(","))
}

/// A client with its token.
async fn client() -> Scene {
    let mut scene = Scene::of_client(NOW).await;
    let answer = scene.log_in("client-1").await;
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 600);
    let scopes = answer["scope"].as_str().expect("a text").split(' ').count();
    assert_eq!(scopes, 3, "all that the client has");
    scene
}

#[tokio::test]
async fn one_item_is_answered_as_the_contract_says_to_the_byte() {
    let scene = client().await;
    let reply = scene.post_with(REGISTER, &[], &bulk(&[at_coordinates(1)])).await;
    let expected = bulk(&[created(1, 1, &IN_BRUSSELS)]);
    assert_eq!((reply.status, reply.text()), (200, expected.as_str()));
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_box_may_be_there_or_null_or_left_out() {
    let scene = client().await;
    let boxes = ["", r#","boxNumber":null"#, r#","boxNumber":"3""#];
    let items: Vec<_> = (1..).zip(boxes).map(|(person, it)| at_an_address(person, it)).collect();
    let reply = scene.post_with(REGISTER, &[], &bulk(&items)).await;
    let address = r#""employer":{"foreignVatNumber":"NL123456789B01"},"placeOfWork":{"address":{"postCode":"1000","municipalityName":"Brussel","streetName":"Wetstraat","houseNumber":"16"}}"#;
    assert_eq!(reply.text().matches(address).count(), 2, "{}", reply.text());
    assert!(reply.text().contains(r#""houseNumber":"16","boxNumber":"3"}}"#), "{}", reply.text());
}

#[tokio::test]
async fn two_hundred_items_good_and_bad_are_answered_in_their_order_to_the_byte() {
    let scene = client().await;
    let items: Vec<_> = (0..200)
        .map(|person| match person % 4 {
            0 => at_coordinates(person),
            1 => at_an_address(person, r#","boxNumber":null"#),
            // Check digits that are wrong, and another employer's worker.
            2 => at_coordinates(person).replace(&sample::inss(person).digits(), "80022606871"),
            _ => {
                let (own, other) = (sample::enterprise_number(1), sample::enterprise_number(2));
                at_coordinates(person).replace(&own.to_string(), &other.to_string())
            }
        })
        .collect();
    let reply = scene.post_with(REGISTER, &[], &bulk(&items)).await;
    assert_eq!(reply.status, 200);
    let mut ids = 1..;
    let answers: Vec<_> = (0..200)
        .map(|person| match person % 4 {
            0 => created(ids.next().expect("endless"), person, &IN_BRUSSELS),
            1 => created(ids.next().expect("endless"), person, &IN_A_STREET),
            2 => not_created(person, "ssin", ItemError::Inss),
            _ => not_created(person, "employer", ItemError::NotForEmployer),
        })
        .collect();
    assert_eq!(reply.text(), bulk(&answers));
}

/// What was asked for beside the person.
struct Asked {
    kind: &'static str,
    employer: fn() -> String,
    place: &'static str,
}

const IN_BRUSSELS: Asked = Asked {
    kind: "IN",
    employer: || format!(r#""enterpriseNumber":"{}""#, sample::enterprise_number(1)),
    place: r#""coordinates":{"longitude":4.35,"latitude":50.84}"#,
};
const IN_A_STREET: Asked = Asked {
    kind: "OUT",
    employer: || r#""foreignVatNumber":"NL123456789B01""#.to_owned(),
    place: r#""address":{"postCode":"1000","municipalityName":"Brussel","streetName":"Wetstraat","houseNumber":"16"}"#,
};

/// An item that was stored, to the byte.
fn created(id: i64, person: u32, asked: &Asked) -> String {
    let Asked { kind, employer, place } = asked;
    format!(
        r#"{{"createdPresenceRegistration":{{"id":{id},"validity":"pending","remarks":[],"type":"{kind}","registrationDay":"2026-11-23","registrationDate":"2026-11-23T07:58:03Z","ssin":"{}","employer":{{{}}},"placeOfWork":{{{place}}},"contractualRelationshipReference":"{}","late":false,"sector":"cleaning","createdAt":"2026-11-23T07:58:10Z","channel":"REST","sender":{{"senderId":"client-1","enterpriseNumber":"{}","userType":"{}"}}}}}}"#,
        sample::inss(person).digits(),
        employer(),
        sample::works_reference(4),
        sample::enterprise_number(1),
        sample::client("client-1", domain::Role::Employer).user_type,
    )
}

/// An item that was refused, to the byte.
fn not_created(place: u32, member: &str, error: ItemError) -> String {
    const GUIDE: &str = "https://www.belgif.be/specification/rest/api-guide";
    let detail = error.description();
    format!(
        r#"{{"notCreatedPresenceRegistration":{{"problem":{{"type":"urn:problem-type:belgif:badRequest","href":"{GUIDE}/problems/badRequest.html","title":"Bad Request","status":400,"issues":[{{"type":"urn:problem-type:belgif:input-validation:invalidInput","href":"{GUIDE}/issues/invalidInput.html","title":"Invalid input","detail":"{detail}","in":"body","name":"items[{place}].{member}"}}]}}}}}}"#,
    )
}

#[tokio::test]
async fn a_call_without_a_token_is_told_how_to_get_one() {
    let scene = Scene::of_client(NOW).await;
    let reply = scene.post_with(REGISTER, &[], &bulk(&[at_coordinates(1)])).await;
    let kind = reply.json()["type"].clone();
    assert_eq!((reply.status, kind), (401, json!("urn:problem-type:belgif:noAccessToken")));
    assert!(reply.header("www-authenticate").is_some_and(|it| it.starts_with("Bearer")));
}
