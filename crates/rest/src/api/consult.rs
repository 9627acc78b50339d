//! What is read: one registration, its history, addresses, health.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{
    Caller, Cause, Coordinates, Dossier, GetPresence, HistoryEntry, RegistrationId, WorksReference,
};
use serde_json::{Value, json};

use super::answer::{Body, Done, written};
use super::door::Api;
use super::language::Language;
use super::problem::{Issue, IssueKind, Problem};
use super::text::Text;
use super::writer::Writer;
use super::{numbers, show};

const ID: &str = "presenceRegistrationId";
const REFERENCE: &str = "reference";

impl Api {
    pub(super) async fn get(
        &self,
        caller: &Caller,
        id: &str,
        if_none_match: Option<&str>,
        language: Language,
    ) -> Result<Done, Problem> {
        let dossier = self.dossier(caller, id).await?;
        let mut to = Writer::new(show::ROOM);
        show::registration(&mut to, &dossier.registration, language);
        Ok(tagged(to.end(), if_none_match))
    }

    pub(super) async fn work(
        &self,
        caller: &Caller,
        reference: &str,
        if_none_match: Option<&str>,
    ) -> Result<Done, Problem> {
        let Some(works) = WorksReference::parse(reference) else {
            let detail = Text::Expected(numbers::WORKS);
            return Err(issue(IssueKind::SchemaViolation, "path", REFERENCE, detail).into());
        };
        let work = self.app.work_seen(caller, works).await?;
        let missing = || issue(IssueKind::PathResource, "path", REFERENCE, Text::NoSuchWork);
        let work = work.ok_or_else(|| Problem::NotFound(Some(missing())))?;
        Ok(tagged(written(&show::work(&work)), if_none_match))
    }

    pub(super) async fn history(
        &self,
        caller: &Caller,
        id: &str,
        language: Language,
    ) -> Result<Done, Problem> {
        let dossier = self.dossier(caller, id).await?;
        let Dossier { registration, history } = &dossier;
        let mut before = domain::Remarks::NONE;
        let mut to = Writer::new(show::ROOM * history.len());
        to.object(|to| {
            to.name("id").number(registration.id.number());
            if let Some(moment) = &registration.submission.moment {
                to.name("late").flag(moment.is_late());
            }
            to.name("validations").list(history, |to, entry| {
                step(to, entry, before, language);
                before = entry.remarks;
            });
        });
        Ok(Done::written(to).counted(1, 0))
    }

    async fn dossier(&self, caller: &Caller, id: &str) -> Result<Dossier, Problem> {
        let number = (1..=15).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit());
        let parsed = number.then(|| id.parse().ok()).flatten().and_then(RegistrationId::new);
        if parsed.is_none() {
            let detail = Text::Expected("a whole number of 1 to 15 digits");
            return Err(issue(IssueKind::SchemaViolation, "path", ID, detail).into());
        }
        let found = self.app.get(caller, GetPresence { id: parsed }).await?;
        let missing = || issue(IssueKind::PathResource, "path", ID, Text::NoSuchRegistration);
        found.map_err(|unseen| Problem::Unseen(missing(), unseen))
    }

    pub(super) async fn addresses(&self, query: &str, language: Language) -> Result<Done, Problem> {
        let (point, radius) = near(query)?;
        let found = self.app.addresses_near(point, radius).await?;
        let items: Vec<Value> = found
            .iter()
            .map(|near| {
                let address = show::address(&near.address, language);
                json!({ "address": address, "distance": show::tenths(near.metres) })
            })
            .collect();
        Ok(Done::json(&json!({ "items": items })).counted(items.len(), 0))
    }

    pub(super) async fn health(&self) -> Done {
        match self.app.check().await {
            Ok(()) => Done::json(&json!({ "status": "UP" })),
            Err(_) => Done { status: 503, ..Done::json(&json!({ "status": "DOWN" })) },
        }
    }
}

fn issue(kind: IssueKind, place: &'static str, name: &str, detail: Text) -> Issue {
    Issue { kind, place, name: Some(name.to_owned()), detail }
}

/// What is shown, with a tag that changes whenever it does; nothing but the tag where the caller has it already.
fn tagged(body: Vec<u8>, if_none_match: Option<&str>) -> Done {
    let digest = ring::digest::digest(&ring::digest::SHA256, &body);
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest.as_ref()[..16]));
    let known = if_none_match.is_some_and(|tags| {
        tags.split(',').map(str::trim).any(|it| it == "*" || it.trim_start_matches("W/") == tag)
    });
    let headers = vec![("etag", tag), ("cache-control", "private, no-cache".into())];
    let done = if known { Done::nothing(304) } else { Done::of(Body::Json(body)) };
    Done { headers, ..done }.counted(1, 0)
}

fn step(to: &mut Writer, entry: &HistoryEntry, before: domain::Remarks, language: Language) {
    let added: domain::Remarks = entry.remarks.iter().filter(|it| !before.contains(*it)).collect();
    let removed: domain::Remarks =
        before.iter().filter(|it| !entry.remarks.contains(*it)).collect();
    to.object(|to| {
        to.name("validity").text(show::validity(entry.status));
        to.name("at").moment(entry.at);
        to.name("cause").text(cause(&entry.cause));
        match &entry.cause {
            Cause::RegisterChange { register, import } => {
                to.name("changedRegister").text(register.name());
                to.name("registerImportId").text(&import.0.to_string());
            }
            Cause::EarlierCancelled { id } => {
                to.name("earlierPresenceRegistrationId").number(id.number());
            }
            Cause::Registration | Cause::Check | Cause::Cancellation { .. } => {}
        }
        show::remarks(to.name("remarks"), entry.remarks, language);
        show::remarks(to.name("remarksAdded"), added, language);
        show::remarks(to.name("remarksRemoved"), removed, language);
        if let Cause::Cancellation { reason, by } = &entry.cause {
            to.name("cancellationReason").text(&reason.as_str().to_ascii_uppercase());
            show::sender(to, "cancelledBy", by);
        }
    });
}

fn cause(cause: &Cause) -> &'static str {
    match cause {
        Cause::Registration => "registration",
        Cause::Check => "check",
        Cause::RegisterChange { .. } => "registerChange",
        Cause::EarlierCancelled { .. } => "earlierCancelled",
        Cause::Cancellation { .. } => "cancellation",
    }
}

/// The query of addresses: a point, and how far around it.
fn near(query: &str) -> Result<(Coordinates, u32), Problem> {
    let mut issues = Vec::new();
    let (mut longitude, mut latitude, mut radius) = (None, None, Some(50));
    for (name, value) in query
        .split('&')
        .filter(|it| !it.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
    {
        let degrees = |most: f64| {
            let form = !value.is_empty()
                && value.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
            form.then(|| value.parse::<f64>().ok())
                .flatten()
                .filter(|degrees| degrees.abs() <= most)
        };
        let (read, what) = match name {
            "longitude" => {
                longitude = degrees(180.0);
                (longitude.is_some(), "a number from -180 to 180")
            }
            "latitude" => {
                latitude = degrees(90.0);
                (latitude.is_some(), "a number from -90 to 90")
            }
            "radius" => {
                radius = value.parse().ok().filter(|metres| (1..=500).contains(metres));
                (radius.is_some(), "a whole number from 1 to 500")
            }
            _ => {
                issues.push(issue(IssueKind::UnknownInput, "query", name, Text::Unknown));
                continue;
            }
        };
        if !read {
            issues.push(issue(IssueKind::SchemaViolation, "query", name, Text::Expected(what)));
        }
    }
    for (name, sent) in [("longitude", longitude), ("latitude", latitude)] {
        let told = issues.iter().any(|issue: &Issue| issue.name.as_deref() == Some(name));
        if sent.is_none() && !told {
            issues.push(issue(IssueKind::SchemaViolation, "query", name, Text::Required));
        }
    }
    match (longitude.zip(latitude).and_then(|(x, y)| Coordinates::new(x, y)), radius) {
        (Some(point), Some(radius)) if issues.is_empty() => Ok((point, radius)),
        _ => Err(Problem::BadRequest(issues)),
    }
}
