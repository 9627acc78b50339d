use domain::ClientId;
use serde::Serialize;

use super::writer::Writer;

/// What is answered to a call.
#[derive(Debug)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// Its headers, by their lower-case names.
    pub headers: Vec<(&'static str, String)>,
    /// Its body; empty where there is none.
    pub body: Vec<u8>,
    /// The operation, where it was recognised.
    pub operation: Option<&'static str>,
    /// How many items it had.
    pub items: u32,
    /// How many of them were refused.
    pub refused: u32,
    /// The name of the problem, where it is one.
    pub problem: Option<&'static str>,
    /// The ticket: `BelGov-Trace-Id`.
    pub ticket: String,
    /// The client that called, once it is known.
    pub client: Option<ClientId>,
    /// What only the log may show: which check a refusal comes from, and how to mend it.
    pub detail: Option<String>,
}

/// What an operation came to.
pub(super) struct Done {
    pub(super) body: Body,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) status: u16,
    pub(super) items: u32,
    pub(super) refused: u32,
    /// What the log says of the items that were refused.
    pub(super) detail: Option<String>,
}

pub(super) enum Body {
    /// A document, written.
    Json(Vec<u8>),
    Text(&'static str, &'static str),
    Nothing,
}

impl Done {
    /// A document.
    pub(super) fn json(document: &impl Serialize) -> Self {
        Self::of(Body::Json(written(document)))
    }

    /// A document that was written.
    pub(super) fn written(document: Writer) -> Self {
        Self::of(Body::Json(document.end()))
    }

    /// Nothing but a status and headers.
    pub(super) fn nothing(status: u16) -> Self {
        Self { status, ..Self::of(Body::Nothing) }
    }

    /// This, with success.
    pub(super) fn of(body: Body) -> Self {
        Self { body, headers: Vec::new(), status: 200, items: 0, refused: 0, detail: None }
    }

    /// A text with its media type.
    pub(super) fn text(media_type: &'static str, text: &'static str) -> Self {
        Self::of(Body::Text(media_type, text))
    }

    /// How many items there were, and how many of them were refused.
    pub(super) fn counted(self, items: usize, refused: usize) -> Self {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self { items: number(items), refused: number(refused), ..self }
    }

    /// What the log says of the items that were refused.
    pub(super) fn noted(self, detail: Option<String>) -> Self {
        Self { detail, ..self }
    }
}

/// A document as it goes out.
pub(super) fn written(document: &impl Serialize) -> Vec<u8> {
    let mut writer = Writer::new(512);
    writer.value(document);
    writer.end()
}
