use super::{Names, Region, RegisteredAddress};
use crate::Coordinates;

/// What was found out about a place of work, after the registration was stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Located {
    /// The nearest address, where the place was given by coordinates and one is near.
    pub nearest: Option<RegisteredAddress>,
    /// Where it lies, where it was given by its address and that is known.
    pub coordinates: Option<Coordinates>,
    /// How far it is from the nearest site of the work, in whole metres; `None` where either is not known.
    pub from_site: Option<u32>,
}

/// Separates the parts of a stored text. Parts hold no control characters: [`Located::to_stored`] leaves them out.
const SEPARATOR: char = '\u{1f}';
/// The parts: distance, point, then the address.
const PARTS: usize = 16;

impl Located {
    /// All of it as one text, for stores: read back by [`Self::from_stored`], and stable for ever.
    pub fn to_stored(&self) -> String {
        let number = |number: Option<i64>| number.map(|it| it.to_string()).unwrap_or_default();
        let (longitude, latitude) = self.coordinates.map(Coordinates::parts).unzip();
        let mut parts = vec![
            number(self.from_site.map(i64::from)),
            number(longitude.map(i64::from)),
            number(latitude.map(i64::from)),
        ];
        if let Some(address) = &self.nearest {
            let (longitude, latitude) = address.coordinates.parts();
            parts.extend([
                address.region.number().to_string(),
                text(&address.id),
                address.post_code.to_string(),
            ]);
            for names in [&address.municipality, &address.street] {
                parts.extend(
                    [&names.nl, &names.fr, &names.de].map(|name| optional(name.as_deref())),
                );
            }
            parts.extend([text(&address.house_number), optional(address.box_number.as_deref())]);
            parts.extend([longitude.to_string(), latitude.to_string()]);
        }
        parts.join(&SEPARATOR.to_string())
    }

    /// Reads a stored text.
    pub fn from_stored(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(SEPARATOR).collect();
        let [from_site, longitude, latitude, ref address @ ..] = parts[..] else { return None };
        let coordinates = match (longitude, latitude) {
            ("", "") => None,
            _ => Some(point(longitude, latitude)?),
        };
        let nearest = match address.len() {
            0 => None,
            _ => Some(read_address(address)?),
        };
        let from_site = match from_site {
            "" => None,
            metres => Some(metres.parse().ok()?),
        };
        Some(Self { nearest, coordinates, from_site })
    }
}

fn read_address(parts: &[&str]) -> Option<RegisteredAddress> {
    let [region, id, post_code, ref names @ .., house, box_number, longitude, latitude] = *parts
    else {
        return None;
    };
    (parts.len() + 3 == PARTS).then_some(())?;
    let name = |place: usize| Some(names[place]).filter(|name| !name.is_empty()).map(Into::into);
    let names = |first: usize| Names { nl: name(first), fr: name(first + 1), de: name(first + 2) };
    Some(RegisteredAddress {
        region: Region::from_number(region.parse().ok()?)?,
        id: id.into(),
        post_code: post_code.parse().ok()?,
        municipality: names(0),
        street: names(3),
        house_number: house.into(),
        box_number: Some(box_number).filter(|it| !it.is_empty()).map(Into::into),
        coordinates: point(longitude, latitude)?,
    })
}

fn point(longitude: &str, latitude: &str) -> Option<Coordinates> {
    Coordinates::from_parts(longitude.parse().ok()?, latitude.parse().ok()?)
}

fn text(text: &str) -> String {
    text.chars().filter(|it| !it.is_control()).collect()
}

fn optional(part: Option<&str>) -> String {
    part.map(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names() -> impl Strategy<Value = Names> {
        let name = || proptest::option::of("[^\\p{Cc}]{1,12}".prop_map(Box::from));
        (name(), name(), name()).prop_map(|(nl, fr, de)| Names { nl, fr, de })
    }

    proptest! {
        #[test]
        fn what_is_stored_is_read_back(
            municipality in names(),
            street in names(),
            from_site in proptest::option::of(any::<u32>()),
            known in any::<bool>(),
            near in any::<bool>(),
            post_code in 1000..9999_u16,
            degrees in -90.0..90.0f64,
        ) {
            let point = Coordinates::new(degrees, degrees);
            let nearest = RegisteredAddress {
                region: Region::Flanders,
                id: "17".into(),
                post_code,
                municipality,
                street,
                house_number: "1 A".into(),
                box_number: known.then(|| "2".into()),
                coordinates: point.expect("on earth"),
            };
            let located = Located {
                nearest: near.then_some(nearest),
                coordinates: point.filter(|_| known),
                from_site,
            };
            prop_assert_eq!(Located::from_stored(&located.to_stored()), Some(located));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "1", "x\u{1f}\u{1f}", "\u{1f}1\u{1f}", "\u{1f}\u{1f}\u{1f}1\u{1f}2"] {
            assert_eq!(Located::from_stored(text), None, "{text:?}");
        }
    }
}
