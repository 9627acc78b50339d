use crate::register::Period;
use crate::{Coordinates, EnterpriseNumber, ForeignVatNumber, Sector, WorksReference};

/// A declared work (declaration of works, DDT/AVW).
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Its reference.
    pub reference: WorksReference,
    /// Its sector.
    pub sector: Sector,
    /// When it is under way.
    pub period: Period,
    /// Must presences be registered at it?
    pub subject: bool,
    /// Where it is.
    pub sites: Vec<Site>,
    /// Who works there.
    pub contracts: Vec<Contract>,
}

impl Work {
    /// A work that is always under way and subject to registration, without sites and contracts.
    pub fn new(reference: WorksReference, sector: Sector) -> Self {
        Self {
            reference,
            sector,
            period: Period::ALWAYS,
            subject: true,
            sites: Vec::new(),
            contracts: Vec::new(),
        }
    }
}

/// A place of a work.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Its address.
    pub address: Option<Address>,
    /// Where it lies.
    pub coordinates: Option<Coordinates>,
}

/// A Belgian address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Four digits.
    pub post_code: Box<str>,
    /// The municipality's name.
    pub municipality: Box<str>,
    /// The street's name.
    pub street: Box<str>,
    /// The house number, which may hold letters.
    pub house_number: Box<str>,
    /// The box.
    pub box_number: Option<Box<str>>,
}

/// A company that a work has a contract with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Contractor {
    /// A company with a Belgian number.
    Enterprise(EnterpriseNumber),
    /// A foreign company.
    Foreign(ForeignVatNumber),
}

/// What a company does in a work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContractRole {
    /// It has the work done.
    Builder,
    /// It has a contract with the builder.
    Contractor,
    /// It has a contract with a contractor or another subcontractor.
    Subcontractor,
}

impl ContractRole {
    /// Every role, from the top down.
    pub const ALL: [Self; 3] = [Self::Builder, Self::Contractor, Self::Subcontractor];

    /// The name that files use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Builder => "builder",
            Self::Contractor => "contractor",
            Self::Subcontractor => "subcontractor",
        }
    }

    /// Reads the name that files use.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// A number for stores, stable for ever.
    pub fn number(self) -> u8 {
        match self {
            Self::Builder => 1,
            Self::Contractor => 2,
            Self::Subcontractor => 3,
        }
    }

    /// The role of a stored number.
    pub fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|role| i64::from(role.number()) == number)
    }
}

/// A company takes part in a work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// The company.
    pub contractor: Contractor,
    /// As what.
    pub role: ContractRole,
    /// On whose commission.
    pub commissioned_by: Option<EnterpriseNumber>,
    /// When.
    pub period: Period,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_read_back() {
        for role in ContractRole::ALL {
            assert_eq!(ContractRole::from_name(role.name()), Some(role));
            assert_eq!(ContractRole::from_number(role.number().into()), Some(role));
        }
        assert_eq!(ContractRole::from_number(0), None);
    }
}
