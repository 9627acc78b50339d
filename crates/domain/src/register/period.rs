use jiff::civil::Date;

/// A span of whole days; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    from: Date,
    until: Date,
}

impl Period {
    /// Every day that there is.
    pub const ALWAYS: Self = Self { from: Date::MIN, until: Date::MAX };

    /// From `from` to `until`, both included; open where none is given. `None` when it would end before it begins.
    pub fn new(from: Option<Date>, until: Option<Date>) -> Option<Self> {
        let (from, until) = (from.unwrap_or(Date::MIN), until.unwrap_or(Date::MAX));
        (from <= until).then_some(Self { from, until })
    }

    /// From a day on, without an end.
    pub fn since(from: Date) -> Self {
        Self { from, until: Date::MAX }
    }

    /// The first day; `None` when it has always been.
    pub fn from(self) -> Option<Date> {
        (self.from != Date::MIN).then_some(self.from)
    }

    /// The last day; `None` when it is open.
    pub fn until(self) -> Option<Date> {
        (self.until != Date::MAX).then_some(self.until)
    }

    /// Is `day` one of its days?
    pub fn contains(self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }

    /// Has it begun by `day`?
    pub fn has_begun(self, day: Date) -> bool {
        self.from <= day
    }

    /// The days that the periods share; `None` when there is none.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (from, until) = (self.from.max(other.from), self.until.min(other.until));
        (from <= until).then_some(Self { from, until })
    }

    /// Do the periods share a day?
    pub fn overlaps(self, other: Self) -> bool {
        self.from <= other.until && other.from <= self.until
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn both_ends_belong_to_it() {
        let (from, until) = (date(2026, 1, 1), date(2026, 1, 31));
        let period = Period::new(Some(from), Some(until)).expect("in order");
        for (day, contains, begun) in [
            (date(2025, 12, 31), false, false),
            (from, true, true),
            (until, true, true),
            (date(2026, 2, 1), false, true),
        ] {
            assert_eq!((period.contains(day), period.has_begun(day)), (contains, begun), "{day}");
        }
        assert_eq!((period.from(), period.until()), (Some(from), Some(until)));
        assert!(period.overlaps(Period::since(until)));
        assert!(!period.overlaps(Period::since(date(2026, 2, 1))));
    }

    #[test]
    fn an_end_that_is_not_given_is_open() {
        let always = Period::new(None, None).expect("open");
        assert_eq!(always, Period::ALWAYS);
        assert!(always.contains(Date::MIN) && always.contains(Date::MAX));
        assert_eq!((always.from(), always.until()), (None, None));
        let day = date(2026, 1, 1);
        assert_eq!(Period::new(Some(day), Some(date(2025, 12, 31))), None);
        assert!(Period::new(Some(day), Some(day)).expect("one day").contains(day));
    }
}
