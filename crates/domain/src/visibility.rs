use crate::register::Period;
use crate::{EnterpriseNumber, Inss, Registration, WorksReference};

/// Which registrations a caller may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// All there are.
    Everything,
    /// Those that at least one of these shows.
    Only(Vec<Sight>),
}

/// Some registrations, on the days of a period. Each kind is one that a store finds by an index, so that a search of
/// what a caller may see looks at nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Which.
    pub of: Subject,
    /// On which days, of those registered for.
    pub period: Period,
}

/// What the registrations of a [`Sight`] have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The person: by this number as it was declared, or as the registers told it.
    Person(Inss),
    /// The employer.
    Employer(EnterpriseNumber),
    /// The enterprise that sent them.
    Sender(EnterpriseNumber),
    /// The employer and the work.
    EmployerAtWork(EnterpriseNumber, WorksReference),
}

impl Visibility {
    /// Is `registration` one of them?
    pub fn shows(&self, registration: &Registration) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(sights) => sights.iter().any(|sight| sight.shows(registration)),
        }
    }

    /// With these as well.
    #[must_use]
    pub fn and(self, more: impl IntoIterator<Item = Sight>) -> Self {
        match self {
            Self::Everything => Self::Everything,
            Self::Only(mut sights) => {
                sights.extend(more);
                Self::Only(sights)
            }
        }
    }
}

impl Sight {
    /// Is `registration` one of these?
    pub fn shows(&self, registration: &Registration) -> bool {
        let submission = &registration.submission;
        let company = submission.who.company();
        let is_of = match self.of {
            Subject::Person(inss) => {
                submission.who.inss() == Some(inss) || registration.newest == Some(inss)
            }
            Subject::Employer(employer) => company == Some(employer),
            Subject::Sender(sender) => registration.sender.company == Some(sender),
            Subject::EmployerAtWork(employer, works) => {
                company == Some(employer) && submission.works == works
            }
        };
        is_of && self.period.contains(submission.day)
    }
}
