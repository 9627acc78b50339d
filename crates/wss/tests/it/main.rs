//! The tests of WS-Security, as a client, an attacker and a certificate authority would have it.

mod attack;
mod chain;
mod exchange;
mod federation;
mod fuzz_forms;
mod pki;
mod saml;
mod scene;
mod seeded;
mod strangers;
mod valid;
