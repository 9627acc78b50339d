use std::error::Error as StdError;
use std::fmt;

/// Why a use case could not be done at all: one error for every room, free of any protocol.
///
/// It has a stable kind, a text that a caller may read, and a private cause for the log. Each door turns it into its
/// own form once. What is wrong with a single item is an [`crate::ItemError`] instead.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

/// What kind of error it is, with what a caller may know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A search would have to look at more registrations than one search may.
    SearchTooBroad {
        /// How many registrations one search may look at.
        budget: u32,
    },
    /// The caller may not do this; the cause says why, for the log.
    NotAuthorized,
    /// More calls wait than can be served soon; a retry will help.
    Overloaded,
    /// The store is away; a retry may help.
    StoreUnavailable,
    /// The store is full, or was made by another version: a person must act before a retry helps.
    StoreRefused,
    /// An import of the register is under way; a retry will help when it has ended.
    RegisterBusy,
    /// Something is wrong in the service itself.
    Internal,
}

impl ErrorKind {
    /// A stable code for logs and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::SearchTooBroad { .. } => "search-too-broad",
            Self::NotAuthorized => "not-authorized",
            Self::Overloaded => "overloaded",
            Self::StoreUnavailable => "store-unavailable",
            Self::StoreRefused => "store-refused",
            Self::RegisterBusy => "register-busy",
            Self::Internal => "internal",
        }
    }

    /// May the same call succeed a little later?
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Overloaded | Self::StoreUnavailable | Self::RegisterBusy)
    }
}

impl Error {
    /// An error without a cause beneath it.
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, cause: None }
    }

    /// An error with what brought it about, which only the log will show.
    pub fn caused_by(kind: ErrorKind, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, cause: Some(cause.into()) }
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Its code, its text, and all that brought it about, for the log alone.
    pub fn for_log(&self) -> String {
        let mut text = format!("{}: {self}", self.kind.code());
        let mut cause = StdError::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

impl fmt::Display for Error {
    /// The text that a caller may read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ErrorKind::SearchTooBroad { budget } => write!(
                f,
                "the search would look at more than {budget} registrations; narrow it by INSS, CompanyID or \
                 WorkPlaceId, or by fewer days"
            ),
            ErrorKind::NotAuthorized => f.write_str("the caller may not do this"),
            ErrorKind::Overloaded => {
                f.write_str("too many calls at this moment; try again shortly")
            }
            ErrorKind::StoreUnavailable => {
                f.write_str("the registrations cannot be reached at this moment; try again later")
            }
            ErrorKind::StoreRefused => {
                f.write_str("the service cannot keep registrations at this moment")
            }
            ErrorKind::RegisterBusy => {
                f.write_str("an import of this register is under way; try again when it has ended")
            }
            ErrorKind::Internal => f.write_str("the service failed"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}
