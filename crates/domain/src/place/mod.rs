//! Places: the addresses of the regions' registers (BeSt Address), and what is asked of them.

mod fold;
mod grid;
mod located;
mod spelling;

use crate::Coordinates;

pub use grid::{Cells, cell, metres_between, window};
pub use located::Located;
pub use spelling::{house_key, name_key};

/// A region that publishes its addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Region {
    /// Brussels-Capital.
    Brussels,
    /// Flanders.
    Flanders,
    /// Wallonia.
    Wallonia,
}

impl Region {
    /// Every region, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Brussels, Self::Flanders, Self::Wallonia];

    /// The code that the files use (ISO 3166-2).
    pub fn code(self) -> &'static str {
        match self {
            Self::Brussels => "BE-BRU",
            Self::Flanders => "BE-VLG",
            Self::Wallonia => "BE-WAL",
        }
    }

    /// Reads the code that the files use.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|region| region.code() == code)
    }

    /// A number for stores, stable for ever.
    pub fn number(self) -> u8 {
        match self {
            Self::Brussels => 1,
            Self::Flanders => 2,
            Self::Wallonia => 3,
        }
    }

    /// The region of a stored number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|region| i64::from(region.number()) == number)
    }
}

/// A name in the languages that it has one in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Names {
    /// Dutch.
    pub nl: Option<Box<str>>,
    /// French.
    pub fr: Option<Box<str>>,
    /// German.
    pub de: Option<Box<str>>,
}

impl Names {
    /// The names that there are: Dutch, French, German.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        [&self.nl, &self.fr, &self.de].into_iter().filter_map(|name| name.as_deref())
    }

    /// Is one of them spelt like `key`, a [`name_key`]?
    pub fn has_key(&self, key: &str) -> bool {
        self.iter().any(|name| name_key(name) == key)
    }
}

/// An address of a region's register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredAddress {
    /// The region.
    pub region: Region,
    /// Its number in the region's register.
    pub id: Box<str>,
    /// Four digits.
    pub post_code: u16,
    /// The municipality.
    pub municipality: Names,
    /// The street.
    pub street: Names,
    /// The house number, which may hold letters.
    pub house_number: Box<str>,
    /// The box.
    pub box_number: Option<Box<str>>,
    /// Where it lies.
    pub coordinates: Coordinates,
}

/// An address near to a point.
#[derive(Clone, Debug, PartialEq)]
pub struct NearAddress {
    /// The address.
    pub address: RegisteredAddress,
    /// How far it is, in metres.
    pub metres: f64,
}

/// An address to find, as a person writes it: in any language of the place, capitals, accents, blanks and the usual
/// abbreviations do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressQuery {
    /// The post code. It or the municipality has to be known.
    pub post_code: Option<u16>,
    /// The municipality.
    pub municipality: Option<Box<str>>,
    /// The street.
    pub street: Box<str>,
    /// The house number.
    pub house_number: Box<str>,
    /// The box.
    pub box_number: Option<Box<str>>,
}

/// How well an address fits what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// House number and box are the ones asked for.
    Exact,
    /// The house is, the box is not known there.
    House,
    /// Only the number of the house is, without the letters or the range after it.
    Number,
}

/// An address that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundAddress {
    /// The address.
    pub address: RegisteredAddress,
    /// How well it fits.
    pub fit: Fit,
}

/// The addresses of a region, as they were last imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressesOfRegion {
    /// The region.
    pub region: Region,
    /// How many there are.
    pub addresses: u64,
    /// When they were swapped in.
    pub at: jiff::Timestamp,
}
