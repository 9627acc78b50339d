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

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let kind = match &failure {
            Failure::Sqlite(error) => kind_of(error.sqlite_error_code()),
            Failure::Panicked
            | Failure::UnreadableOutcome
            | Failure::OtherRegister
            | Failure::Unreadable { .. }
            | Failure::UnreadableClient { .. } => ErrorKind::Internal,
            Failure::OutOfIds => ErrorKind::StoreRefused,
            Failure::Closed => ErrorKind::StoreUnavailable,
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
            | ErrorCode::OperationInterrupted,
        ) => ErrorKind::StoreUnavailable,
        Some(
            ErrorCode::DiskFull
            | ErrorCode::ReadOnly
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
