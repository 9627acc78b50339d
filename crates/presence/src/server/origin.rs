//! Whose a connection or a request is, behind a balancer.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use http::HeaderMap;
use http::header::{FORWARDED, HeaderName};
use tokio::net::TcpStream;

use super::network::Network;
use super::proxy;
use super::shown::{Shown, ShownBy};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// By what a caller's address is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Way {
    /// The connection comes from the caller.
    #[default]
    Connection,
    /// A balancer says it in front of the connection.
    ProxyProtocol,
    /// A balancer says it in this header of each request.
    XForwardedFor,
    /// A balancer says it in this header of each request (RFC 7239).
    Forwarded,
}

/// Whose word is taken on where a call comes from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// The way.
    pub(crate) way: Way,
    /// The balancers. What others say of addresses is not listened to.
    pub(crate) proxies: Vec<Network>,
    /// By what a caller's certificate is known.
    pub(crate) shown_by: ShownBy,
}

impl Origin {
    /// The caller's address, as far as the connection tells it. Reads what a balancer says in front of it.
    pub(super) async fn of_connection(
        &self,
        socket: &mut TcpStream,
        peer: SocketAddr,
    ) -> io::Result<SocketAddr> {
        if self.way != Way::ProxyProtocol {
            return Ok(peer);
        }
        if !self.is_proxy(peer.ip()) {
            let error = "only the addresses in trusted_proxies may connect";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, error));
        }
        Ok(proxy::read(socket).await?.unwrap_or(peer))
    }

    /// The caller's address, as far as the request tells it: the last one that a trusted balancer names and that is no
    /// trusted balancer itself. Whatever stands before may be the caller's invention.
    pub(super) fn of_request(&self, peer: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        let (name, read): (_, fn(&str) -> Option<SocketAddr>) = match self.way {
            Way::Connection | Way::ProxyProtocol => return peer,
            Way::XForwardedFor => (X_FORWARDED_FOR, node),
            Way::Forwarded => (FORWARDED, forwarded_for),
        };
        let values: Vec<_> = headers.get_all(name).iter().collect();
        let hops = values.into_iter().rev().flat_map(|value| {
            // A value that is no text is one hop that cannot be read.
            value.to_str().unwrap_or_default().rsplit(',')
        });
        let mut origin = peer;
        for hop in hops {
            if !self.is_proxy(origin.ip()) {
                break;
            }
            match read(hop.trim()) {
                Some(named) => origin = named,
                None => break,
            }
        }
        origin
    }

    /// The certificate that the caller of a request has shown. What a header says counts from a trusted balancer alone, which
    /// then is the one that has seen it; the certificate of its own connection is not the caller's.
    pub(super) fn shown(
        &self,
        peer: SocketAddr,
        headers: &HeaderMap,
        in_handshake: Option<&Arc<Shown>>,
    ) -> Option<Arc<Shown>> {
        let Some(name) = self.shown_by.header() else { return in_handshake.cloned() };
        // With the PROXY protocol it is the caller itself who writes headers.
        if self.way == Way::ProxyProtocol || !self.is_proxy(peer.ip()) {
            return None;
        }
        Shown::in_header(headers, &name).map(Arc::new)
    }

    fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(address))
    }
}

/// The address in one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<SocketAddr> {
    let value = element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then_some(value)
    })?;
    node(value.trim_matches('"'))
}

/// An address with or without a port, where one of IPv6 may be in brackets.
fn node(text: &str) -> Option<SocketAddr> {
    let alone = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let ip = IpAddr::from_str(alone).map(|address| SocketAddr::new(address, 0));
    ip.or_else(|_| text.parse()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(way: Way, peer: &str, headers: &[&str]) -> String {
        let proxies =
            ["10.0.0.0/8", "fd00::/8"].map(|text| text.parse().expect("a range")).to_vec();
        let name = if way == Way::Forwarded { FORWARDED } else { X_FORWARDED_FOR };
        let mut map = HeaderMap::new();
        for value in headers {
            map.append(name.clone(), value.parse().expect("a value"));
        }
        let peer = SocketAddr::new(peer.parse().expect("an address"), 9);
        Origin { way, proxies, ..Origin::default() }.of_request(peer, &map).ip().to_string()
    }

    #[test]
    fn the_last_that_is_no_balancer_is_the_caller() {
        for (peer, headers, caller) in [
            ("10.0.0.1", &["192.0.2.1"][..], "192.0.2.1"),
            ("10.0.0.1", &["192.0.2.1:8080"], "192.0.2.1"),
            ("10.0.0.1", &["6.6.6.6, 192.0.2.1, 10.0.0.2"], "192.0.2.1"),
            ("10.0.0.1", &["6.6.6.6", "192.0.2.1"], "192.0.2.1"),
            ("10.0.0.1", &["[2001:db8::1]:80"], "2001:db8::1"),
            ("10.0.0.1", &["6.6.6.6, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("192.0.2.9", &["6.6.6.6"], "192.0.2.9"),
        ] {
            assert_eq!(origin(Way::XForwardedFor, peer, headers), caller, "{peer} {headers:?}");
            assert_eq!(origin(Way::Connection, peer, headers), peer);
        }
    }

    #[test]
    fn forwarded_is_read_as_the_standard_writes_it() {
        for (header, caller) in [
            ("for=192.0.2.1;proto=https;by=10.0.0.1", "192.0.2.1"),
            ("For=\"[2001:db8::1]:4711\"", "2001:db8::1"),
            ("for=6.6.6.6, proto=http; for=192.0.2.1", "192.0.2.1"),
            ("for=6.6.6.6, for=unknown", "10.0.0.1"),
            ("for=6.6.6.6, for=_hidden", "10.0.0.1"),
            ("for=\"6.6.6.6, for=192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(origin(Way::Forwarded, "10.0.0.1", &[header]), caller, "{header}");
        }
    }
}
