use std::fmt;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::policy::EventKind;
use crate::{
    ClientReference, EnterpriseNumber, EnterpriseNumberError, ForeignVatNumber, Inss, ItemError,
    ItemErrors, LimosaId, Moment, MomentKind, PlaceOfWork, Policy, Sector, Submission, Who,
    WorksReference, belgian_day, to_milliseconds,
};

/// A registration as a caller sent it, of the right form and not yet checked for sense.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// The day, or the moment.
    pub day: DraftDay,
    /// Who is present.
    pub who: DraftWho<'a>,
    /// The reference of the work.
    pub works: &'a str,
    /// The client's own reference.
    pub reference: Option<&'a str>,
}

/// The day of a registration, as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftDay {
    /// None was given: it is today.
    Today,
    /// A day.
    On(Date),
    /// A day of a year that is far out of every calendar's range.
    OutOfRange,
    /// The day of the begin or end of work.
    Of(Box<DraftEvent>),
}

/// The begin or end of work, as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftEvent {
    /// Begin or end.
    pub kind: MomentKind,
    /// When; finer parts than milliseconds are cut.
    pub at: Timestamp,
    /// Where.
    pub place: PlaceOfWork,
    /// Since when the sender had no connection.
    pub offline_since: Option<Timestamp>,
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
    /// A worker of an employer who has no enterprise number.
    OfForeign {
        /// The person's number.
        inss: &'a str,
        /// The employer's VAT number.
        vat: &'a str,
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
            Self::OfForeign { .. } => "OfForeign(***)",
            Self::Posted { .. } => "Posted(***)",
        })
    }
}

impl Draft<'_> {
    /// The work, if its reference can be one.
    pub fn works(&self) -> Option<WorksReference> {
        WorksReference::parse(self.works)
    }

    /// Applies every rule that needs no register: the identifiers, and the days and moments that `policy` opens for
    /// `sector` at `now`, which is `today` in Brussels. Without a day it is `today`'s.
    pub fn check(
        &self,
        now: Timestamp,
        today: Date,
        sector: Option<Sector>,
        policy: &Policy,
    ) -> Result<Submission, ItemErrors> {
        let mut errors = Vec::new();
        let who = self.who.check(today, &mut errors);
        let works = noted(self.works().ok_or(ItemError::WorkPlace), &mut errors);
        let day = noted(self.day.check(now, today, sector, policy), &mut errors);
        let reference = self.reference.and_then(ClientReference::parse);
        match (who, works, day) {
            (Some(who), Some(works), Some((day, moment))) => {
                Ok(Submission { day, moment, who, works, reference })
            }
            _ => Err(ItemErrors::of(errors).expect("a part that is missing noted its error")),
        }
    }
}

impl DraftDay {
    fn check(
        &self,
        now: Timestamp,
        today: Date,
        sector: Option<Sector>,
        policy: &Policy,
    ) -> Result<(Date, Option<Box<Moment>>), ItemError> {
        let day = match self {
            Self::Today => today,
            Self::On(day) => *day,
            Self::OutOfRange => return Err(ItemError::RegistrationDate),
            Self::Of(event) => {
                let moment = event.check(now, sector, policy)?;
                return Ok((belgian_day(moment.at), Some(Box::new(moment))));
            }
        };
        let rule = policy.rule(sector, day);
        if !rule.opens(day, today) {
            Err(ItemError::RegistrationDate)
        } else if rule.allows(EventKind::Day) {
            Ok((day, None))
        } else {
            Err(ItemError::DayNotAllowed)
        }
    }
}

impl DraftEvent {
    fn check(
        &self,
        now: Timestamp,
        sector: Option<Sector>,
        policy: &Policy,
    ) -> Result<Moment, ItemError> {
        let limits = policy.moments();
        let at = to_milliseconds(self.at);
        let seconds = |count: u32| SignedDuration::from_secs(count.into());
        let age = now.duration_since(at);
        if age < -seconds(limits.ahead_seconds) {
            return Err(ItemError::MomentAhead);
        }
        if !policy.rule(sector, belgian_day(at)).allows(self.kind.into()) {
            return Err(ItemError::MomentNotAllowed);
        }
        if let Some(since) = self.offline_since
            && (since.duration_since(now) > seconds(limits.ahead_seconds)
                || since.duration_since(at) > seconds(limits.age_seconds))
        {
            return Err(ItemError::OfflineSince);
        }
        let late = age > seconds(limits.age_seconds);
        if late && (self.offline_since.is_none() || age > seconds(limits.offline_seconds)) {
            return Err(ItemError::MomentTooOld);
        }
        let offline_since = self.offline_since.filter(|_| late).map(to_milliseconds);
        Ok(Moment { kind: self.kind, at, place: self.place.clone(), offline_since })
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
            Self::OfForeign { inss, vat } => {
                let inss = noted(Inss::parse(inss, today).ok_or(ItemError::Inss), errors);
                let vat = ForeignVatNumber::parse(vat).ok_or(ItemError::ForeignVat);
                let vat = noted(vat, errors);
                Some(Who::OfForeign { inss: inss?, vat: vat? })
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
    use crate::{Coordinates, SectorRule};

    const TODAY: Date = date(2026, 11, 24);
    const INSS: &str = "72022900569";

    fn now() -> Timestamp {
        at("2026-11-24T08:00:00Z")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn policy() -> Policy {
        Policy::today_and_tomorrow()
    }

    fn draft(day: DraftDay) -> Draft<'static> {
        let who = DraftWho::Worker { inss: INSS, company: 400_000_086 };
        Draft { day, who, works: "1Y1003SQ5VSSZ", reference: Some("mine") }
    }

    fn errors(draft: &Draft<'_>) -> Vec<ItemError> {
        match draft.check(now(), TODAY, None, &policy()) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().collect(),
        }
    }

    #[test]
    fn today_and_tomorrow_are_open_and_today_is_the_default() {
        let taken = |day| draft(day).check(now(), TODAY, None, &policy()).expect("open").day;
        assert_eq!(taken(DraftDay::Today), TODAY);
        assert_eq!(taken(DraftDay::On(TODAY)), TODAY);
        assert_eq!(taken(DraftDay::On(date(2026, 11, 25))), date(2026, 11, 25));
        for day in [
            DraftDay::On(date(2026, 11, 23)),
            DraftDay::On(date(2026, 11, 26)),
            DraftDay::On(date(-1, 1, 1)),
            DraftDay::OutOfRange,
        ] {
            assert_eq!(errors(&draft(day.clone())), [ItemError::RegistrationDate], "{day:?}");
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
        assert!(posted("12345678901234567").check(now(), TODAY, None, &policy()).is_ok());
        assert_eq!(errors(&posted("L-1")), [ItemError::LimosaId]);
    }

    fn moments() -> Policy {
        let events = vec![EventKind::In, EventKind::Out];
        let rule = SectorRule {
            sector: None,
            from: Date::MIN,
            events,
            days_ahead: 0,
            cancel_days: 0,
            site_radius: None,
        };
        Policy::new(vec![rule]).expect("a policy")
    }

    fn of(moment: &str, offline_since: Option<&str>) -> Draft<'static> {
        let place = Coordinates::new(4.35, 50.84).expect("on earth");
        draft(DraftDay::Of(Box::new(DraftEvent {
            kind: MomentKind::In,
            at: at(moment),
            place: PlaceOfWork::Coordinates(place),
            offline_since: offline_since.map(at),
        })))
    }

    #[test]
    fn a_moment_is_of_now_and_late_only_without_a_connection() {
        use ItemError::{MomentAhead, MomentTooOld, OfflineSince};
        for (moment, since, expected) in [
            ("2026-11-24T08:00:00Z", None, Ok(false)),
            ("2026-11-24T08:01:00Z", None, Ok(false)),
            ("2026-11-24T08:01:00.001Z", None, Err(MomentAhead)),
            ("2026-11-24T07:50:00Z", None, Ok(false)),
            ("2026-11-24T07:49:59.999Z", None, Err(MomentTooOld)),
            ("2026-11-24T07:49:59.999Z", Some("2026-11-24T07:40:00Z"), Ok(true)),
            ("2026-11-24T07:55:00Z", Some("2026-11-24T07:40:00Z"), Ok(false)),
            ("2026-11-23T08:00:00Z", Some("2026-11-20T07:00:00Z"), Ok(true)),
            ("2026-11-23T07:59:59Z", Some("2026-11-20T07:00:00Z"), Err(MomentTooOld)),
            ("2026-11-24T07:30:00Z", Some("2026-11-24T07:45:00Z"), Err(OfflineSince)),
            ("2026-11-24T08:00:00Z", Some("2026-11-24T08:02:00Z"), Err(OfflineSince)),
        ] {
            let checked = of(moment, since).check(now(), TODAY, None, &moments());
            let late = checked.map(|checked| checked.moment.expect("a moment").is_late());
            assert_eq!(late, expected.map_err(ItemErrors::from), "{moment} {since:?}");
        }
    }

    #[test]
    fn a_moment_has_the_belgian_day_on_which_it_falls() {
        let late = at("2026-11-24T23:30:00Z");
        let checked = of("2026-11-24T23:25:00.0009Z", None).check(late, TODAY, None, &moments());
        let checked = checked.expect("right");
        assert_eq!((checked.day, checked.event()), (date(2026, 11, 25), EventKind::In));
        assert_eq!(checked.moment.expect("a moment").at, at("2026-11-24T23:25:00Z"));
    }

    #[test]
    fn a_sector_registers_what_its_policy_names() {
        let moment = of("2026-11-24T08:00:00Z", None);
        assert_eq!(errors(&moment), [ItemError::MomentNotAllowed]);
        let day = draft(DraftDay::Today).check(now(), TODAY, None, &moments());
        assert_eq!(day, Err(ItemError::DayNotAllowed.into()));
    }

    #[test]
    fn an_employer_may_have_a_foreign_vat_number() {
        let of =
            |vat| Draft { who: DraftWho::OfForeign { inss: INSS, vat }, ..draft(DraftDay::Today) };
        let checked = of("NL123456789B01").check(now(), TODAY, None, &policy()).expect("right");
        assert_eq!(checked.who.foreign_vat().map(ForeignVatNumber::as_str), Some("NL123456789B01"));
        assert_eq!(errors(&of("BE0400000086")), [ItemError::ForeignVat]);
    }

    #[test]
    fn the_sample_number_of_these_tests_is_right() {
        assert!(Inss::parse(INSS, TODAY).is_some());
        assert!(EnterpriseNumber::from_long(400_000_086).is_ok());
    }
}
