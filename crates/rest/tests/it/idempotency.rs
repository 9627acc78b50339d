//! `Idempotency-Key`: calls that are sent again.

use serde_json::json;

use crate::scene::Scene;
use crate::{NOW, QUERY, REGISTER, item, today};

async fn stored(scene: &Scene) -> serde_json::Value {
    scene.post(QUERY, &json!({ "registrationPeriods": today() })).await.1["total"].clone()
}

#[tokio::test]
async fn the_same_call_is_answered_the_same_and_done_once() {
    let scene = Scene::at(NOW).await;
    let key = ("idempotency-key", "7f3c2c1e-5a1e-4d57-9d0c-3f8a7f2b9c11");
    let mut wrong = item(3, "IN", NOW);
    wrong["ssin"] = "00000000000".into();
    let body = json!({ "items": [item(1, "IN", NOW), wrong, item(2, "IN", NOW)] }).to_string();
    let first = scene.post_with(REGISTER, &[key], &body).await;
    scene.test.clock.set("2026-11-24T20:00:00Z");
    let again = scene.post_with(REGISTER, &[key], &body).await;
    assert_eq!((again.status, again.text()), (200, first.text()));
    assert_eq!(stored(&scene).await, 2);
    let other = body.replace("\"IN\"", "\"OUT\"");
    let refused = scene.post_with(REGISTER, &[key, ("accept-language", "nl")], &other).await;
    let problem = refused.json();
    assert_eq!(refused.status, 409);
    assert_eq!(problem["type"], "urn:problem-type:presence:idempotencyKeyReused");
    let issue = &problem["issues"][0];
    assert_eq!((&issue["in"], &issue["name"]), (&json!("header"), &json!("Idempotency-Key")));
    assert!(issue["detail"].as_str().is_some_and(|it| it.contains("sleutel")), "{problem}");
    let without = scene.post_with(REGISTER, &[], &body).await;
    assert_ne!(without.text(), first.text(), "without the key it is another call");
}

#[tokio::test]
async fn a_cancellation_has_keys_of_its_own() {
    let scene = Scene::at(NOW).await;
    let key = ("idempotency-key", "k");
    let body = json!({ "items": [item(1, "IN", NOW)] }).to_string();
    let stored = scene.post_with(REGISTER, &[key], &body).await.json();
    let id = &stored["items"][0]["createdPresenceRegistration"]["id"];
    let body = json!({ "items": [{ "id": id, "cancellationReason": "OTHER" }] }).to_string();
    let path = "/presenceRegistrations/cancelInBulk";
    let first = scene.post_with(path, &[key], &body).await;
    assert!(first.text().contains("cancelledPresenceRegistration"));
    let again = scene.post_with(path, &[key], &body).await;
    assert_eq!(again.text(), first.text(), "not told that it is cancelled already");
}

#[tokio::test]
async fn what_is_no_key_is_refused_and_a_bad_body_keeps_none() {
    let scene = Scene::at(NOW).await;
    let body = json!({ "items": [item(1, "IN", NOW)] }).to_string();
    for key in ["", "a b", "é", &"k".repeat(256)] {
        let reply = scene.post_with(REGISTER, &[("idempotency-key", key)], &body).await;
        assert_eq!((reply.status, &reply.json()["issues"][0]["in"]), (400, &json!("header")));
    }
    let key = ("idempotency-key", "k");
    assert_eq!(scene.post_with(REGISTER, &[key], "{}").await.status, 400);
    assert_eq!(scene.post_with(REGISTER, &[key], &body).await.status, 200);
}
