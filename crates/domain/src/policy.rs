use jiff::civil::Date;
use thiserror::Error;

use crate::{MomentLimits, Sector};

/// What a registration tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// Present on a day.
    Day,
    /// Begins to work.
    In,
    /// Ends to work.
    Out,
}

/// What holds for a sector from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectorRule {
    /// The sector; `None` for works whose sector is not known, and for sectors without a rule of their own.
    pub sector: Option<Sector>,
    /// The first registration day for which it holds.
    pub from: Date,
    /// What may be registered.
    pub events: Vec<EventKind>,
    /// How many days after today may be registered: 1 is today and tomorrow.
    pub days_ahead: u8,
    /// How many days after its own a registration may still be cancelled: 0 is until the end of its day.
    pub cancel_days: u8,
    /// How many metres from the nearest site of the work a begin or end may lie before that is remarked; `None`: it is
    /// never.
    pub site_radius: Option<u32>,
}

impl SectorRule {
    /// May `day` be registered on `today`?
    pub fn opens(&self, day: Date, today: Date) -> bool {
        (0..=i32::from(self.days_ahead)).contains(&days_from(today, day))
    }

    /// May a registration for `day` still be cancelled on `today`?
    pub fn cancellable(&self, day: Date, today: Date) -> bool {
        days_from(day, today) <= i32::from(self.cancel_days)
    }

    /// May such an event be registered?
    pub fn allows(&self, event: EventKind) -> bool {
        self.events.contains(&event)
    }
}

fn days_from(start: Date, end: Date) -> i32 {
    end.duration_since(start).as_hours().try_into().map_or(i32::MAX, |hours: i32| hours / 24)
}

/// The rules of every sector, dated: which one holds is decided by the day that is registered, so that a rule may
/// change from a day on without a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Latest first.
    rules: Vec<SectorRule>,
    /// Holds where no other does.
    ground: SectorRule,
    moments: MomentLimits,
}

/// Why rules make no policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// Nothing holds for a work whose sector is not known.
    #[error(
        "the policy has no rule without a sector; one is needed for works whose sector is not known"
    )]
    NoGround,
    /// Two rules of one sector begin on the same day.
    #[error("the policy has two rules for {} from {from} on; keep one", sector.map_or("works without a sector", Sector::name))]
    Doubled {
        /// The sector.
        sector: Option<Sector>,
        /// The day.
        from: Date,
    },
    /// A rule lets nothing be registered.
    #[error("the rule for {} from {from} on has no events; name at least one of day, in, out", sector.map_or("works without a sector", Sector::name))]
    NoEvents {
        /// The sector.
        sector: Option<Sector>,
        /// The day.
        from: Date,
    },
}

impl Policy {
    /// The policy of these rules.
    pub fn new(mut rules: Vec<SectorRule>) -> Result<Self, PolicyError> {
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.from));
        for (place, rule) in rules.iter().enumerate() {
            let SectorRule { sector, from, .. } = *rule;
            if rule.events.is_empty() {
                return Err(PolicyError::NoEvents { sector, from });
            }
            if rules[..place].iter().any(|other| (other.sector, other.from) == (sector, from)) {
                return Err(PolicyError::Doubled { sector, from });
            }
        }
        let ground = rules.iter().rev().find(|rule| rule.sector.is_none());
        let ground = ground.ok_or(PolicyError::NoGround)?.clone();
        Ok(Self { rules, ground, moments: MomentLimits::default() })
    }

    /// The simplest policy: whole days, today and tomorrow, cancellable until the end of the day, for everyone.
    pub fn today_and_tomorrow() -> Self {
        let ground = SectorRule {
            sector: None,
            from: Date::MIN,
            events: vec![EventKind::Day],
            days_ahead: 1,
            cancel_days: 0,
            site_radius: None,
        };
        Self { rules: Vec::new(), ground, moments: MomentLimits::default() }
    }

    /// The policy with other limits of moments.
    #[must_use]
    pub fn with_moments(self, moments: MomentLimits) -> Self {
        Self { moments, ..self }
    }

    /// How far a moment may lie from the present, in every sector.
    pub fn moments(&self) -> MomentLimits {
        self.moments
    }

    /// The rule that holds for a registration of `day` at a work of `sector`: the sector's latest, else the latest
    /// without a sector.
    pub fn rule(&self, sector: Option<Sector>, day: Date) -> &SectorRule {
        let latest = |sector: Option<Sector>| {
            self.rules.iter().find(|rule| rule.sector == sector && rule.from <= day)
        };
        latest(sector).or_else(|| latest(None)).unwrap_or(&self.ground)
    }

    /// The days after `today` from which another rule holds for registrations at works of `sector`, earliest first.
    pub fn changes(&self, sector: Option<Sector>, today: Date) -> Vec<Date> {
        let later = self.rules.iter().map(|rule| rule.from).filter(|from| *from > today);
        let mut days: Vec<_> =
            later.filter(|from| self.rule(sector, *from).from == *from).collect();
        days.sort_unstable();
        days.dedup();
        days
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn rule(sector: Option<Sector>, from: Date, days_ahead: u8, cancel_days: u8) -> SectorRule {
        let (events, site_radius) = (vec![EventKind::Day], None);
        SectorRule { sector, from, events, days_ahead, cancel_days, site_radius }
    }

    #[test]
    fn the_registered_day_decides_which_rule_holds() {
        let change = date(2027, 1, 1);
        let policy = Policy::new(vec![
            rule(None, date(2014, 1, 1), 1, 0),
            rule(Some(Sector::Meat), change, 7, 2),
        ])
        .expect("a policy");
        assert_eq!(policy.rule(Some(Sector::Meat), date(2026, 12, 31)).days_ahead, 1);
        assert_eq!(policy.rule(Some(Sector::Meat), change).days_ahead, 7);
        assert_eq!(policy.rule(Some(Sector::Guarding), change).days_ahead, 1);
        assert_eq!(policy.rule(None, date(1900, 1, 1)).days_ahead, 1);
    }

    #[test]
    fn days_on_which_another_rule_begins_are_told_for_those_that_it_concerns() {
        let (first, second) = (date(2027, 1, 1), date(2028, 1, 1));
        let policy = Policy::new(vec![
            rule(None, date(2014, 1, 1), 1, 0),
            rule(None, second, 2, 0),
            rule(Some(Sector::Meat), first, 7, 2),
        ])
        .expect("a policy");
        let today = date(2026, 12, 31);
        assert_eq!(policy.changes(Some(Sector::Meat), today), [first]);
        assert_eq!(policy.changes(Some(Sector::Guarding), today), [second]);
        assert_eq!(policy.changes(None, second), []);
    }

    #[test]
    fn today_and_the_days_ahead_are_open() {
        let rule = rule(None, date(2014, 1, 1), 1, 0);
        let today = date(2026, 12, 31);
        for (day, open) in [
            (date(2026, 12, 30), false),
            (today, true),
            (date(2027, 1, 1), true),
            (date(2027, 1, 2), false),
            (Date::MAX, false),
            (Date::MIN, false),
        ] {
            assert_eq!(rule.opens(day, today), open, "{day}");
        }
    }

    #[test]
    fn cancelling_ends_some_days_after_the_day() {
        let rule = rule(None, date(2014, 1, 1), 1, 2);
        let day = date(2026, 12, 31);
        assert!(rule.cancellable(day, date(2026, 12, 30)));
        assert!(rule.cancellable(day, date(2027, 1, 2)));
        assert!(!rule.cancellable(day, date(2027, 1, 3)));
    }

    #[test]
    fn rules_that_contradict_or_lack_are_refused() {
        let from = date(2014, 1, 1);
        assert_eq!(Policy::new(vec![]), Err(PolicyError::NoGround));
        let twice = vec![rule(None, from, 1, 0), rule(None, from, 2, 0)];
        assert_eq!(Policy::new(twice), Err(PolicyError::Doubled { sector: None, from }));
        let empty = SectorRule { events: vec![], ..rule(None, from, 1, 0) };
        assert_eq!(Policy::new(vec![empty]), Err(PolicyError::NoEvents { sector: None, from }));
    }
}
