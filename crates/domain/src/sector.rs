use std::fmt;

/// The sector of a work, which decides the rules that hold for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sector {
    /// Construction.
    Construction,
    /// Security and guarding.
    Guarding,
    /// Meat.
    Meat,
    /// Cleaning.
    Cleaning,
}

impl Sector {
    /// Every sector, in the order of their SOAP numbers.
    pub const ALL: [Self; 4] = [Self::Construction, Self::Guarding, Self::Meat, Self::Cleaning];

    /// The number of the SOAP protocol (`WorkSectorType`): 1, 2 and 3 are published, 4 for cleaning is ours.
    pub fn number(self) -> u8 {
        match self {
            Self::Construction => 1,
            Self::Guarding => 2,
            Self::Meat => 3,
            Self::Cleaning => 4,
        }
    }

    /// The sector of a SOAP number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|sector| i64::from(sector.number()) == number)
    }

    /// The name that files and commands use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Construction => "construction",
            Self::Guarding => "guarding",
            Self::Meat => "meat",
            Self::Cleaning => "cleaning",
        }
    }

    /// Reads the name that files and commands use.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sector| sector.name() == name)
    }
}

impl fmt::Display for Sector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_read_back() {
        for sector in Sector::ALL {
            assert_eq!(Sector::from_number(i64::from(sector.number())), Some(sector));
            assert_eq!(Sector::from_name(sector.name()), Some(sector));
        }
        assert_eq!(Sector::from_number(5), None);
    }
}
