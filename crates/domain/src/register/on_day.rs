//! What the registers answer about one day: the facts of a check.

use jiff::civil::Date;

use super::{Employment, Enterprise, Mandate, Period, Person, PostedWorker};
use crate::{EnterpriseNumber, ForeignVatNumber, Inss, Sector, Work};

/// What the register of persons answers about a number on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonOnDay {
    /// Is the person known, under this number or another one of the same person?
    pub known: bool,
    /// The newest number of the person: the one asked for, if nothing took its place.
    pub newest: Inss,
    /// Every number of the person; the newest and the one asked for are among them.
    pub numbers: Vec<Inss>,
}

impl PersonOnDay {
    /// A number that the register does not have.
    pub fn unknown(inss: Inss) -> Self {
        Self { known: false, newest: inss, numbers: vec![inss] }
    }

    /// The answer about `asked`, from the rows of all `numbers` of the same person.
    ///
    /// A number that was replaced stays known: that its person has another number now is no reason to fail.
    pub fn of(asked: Inss, newest: Inss, rows: &[Person], day: Date) -> Self {
        let known = rows.iter().any(|row| {
            row.known.contains(day) || row.replaced_by.is_some() && row.known.has_begun(day)
        });
        let mut numbers: Vec<_> = rows.iter().map(|row| row.inss).chain([asked, newest]).collect();
        numbers.sort_unstable();
        numbers.dedup();
        Self { known, newest, numbers }
    }
}

/// What the register of enterprises answers about a number on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnterpriseOnDay {
    /// It does not have the number.
    Unknown,
    /// The enterprise has not begun, has ended, or is in a situation that ends its activity.
    NotActive,
    /// The enterprise is active.
    Active,
}

impl EnterpriseOnDay {
    /// The answer from the rows of a number.
    pub fn of(rows: &[Enterprise], day: Date) -> Self {
        let active = |row: &Enterprise| row.exists.contains(day) && !row.situation.ends_activity();
        match rows {
            [] => Self::Unknown,
            rows if rows.iter().any(active) => Self::Active,
            _ => Self::NotActive,
        }
    }
}

/// What the register of employers answers about an enterprise on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmployerOnDay {
    /// It has not been an employer until this day.
    Never,
    /// It has been one, and is none on this day.
    Ended,
    /// It is an employer.
    Active,
}

impl EmployerOnDay {
    /// The answer from the periods of an enterprise. One that begins later does not count yet.
    pub fn of(periods: impl IntoIterator<Item = Period>, day: Date) -> Self {
        periods.into_iter().fold(Self::Never, |before, period| {
            if before == Self::Active || period.contains(day) {
                Self::Active
            } else if period.has_begun(day) {
                Self::Ended
            } else {
                before
            }
        })
    }
}

/// What the register of mandates answers about a person and an enterprise on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MandatesOnDay {
    /// The person holds a mandate in the enterprise.
    pub here: bool,
    /// The person holds a mandate in another enterprise.
    pub elsewhere: bool,
    /// The enterprise has mandate holders on any day.
    pub holders: bool,
}

impl MandatesOnDay {
    /// The answer from the mandates of the person and those of the enterprise.
    pub fn of<'a>(
        person: impl IntoIterator<Item = &'a Mandate>,
        enterprise: EnterpriseNumber,
        holders: bool,
        day: Date,
    ) -> Self {
        let mut answer = Self { holders, ..Self::default() };
        for mandate in person.into_iter().filter(|mandate| mandate.period.contains(day)) {
            if mandate.enterprise == enterprise {
                answer.here = true;
            } else {
                answer.elsewhere = true;
            }
        }
        answer
    }

    /// The answers about two numbers of one person, as one.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            here: self.here || other.here,
            elsewhere: self.elsewhere || other.elsewhere,
            holders: self.holders || other.holders,
        }
    }
}

/// What the register of employments answers about a person at an enterprise on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmploymentsOnDay {
    /// The person works for the enterprise, and for no user of it.
    pub own: bool,
    /// The enterprise is a temporary-work agency, and these are the users for whom the person works.
    pub users: Vec<EnterpriseNumber>,
}

impl EmploymentsOnDay {
    /// The answer from the employments of a person at an enterprise.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Employment>, day: Date) -> Self {
        let mut answer = Self::default();
        for row in rows.into_iter().filter(|row| row.period.contains(day)) {
            match row.user {
                Some(user) => answer.users.push(user),
                None => answer.own = true,
            }
        }
        answer
    }

    /// Is there any employment?
    pub fn any(&self) -> bool {
        self.own || !self.users.is_empty()
    }

    /// The answers about two numbers of one person, as one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.own |= other.own;
        self.users.extend(other.users);
        self
    }
}

/// What the register of posted workers answers on a day, about the id of a declaration or about a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostedOnDay {
    /// There are declarations, for whatever day.
    pub known: bool,
    /// One of them holds on the day.
    pub active: bool,
    /// The foreign employers of those that hold on the day; of all, where none does.
    pub employers: Vec<ForeignVatNumber>,
    /// The person's number, if a declaration tells it.
    pub inss: Option<Inss>,
}

impl PostedOnDay {
    /// The answer from all declarations under an id, or of a person.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a PostedWorker>, day: Date) -> Self {
        let mut answer = Self::default();
        let mut others = Vec::new();
        for row in rows {
            answer.known = true;
            if row.period.contains(day) {
                answer.active = true;
                answer.employers.extend(row.vat.clone());
                answer.inss = row.inss.or(answer.inss);
            } else {
                others.extend(row.vat.clone());
                answer.inss = answer.inss.or(row.inss);
            }
        }
        if !answer.active {
            answer.employers = others;
        }
        answer
    }

    /// The answers about two numbers of one person, as one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.known |= other.known;
        self.active |= other.active;
        self.employers.extend(other.employers);
        self.inss = self.inss.or(other.inss);
        self
    }
}

/// What the register of works answers about a work on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkOnDay {
    /// Its sector.
    pub sector: Sector,
    /// It is under way on the day.
    pub active: bool,
    /// Presences at it must be registered.
    pub subject: bool,
}

impl WorkOnDay {
    /// The answer from the work.
    pub fn of(work: &Work, day: Date) -> Self {
        Self { sector: work.sector, active: work.period.contains(day), subject: work.subject }
    }
}

/// What the register of works answers about a company in a work on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContractOnDay {
    /// It has no contract there.
    #[default]
    Unknown,
    /// It has one, not on this day.
    NotActive,
    /// It has one.
    Active,
}

impl ContractOnDay {
    /// The answer from the periods of a company's contracts in a work.
    pub fn of(periods: impl IntoIterator<Item = Period>, day: Date) -> Self {
        let one =
            |period: Period| if period.contains(day) { Self::Active } else { Self::NotActive };
        periods.into_iter().map(one).max().unwrap_or_default()
    }
}
