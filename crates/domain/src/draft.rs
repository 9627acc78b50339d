use std::fmt;

use jiff::civil::Date;

use crate::policy::EventKind;
use crate::{
    ClientReference, EnterpriseNumber, EnterpriseNumberError, Inss, ItemError, ItemErrors,
    LimosaId, Policy, Sector, Submission, Who, WorksReference,
};

/// A registration as a caller sent it, of the right form and not yet checked for sense.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// The day.
    pub day: DraftDay,
    /// Who is present.
    pub who: DraftWho<'a>,
    /// The reference of the work.
    pub works: &'a str,
    /// The client's own reference.
    pub reference: Option<&'a str>,
}

/// The day of a registration, as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftDay {
    /// None was given: it is today.
    Today,
    /// A day.
    On(Date),
    /// A day of a year that is far out of every calendar's range.
    OutOfRange,
}

/// Who is present, as sent.
#[derive(Clone, Copy)]
pub enum DraftWho<'a> {
    /// A worker of an enterprise.
    Worker {
        /// The person's number.
        inss: &'a str,
        /// The enterprise number, as SOAP's long.
        company: i64,
    },
    /// A posted worker, by the id of the Limosa declaration.
    Posted {
        /// The declaration's id.
        limosa: &'a str,
    },
}

impl fmt::Debug for DraftWho<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Worker { .. } => "Worker(***)",
            Self::Posted { .. } => "Posted(***)",
        })
    }
}

impl Draft<'_> {
    /// The work, if its reference can be one.
    pub fn works(&self) -> Option<WorksReference> {
        WorksReference::parse(self.works)
    }

    /// Applies every rule that needs no register: the identifiers, and the days that `policy` opens for `sector` when
    /// it is `today` in Brussels. Without a day it is `today`'s.
    pub fn check(
        &self,
        today: Date,
        sector: Option<Sector>,
        policy: &Policy,
    ) -> Result<Submission, ItemErrors> {
        let mut errors = Vec::new();
        let who = self.who.check(today, &mut errors);
        let works = noted(self.works().ok_or(ItemError::WorkPlace), &mut errors);
        let day = noted(self.check_day(today, sector, policy), &mut errors);
        let reference = self.reference.and_then(ClientReference::parse);
        match (who, works, day) {
            (Some(who), Some(works), Some(day)) => Ok(Submission { day, who, works, reference }),
            _ => Err(ItemErrors::of(errors).expect("a part that is missing noted its error")),
        }
    }

    fn check_day(
        &self,
        today: Date,
        sector: Option<Sector>,
        policy: &Policy,
    ) -> Result<Date, ItemError> {
        let day = match self.day {
            DraftDay::Today => today,
            DraftDay::On(day) => day,
            DraftDay::OutOfRange => return Err(ItemError::RegistrationDate),
        };
        let rule = policy.rule(sector, day);
        if !rule.opens(day, today) {
            Err(ItemError::RegistrationDate)
        } else if rule.allows(EventKind::Day) {
            Ok(day)
        } else {
            Err(ItemError::DayNotAllowed)
        }
    }
}

impl DraftWho<'_> {
    fn check(&self, today: Date, errors: &mut Vec<ItemError>) -> Option<Who> {
        match self {
            Self::Worker { inss, company } => {
                let inss = noted(Inss::parse(inss, today).ok_or(ItemError::Inss), errors);
                let company = noted(company_of(*company), errors);
                Some(Who::Worker { inss: inss?, company: company? })
            }
            Self::Posted { limosa } => {
                let limosa = noted(LimosaId::parse(limosa).ok_or(ItemError::LimosaId), errors);
                Some(Who::Posted { limosa: limosa? })
            }
        }
    }
}

/// The enterprise number of a SOAP long, with the contract's two errors.
fn company_of(number: i64) -> Result<EnterpriseNumber, ItemError> {
    EnterpriseNumber::from_long(number).map_err(ItemError::from)
}

impl From<EnterpriseNumberError> for ItemError {
    fn from(error: EnterpriseNumberError) -> Self {
        match error {
            EnterpriseNumberError::Shape => Self::CompanyShape,
            EnterpriseNumberError::Check => Self::CompanyCheck,
        }
    }
}

fn noted<T>(part: Result<T, ItemError>, errors: &mut Vec<ItemError>) -> Option<T> {
    part.map_err(|error| errors.push(error)).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 24);
    const INSS: &str = "72022900569";

    fn policy() -> Policy {
        Policy::today_and_tomorrow()
    }

    fn draft(day: DraftDay) -> Draft<'static> {
        let who = DraftWho::Worker { inss: INSS, company: 400_000_086 };
        Draft { day, who, works: "1Y1003SQ5VSSZ", reference: Some("mine") }
    }

    fn errors(draft: &Draft<'_>) -> Vec<ItemError> {
        match draft.check(TODAY, None, &policy()) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().collect(),
        }
    }

    #[test]
    fn today_and_tomorrow_are_open_and_today_is_the_default() {
        let taken = |day| draft(day).check(TODAY, None, &policy()).expect("open").day;
        assert_eq!(taken(DraftDay::Today), TODAY);
        assert_eq!(taken(DraftDay::On(TODAY)), TODAY);
        assert_eq!(taken(DraftDay::On(date(2026, 11, 25))), date(2026, 11, 25));
        for day in [
            DraftDay::On(date(2026, 11, 23)),
            DraftDay::On(date(2026, 11, 26)),
            DraftDay::On(date(-1, 1, 1)),
            DraftDay::OutOfRange,
        ] {
            assert_eq!(errors(&draft(day)), [ItemError::RegistrationDate], "{day:?}");
        }
    }

    #[test]
    fn every_fault_of_an_item_is_listed_in_the_order_of_the_codes() {
        let who = DraftWho::Worker { inss: "72022900570", company: 400_000_087 };
        let draft = Draft { day: DraftDay::OutOfRange, who, works: "nowhere", reference: None };
        let all = [
            ItemError::CompanyCheck,
            ItemError::WorkPlace,
            ItemError::Inss,
            ItemError::RegistrationDate,
        ];
        assert_eq!(errors(&draft), all);
    }

    #[test]
    fn a_posted_worker_comes_with_a_limosa_id() {
        let posted = |limosa| Draft { who: DraftWho::Posted { limosa }, ..draft(DraftDay::Today) };
        assert!(posted("12345678901234567").check(TODAY, None, &policy()).is_ok());
        assert_eq!(errors(&posted("L-1")), [ItemError::LimosaId]);
    }

    #[test]
    fn the_sample_number_of_these_tests_is_right() {
        assert!(Inss::parse(INSS, TODAY).is_some());
        assert!(EnterpriseNumber::from_long(400_000_086).is_ok());
    }
}
