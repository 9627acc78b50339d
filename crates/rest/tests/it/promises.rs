//! What `openapi.yaml` and `docs/rest.md` promise, the service keeps.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::contract::{contract, members, operations, parameters, resolve, violation};
use crate::scene::Scene;
use crate::{NOW, QUERY, REGISTER, item, today};

const DOCS: &str = include_str!("../../../../docs/rest.md");

/// The schema of an operation's body, or of its answer.
fn json_schema(content: &'static Value) -> &'static Value {
    &resolve(content)["content"]["application/json"]["schema"]
}

/// The operations that answer with JSON once and for all.
fn answering() -> impl Iterator<Item = (&'static str, &'static str, &'static Value)> {
    operations().filter(|(_, _, it)| !json_schema(&it["responses"]["200"]).is_null())
}

/// Calls an operation with a right body and the given query and headers.
async fn call(
    scene: &Scene,
    (path, method, operation): (&str, &str, &'static Value),
    query: &str,
    headers: &[(&str, &str)],
) -> crate::scene::Reply {
    let path = path
        .replace("{presenceRegistrationId}", "1")
        .replace("{reference}", domain::sample::works_reference(1).as_str());
    let path = format!("{path}{query}");
    if method == "get" {
        return scene.get(&path, headers).await;
    }
    let schema = json_schema(&operation["requestBody"]);
    let example = resolve(schema)["example"].to_string();
    scene.post_with(&path, headers, &example).await
}

async fn scene_with_one() -> Scene {
    let scene = Scene::at("2026-11-23T07:58:10Z").await;
    let items = json!({ "items": [item(1, "IN", "2026-11-23T07:58:03Z")] });
    assert_eq!(scene.post(REGISTER, &items).await.0, 200);
    scene
}

#[tokio::test]
async fn every_example_of_a_request_is_taken_and_answered_as_the_contract_says() {
    let scene = scene_with_one().await;
    let mut tried = 0;
    for (path, method, operation) in
        operations().filter(|(_, _, it)| it.get("requestBody").is_some())
    {
        let schema = resolve(json_schema(&operation["requestBody"]));
        assert!(schema.get("example").is_some(), "{path} shows no example of its body");
        let reply = call(&scene, (path, method, operation), "", &[]).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        tried += 1;
    }
    assert!(tried >= 4, "{tried}");
    let body =
        resolve(&contract()["components"]["schemas"]["RegisterInBulkRequest"])["example"].clone();
    let (_, answer) = scene.post(REGISTER, &body).await;
    assert!(answer["items"][0].get("createdPresenceRegistration").is_some(), "{answer}");
}

#[tokio::test]
async fn every_operation_has_its_parameters_and_no_other() {
    let scene = scene_with_one().await;
    for (path, method, operation) in answering() {
        let at = format!("{method} {path}");
        let known = parameters(path, operation);
        let query: Vec<_> = known.iter().filter(|(place, _)| *place == "query").collect();
        let sent = |name: &str| format!("{name}=4");
        let all: Vec<_> = query.iter().map(|(_, name)| sent(name)).collect();
        let all = if all.is_empty() { String::new() } else { format!("?{}", all.join("&")) };
        let taken = call(&scene, (path, method, operation), &all, &[]).await;
        assert_eq!(taken.status, 200, "{at}{all}: {}", taken.text());
        let sign = if all.is_empty() { '?' } else { '&' };
        let more = format!("{all}{sign}colour=red");
        let refused = call(&scene, (path, method, operation), &more, &[]).await.json();
        let issue = &refused["issues"][0];
        assert_eq!((&issue["in"], &issue["name"]), (&json!("query"), &json!("colour")), "{at}");
        let kind = issue["type"].as_str().expect("a type");
        assert!(kind.ends_with(":unknownInput"), "{at}: {kind}");
        for (header, wrong, status) in
            [("Idempotency-Key", "a b", 400), ("If-None-Match", "*", 304)]
        {
            let name = header.to_ascii_lowercase();
            let reply = call(&scene, (path, method, operation), &all, &[(&name, wrong)]).await;
            let expected = if known.contains(&("header", header)) { status } else { 200 };
            assert_eq!(reply.status, expected, "{at}: {header}");
        }
    }
}

#[tokio::test]
async fn members_that_a_body_does_not_have_are_unknown_wherever_they_stand() {
    let scene = scene_with_one().await;
    for (path, _, operation) in operations().filter(|(_, _, it)| it.get("requestBody").is_some()) {
        let schema = resolve(json_schema(&operation["requestBody"]));
        for way in ways(&schema["example"], "") {
            let mut body = schema["example"].clone();
            body.pointer_mut(&way).expect("an object")["colour"] = "red".into();
            let (status, answer) = scene.post(path, &body).await;
            let issue = &answer["issues"][0];
            assert_eq!(status, 400, "{path} {way}");
            assert!(
                issue["type"].as_str().is_some_and(|it| it.ends_with("unknownInput")),
                "{issue}"
            );
            assert!(issue["name"].as_str().is_some_and(|it| it.ends_with("colour")), "{issue}");
        }
    }
}

/// The ways to every object of a value.
fn ways(value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    if value.is_object() {
        found.push(at.to_owned());
    }
    for (name, below) in members(value) {
        found.extend(ways(below, &format!("{at}/{name}")));
    }
    for (place, below) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(ways(below, &format!("{at}/{place}")));
    }
    found
}

#[tokio::test]
async fn every_code_of_a_query_is_known_and_others_are_not() {
    let scene = Scene::at(NOW).await;
    let query = &contract()["components"]["schemas"]["PresenceRegistrationQuery"]["properties"];
    let mut tried = 0;
    for (name, schema) in members(query) {
        let schema = resolve(schema);
        let (codes, listed) = match resolve(&schema["items"]).get("enum") {
            Some(codes) => (codes, true),
            None => (&schema["enum"], false),
        };
        let values = codes.as_array().into_iter().flatten().cloned();
        for (code, expected) in values.map(|it| (it, 200)).chain([(json!("xx"), 400)]) {
            if codes.is_null() {
                continue;
            }
            let value = if listed { json!([code]) } else { code };
            let body = json!({ "registrationPeriods": today(), name: value });
            assert_eq!(scene.post(QUERY, &body).await.0, expected, "{body}");
            tried += 1;
        }
    }
    assert!(tried > 40, "{tried}");
    let codes = &contract()["components"]["schemas"]["RemarkCode"]["enum"];
    assert_eq!(codes.as_array().map(Vec::len), Some(domain::Remark::ALL.len()));
}

#[tokio::test]
async fn every_status_that_the_contract_names_is_answered_somewhere() {
    // 200 and 304 stand in the tests of their operations, 503 of health where the store fails.
    let named: BTreeSet<_> = operations()
        .flat_map(|(_, _, it)| members(&it["responses"]).map(|(status, _)| status))
        .collect();
    assert_eq!(named, BTreeSet::from(["200", "304", "503", "default"]));
}

#[tokio::test]
async fn what_the_documentation_shows_is_taken_and_answered_so() {
    let scene = Scene::at("2026-11-23T07:58:10Z").await;
    let mut path = "";
    let mut tried = 0;
    for (place, part) in DOCS.split("```").enumerate() {
        if place % 2 == 0 {
            let called = part.rsplit('`').find_map(|code| code.strip_prefix("POST "));
            path = called.unwrap_or(path);
            continue;
        }
        let Some(text) = part.strip_prefix("json\n") else { continue };
        let shown: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let operation = operations().find(|(known, method, _)| *known == path && *method == "post");
        let (_, _, operation) = operation.unwrap_or_else(|| panic!("{path} is no operation"));
        let is_answer = violation(json_schema(&operation["requestBody"]), &shown, "").is_err();
        if is_answer {
            let schema = json_schema(&operation["responses"]["200"]);
            if let Err(wrong) = violation(schema, &shown, "") {
                panic!("{path}: {wrong}");
            }
        } else {
            let (status, answer) = scene.post(path, &shown).await;
            assert_eq!(status, 200, "{path}: {answer}");
            assert!(!answer.to_string().contains("notCreated"), "{path}: {answer}");
        }
        tried += 1;
    }
    assert!(tried >= 4, "{tried}");
}
