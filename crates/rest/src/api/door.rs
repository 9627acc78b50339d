use std::sync::Arc;

use app::{App, CallKey};
use domain::{Caller, CallerError, ClientId, EnterpriseNumber};
use ring::hmac;

use super::OPENAPI;
use super::answer::{Answer, Body, Done};
use super::call::Call;
use super::json::Document;
use super::language::Language;
use super::problem::{Issue, IssueKind, Problem, Transport};
use super::route::{self, Operation};
use super::text::Text;
use crate::oauth::{Access, OAuth, Scope};

/// How the door is set up.
pub struct ApiSettings {
    /// Authenticates cursors; those of another key are refused.
    pub cursor_key: [u8; 32],
    /// Gives tickets that nobody can guess.
    pub tickets: Box<dyn Fn() -> String + Send + Sync>,
}

/// The REST door.
pub struct Api {
    pub(super) app: Arc<App>,
    pub(super) cursors: hmac::Key,
    tickets: Box<dyn Fn() -> String + Send + Sync>,
}

impl Api {
    /// A door to `app`.
    pub fn new(app: Arc<App>, settings: ApiSettings) -> Self {
        let cursors = hmac::Key::new(hmac::HMAC_SHA256, &settings.cursor_key);
        Self { app, cursors, tickets: settings.tickets }
    }

    /// Does what a call asks for. Who calls is what `oauth` makes of its token.
    pub async fn call(&self, oauth: &OAuth, call: Call<'_>) -> Answer {
        let language = Language::preferred(call.accept_language);
        // Before anything else: what is written down of the call has it too.
        let ticket = (self.tickets)();
        let found = route::find(call.method, call.path);
        let name = found.as_ref().ok().map(|(_, name, _)| *name);
        let mut client = None;
        let outcome = match found {
            Ok((operation, _, part)) => {
                let asked = Asked { call: &call, operation, part, language, ticket: &ticket };
                self.perform(oauth, asked, &mut client).await
            }
            Err(Some(allowed)) => Err(Problem::MethodNotAllowed(allowed)),
            Err(None) => Err(Problem::NotFound(None)),
        };
        let mut answer = match outcome {
            Ok(done) => done_as(done, language, ticket),
            Err(problem) => refuse(&problem, language, ticket),
        };
        (answer.operation, answer.client) = (name, client);
        if call.method == "HEAD" {
            answer.body.clear();
        }
        if let Some(trace) = call.trace_id.filter(|it| is_trace(it)) {
            answer.headers.push(("belgov-related-trace-id", trace.to_owned()));
        }
        answer
    }

    /// The answer to a call that could not be read.
    pub fn refused(&self, transport: Transport, accept_language: Option<&str>) -> Answer {
        let language = Language::preferred(accept_language);
        refuse(&transport.into(), language, (self.tickets)())
    }

    async fn perform(
        &self,
        oauth: &OAuth,
        asked: Asked<'_>,
        client: &mut Option<ClientId>,
    ) -> Result<Done, Problem> {
        let Asked { call, operation, part, language, ticket } = asked;
        let scope = match operation {
            Operation::Health => return no_query(call).and(Ok(self.health().await)),
            Operation::Document => return Ok(Done::text("application/yaml", OPENAPI)),
            Operation::Page => return Ok(Done::text("text/html; charset=utf-8", PAGE)),
            Operation::Register => Scope::Register,
            Operation::Cancel => Scope::Cancel,
            // A `GET` of it has a way of its own: `Listeners`.
            Operation::Events => return Err(Problem::MethodNotAllowed("GET")),
            _ => Scope::Consult,
        };
        let access = oauth.access(call.authorization.iter().copied()).await?;
        *client = access.client_id().cloned();
        access.require(scope)?;
        let caller = on_behalf_of(&access, call.on_behalf_of)?.with_ticket(ticket);
        call.turns.take(&caller)?;
        match operation {
            Operation::Addresses => return self.addresses(call.query, language).await,
            _ => no_query(call)?,
        }
        match operation {
            Operation::Register => {
                let (body, key) = (json(call)?, key(call)?);
                self.register(&caller, body.root(), key, language).await
            }
            Operation::Cancel => {
                let (body, key) = (json(call)?, key(call)?);
                self.cancel(&caller, body.root(), key, language).await
            }
            Operation::Query => self.query(&caller, json(call)?.root(), language).await,
            Operation::Performances => self.performances(&caller, json(call)?.root()).await,
            Operation::History => self.history(&caller, part, language).await,
            Operation::Work => self.work(&caller, part, call.if_none_match).await,
            _ => self.get(&caller, part, call.if_none_match, language).await,
        }
    }
}

/// An operation that is asked for.
struct Asked<'c> {
    call: &'c Call<'c>,
    operation: Operation,
    /// What the path names.
    part: &'c str,
    language: Language,
    ticket: &'c str,
}

fn done_as(done: Done, language: Language, ticket: String) -> Answer {
    let (media_type, body) = match done.body {
        Body::Json(body) => ("application/json", body),
        Body::Text(media_type, text) => (media_type, text.as_bytes().to_vec()),
        Body::Nothing => ("", Vec::new()),
    };
    let mut answer = answer(done.status, media_type, body, language, ticket);
    answer.headers.extend(done.headers);
    if !answer.headers.iter().any(|(name, _)| *name == "cache-control") {
        answer.headers.push(("cache-control", "no-store".to_owned()));
    }
    Answer { items: done.items, refused: done.refused, detail: done.detail, ..answer }
}

pub(super) fn refuse(problem: &Problem, language: Language, ticket: String) -> Answer {
    let (status, name, _) = problem.kind();
    let body = problem.json(language, Some(&ticket)).to_string().into_bytes();
    let mut answer = answer(status, "application/problem+json", body, language, ticket);
    answer.headers.extend(problem.headers());
    answer.headers.push(("cache-control", "no-store".to_owned()));
    Answer { problem: Some(name), detail: Some(problem.why()), ..answer }
}

fn answer(
    status: u16,
    media_type: &str,
    body: Vec<u8>,
    language: Language,
    ticket: String,
) -> Answer {
    let mut headers = vec![
        (TRACE, ticket.clone()),
        ("content-language", language.tag().to_owned()),
        ("vary", "accept-language, accept-encoding, authorization".to_owned()),
    ];
    if !media_type.is_empty() {
        headers.push(("content-type", media_type.to_owned()));
    }
    let (operation, items, refused, problem) = (None, 0, 0, None);
    let (client, detail) = (None, None);
    Answer { status, headers, body, operation, items, refused, problem, ticket, client, detail }
}

/// Who calls, for the enterprise that it names in the header `Presence-On-Behalf-Of`, where it names one.
pub(super) fn on_behalf_of(access: &Access, headers: &[&[u8]]) -> Result<Caller, Problem> {
    let number = match headers {
        [one] => std::str::from_utf8(one).ok().and_then(|it| EnterpriseNumber::parse(it).ok()),
        _ => None,
    };
    if number.is_none() && !headers.is_empty() {
        let name = Some(ON_BEHALF_OF.to_owned());
        let detail = Text::Expected("once, an enterprise number of 10 digits");
        let kind = IssueKind::InvalidInput;
        return Err(Issue { kind, place: "header", name, detail }.into());
    }
    access.caller(number).map_err(|error| {
        if error == CallerError::NotOnBehalf {
            let name = Some(ON_BEHALF_OF.to_owned());
            let kind = IssueKind::SchemaViolation;
            Issue { kind, place: "header", name, detail: Text::Required }.into()
        } else {
            Problem::MissingPermission(error.to_string())
        }
    })
}

const ON_BEHALF_OF: &str = "Presence-On-Behalf-Of";
const TRACE: &str = "belgov-trace-id";
/// The page on which the service can be tried out; all that it needs is in it.
const PAGE: &str = include_str!("../../page.html");

fn is_trace(text: &str) -> bool {
    (1..=36).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn no_query(call: &Call<'_>) -> Result<(), Problem> {
    let issues: Vec<_> = call
        .query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| Issue {
            kind: IssueKind::UnknownInput,
            place: "query",
            name: pair.split('=').next().map(str::to_owned),
            detail: Text::Unknown,
        })
        .collect();
    if issues.is_empty() { Ok(()) } else { Err(Problem::BadRequest(issues)) }
}

/// The key under which a call that is sent again is known.
fn key<'c>(call: &Call<'c>) -> Result<Option<CallKey<'c>>, Problem> {
    let (kind, place) = (IssueKind::SchemaViolation, "header");
    let detail = Text::Expected("once, 1 to 255 visible characters of ASCII");
    let wrong = || Issue { kind, place, name: Some("Idempotency-Key".into()), detail };
    match call.idempotency_keys {
        [] => Ok(None),
        [key] => {
            let right = (1..=255).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic);
            let key = str::from_utf8(key).ok().filter(|_| right).ok_or_else(wrong)?;
            Ok(Some(CallKey { key, request: call.body }))
        }
        _ => Err(wrong().into()),
    }
}

fn json<'c>(call: &Call<'c>) -> Result<Document<'c>, Problem> {
    let media_type = call.content_type.unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Problem::UnsupportedMediaType);
    }
    let (kind, place) = (IssueKind::SchemaViolation, "body");
    // UTF-8 is looked for once, not text by text.
    let body = str::from_utf8(call.body).ok();
    body.and_then(|body| Document::read(body).ok())
        .ok_or_else(|| Issue { kind, place, name: None, detail: Text::JsonSyntax }.into())
}
