//! The PROXY protocol, versions 1 and 2: what a balancer says in front of a connection of whose it is
//! (<https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>).

mod header;

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt as _};

use header::{Step, step};

/// Reads a header, and not a byte after it. `None`: the balancer itself calls, to see whether we live.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<SocketAddr>> {
    let mut bytes = Vec::new();
    loop {
        let step = step(&bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error));
        match step? {
            Step::Whole(address) => return Ok(address),
            Step::More(count) => {
                let before = bytes.len();
                bytes.resize(before + count, 0);
                stream.read_exact(&mut bytes[before..]).await?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::header::SIGNATURE;
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

    /// Whatever comes: no panic, no more than the longest header, and what follows a header is no part of it.
    #[tokio::test]
    async fn no_bytes_make_it_panic_or_read_on() {
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
            let Ok((address, rest)) = parse(&bytes).await else { continue };
            let header = &bytes[..bytes.len() - rest.len()];
            let followed = [header, &[random.u8(..); 9]].concat();
            let again = parse(&followed).await.expect("the same header");
            assert_eq!(again, (address, &followed[header.len()..]));
            assert!(parse(&header[..header.len() - 1]).await.is_err(), "it is not whole");
        }
    }
}
