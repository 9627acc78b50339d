//! QR codes of works: a picture that leads to the address for registering at a work.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use domain::WorksReference;
use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use qrcode::{Color, EcLevel, QrCode};

/// White modules around, as the standard asks for.
const MARGIN: usize = 4;
/// Pixels of a module in a PNG.
const SCALE: usize = 8;

/// The address for registering at a work, below the service's own.
pub(crate) fn address(public_url: &str, reference: WorksReference) -> String {
    format!("{}/register/{reference}", public_url.trim_end_matches('/'))
}

/// A code of an address.
pub(crate) struct Qr {
    modules: Vec<bool>,
    width: usize,
}

impl Qr {
    /// `None` for an address of thousands of characters, which no code holds.
    pub(crate) fn new(address: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
        let modules = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Some(Self { modules, width: code.width() })
    }

    fn side(&self) -> usize {
        self.width + 2 * MARGIN
    }

    /// Is the module dark? Those of the margin are not.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = |at: usize| at.checked_sub(MARGIN).filter(|at| *at < self.width);
        match (inside(x), inside(y)) {
            (Some(x), Some(y)) => self.modules[y * self.width + x],
            _ => false,
        }
    }

    /// The picture as SVG.
    pub(crate) fn svg(&self) -> String {
        let side = self.side();
        let mut path = String::new();
        for y in 0..side {
            for x in (0..side).filter(|x| self.is_dark(*x, y)) {
                _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
             shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
             <path d=\"{path}\"/></svg>\n"
        )
    }

    /// The picture as PNG, a bit a pixel.
    pub(crate) fn png(&self) -> io::Result<Vec<u8>> {
        let pixels = self.side() * SCALE;
        let mut rows = ZlibEncoder::new(Vec::new(), Compression::best());
        for y in 0..pixels {
            let mut row = vec![0xff; 1 + pixels.div_ceil(8)];
            row[0] = 0;
            for x in (0..pixels).filter(|x| self.is_dark(x / SCALE, y / SCALE)) {
                row[1 + x / 8] &= !(0x80 >> (x % 8));
            }
            rows.write_all(&row)?;
        }
        let side = u32::try_from(pixels).map_err(io::Error::other)?.to_be_bytes();
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(&mut png, *b"IHDR", &[&side[..], &side, &[1, 0, 0, 0, 0]].concat());
        chunk(&mut png, *b"IDAT", &rows.finish()?);
        chunk(&mut png, *b"IEND", &[]);
        Ok(png)
    }
}

fn chunk(png: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    png.extend(length.to_be_bytes());
    let mut sum = Crc::new();
    for part in [&name[..], data] {
        sum.update(part);
        png.extend(part);
    }
    png.extend(sum.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::ZlibDecoder;
    use rqrr::PreparedImage;

    use super::*;

    /// What a reader of codes, somebody else's, sees in a picture.
    fn seen(side: usize, is_dark: impl Fn(usize, usize) -> bool) -> String {
        let shade = |x, y| if is_dark(x, y) { 0 } else { 255 };
        let mut picture = PreparedImage::prepare_from_greyscale(side, side, shade);
        let codes = picture.detect_grids();
        assert_eq!(codes.len(), 1);
        codes[0].decode().expect("a code").1
    }

    #[test]
    fn both_pictures_are_read_as_the_address() {
        let address = address("https://presence.example", domain::sample::works_reference(7));
        let qr = Qr::new(&address).expect("short");
        let png = qr.png().expect("written");
        let side = qr.side() * SCALE;
        let (head, rest) = png.split_at(33);
        assert_eq!(head[24..29], [1, 0, 0, 0, 0], "a bit a pixel, grey, no filter of its own");
        let length = u32::from_be_bytes(rest[..4].try_into().expect("four")) as usize;
        let mut rows = Vec::new();
        ZlibDecoder::new(&rest[8..8 + length]).read_to_end(&mut rows).expect("packed");
        let width = 1 + side.div_ceil(8);
        assert_eq!(rows.len(), side * width);
        let in_png = |x: usize, y: usize| rows[y * width + 1 + x / 8] & (0x80 >> (x % 8)) == 0;
        assert_eq!(seen(side, in_png), address);
        let svg = qr.svg();
        let mut dark = vec![false; qr.side() * qr.side()];
        for square in svg.split('M') {
            let Some((at, _)) = square.split_once("h1v1h-1z") else { continue };
            let (x, y) = at.split_once(' ').expect("two numbers");
            let [x, y] = [x, y].map(|text| text.parse::<usize>().expect("a number"));
            dark[y * qr.side() + x] = true;
        }
        let in_svg = |x: usize, y: usize| dark[(y / SCALE) * qr.side() + x / SCALE];
        assert_eq!(seen(side, in_svg), address);
    }

    #[test]
    fn a_code_is_a_picture_of_its_address() {
        let reference = domain::sample::works_reference(1);
        let address = address("https://presence.example/x/", reference);
        assert_eq!(address, "https://presence.example/x/register/1Y00000000001");
        let qr = Qr::new(&address).expect("short");
        // The finder patterns: a ring of 7 modules in three corners, and light around.
        for (x, y) in [(0, 0), (qr.width - 7, 0), (0, qr.width - 7)] {
            let (x, y) = (x + MARGIN, y + MARGIN);
            assert!((0..7).all(|at| qr.is_dark(x + at, y) && qr.is_dark(x, y + at)));
            assert!(!qr.is_dark(x + 1, y + 1) && qr.is_dark(x + 3, y + 3));
        }
        let dark = (0..qr.side() * qr.side())
            .filter(|at| qr.is_dark(at % qr.side(), at / qr.side()))
            .count();
        assert_eq!(qr.svg().matches("h1v1h-1z").count(), dark);
        let png = qr.png().expect("written");
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(&png[12..16], b"IHDR");
        assert_eq!(png[16..20], u32::try_from(qr.side() * SCALE).expect("small").to_be_bytes());
    }
}
