//! Imports, of registers and of addresses: rows are gathered beside the tables that are looked at (`gather.rs`); then one
//! transaction writes what differs and swaps it in (`swap.rs`). The transaction is there from the beginning, since it
//! holds the lock of the import (`held.rs`): whatever ends it, a crash too, frees the lock and leaves nothing behind.

mod gather;
mod held;
mod rows;
mod swap;
mod table;

pub(crate) use gather::{Form, Gathered};
pub(crate) use swap::Swap;
pub(crate) use table::{Kind, Table};

/// The first part of all locks of imports ("PRES"); the second says what is locked.
const LOCKS: i32 = 0x5052_4553;

/// What is locked: imports of a register by its number, those of addresses, and what the registers answer.
pub(crate) mod lock {
    /// Imports of addresses.
    pub(crate) const ADDRESSES: i32 = 20;
    /// What the registers answer: shared by who relies on it until a commit, taken alone by who changes it.
    pub(crate) const VERSION: i32 = 30;
}

/// Waits for a lock until the end of the transaction, and holds it from then on; of two parameters.
pub(crate) const LOCK: &str = "SELECT pg_advisory_xact_lock($1, $2)";
/// The same together with others who only read.
pub(crate) const LOCK_SHARED: &str = "SELECT pg_advisory_xact_lock_shared($1, $2)";

/// The parameters of [`LOCK`] and [`LOCK_SHARED`].
pub(crate) fn of(
    lock: &i32,
) -> [(&(dyn tokio_postgres::types::ToSql + Sync), tokio_postgres::types::Type); 2] {
    [(&LOCKS, tokio_postgres::types::Type::INT4), (lock, tokio_postgres::types::Type::INT4)]
}
