//! A client of the official service's known form: what it sends, to the byte, and what it is answered.

use std::fmt::Write as _;

use domain::sample;
use serde_json::{Value, json};

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
    let expected = format!(
        r#"{{"items":[{{"createdPresenceRegistration":{{"id":1,"validity":"pending","remarks":[],"type":"IN","registrationDay":"2026-11-23","registrationDate":"2026-11-23T07:58:03Z","ssin":"{}","employer":{{"enterpriseNumber":"{company}"}},"placeOfWork":{{"coordinates":{{"longitude":4.35,"latitude":50.84}}}},"contractualRelationshipReference":"{}","late":false,"sector":"cleaning","createdAt":"2026-11-23T07:58:10Z","channel":"REST","sender":{{"senderId":"client-1","enterpriseNumber":"{company}","userType":"{}"}}}}}}]}}"#,
        sample::inss(1).digits(),
        sample::works_reference(4),
        sample::client("client-1", domain::Role::Employer).user_type,
        company = sample::enterprise_number(1),
    );
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
async fn two_hundred_items_are_answered_in_their_order_good_and_bad() {
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
    let answer = reply.json();
    let answers = answer["items"].as_array().expect("a list");
    assert_eq!(answers.len(), 200);
    for (place, answer) in answers.iter().enumerate() {
        let person = u32::try_from(place).expect("few");
        let created = &answer["createdPresenceRegistration"];
        if person % 4 < 2 {
            assert_eq!(created["ssin"], sample::inss(person).digits(), "{place}");
            assert_eq!(created["validity"], "pending", "{place}");
            continue;
        }
        let problem = &answer["notCreatedPresenceRegistration"]["problem"];
        let name = if person % 4 == 2 { "ssin" } else { "employer" };
        let issue = &problem["issues"][0];
        assert_eq!(issue["name"], format!("items[{place}].{name}"));
        assert_eq!((&issue["in"], &problem["status"]), (&json!("body"), &json!(400)));
        assert_eq!(created, &Value::Null);
    }
    let mut bad = String::new();
    let problem = &answers[2]["notCreatedPresenceRegistration"];
    write!(bad, "{problem}").expect("written");
    let expected = concat!(
        r#"{"problem":{"type":"urn:problem-type:belgif:badRequest","#,
        r#""href":"https://www.belgif.be/specification/rest/api-guide/problems/badRequest.html","#,
        r#""title":"Bad Request","status":400,"issues":[{"#,
        r#""type":"urn:problem-type:belgif:input-validation:invalidInput","#,
        r#""href":"https://www.belgif.be/specification/rest/api-guide/issues/invalidInput.html","#,
        r#""title":"Invalid input","detail":"Invalid INSS node content. Invalid INSZ/INSS number","#,
        r#""in":"body","name":"items[2].ssin"}]}}"#,
    );
    assert_eq!(bad, expected);
}

#[tokio::test]
async fn a_call_without_a_token_is_told_how_to_get_one() {
    let scene = Scene::of_client(NOW).await;
    let reply = scene.post_with(REGISTER, &[], &bulk(&[at_coordinates(1)])).await;
    let kind = reply.json()["type"].clone();
    assert_eq!((reply.status, kind), (401, json!("urn:problem-type:belgif:noAccessToken")));
    assert!(reply.header("www-authenticate").is_some_and(|it| it.starts_with("Bearer")));
}
