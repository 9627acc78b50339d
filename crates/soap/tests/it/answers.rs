//! Calls through the whole door, over the use cases and a real store.
//!
//! `PRESENCE_TEST_PYTHON` names an interpreter with lxml, without which the test against the schema is skipped, or fails
//! under `PRESENCE_TEST_STRICT=1`; `PRESENCE_PUBLISHED_WSDL` names the directory of the published contract, in place of
//! our copy.

mod behaviour;
mod examples;
mod requests;
mod scene;
mod schema;
mod valid;
