use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use http::Uri;
use thiserror::Error;

/// Where a webhook is, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) https: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Path and query.
    pub(crate) path: String,
    /// As the header `Host` has it.
    pub(crate) authority: String,
}

/// Why nothing is sent to an address.
#[derive(Debug, Error)]
pub(crate) enum TargetError {
    /// It is none.
    #[error("\"{0}\" is no URL of the form https://host/path")]
    Form(String),
    /// It would be readable on its way.
    #[error("{0}: only https is taken (http with webhook_private_addresses, for tests)")]
    Scheme(String),
    /// It leads into the operator's own network.
    #[error(
        "{host} is {address}, which is no public address (webhook_private_addresses allows it)"
    )]
    Private { host: String, address: IpAddr },
    /// Nobody knows where it is.
    #[error("the address of {host} cannot be found: {cause}")]
    Unknown { host: String, cause: std::io::Error },
}

impl Target {
    /// Reads a URL. `private` allows plain HTTP.
    pub(crate) fn parse(url: &str, private: bool) -> Result<Self, TargetError> {
        let form = || TargetError::Form(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| form())?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if private => false,
            Some("http") => return Err(TargetError::Scheme(url.to_owned())),
            _ => return Err(form()),
        };
        let authority = uri.authority().ok_or_else(form)?;
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return Err(form());
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = authority.port_u16().unwrap_or(if https { 443 } else { 80 });
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { https, host, port, path, authority: authority.as_str().to_owned() })
    }

    /// The address to connect to: found once, checked, and then used itself, so that a name that is answered
    /// differently the next time leads nowhere else.
    pub(crate) async fn resolve(&self, private: bool) -> Result<SocketAddr, TargetError> {
        let unknown = |cause| TargetError::Unknown { host: self.host.clone(), cause };
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let mut first = None;
        for address in found.map_err(unknown)? {
            if !private && !is_public(address.ip()) {
                return Err(TargetError::Private {
                    host: self.host.clone(),
                    address: address.ip(),
                });
            }
            first = first.or(Some(address));
        }
        first.ok_or_else(|| unknown(std::io::ErrorKind::NotFound.into()))
    }
}

/// Is it an address of the public internet? What is reserved for anything else is not (IANA's registries of
/// special-purpose addresses).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Only 2000::/3 is given out; of it, tunnels (2001::/32, 2002::/16) and documentation are left out.
    (0x2000..0x4000).contains(&a)
        && a != 0x2002
        && !(a == 0x2001 && (b < 0x0200 || b == 0x0db8))
        && !(a == 0x3fff && b < 0x1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_not_of_the_public_internet_are_known() {
        for (address, public) in [
            ("8.8.8.8", true),
            ("193.191.245.244", true),
            ("127.0.0.1", false),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("255.255.255.255", false),
            ("2a02:2788::1", true),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:8.8.8.8", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("64:ff9b::a00:1", false),
            ("2002:7f00:1::", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_public(address.parse().expect("an address")), public, "{address}");
        }
    }

    #[test]
    fn urls_are_https_with_a_host_and_without_a_password() {
        let target = Target::parse("https://receiver.example/a?b=c", false).expect("right");
        let (port, path) = (target.port, target.path.as_str());
        assert_eq!(
            (target.https, target.host.as_str(), port, path),
            (true, "receiver.example", 443, "/a?b=c")
        );
        for url in ["http://receiver.example/", "ftp://a/", "/a", "https://a:b@c/", "https://", ""]
        {
            assert!(Target::parse(url, false).is_err(), "{url}");
        }
        assert_eq!(Target::parse("http://[::1]:8080", true).expect("right").host, "::1");
    }

    #[tokio::test]
    async fn a_private_address_is_not_connected_to() {
        for host in ["127.0.0.1", "[::1]", "[::ffff:10.0.0.1]"] {
            let target = Target::parse(&format!("https://{host}/"), false).expect("right");
            let refused = target.resolve(false).await.expect_err("private");
            assert!(matches!(refused, TargetError::Private { .. }), "{refused}");
            target.resolve(true).await.expect("allowed");
        }
    }
}
