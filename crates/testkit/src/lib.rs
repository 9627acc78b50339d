//! What tests of several rooms share: a clock that is set by hand, and the use cases over a real store in a folder of
//! its own.

mod chosen;
mod clock;
mod pooler;
mod postgres;
pub mod power;
mod signer;
mod test_app;

pub use chosen::{chosen_database, chosen_store, run_sql, shared_postgres};
pub use clock::FakeClock;
pub use pooler::Pooler;
pub use postgres::{CitusNodes, PostgresServer, TlsEntrance};
pub use signer::Signer;
pub use test_app::TestApp;
