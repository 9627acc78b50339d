//! The PROXY protocol, versions 1 and 2: what a balancer says in front of a connection of whose it is
//! (<https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>).

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt as _};

const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// The longest header of version 1, its end of line included.
const LONGEST_LINE: usize = 107;
/// The longest rest of a header of version 2 that is taken. The protocol has room for more than any balancer sends.
const LONGEST_REST: usize = 4096;

/// What stands in front of the connection is no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no PROXY header: {0}")]
pub(super) struct NoHeader(&'static str);

/// Reads a header, and not a byte after it. `None`: the balancer itself calls, to see whether we live.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<SocketAddr>> {
    let mut start = [0; SIGNATURE.len()];
    stream.read_exact(&mut start).await?;
    let address = if start == SIGNATURE {
        let mut fixed = [0; 4];
        stream.read_exact(&mut fixed).await?;
        let [command, family, high, low] = fixed;
        let length = usize::from(u16::from_be_bytes([high, low]));
        if length > LONGEST_REST {
            return Err(refused(NoHeader("it is too long")));
        }
        let mut rest = vec![0; length];
        stream.read_exact(&mut rest).await?;
        version_2(command, family, &rest)
    } else if start.starts_with(b"PROXY ") {
        let mut line = start.to_vec();
        while !line.ends_with(b"\n") && line.len() < LONGEST_LINE {
            line.push(stream.read_u8().await?);
        }
        version_1(&line)
    } else {
        Err(NoHeader("it begins otherwise"))
    };
    address.map_err(refused)
}

fn refused(error: NoHeader) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
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

/// Version and command, family and protocol, and what follows the length.
fn version_2(command: u8, family: u8, rest: &[u8]) -> Result<Option<SocketAddr>, NoHeader> {
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

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::*;

    async fn parse(mut bytes: &[u8]) -> io::Result<(Option<SocketAddr>, &[u8])> {
        let address = read(&mut bytes).await?;
        Ok((address, bytes))
    }

    fn version_2_bytes(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).expect("short").to_be_bytes();
        [&SIGNATURE[..], &[command, family], &length, rest].concat()
    }

    #[tokio::test]
    async fn headers_of_both_versions_are_read_to_their_end() {
        let v4 = [192, 0, 2, 1, 192, 0, 2, 2, 0xDC, 0x04, 0x01, 0xBB];
        let mut v6 = [0; 40];
        v6[..2].copy_from_slice(&[0x20, 0x01]);
        v6[15] = 1;
        v6[32..34].copy_from_slice(&[0, 80]);
        for (header, address) in [
            (b"PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n".to_vec(), Some("192.0.2.1:56324")),
            (b"PROXY TCP6 2001::1 ::2 80 443\r\n".to_vec(), Some("[2001::1]:80")),
            (b"PROXY UNKNOWN\r\n".to_vec(), None),
            (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n".to_vec(), None),
            (version_2_bytes(0x21, 0x11, &v4), Some("192.0.2.1:56324")),
            (version_2_bytes(0x21, 0x21, &v6), Some("[2001::1]:80")),
            (version_2_bytes(0x20, 0x11, &v4), None),
            (version_2_bytes(0x21, 0x00, &[]), None),
        ] {
            let bytes = [&header[..], b"POST /"].concat();
            let (read, rest) = parse(&bytes).await.expect("a header");
            assert_eq!(read, address.map(|text| text.parse().expect("an address")));
            assert_eq!(rest, b"POST /");
        }
    }

    #[tokio::test]
    async fn what_is_no_header_is_refused() {
        let long = format!("PROXY TCP4 {}\r\n", "1".repeat(200));
        for bytes in [
            b"POST / HTTP/1.1\r\n\r\n".to_vec(),
            b"PROXY TCP4 192.0.2.1 192.0.2.2 56324\r\n".to_vec(),
            b"PROXY TCP4 2001::1 192.0.2.2 56324 443\r\n".to_vec(),
            b"PROXY TCP5 192.0.2.1 192.0.2.2 56324 443\r\n".to_vec(),
            b"PROXY TCP4 192.0.2.1 192.0.2.2 65536 443\r\n".to_vec(),
            b"PROXY TCP4 192.0.2.1 192.0.2.2 1 443\n".to_vec(),
            b"PROXY".to_vec(),
            long.into_bytes(),
            version_2_bytes(0x21, 0x11, &[0; 11]),
            version_2_bytes(0x21, 0x12, &[0; 12]),
            version_2_bytes(0x31, 0x11, &[0; 12]),
            version_2_bytes(0x21, 0x11, &[0; 4097]),
        ] {
            assert!(parse(&bytes).await.is_err(), "{}", String::from_utf8_lossy(&bytes));
        }
    }

    #[tokio::test]
    async fn no_bytes_make_it_panic() {
        let mut random = Rng::with_seed(7);
        for _ in 0..20_000 {
            let mut bytes = if random.bool() {
                b"PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n".to_vec()
            } else {
                version_2_bytes(0x21, 0x21, &[7; 40])
            };
            for _ in 0..random.usize(..6) {
                let place = random.usize(..bytes.len());
                bytes[place] = random.u8(..);
            }
            bytes.truncate(random.usize(..=bytes.len()));
            _ = parse(&bytes).await;
        }
    }
}
