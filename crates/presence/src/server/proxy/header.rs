use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use thiserror::Error;

/// What version 2 begins with.
pub(crate) const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// The signature, version and command, family and protocol, and the length of the rest.
const FIXED: usize = SIGNATURE.len() + 4;
/// The longest header of version 1, its end of line included.
const LONGEST_LINE: usize = 107;
/// The longest rest of a header of version 2 that is taken. The protocol has room for more than any balancer sends.
const LONGEST_REST: usize = 4096;

/// What stands in front of the connection is no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no PROXY header: {0}")]
pub(crate) struct NoHeader(&'static str);

/// How far a header has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// So many bytes more belong to it at least.
    More(usize),
    /// It is whole. `None`: the balancer itself calls, to see whether we live.
    Whole(Option<SocketAddr>),
}

/// Reads what has come so far: never more than [`Step::More`] has asked for, so that no byte after the header is taken.
pub(crate) fn step(bytes: &[u8]) -> Result<Step, NoHeader> {
    let Some((start, _)) = bytes.split_first_chunk::<{ SIGNATURE.len() }>() else {
        return Ok(Step::More(SIGNATURE.len() - bytes.len()));
    };
    if *start == SIGNATURE {
        return version_2(bytes);
    }
    if !start.starts_with(b"PROXY ") {
        return Err(NoHeader("it begins otherwise"));
    }
    if bytes.ends_with(b"\n") || bytes.len() >= LONGEST_LINE {
        return version_1(bytes).map(Step::Whole);
    }
    Ok(Step::More(1))
}

/// `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443` and its end of line.
fn version_1(line: &[u8]) -> Result<Option<SocketAddr>, NoHeader> {
    let line = std::str::from_utf8(line).map_err(|_| NoHeader("it is no text"))?;
    let line = line.strip_suffix("\r\n").ok_or(NoHeader("its line has no end"))?;
    let fields: Vec<_> = line.split(' ').collect();
    match fields[..] {
        ["PROXY", "UNKNOWN", ..] => Ok(None),
        ["PROXY", family, source, destination, source_port, destination_port] => {
            let address = |text: &str| -> Result<IpAddr, NoHeader> {
                let wrong = NoHeader("an address is not of its family");
                match family {
                    "TCP4" => text.parse().map(IpAddr::V4).map_err(|_| wrong),
                    "TCP6" => text.parse().map(IpAddr::V6).map_err(|_| wrong),
                    _ => Err(NoHeader("its family is not known")),
                }
            };
            let port = |text: &str| -> Result<u16, NoHeader> {
                text.parse().map_err(|_| NoHeader("a port is no number"))
            };
            address(destination)?;
            port(destination_port)?;
            Ok(Some(SocketAddr::new(address(source)?, port(source_port)?)))
        }
        _ => Err(NoHeader("it has not six fields")),
    }
}

/// The header of version 2.
fn version_2(bytes: &[u8]) -> Result<Step, NoHeader> {
    let Some((fixed, rest)) = bytes.split_first_chunk::<FIXED>() else {
        return Ok(Step::More(FIXED - bytes.len()));
    };
    let [.., command, family, high, low] = *fixed;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if length > LONGEST_REST {
        return Err(NoHeader("it is too long"));
    }
    match length.checked_sub(rest.len()) {
        None | Some(0) => addresses(command, family, rest).map(Step::Whole),
        Some(missing) => Ok(Step::More(missing)),
    }
}

/// Version and command, family and protocol, and what follows the length.
fn addresses(command: u8, family: u8, rest: &[u8]) -> Result<Option<SocketAddr>, NoHeader> {
    match (command, family) {
        // LOCAL, whatever the family; and a proxied connection of no family.
        (0x20, _) | (0x21, 0x00) => Ok(None),
        (0x21, 0x11) => {
            let (&[a, b, c, d, _, _, _, _, high, low, _, _], _) =
                rest.split_first_chunk::<12>().ok_or(NoHeader("it is too short"))?;
            let port = u16::from_be_bytes([high, low]);
            Ok(Some((Ipv4Addr::new(a, b, c, d), port).into()))
        }
        (0x21, 0x21) => {
            let (fields, _) = rest.split_first_chunk::<36>().ok_or(NoHeader("it is too short"))?;
            let (source, ports) = fields.split_first_chunk::<16>().expect("36 are more");
            let port = u16::from_be_bytes([ports[16], ports[17]]);
            Ok(Some((Ipv6Addr::from(*source), port).into()))
        }
        (0x21, _) => Err(NoHeader("only TCP over IPv4 and IPv6 is served")),
        _ => Err(NoHeader("its version or command is not known")),
    }
}
