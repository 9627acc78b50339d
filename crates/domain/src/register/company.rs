use super::{JuridicalSituation, Period};
use crate::{EnterpriseNumber, Inss};

/// An enterprise of the Crossroads Bank for Enterprises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enterprise {
    /// Its number.
    pub number: EnterpriseNumber,
    /// From its start date to its end, as far as they are known.
    pub exists: Period,
    /// The situation that it is in now; the open data tells no other.
    pub situation: JuridicalSituation,
}

/// A person has a function in an enterprise: founder, manager, self-employed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// The enterprise.
    pub enterprise: EnterpriseNumber,
    /// The person.
    pub inss: Inss,
    /// The function, in the register's words.
    pub function: Box<str>,
    /// When.
    pub period: Period,
}

/// An enterprise is an employer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employer {
    /// The enterprise.
    pub enterprise: EnterpriseNumber,
    /// When.
    pub period: Period,
}

/// A person works for an enterprise (Dimona).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employment {
    /// The person.
    pub inss: Inss,
    /// The employer.
    pub enterprise: EnterpriseNumber,
    /// The type of worker, in the register's code.
    pub worker_type: Box<str>,
    /// When.
    pub period: Period,
    /// Where the person really works, when the employer is a temporary-work agency.
    pub user: Option<EnterpriseNumber>,
}
