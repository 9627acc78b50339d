//! Fuzz targets: `cargo +nightly fuzz run decode`. The tests of `crates/soap` run the same forms on a stable compiler.

pub mod forms;
pub mod proxy;
pub mod security;
