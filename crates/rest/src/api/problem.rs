//! Problem documents as Belgif's guide has them (RFC 9457).

use app::KeyTaken;
use domain::{Error, ErrorKind, Unseen};
use serde_json::{Map, Value, json};

use super::language::Language;
use super::text::Text;
use crate::oauth::{AccessRefusal, Scope};

/// Why a call is not done.
#[derive(Debug)]
pub(super) enum Problem {
    BadRequest(Vec<Issue>),
    Access(AccessRefusal),
    /// Why, for the log.
    MissingPermission(String),
    NotFound(Option<Issue>),
    /// Why, for the log.
    Unseen(Issue, Unseen),
    MethodNotAllowed(&'static str),
    KeyReused,
    UnsupportedMediaType,
    PayloadTooLarge(u64),
    RequestTimeout,
    TooManyRequests(Text),
    /// Why, for the log.
    Internal(String),
    /// Why, for the log.
    Unavailable(String),
}

/// What went wrong before the door was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// The body is larger than so many bytes.
    TooLarge(u64),
    /// The body did not come in time.
    TooSlow,
    /// The body is packed in a way that is not known.
    UnknownEncoding,
    /// The body says that it is packed with gzip, and is not.
    BadGzip,
    /// The caller has more than so many calls under way.
    TooManyAtOnce(u32),
    /// The caller makes more than so many calls a second.
    TooManyASecond(u32),
    /// The bodies of all calls take all the memory that they may.
    NoRoom,
    /// More calls wait than can be served soon.
    Overloaded,
    /// Something is wrong in the service itself.
    Internal,
}

/// One thing that is wrong with the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Issue {
    pub(super) kind: IssueKind,
    pub(super) place: &'static str,
    pub(super) name: Option<String>,
    pub(super) detail: Text,
}

/// The types of issues that Belgif standardises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IssueKind {
    SchemaViolation,
    InvalidInput,
    UnknownInput,
    ReferencedResourceNotFound,
    /// An identifier of the path: an issue without a type.
    PathResource,
}

impl Issue {
    pub(super) fn body(kind: IssueKind, name: impl Into<String>, detail: Text) -> Self {
        Self { kind, place: "body", name: Some(name.into()), detail }
    }

    pub(super) fn json(&self, language: Language) -> Value {
        let (name, title) = match self.kind {
            IssueKind::SchemaViolation => {
                (Some("schemaViolation"), "Input isn't valid with respect to schema")
            }
            IssueKind::InvalidInput => (Some("invalidInput"), "Invalid input"),
            IssueKind::UnknownInput => (Some("unknownInput"), "Unknown input"),
            IssueKind::ReferencedResourceNotFound => {
                (Some("referencedResourceNotFound"), "Referenced resource not found")
            }
            IssueKind::PathResource => (None, "Resource not found"),
        };
        let mut issue = Map::new();
        let mut put = |key: &str, value: Value| drop(issue.insert(key.to_owned(), value));
        if let Some(name) = name {
            put("type", format!("urn:problem-type:belgif:input-validation:{name}").into());
            put("href", format!("{GUIDE}issues/{name}.html").into());
        }
        put("title", title.into());
        put("detail", self.detail.told(language).into());
        put("in", self.place.into());
        if let Some(name) = &self.name {
            put("name", name.as_str().into());
        }
        Value::Object(issue)
    }
}

impl Issue {
    /// What the log says of it. A name that is not known is the caller's own word, and is left out.
    fn why(&self) -> String {
        let name = self.name.as_deref().filter(|_| self.kind != IssueKind::UnknownInput);
        format!("{} {}: {}", self.place, name.unwrap_or("-"), self.detail.told(Language::English))
    }
}

/// So many issues of a call are logged.
const MOST_LOGGED: usize = 5;

const GUIDE: &str = "https://www.belgif.be/specification/rest/api-guide/";

impl From<KeyTaken> for Problem {
    fn from(_: KeyTaken) -> Self {
        Self::KeyReused
    }
}

impl From<Issue> for Problem {
    fn from(issue: Issue) -> Self {
        Self::BadRequest(vec![issue])
    }
}

impl From<AccessRefusal> for Problem {
    fn from(refusal: AccessRefusal) -> Self {
        match refusal {
            AccessRefusal::Unavailable(error) => error.into(),
            other => Self::Access(other),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::NotAuthorized => Self::MissingPermission(error.for_log()),
            ErrorKind::SearchTooBroad { budget } => Issue {
                kind: IssueKind::InvalidInput,
                place: "body",
                name: None,
                detail: Text::TooBroad(budget),
            }
            .into(),
            kind if kind.is_retryable() => Self::Unavailable(error.for_log()),
            _ => {
                tracing::error!(error = error.for_log(), "failed");
                Self::Internal(error.for_log())
            }
        }
    }
}

impl From<Transport> for Problem {
    fn from(transport: Transport) -> Self {
        match transport {
            Transport::TooLarge(limit) => Self::PayloadTooLarge(limit),
            Transport::TooSlow => Self::RequestTimeout,
            Transport::UnknownEncoding => Self::UnsupportedMediaType,
            Transport::BadGzip => {
                let detail = Text::Expected("gzip");
                Issue { kind: IssueKind::SchemaViolation, place: "body", name: None, detail }.into()
            }
            Transport::TooManyAtOnce(calls) => Self::TooManyRequests(Text::TooManyAtOnce(calls)),
            Transport::TooManyASecond(calls) => Self::TooManyRequests(Text::TooManyASecond(calls)),
            Transport::NoRoom => Self::Unavailable(
                "the bodies of all calls together take max_buffered_bytes; allow more, or fewer calls at once".into(),
            ),
            Transport::Overloaded => Self::Unavailable(
                "as many calls as max_calls allows are under way; allow more, or spread them over more nodes".into(),
            ),
            Transport::Internal => Self::Internal("a panic, of which another line tells".into()),
        }
    }
}

impl Problem {
    /// Status, name and title.
    pub(super) fn kind(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::BadRequest(_) => (400, "badRequest", "Bad Request"),
            Self::Access(AccessRefusal::NoToken) => (401, "noAccessToken", "No Access Token"),
            Self::Access(AccessRefusal::Expired) => {
                (401, "expiredAccessToken", "Expired Access Token")
            }
            Self::Access(AccessRefusal::MissingScope(_)) => (403, "missingScope", "Missing Scope"),
            Self::Access(_) => (401, "invalidAccessToken", "Invalid Access Token"),
            Self::MissingPermission(_) => (403, "missingPermission", "Missing Permission"),
            Self::NotFound(_) | Self::Unseen(..) => (404, "resourceNotFound", "Resource Not Found"),
            Self::MethodNotAllowed(_) => (405, "methodNotAllowed", "Method Not Allowed"),
            Self::KeyReused => (409, "idempotencyKeyReused", "Idempotency Key Reused"),
            Self::RequestTimeout => (408, "requestTimeout", "Request Timeout"),
            Self::PayloadTooLarge(_) => (413, "payloadTooLarge", "Payload Too Large"),
            Self::UnsupportedMediaType => (415, "unsupportedMediaType", "Unsupported Media Type"),
            Self::TooManyRequests(_) => (429, "tooManyRequests", "Too Many Requests"),
            Self::Internal(_) => (500, "internalServerError", "Internal Server Error"),
            Self::Unavailable(_) => (503, "serviceUnavailable", "Service is unavailable"),
        }
    }

    /// The document. `instance` is the ticket of the call, as a URN.
    pub(super) fn json(&self, language: Language, ticket: Option<&str>) -> Value {
        let (status, name, title) = self.kind();
        let mut problem = Map::new();
        let mut put = |key: &str, value: Value| drop(problem.insert(key.to_owned(), value));
        match self {
            Self::KeyReused => put("type", format!("urn:problem-type:presence:{name}").into()),
            // Belgif has no problem type of its own for these.
            _ if matches!(status, 405 | 408 | 415) => put("type", "about:blank".into()),
            _ => {
                put("type", format!("urn:problem-type:belgif:{name}").into());
                put("href", format!("{GUIDE}problems/{name}.html").into());
            }
        }
        put("title", title.into());
        put("status", status.into());
        match self {
            Self::KeyReused => put("detail", Text::KeyReused.told(language).into()),
            Self::TooManyRequests(text) => put("detail", text.told(language).into()),
            _ => {}
        }
        if let Some(ticket) = ticket {
            put("instance", instance(ticket).into());
        }
        match self {
            Self::BadRequest(issues) => {
                put("issues", issues.iter().map(|issue| issue.json(language)).collect());
            }
            Self::KeyReused => {
                let (kind, place) = (IssueKind::InvalidInput, "header");
                let name = Some("Idempotency-Key".to_owned());
                let issue = Issue { kind, place, name, detail: Text::KeyReused };
                put("issues", json!([issue.json(language)]));
            }
            Self::NotFound(Some(issue)) | Self::Unseen(issue, _) => {
                put("issues", json!([issue.json(language)]));
            }
            Self::Access(AccessRefusal::MissingScope(scope)) => {
                put("requiredScopes", json!([Scope::name(*scope)]));
            }
            Self::PayloadTooLarge(limit) => put("limit", (*limit).into()),
            Self::Unavailable(_) | Self::TooManyRequests(_) => put("retryAfterSec", RETRY.into()),
            _ => {}
        }
        Value::Object(problem)
    }

    /// Which check failed, and how to mend it, for the log alone. No word of the caller's is in it.
    pub(super) fn why(&self) -> String {
        let en = |text: &Text| text.told(Language::English);
        match self {
            Self::BadRequest(issues) => {
                let told: Vec<_> = issues.iter().take(MOST_LOGGED).map(Issue::why).collect();
                let more = issues.len() - told.len();
                let more = if more > 0 { format!("; and {more} more") } else { String::new() };
                told.join("; ") + &more
            }
            Self::Access(refusal) => refusal.why(),
            Self::MissingPermission(why) | Self::Internal(why) | Self::Unavailable(why) => {
                why.clone()
            }
            Self::NotFound(None) => "there is no operation at this path".to_owned(),
            Self::NotFound(Some(issue)) => issue.why(),
            Self::Unseen(_, unseen) => unseen.to_string(),
            Self::MethodNotAllowed(allowed) => format!("the methods of this path are {allowed}"),
            Self::KeyReused => format!("Idempotency-Key: {}", en(&Text::KeyReused)),
            Self::UnsupportedMediaType => {
                "Content-Type has to be application/json, and Content-Encoding gzip or identity"
                    .to_owned()
            }
            Self::PayloadTooLarge(limit) => {
                format!(
                    "the body is larger than the {limit} bytes of max_body_bytes, as sent or unpacked"
                )
            }
            Self::RequestTimeout => "the body did not come within body_timeout".to_owned(),
            Self::TooManyRequests(text) => {
                let setting = match text {
                    Text::TooManyAtOnce(_) => "client_calls",
                    _ => "client_rate and client_burst",
                };
                format!("{}; {setting} may allow more", en(text))
            }
        }
    }

    /// The headers that belong to it.
    pub(super) fn headers(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Access(refusal) => {
                refusal.challenge().map(|text| ("www-authenticate", text)).into_iter().collect()
            }
            Self::MethodNotAllowed(allowed) => vec![("allow", (*allowed).to_owned())],
            Self::UnsupportedMediaType => vec![("accept-encoding", "gzip, identity".to_owned())],
            Self::Unavailable(_) | Self::TooManyRequests(_) => {
                vec![("retry-after", RETRY.to_string())]
            }
            _ => Vec::new(),
        }
    }
}

/// After how many seconds a retry makes sense.
const RETRY: u32 = 2;

/// The ticket, 32 hexadecimal digits, as the URN of a UUID.
fn instance(ticket: &str) -> String {
    if ticket.len() == 32 && ticket.is_ascii() {
        let parts = [&ticket[..8], &ticket[8..12], &ticket[12..16], &ticket[16..20], &ticket[20..]];
        format!("urn:uuid:{}", parts.join("-"))
    } else {
        format!("urn:presence:{ticket}")
    }
}
