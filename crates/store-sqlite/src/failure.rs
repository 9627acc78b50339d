use std::sync::Arc;

use domain::{Error, ErrorKind};
use rusqlite::ErrorCode;
use thiserror::Error as ThisError;

use crate::schema::SchemaError;

/// Why the store could not do a job. Cheap to hand to every call that shared a commit.
#[derive(Clone, Debug, ThisError)]
pub(crate) enum Failure {
    #[error(transparent)]
    Sqlite(Arc<rusqlite::Error>),
    #[error("a rule panicked; the transaction was rolled back")]
    Panicked,
    #[error("the store is closed")]
    Closed,
    #[error("too many jobs wait for the store")]
    Full,
    #[error("a search of more than {0} registrations")]
    TooBroad(u32),
    #[error("no id of 15 digits is left")]
    OutOfIds,
    #[error("registration {id}: the stored {field} cannot be read")]
    Unreadable { id: i64, field: &'static str },
    #[error("the kept outcome of a call cannot be read")]
    UnreadableOutcome,
    #[error("the journal cannot be read or written: {0}")]
    Journal(Arc<std::io::Error>),
    #[error("another process owns the journal")]
    NoJournal,
    #[error("what lies in the journal cannot be read")]
    UnreadableJournal,
    #[error(
        "the journal beside the database holds registrations that were acknowledged and belong to another database: put \
         back the presence.sqlite that it belongs to, or move presence.sqlite-calls away and keep it"
    )]
    ForeignJournal,
    #[error("another process that uses the data does not write what it has acknowledged")]
    Unsettled,
    #[error("a row or a key of another register")]
    OtherRegister,
    #[error("a client: the stored {field} cannot be read")]
    UnreadableClient { field: &'static str },
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Journal(Arc::new(error))
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let kind = match &failure {
            Failure::Sqlite(error) => kind_of(error.sqlite_error_code()),
            Failure::Panicked
            | Failure::UnreadableOutcome
            | Failure::UnreadableJournal
            | Failure::OtherRegister
            | Failure::Unreadable { .. }
            | Failure::UnreadableClient { .. } => ErrorKind::Internal,
            Failure::OutOfIds | Failure::ForeignJournal => ErrorKind::StoreRefused,
            Failure::Closed | Failure::Journal(_) | Failure::NoJournal | Failure::Unsettled => {
                ErrorKind::StoreUnavailable
            }
            Failure::Full => ErrorKind::Overloaded,
            Failure::TooBroad(budget) => {
                return Self::new(ErrorKind::SearchTooBroad { budget: *budget });
            }
        };
        Self::caused_by(kind, failure)
    }
}

fn kind_of(code: Option<ErrorCode>) -> ErrorKind {
    match code {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::SystemIoFailure
            | ErrorCode::OutOfMemory
            | ErrorCode::DiskFull
            | ErrorCode::OperationInterrupted,
        ) => ErrorKind::StoreUnavailable,
        Some(
            ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::PermissionDenied
            | ErrorCode::NotADatabase
            | ErrorCode::DatabaseCorrupt,
        ) => ErrorKind::StoreRefused,
        _ => ErrorKind::Internal,
    }
}

/// What opening a store may answer.
pub(crate) fn opening(error: SchemaError) -> Error {
    match error {
        SchemaError::Sqlite(error) => Failure::from(error).into(),
        other => Error::caused_by(ErrorKind::StoreRefused, other),
    }
}
