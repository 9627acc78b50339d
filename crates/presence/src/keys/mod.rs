//! Keys and certificates that the program makes or reads: its own, and those of a demonstration.

mod file;
mod identity;
mod read;
mod ring;

pub(crate) use file::{write_public, write_secret};
pub(crate) use identity::{Identity, KeyError, Kind};
pub(crate) use read::read_key;
pub(crate) use ring::{Ring, RingError, TokenKey};
