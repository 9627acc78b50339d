//! A header block takes any well-formed XML: what is written there decides the message's form and nothing else.

use fastrand::Rng;

use super::pool;

/// The edges of the ranges of name characters, and their neighbours.
const EDGES: [u32; 48] = [
    0x2D, 0x2E, 0x2F, 0x30, 0x39, 0x3A, 0x40, 0x41, 0x5A, 0x5B, 0x5F, 0x60, 0x7A, 0x7F, 0xB6, 0xB7,
    0xBF, 0xC0, 0xD7, 0xF7, 0x2FF, 0x300, 0x36F, 0x370, 0x37D, 0x37E, 0x37F, 0x1FFF, 0x2000,
    0x200B, 0x200D, 0x200E, 0x203E, 0x203F, 0x2041, 0x206F, 0x218F, 0x2190, 0x2BFF, 0x2FF0, 0x3000,
    0x3001, 0xF8FF, 0xFDD0, 0xFDF0, 0xFFFD, 0x10000, 0xF0000,
];

/// A valid message with strange XML in its header.
pub(crate) fn message(rng: &mut Rng) -> Vec<u8> {
    let token = |rng: &mut Rng| pool::TOKENS[rng.usize(..pool::TOKENS.len())];
    let strange = match rng.u8(..10) {
        0 | 1 => format!("<h>{}</h>", token(rng)),
        2 => format!("<h>{}{}</h>", token(rng), token(rng)),
        3 => format!("<h{}/>", token(rng)),
        4 => format!("<h xmlns:p='urn:p'{}{}/>", token(rng), token(rng)),
        5 => format!("<h a='{}'/>", token(rng)),
        6 => format!("<h>&#{};&#x{:x};</h>", edge(rng), code(rng)),
        7 => format!("<{}/>", named(rng)),
        8 => format!("<h {}='1'/>", named(rng)),
        _ => format!("<h><?{} x?><a xmlns:{}='u'/></h>", named(rng), named(rng)),
    };
    let text = format!(
        "<?xml version='1.0'?><s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns='http://socialsecurity.be/presenceregistration/v1'><s:Header>{strange}</s:Header><s:Body>\
         <GetPresenceRegistrationRequest><GetPresenceRegistrationRequest>\
         <PresenceRegistrationId xmlns='http://socialsecurity.be/presenceregistration/schemas/v1'>1\
         </PresenceRegistrationId></GetPresenceRegistrationRequest></GetPresenceRegistrationRequest>\
         </s:Body></s:Envelope>"
    );
    single_byte(rng, &text).unwrap_or_else(|| text.into_bytes())
}

/// Now and then a text in a single-byte charset, with any byte at all in it.
fn single_byte(rng: &mut Rng, text: &str) -> Option<Vec<u8>> {
    if rng.u8(..8) > 0 || !text.is_ascii() {
        return None;
    }
    let charset = *rng
        .choice(&["ISO-8859-1", "windows-1252", "US-ASCII", "ISO-8859-15", "UTF-8"])
        .expect("not empty");
    let declared = text.replacen("?>", &format!(" encoding='{charset}'?>"), 1);
    let at = declared.find("<s:Header>").expect("is there");
    let mut bytes = declared.into_bytes();
    bytes.splice(at..at, [b"<!--", &[rng.u8(..)][..], b"-->"].concat());
    Some(bytes)
}

fn edge(rng: &mut Rng) -> u32 {
    const CODES: [u32; 16] = [
        0, 8, 9, 10, 13, 31, 32, 0xD7FF, 0xD800, 0xDFFF, 0xE000, 0xFFFD, 0xFFFE, 0x1_0000,
        0x10_FFFF, 0x11_0000,
    ];
    CODES[rng.usize(..CODES.len())]
}

fn code(rng: &mut Rng) -> u32 {
    if rng.bool() { edge(rng) } else { EDGES[rng.usize(..EDGES.len())] }
}

/// A name with a character at the edge of what names may have, first or later.
fn named(rng: &mut Rng) -> String {
    let edge = EDGES[rng.usize(..EDGES.len())];
    let edge = edge.wrapping_add_signed(i32::from(rng.u8(..3)) - 1);
    let character = char::from_u32(edge).unwrap_or('x');
    match rng.u8(..3) {
        0 => character.to_string(),
        1 => format!("a{character}"),
        _ => format!("{character}b"),
    }
}
