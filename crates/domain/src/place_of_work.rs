use crate::Address;
use crate::digits::exact_digits;

/// Where work begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaceOfWork {
    /// A point on the map.
    Coordinates(Coordinates),
    /// A postal address.
    Address(Address),
}

/// A point on the earth (WGS 84), to a ten-millionth of a degree, which is about a centimetre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Coordinates {
    longitude: i32,
    latitude: i32,
}

/// Parts of a degree that are kept.
const PARTS: f64 = 1e7;
/// The mean radius of the earth, in metres (IUGG).
const RADIUS: f64 = 6_371_008.8;

impl Coordinates {
    /// The point at these degrees, east and north positive; `None` outside of -180..180 and -90..90.
    pub fn new(longitude: f64, latitude: f64) -> Option<Self> {
        let on_earth = (-180.0..=180.0).contains(&longitude) && (-90.0..=90.0).contains(&latitude);
        on_earth.then(|| Self { longitude: parts(longitude), latitude: parts(latitude) })
    }

    /// The point of stored parts: ten-millionths of a degree.
    pub fn from_parts(longitude: i32, latitude: i32) -> Option<Self> {
        let on_earth =
            longitude.unsigned_abs() <= 1_800_000_000 && latitude.unsigned_abs() <= 900_000_000;
        on_earth.then_some(Self { longitude, latitude })
    }

    /// Longitude and latitude in ten-millionths of a degree, for stores.
    pub fn parts(self) -> (i32, i32) {
        (self.longitude, self.latitude)
    }

    /// Degrees east.
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude) / PARTS
    }

    /// Degrees north.
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude) / PARTS
    }

    /// How many metres lie between two points, along the surface of a sphere: right to half a percent.
    pub fn metres_to(self, other: Self) -> f64 {
        let (from, to) = (self.latitude().to_radians(), other.latitude().to_radians());
        let north = ((to - from) / 2.0).sin();
        let east = ((other.longitude() - self.longitude()).to_radians() / 2.0).sin();
        let haversine = north * north + from.cos() * to.cos() * east * east;
        2.0 * RADIUS * haversine.sqrt().min(1.0).asin()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "at most 1 800 000 000, as the caller has checked"
)]
fn parts(degrees: f64) -> i32 {
    (degrees * PARTS).round() as i32
}

/// All points at most so far from a centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circle {
    /// Its centre.
    pub centre: Coordinates,
    /// Its radius in metres.
    pub radius: u32,
}

impl Circle {
    /// Does the point lie in it?
    pub fn contains(self, point: Coordinates) -> bool {
        self.centre.metres_to(point) <= f64::from(self.radius)
    }
}

impl Address {
    /// The most characters that a part has.
    pub const MAX_CHARS: usize = 100;

    /// The address of these parts; `None` when one is not what it should be: four digits, or a text that is neither
    /// empty nor long and has no control characters.
    pub fn of_parts(
        post_code: &str,
        municipality: &str,
        street: &str,
        house_number: &str,
        box_number: Option<&str>,
    ) -> Option<Self> {
        exact_digits(post_code, 4)?;
        let parts = [municipality, street, house_number];
        let right = parts.into_iter().chain(box_number).all(Self::is_part);
        right.then(|| Self {
            post_code: post_code.into(),
            municipality: municipality.into(),
            street: street.into(),
            house_number: house_number.into(),
            box_number: box_number.map(Into::into),
        })
    }

    /// Can the text be a part of an address?
    pub fn is_part(text: &str) -> bool {
        !text.is_empty()
            && text.chars().count() <= Self::MAX_CHARS
            && !text.chars().any(char::is_control)
    }
}

/// Separates the parts of a stored place: no part has it, because none has control characters.
const SEPARATOR: char = '\u{1f}';

impl PlaceOfWork {
    /// The place as one text, for stores: read back by [`Self::from_stored`], and stable for ever.
    pub fn to_stored(&self) -> String {
        match self {
            Self::Coordinates(point) => {
                format!("{}{SEPARATOR}{}", point.longitude, point.latitude)
            }
            Self::Address(address) => {
                let Address { post_code, municipality, street, house_number, box_number } = address;
                let box_number = box_number.as_deref().unwrap_or_default();
                [post_code, municipality, street, house_number, box_number]
                    .join(&SEPARATOR.to_string())
            }
        }
    }

    /// Reads a stored place.
    pub fn from_stored(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(SEPARATOR).collect();
        match parts[..] {
            [longitude, latitude] => {
                let point =
                    Coordinates::from_parts(longitude.parse().ok()?, latitude.parse().ok()?);
                point.map(Self::Coordinates)
            }
            [post_code, municipality, street, house_number, box_number] => {
                let box_number = Some(box_number).filter(|number| !number.is_empty());
                Address::of_parts(post_code, municipality, street, house_number, box_number)
                    .map(Self::Address)
            }
            _ => None,
        }
    }

    /// The point, where the place is one.
    pub fn coordinates(&self) -> Option<Coordinates> {
        match self {
            Self::Coordinates(point) => Some(*point),
            Self::Address(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(longitude: f64, latitude: f64) -> Coordinates {
        Coordinates::new(longitude, latitude).expect("on earth")
    }

    #[test]
    fn distances_are_those_of_the_map() {
        let (brussels, antwerp) = (point(4.3517, 50.8467), point(4.4025, 51.2194));
        let metres = brussels.metres_to(antwerp);
        assert!((41_500.0..41_700.0).contains(&metres), "{metres}");
        assert!(point(180.0, 0.0).metres_to(point(-180.0, 0.0)) < 0.01, "the same meridian");
        let around = Circle { centre: brussels, radius: 50 };
        assert!(around.contains(point(4.3517, 50.8471)), "some 44 metres");
        assert!(!around.contains(point(4.3517, 50.8472)), "some 56 metres");
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for (longitude, latitude) in
            [(180.1, 0.0), (0.0, -90.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)]
        {
            assert_eq!(Coordinates::new(longitude, latitude), None);
        }
        for (post_code, street) in [("100", "A"), ("1000", ""), ("1000", "A\u{1f}B"), ("1OOO", "A")]
        {
            assert_eq!(Address::of_parts(post_code, "Brussel", street, "1", None), None);
        }
        for text in ["", "1", "1\u{1f}2\u{1f}3", "x\u{1f}1", "0\u{1f}900000001"] {
            assert_eq!(PlaceOfWork::from_stored(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn stored_places_are_read_back(
            longitude in -180.0..180.0f64,
            latitude in -90.0..90.0f64,
            street in "[^\\p{Cc}]{1,40}",
            box_number in proptest::option::of("[A-Z0-9]{1,4}"),
        ) {
            let place = PlaceOfWork::Coordinates(point(longitude, latitude));
            prop_assert_eq!(PlaceOfWork::from_stored(&place.to_stored()), Some(place));
            let address =
                Address::of_parts("1000", "Brussel", &street, "1", box_number.as_deref());
            let place = PlaceOfWork::Address(address.expect("right"));
            prop_assert_eq!(PlaceOfWork::from_stored(&place.to_stored()), Some(place));
        }
    }
}
