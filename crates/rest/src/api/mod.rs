//! The operations of the service: JSON in, use cases, JSON out. It decides nothing but whether a request has the form that
//! `openapi.yaml` gives it.

mod answer;
mod call;
mod cancel;
mod consult;
mod cursor;
mod door;
mod input;
mod json;
mod language;
mod listen;
mod numbers;
mod performances;
mod problem;
mod query;
mod register;
mod route;
mod show;
mod text;
mod way;
mod writer;

#[cfg(test)]
mod contract_tests;

pub use answer::Answer;
pub use call::{Call, Turns};
pub use door::{Api, ApiSettings};
pub use language::Language;
pub use listen::{Listeners, Subscription};
pub use problem::Transport;

/// The contract, as it is served.
pub const OPENAPI: &str = include_str!("../../openapi.yaml");
