//! The REST door: it translates between HTTP with JSON and the use cases.

pub mod api;
pub mod events;
pub mod jose;
pub mod oauth;
