use std::error::Error as _;
use std::sync::Arc;

use deadpool_postgres::PoolError;
use domain::{Error, ErrorKind};
use thiserror::Error as ThisError;
use tokio_postgres::error::{Severity, SqlState};

use crate::schema::SchemaError;
use crate::tls;

/// Why the store could not do a job. Cheap to hand to every call that shared a commit.
#[derive(Clone, Debug, ThisError)]
pub(crate) enum Failure {
    #[error("{}", told(.0))]
    Postgres(Arc<tokio_postgres::Error>),
    #[error("no connection to the database: {0}")]
    Connection(Arc<str>),
    #[error("the server of the database is refused: {0}")]
    Untrusted(Arc<str>),
    #[error("a registration was changed by another transaction meanwhile")]
    Changed,
    #[error("a transaction was committed on the coordinator and is not yet on every node")]
    Unsettled,
    #[error("the database did not answer in time")]
    Late,
    #[error(
        "the connection was lost in the middle of a commit, and what became of it could not be asked: {0}"
    )]
    Unknown(Arc<Failure>),
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
    #[error("another import of the same is under way")]
    Busy,
    #[error("a row or a key of another register")]
    OtherRegister,
    #[error("the table {0} has other columns here than are moved")]
    OtherColumns(Arc<str>),
    #[error("the stored outcome of a call cannot be read")]
    UnreadableOutcome,
    #[error("a stored secret cannot be read")]
    UnreadableSecret,
    #[error("a client: the stored {field} cannot be read")]
    UnreadableClient { field: &'static str },
}

/// PostgreSQL's own words, and those of the system, stand in the source of its error.
fn told(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(database), _) => format!("{} ({})", database.message(), database.code().code()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(Arc::new(error))
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => match tls::refused(&error) {
                Some(why) => Self::Untrusted(why.into()),
                None => Self::Connection(told(&error).into()),
            },
            other => Self::Connection(other.to_string().into()),
        }
    }
}

impl Failure {
    /// May the same transaction succeed when it is tried again? It was rolled back by the server, or it never began.
    pub(crate) fn is_worth_repeating(&self) -> bool {
        match self {
            Self::Postgres(error) if is_panic(error) => false,
            Self::Postgres(error) => error.code().is_some_and(|code| {
                *code == SqlState::T_R_SERIALIZATION_FAILURE
                    || *code == SqlState::T_R_DEADLOCK_DETECTED
                    || is_away(code)
            }),
            Self::Connection(_) | Self::Changed | Self::Unsettled => true,
            _ => false,
        }
    }

    /// Did the server itself say that it has undone the transaction?
    pub(crate) fn is_rolled_back(&self) -> bool {
        matches!(self, Self::Postgres(error) if error.code().is_some()) && !self.leaves_it_open()
    }

    /// Was a registration refused because it is there already?
    pub(crate) fn is_there_already(&self) -> bool {
        let Self::Postgres(error) = self else { return false };
        error.as_db_error().is_some_and(|refused| {
            let of = refused.table().unwrap_or_default();
            *refused.code() == SqlState::UNIQUE_VIOLATION
                && (of.starts_with("registration") || of.starts_with("check_range"))
        })
    }

    /// Was the connection lost, so that nobody here knows whether the transaction was committed?
    pub(crate) fn leaves_it_open(&self) -> bool {
        matches!(self, Self::Postgres(error) if is_panic(error) || error.code().is_none_or(|code| {
            *code == SqlState::ADMIN_SHUTDOWN || *code == SqlState::CRASH_SHUTDOWN
        }))
    }
}

/// Has the server ended over it? It does that when its log cannot be written, for want of room for one. How far it came with
/// the record of a commit only shows when it is started again.
fn is_panic(error: &tokio_postgres::Error) -> bool {
    let refused = error.as_db_error();
    refused.is_some_and(|refused| refused.parsed_severity() == Some(Severity::Panic))
}

/// Conditions that go away by themselves or by whoever runs the database, by their classes: no connection, no room of any
/// kind, stopped or starting, failures of its system.
const AWAY: [&str; 4] = ["08", "53", "57", "58"];

/// The server starts, stops, has no room, is a standby for the moment, or cannot use its disk: then it may name no cause of
/// its own.
fn is_away(code: &SqlState) -> bool {
    AWAY.iter().any(|class| code.code().starts_with(class))
        || [
            SqlState::READ_ONLY_SQL_TRANSACTION,
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::INTERNAL_ERROR,
        ]
        .contains(code)
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let kind = match &failure {
            Failure::Postgres(error) => match error.code() {
                None => ErrorKind::StoreUnavailable,
                Some(_) if failure.is_worth_repeating() || failure.leaves_it_open() => {
                    ErrorKind::StoreUnavailable
                }
                Some(_) => ErrorKind::Internal,
            },
            Failure::Connection(_)
            | Failure::Untrusted(_)
            | Failure::Changed
            | Failure::Unsettled
            | Failure::Late
            | Failure::Unknown(_)
            | Failure::Closed => ErrorKind::StoreUnavailable,
            Failure::Panicked
            | Failure::OtherRegister
            | Failure::OtherColumns(_)
            | Failure::Unreadable { .. }
            | Failure::UnreadableOutcome
            | Failure::UnreadableSecret
            | Failure::UnreadableClient { .. } => ErrorKind::Internal,
            Failure::OutOfIds => ErrorKind::StoreRefused,
            Failure::Full => ErrorKind::Overloaded,
            Failure::Busy => ErrorKind::RegisterBusy,
            Failure::TooBroad(budget) => {
                return Self::new(ErrorKind::SearchTooBroad { budget: *budget });
            }
        };
        Self::caused_by(kind, failure)
    }
}

/// What opening a store may answer.
pub(crate) fn opening(error: SchemaError) -> Error {
    match error {
        SchemaError::Failure(failure) => failure.into(),
        refused @ (SchemaError::Newer { .. } | SchemaError::Unfinished) => {
            Error::caused_by(ErrorKind::StoreRefused, refused)
        }
    }
}
