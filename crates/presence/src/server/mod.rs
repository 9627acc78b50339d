//! Connections: accepting them, bounding them, ending them. What is said on them is `http`'s business.

mod activity;
mod connection;
mod listener;
mod stream;

pub(crate) use activity::Patience;
pub(crate) use connection::Peer;
pub(crate) use listener::{Bounds, ConnectionCounts, Listener};
