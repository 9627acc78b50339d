//! Digests of addresses, to see that an import brings what is there already. They are no defence: whoever may import
//! may change the register anyway.

use domain::place::RegisteredAddress;

/// FNV-1a with 128 bits.
const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

struct Fnv(u128);

impl Fnv {
    fn new() -> Self {
        Self(BASIS)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(PRIME);
        }
    }

    /// A text, told from the next one and from none.
    fn text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => {
                self.bytes(text.as_bytes());
                self.bytes(&[0xff]);
            }
            None => self.bytes(&[0xfe]),
        }
    }

    fn street(&mut self, address: &RegisteredAddress) {
        self.bytes(&[address.region.number()]);
        self.bytes(&address.post_code.to_be_bytes());
        for names in [&address.municipality, &address.street] {
            for name in [&names.nl, &names.fr, &names.de] {
                self.text(name.as_deref());
            }
        }
    }
}

/// The key of the street in which an address lies: all that makes the street different from others.
pub(super) fn street(address: &RegisteredAddress) -> i64 {
    let mut hash = Fnv::new();
    hash.street(address);
    let folded = hash.0 ^ (hash.0 >> 64);
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
    (folded as u64).cast_signed()
}

/// A number of an address in full; the sum of those of a register tells it from others in whatever order.
pub(super) fn address(address: &RegisteredAddress) -> u128 {
    let mut hash = Fnv::new();
    hash.street(address);
    for text in [Some(&*address.id), Some(&*address.house_number), address.box_number.as_deref()] {
        hash.text(text);
    }
    for degrees in [address.coordinates.longitude(), address.coordinates.latitude()] {
        hash.bytes(&super::row::stored(degrees).to_be_bytes());
    }
    hash.0
}
