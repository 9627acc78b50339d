//! The tests of WS-Security, as a client, an attacker and a certificate authority would have it.

mod chain;
mod pki;
mod scene;
mod valid;
