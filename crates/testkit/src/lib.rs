//! What tests of several rooms share: a clock that is set by hand, and the use cases over a real store in a folder of
//! its own.

mod clock;
mod signer;
mod test_app;

pub use clock::FakeClock;
pub use signer::Signer;
pub use test_app::TestApp;
