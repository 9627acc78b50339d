//! Problem documents as Belgif's guide has them (RFC 9457).

use app::KeyTaken;
use domain::{Error, ErrorKind};
use serde_json::{Map, Value, json};

use super::language::Language;
use super::text::Text;
use crate::oauth::{AccessRefusal, Scope};

/// Why a call is not done.
#[derive(Debug)]
pub(super) enum Problem {
    BadRequest(Vec<Issue>),
    Access(AccessRefusal),
    MissingPermission,
    NotFound(Option<Issue>),
    MethodNotAllowed(&'static str),
    KeyReused,
    UnsupportedMediaType,
    PayloadTooLarge(u64),
    RequestTimeout,
    TooManyRequests,
    Internal,
    Unavailable,
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
    /// The caller calls more than it may.
    TooMany,
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
        tracing::debug!(error = &error as &dyn std::error::Error, "a use case failed");
        match error.kind() {
            ErrorKind::NotAuthorized => Self::MissingPermission,
            ErrorKind::SearchTooBroad { budget } => Issue {
                kind: IssueKind::InvalidInput,
                place: "body",
                name: None,
                detail: Text::TooBroad(budget),
            }
            .into(),
            kind if kind.is_retryable() => Self::Unavailable,
            kind => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    code = kind.code(),
                    "failed"
                );
                Self::Internal
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
            Transport::TooMany => Self::TooManyRequests,
            Transport::Overloaded => Self::Unavailable,
            Transport::Internal => Self::Internal,
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
            Self::MissingPermission => (403, "missingPermission", "Missing Permission"),
            Self::NotFound(_) => (404, "resourceNotFound", "Resource Not Found"),
            Self::MethodNotAllowed(_) => (405, "methodNotAllowed", "Method Not Allowed"),
            Self::KeyReused => (409, "idempotencyKeyReused", "Idempotency Key Reused"),
            Self::RequestTimeout => (408, "requestTimeout", "Request Timeout"),
            Self::PayloadTooLarge(_) => (413, "payloadTooLarge", "Payload Too Large"),
            Self::UnsupportedMediaType => (415, "unsupportedMediaType", "Unsupported Media Type"),
            Self::TooManyRequests => (429, "tooManyRequests", "Too Many Requests"),
            Self::Internal => (500, "internalServerError", "Internal Server Error"),
            Self::Unavailable => (503, "serviceUnavailable", "Service is unavailable"),
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
        if let Self::KeyReused = self {
            put("detail", Text::KeyReused.told(language).into());
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
            Self::NotFound(Some(issue)) => put("issues", json!([issue.json(language)])),
            Self::Access(AccessRefusal::MissingScope(scope)) => {
                put("requiredScopes", json!([Scope::name(*scope)]));
            }
            Self::PayloadTooLarge(limit) => put("limit", (*limit).into()),
            Self::Unavailable | Self::TooManyRequests => put("retryAfterSec", RETRY.into()),
            _ => {}
        }
        Value::Object(problem)
    }

    /// The headers that belong to it.
    pub(super) fn headers(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Access(refusal) => {
                refusal.challenge().map(|text| ("www-authenticate", text)).into_iter().collect()
            }
            Self::MethodNotAllowed(allowed) => vec![("allow", (*allowed).to_owned())],
            Self::UnsupportedMediaType => vec![("accept-encoding", "gzip, identity".to_owned())],
            Self::Unavailable | Self::TooManyRequests => vec![("retry-after", RETRY.to_string())],
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
