//! gzip, both ways (RFC 9110, section 8.4 and 12.5.3).

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};

use super::body::{BodyError, Place};

/// Answers shorter than this are not packed: it would save no packet.
const WORTH_PACKING: usize = 1024;
const STEP: usize = 64 << 10;

/// How a request's body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Not at all.
    Identity,
    /// With gzip.
    Gzip,
}

/// How the request's body is packed; `None` for a way that is not known.
pub(crate) fn of_request(headers: &HeaderMap) -> Option<Encoding> {
    let mut encoding = Encoding::Identity;
    for word in words(headers, &CONTENT_ENCODING) {
        match word {
            "" => {}
            _ if word.eq_ignore_ascii_case("identity") => {}
            _ if is_gzip(word) && encoding == Encoding::Identity => encoding = Encoding::Gzip,
            _ => return None,
        }
    }
    Some(encoding)
}

/// Would the caller rather have the answer packed with gzip?
pub(crate) fn prefers_gzip(headers: &HeaderMap) -> bool {
    let (mut gzip, mut identity, mut any) = (None, None, None);
    for word in words(headers, &ACCEPT_ENCODING) {
        let (name, quality) = weighed(word);
        if is_gzip(name) {
            gzip = Some(quality);
        } else if name.eq_ignore_ascii_case("identity") {
            identity = Some(quality);
        } else if name == "*" {
            any = Some(quality);
        }
    }
    let gzip = gzip.or(any).unwrap_or(0);
    // Where identity is not named, anything that is named is preferred to it.
    gzip > 0 && gzip >= identity.unwrap_or(0)
}

/// Is an answer of this length packed, for those who like that?
pub(crate) fn is_worth_packing(length: usize) -> bool {
    length >= WORTH_PACKING
}

/// Unpacks a body to at most `limit` bytes, holding their memory in `place`.
pub(crate) fn unpack(packed: &[u8], limit: usize, place: &mut Place) -> Result<Vec<u8>, BodyError> {
    let mut decoder = MultiGzDecoder::new(packed);
    let mut all = Vec::new();
    loop {
        let length = all.len();
        place.hold(packed.len() + length + STEP)?;
        let step = decoder.by_ref().take(STEP as u64).read_to_end(&mut all);
        step.map_err(|_| BodyError::BadGzip)?;
        if all.len() > limit {
            return Err(BodyError::TooLarge);
        }
        if all.len() == length {
            return Ok(all);
        }
    }
}

/// Packs an answer, as fast as it goes.
pub(crate) fn pack(plain: &[u8]) -> Vec<u8> {
    let room = Vec::with_capacity(plain.len() / 8 + 64);
    let mut encoder = GzEncoder::new(room, Compression::fast());
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    written.expect("memory takes every byte")
}

fn words<'a>(
    headers: &'a HeaderMap,
    name: &http::HeaderName,
) -> impl Iterator<Item = &'a str> + use<'a> {
    let values = headers.get_all(name).into_iter();
    values.flat_map(|value| value.to_str().unwrap_or("?").split(',').map(str::trim))
}

fn is_gzip(word: &str) -> bool {
    word.eq_ignore_ascii_case("gzip") || word.eq_ignore_ascii_case("x-gzip")
}

/// A word and its weight in thousandths; a weight that is none counts as "not at all".
fn weighed(word: &str) -> (&str, u16) {
    let Some((name, weight)) = word.split_once(';') else { return (word, 1000) };
    let weight = weight.trim();
    let number = weight.strip_prefix("q=").or_else(|| weight.strip_prefix("Q="));
    (name.trim_end(), number.and_then(thousandths).unwrap_or(0))
}

fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || !matches!(whole, "0" | "1") {
        return None;
    }
    let number: u16 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (number <= 1000).then_some(number)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::super::body::Room;
    use super::*;

    fn headers(name: &http::HeaderName, values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    fn place() -> Place {
        Room::new(1 << 30).place()
    }

    #[test]
    fn only_gzip_once_and_identity_are_known() {
        for (values, encoding) in [
            (&[][..], Some(Encoding::Identity)),
            (&["identity"], Some(Encoding::Identity)),
            (&["GZIP"], Some(Encoding::Gzip)),
            (&["x-gzip, identity"], Some(Encoding::Gzip)),
            (&["gzip, gzip"], None),
            (&["gzip", "gzip"], None),
            (&["br"], None),
            (&["deflate"], None),
            (&["gzip;q=1"], None),
        ] {
            assert_eq!(of_request(&headers(&CONTENT_ENCODING, values)), encoding, "{values:?}");
        }
    }

    #[test]
    fn the_weights_decide_whether_an_answer_is_packed() {
        for (values, gzip) in [
            (&[][..], false),
            (&["gzip"], true),
            (&["deflate, gzip;q=1.0, *;q=0.5"], true),
            (&["deflate", "x-gzip"], true),
            (&["*"], true),
            (&["gzip;q=0"], false),
            (&["gzip;q=0, *"], false),
            (&["*;q=0"], false),
            (&["identity, gzip;q=0.5"], false),
            (&["identity;q=0.5, gzip;q=0.5"], true),
            (&["gzip ; q=0.001"], true),
            (&["gzip;q=nonsense"], false),
            (&["gzip;q=1.5"], false),
            (&["br, identity"], false),
        ] {
            assert_eq!(prefers_gzip(&headers(&ACCEPT_ENCODING, values)), gzip, "{values:?}");
        }
    }

    #[test]
    fn what_is_packed_is_unpacked_even_in_several_members() {
        let text: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut packed = pack(&text);
        assert_eq!(unpack(&packed, text.len(), &mut place()).as_ref(), Ok(&text));
        packed.extend(pack(b"more"));
        assert_eq!(
            unpack(&packed, text.len() + 4, &mut place()),
            Ok([&text[..], b"more"].concat())
        );
    }

    #[test]
    fn a_bomb_is_not_unpacked_beyond_the_limit() {
        let bomb = pack(&vec![0; 64 << 20]);
        assert_eq!(unpack(&bomb, 1 << 20, &mut place()), Err(BodyError::TooLarge));
        let mut narrow = Room::new(1 << 20).place();
        assert_eq!(unpack(&bomb, 1 << 30, &mut narrow), Err(BodyError::NoRoom));
    }

    #[test]
    fn what_is_no_gzip_or_broken_off_or_damaged_is_refused() {
        let packed = pack(b"some text");
        let mut damaged = packed.clone();
        damaged[packed.len() - 6] ^= 1;
        let trailing = [&packed[..], b"x"].concat();
        for bytes in [&b""[..], b"<a/>", &packed[..packed.len() - 1], &damaged, &trailing] {
            assert_eq!(unpack(bytes, 99, &mut place()), Err(BodyError::BadGzip), "{bytes:?}");
        }
    }
}
