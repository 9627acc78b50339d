//! What webhooks are sent: `CloudEvents` 1.0 in JSON, signed by Standard Webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{Cause, EventKind, Remark, Status, Step, WebhookSecret, Who};
use jiff::Timestamp;
use ring::hmac::{HMAC_SHA256, Key, sign};
use serde_json::{Map, Value, json};

/// The media type of an event.
pub const MEDIA_TYPE: &str = "application/cloudevents+json; charset=utf-8";
/// The service that speaks, as Belgif's guide names services.
const SERVICE: &str = "be.presence.presenceRegistration.v1";

/// The event of a step. `source` is the address of the REST service.
pub fn cloud_event(step: &Step, source: &str) -> Value {
    let id = step.registration.id;
    json!({
        "specversion": "1.0",
        "id": step.name(),
        "source": source,
        "service": SERVICE,
        "type": format!("{SERVICE}.presenceRegistrations.notify.{}", suffix(step.entry.status)),
        "subject": format!("presenceRegistrations/{id}"),
        "time": step.entry.at.to_string(),
        "datacontenttype": "application/json",
        "data": data(step),
    })
}

fn suffix(status: Status) -> &'static str {
    match status {
        Status::Registered => "registered",
        Status::Validated => "validated",
        Status::Failed => "failed",
        Status::Cancelled => "cancelled",
    }
}

/// The registration as it stood after the step.
fn data(step: &Step) -> Value {
    let registration = &step.registration;
    let submission = &registration.submission;
    let kind = match submission.event() {
        EventKind::Day => "DAY",
        EventKind::In => "IN",
        EventKind::Out => "OUT",
    };
    let date = submission
        .moment
        .as_ref()
        .map_or_else(|| submission.day.to_string(), |moment| moment.at.to_string());
    let validity = match step.entry.status {
        Status::Registered => "pending",
        Status::Validated => "valid",
        Status::Failed => "invalid",
        Status::Cancelled => "cancelled",
    };
    let remarks: Vec<_> = step.entry.remarks.iter().map(Remark::protocol).collect();
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    put("id", registration.id.number().into());
    put("version", step.version.into());
    put("type", kind.into());
    put("registrationDate", date.into());
    put("workReference", submission.works.as_str().into());
    match &submission.who {
        Who::Worker { inss, company } => {
            put("ssin", inss.digits().into());
            put("enterpriseNumber", format!("{:010}", company.number()).into());
        }
        Who::OfForeign { inss, vat } => {
            put("ssin", inss.digits().into());
            put("foreignVatNumber", vat.to_string().into());
        }
        Who::Posted { limosa } => put("limosaId", limosa.as_str().into()),
    }
    if let Some(reference) = &submission.reference {
        put("clientReference", reference.as_str().into());
    }
    put("createdAt", registration.created.to_string().into());
    put("validity", validity.into());
    put("remarks", remarks.into());
    if let Cause::Cancellation { reason, .. } = &step.entry.cause {
        put("cancellationReason", reason.as_str().into());
    }
    Value::Object(members)
}

/// The header `webhook-signature` of what is sent under this id at this moment.
pub fn signature(secret: &WebhookSecret, id: &str, at: Timestamp, body: &[u8]) -> String {
    let mut signed = format!("{id}.{}.", at.as_second()).into_bytes();
    signed.extend_from_slice(body);
    let tag = sign(&Key::new(HMAC_SHA256, &secret.0), &signed);
    format!("v1,{}", STANDARD.encode(tag))
}

/// A secret in the form that receivers' libraries read.
pub fn secret_text(secret: &WebhookSecret) -> String {
    format!("whsec_{}", STANDARD.encode(secret.0))
}

#[cfg(test)]
mod tests {
    use domain::{Channel, NewRegistration, RegistrationId, Remarks, Sender, StepPosition};
    use domain::{Submission, sample};

    use super::*;

    fn step() -> Step {
        let at: Timestamp = "2026-11-24T08:00:00Z".parse().expect("a moment");
        let company = sample::enterprise_number(1);
        let registration = NewRegistration {
            submission: Submission {
                day: "2026-11-24".parse().expect("a day"),
                moment: None,
                who: Who::Worker { inss: sample::inss(1), company },
                works: sample::works_reference(1),
                reference: None,
            },
            sector: None,
            created: at,
            channel: Channel::WebService,
            sender: Sender::default(),
        };
        let registration = registration.stored_as(RegistrationId::new(17).expect("an id"));
        let first = registration.first_entry();
        let checked = registration.checked(Remarks::NONE, at).expect("a first check");
        assert_eq!(first.status, Status::Registered);
        let position = StepPosition { entry: 1, within: 0 };
        Step { position, version: 2, registration: checked.registration, entry: checked.entry }
    }

    #[test]
    fn an_event_tells_the_registration_as_it_then_stood() {
        let event = cloud_event(&step(), "https://presence.example/REST/presenceRegistration/v1");
        for (member, value) in [
            ("specversion", "1.0"),
            ("id", "17.2"),
            ("type", "be.presence.presenceRegistration.v1.presenceRegistrations.notify.validated"),
            ("subject", "presenceRegistrations/17"),
            ("time", "2026-11-24T08:00:00Z"),
        ] {
            assert_eq!(event[member], value);
        }
        let data = &event["data"];
        assert_eq!((&data["id"], &data["version"]), (&json!(17), &json!(2)));
        assert_eq!((&data["validity"], &data["type"]), (&json!("valid"), &json!("DAY")));
        assert_eq!(data["registrationDate"], "2026-11-24");
    }

    #[test]
    fn a_signature_is_the_hmac_of_id_moment_and_body() {
        let at = Timestamp::from_second(1_614_265_330).expect("a moment");
        let secret = WebhookSecret([7; 32]);
        let known = signature(&secret, "17.2", at, b"{}");
        let mut signed = b"17.2.1614265330.".to_vec();
        signed.extend_from_slice(b"{}");
        let tag = STANDARD.decode(known.strip_prefix("v1,").expect("a version")).expect("base64");
        ring::hmac::verify(&Key::new(HMAC_SHA256, &[7; 32]), &signed, &tag).expect("the same");
        assert_ne!(signature(&secret, "17.3", at, b"{}"), known);
        assert!(secret_text(&secret).starts_with("whsec_BwcH"));
    }
}
