use super::{Employer, Employment, Enterprise, Mandate, Person, PostedWorker};
use crate::Work;

/// A reference register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Register {
    /// Persons' numbers.
    Persons,
    /// Enterprises.
    Enterprises,
    /// Founders, managers and self-employed of enterprises.
    Mandates,
    /// Enterprises that are employers.
    Employers,
    /// Employments (Dimona).
    Employments,
    /// Posted workers (Limosa).
    PostedWorkers,
    /// Declared works.
    Works,
}

impl Register {
    /// Every register, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Persons,
        Self::Enterprises,
        Self::Mandates,
        Self::Employers,
        Self::Employments,
        Self::PostedWorkers,
        Self::Works,
    ];

    /// The name that commands and histories use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Persons => "persons",
            Self::Enterprises => "enterprises",
            Self::Mandates => "mandates",
            Self::Employers => "employers",
            Self::Employments => "employments",
            Self::PostedWorkers => "limosa",
            Self::Works => "works",
        }
    }

    /// Reads the name that commands and histories use.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|register| register.name() == name)
    }

    /// A number for stores, stable for ever.
    pub fn number(self) -> u8 {
        match self {
            Self::Persons => 1,
            Self::Enterprises => 2,
            Self::Mandates => 3,
            Self::Employers => 4,
            Self::Employments => 5,
            Self::PostedWorkers => 6,
            Self::Works => 7,
        }
    }

    /// The register of a stored number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|register| i64::from(register.number()) == number)
    }
}

/// A row of a register.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A person's number.
    Person(Person),
    /// An enterprise.
    Enterprise(Enterprise),
    /// A mandate.
    Mandate(Mandate),
    /// A time as an employer.
    Employer(Employer),
    /// An employment.
    Employment(Employment),
    /// A Limosa declaration.
    PostedWorker(PostedWorker),
    /// A declared work, with its sites and contracts.
    Work(Work),
}

impl Row {
    /// The register that it belongs to.
    pub fn register(&self) -> Register {
        match self {
            Self::Person(_) => Register::Persons,
            Self::Enterprise(_) => Register::Enterprises,
            Self::Mandate(_) => Register::Mandates,
            Self::Employer(_) => Register::Employers,
            Self::Employment(_) => Register::Employments,
            Self::PostedWorker(_) => Register::PostedWorkers,
            Self::Work(_) => Register::Works,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_read_back() {
        for register in Register::ALL {
            assert_eq!(Register::from_name(register.name()), Some(register));
            assert_eq!(Register::from_number(register.number().into()), Some(register));
        }
        assert_eq!(Register::from_name("addresses"), None);
        assert_eq!(Register::from_number(0), None);
    }
}
