//! Connections: accepting them, bounding them, ending them. What is said on them is `http`'s business.

mod activity;
mod connection;
mod entrance;
mod listener;
mod network;
mod origin;
mod proxy;
mod shown;
mod stream;
mod tls;

pub(crate) use activity::Patience;
pub(crate) use connection::Peer;
pub(crate) use entrance::Entrance;
pub(crate) use listener::{Bounds, ConnectionCounts, Listener};
pub(crate) use network::Network;
pub(crate) use origin::{Origin, Way};
pub(crate) use shown::{Shown, ShownBy};
pub(crate) use tls::{Tls, TlsError, TlsFiles, reload};
