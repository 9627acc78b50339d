//! Pairs begin and end of work into performances.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::{Inss, MomentKind, Registration, RegistrationId, Status, WorksReference, belgian_day};

/// Between a begin and its end lie at most so many hours; what is farther apart belongs to different performances.
pub const LONGEST_HOURS: i64 = 24;

/// A span of work of one person at one work: from a begin to its end, or one of the two whose other is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Performance {
    /// Who.
    pub inss: Inss,
    /// Where.
    pub works: WorksReference,
    /// The begin; `None` when an end stands alone.
    pub begin: Option<PerformanceMoment>,
    /// The end; `None` when the work is still under way or its end is missing.
    pub end: Option<PerformanceMoment>,
    /// How long the break before it was, since another performance of the same Belgian day at the same work.
    pub break_before: Option<SignedDuration>,
}

/// A begin or an end of a performance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PerformanceMoment {
    /// When.
    pub at: Timestamp,
    /// Did any registration of it come late?
    pub late: bool,
    /// The registrations that tell it: more than one where the same moment was sent again.
    pub ids: Vec<RegistrationId>,
}

impl Performance {
    /// The time worked, when begin and end are known.
    pub fn worked(&self) -> Option<SignedDuration> {
        let (begin, end) = self.begin.as_ref().zip(self.end.as_ref())?;
        Some(end.at.duration_since(begin.at))
    }

    /// Its place in the order of performances.
    pub fn place(&self) -> PerformancePlace {
        let begins = self.begin.is_some();
        PerformancePlace { inss: self.inss, works: self.works, at: self.at(), begins }
    }

    /// Does it begin or end on a day for which `wanted` holds?
    pub fn touches(&self, wanted: impl Fn(Date) -> bool) -> bool {
        self.begin.iter().chain(&self.end).any(|moment| wanted(belgian_day(moment.at)))
    }

    /// When it began, or else when it ended.
    pub fn at(&self) -> Timestamp {
        self.begin.as_ref().or(self.end.as_ref()).map_or(Timestamp::MIN, |moment| moment.at)
    }
}

/// Where a performance stands in the order of performances: by person, work and time. It stays there when others come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PerformancePlace {
    /// Who.
    pub inss: Inss,
    /// Where.
    pub works: WorksReference,
    /// When it begins, or else when it ends.
    pub at: Timestamp,
    /// Does it have a begin?
    pub begins: bool,
}

/// A begin or an end of work, as far as performances are made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkMoment {
    /// The registration that tells it.
    pub id: RegistrationId,
    /// Who.
    pub inss: Inss,
    /// Where.
    pub works: WorksReference,
    /// Begin or end.
    pub kind: MomentKind,
    /// When.
    pub at: Timestamp,
    /// Did it come late?
    pub late: bool,
}

impl WorkMoment {
    /// What a registration tells; `None` of whole days, and of what is cancelled.
    pub fn of(registration: &Registration) -> Option<Self> {
        let submission = &registration.submission;
        let moment = submission.moment.as_ref()?;
        (registration.status != Status::Cancelled).then_some(())?;
        Some(Self {
            id: registration.id,
            inss: submission.who.inss()?,
            works: submission.works,
            kind: moment.kind,
            at: moment.at,
            late: moment.is_late(),
        })
    }
}

/// The performances that `moments` tell, by person, work and time.
///
/// The moments of one person at one work are taken in the order of time, however
/// they came in; the same moment twice is one. A begin goes with the next end, if no other begin comes between them and
/// they lie no more than [`LONGEST_HOURS`] apart; whatever is left stands alone. An end comes before a begin at the same
/// moment. Hours are real ones, so nights that change the clock need no care.
pub fn performances(mut moments: Vec<WorkMoment>) -> Vec<Performance> {
    let key = |it: &WorkMoment| (it.inss, it.works, it.at, std::cmp::Reverse(it.kind), it.id);
    moments.sort_unstable_by_key(key);
    let mut all = Vec::new();
    for of_one in moments.chunk_by(|a, b| (a.inss, a.works) == (b.inss, b.works)) {
        let told = of_one.chunk_by(|a, b| (a.at, a.kind) == (b.at, b.kind)).map(|same| {
            let moment = PerformanceMoment {
                at: same[0].at,
                late: same.iter().any(|it| it.late),
                ids: same.iter().map(|it| it.id).collect(),
            };
            (same[0].kind, moment)
        });
        all.extend(with_breaks(paired(of_one[0].inss, of_one[0].works, told)));
    }
    all
}

fn paired(
    inss: Inss,
    works: WorksReference,
    moments: impl Iterator<Item = (MomentKind, PerformanceMoment)>,
) -> Vec<Performance> {
    let longest = SignedDuration::from_hours(LONGEST_HOURS);
    let one = |begin, end| Performance { inss, works, begin, end, break_before: None };
    let mut open: Option<PerformanceMoment> = None;
    let mut all = Vec::new();
    for (kind, moment) in moments {
        match (kind, open.take()) {
            (MomentKind::In, before) => {
                all.extend(before.map(|begin| one(Some(begin), None)));
                open = Some(moment);
            }
            (MomentKind::Out, Some(begin)) if moment.at.duration_since(begin.at) <= longest => {
                all.push(one(Some(begin), Some(moment)));
            }
            (MomentKind::Out, before) => {
                all.extend(before.map(|begin| one(Some(begin), None)));
                all.push(one(None, Some(moment)));
            }
        }
    }
    all.extend(open.map(|begin| one(Some(begin), None)));
    all
}

/// Notes the gaps between whole performances of the same day.
fn with_breaks(mut performances: Vec<Performance>) -> Vec<Performance> {
    for place in 1..performances.len() {
        let ended = performances[place - 1].worked().and(performances[place - 1].end.as_ref());
        let begun = performances[place].begin.as_ref();
        let gap = ended
            .zip(begun)
            .filter(|(end, begin)| belgian_day(end.at) == belgian_day(begin.at))
            .map(|(end, begin)| begin.at.duration_since(end.at));
        performances[place].break_before = gap;
    }
    performances
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::registration::tests::registration;
    use crate::{Coordinates, Moment, PlaceOfWork, sample};

    fn moment(id: i64, works: u32, kind: MomentKind, at: Timestamp) -> Registration {
        let mut made = registration("2026-11-24");
        made.id = RegistrationId::new(id).expect("an id");
        made.submission.works = sample::works_reference(works);
        let place = PlaceOfWork::Coordinates(Coordinates::new(4.35, 50.84).expect("on earth"));
        let offline_since = (id % 7 == 0).then_some(at);
        made.submission.moment = Some(Box::new(Moment { kind, at, place, offline_since }));
        made
    }

    /// `I2026-11-24T08:00Z` and so on, at one work; told as hours worked, `-` where one of the two is missing.
    fn told(moments: &[&str]) -> Vec<String> {
        let made = (1..).zip(moments).map(|(id, text)| {
            let kind = if text.starts_with('I') { MomentKind::In } else { MomentKind::Out };
            let at = text[1..].parse().expect("a moment");
            moment(id, 1, kind, at)
        });
        let tell = |it: &Performance| {
            let minutes = it.worked().map(|worked| worked.as_mins().to_string());
            let gap = it.break_before.map(|gap| format!(" after {}", gap.as_mins()));
            let alone = if it.begin.is_some() { "I-" } else { "-O" };
            format!("{}{}", minutes.unwrap_or(alone.into()), gap.unwrap_or_default())
        };
        let moments = made.filter_map(|it| WorkMoment::of(&it)).collect();
        performances(moments).iter().map(tell).collect()
    }

    #[test]
    fn a_day_with_a_break() {
        let day = [
            "I2026-11-24T07:00:00Z",
            "O2026-11-24T11:00:00Z",
            "I2026-11-24T11:30:00Z",
            "O2026-11-24T15:00:00Z",
        ];
        assert_eq!(told(&day), ["240", "210 after 30"]);
    }

    #[test]
    fn over_midnight_there_is_a_pair_and_no_break_of_another_day() {
        let night = ["I2026-11-24T21:00:00Z", "O2026-11-25T04:00:00Z", "I2026-11-25T23:30:00Z"];
        assert_eq!(told(&night), ["420", "I-"]);
    }

    #[test]
    fn a_lone_end_a_doubled_begin_and_a_moment_sent_again() {
        assert_eq!(told(&["O2026-11-24T11:00:00Z"]), ["-O"]);
        let doubled = ["I2026-11-24T07:00:00Z", "I2026-11-24T08:00:00Z", "O2026-11-24T09:00:00Z"];
        assert_eq!(told(&doubled), ["I-", "60"]);
        let again = ["I2026-11-24T07:00:00Z", "I2026-11-24T07:00:00Z", "O2026-11-24T09:00:00Z"];
        assert_eq!(told(&again), ["120"]);
        let forgotten = ["I2026-11-24T07:00:00Z", "O2026-11-25T07:00:01Z"];
        assert_eq!(told(&forgotten), ["I-", "-O"]);
    }

    #[test]
    fn the_nights_that_change_the_clock_have_their_real_hours() {
        let winter = ["I2026-10-24T22:00:00+02:00", "O2026-10-25T06:00:00+01:00"];
        assert_eq!(told(&winter), ["540"]);
        let summer = ["I2026-03-28T22:00:00+01:00", "O2026-03-29T06:00:00+02:00"];
        assert_eq!(told(&summer), ["420"]);
    }

    #[test]
    fn cancelled_moments_tell_nothing_and_works_are_apart() {
        let at = |text: &str| text.parse().expect("a moment");
        let begin = moment(1, 1, MomentKind::In, at("2026-11-24T07:00:00Z"));
        let mut cancelled = moment(2, 1, MomentKind::Out, at("2026-11-24T09:00:00Z"));
        cancelled.status = Status::Cancelled;
        let elsewhere = moment(3, 2, MomentKind::Out, at("2026-11-24T09:00:00Z"));
        let mut day = registration("2026-11-24");
        day.submission.moment = None;
        let told = [begin, cancelled, elsewhere, day];
        let found = performances(told.iter().filter_map(WorkMoment::of).collect());
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|it| it.worked().is_none()));
    }

    proptest! {
        #[test]
        fn the_order_of_arrival_never_matters(
            moments in proptest::collection::vec((0..3_u32, any::<bool>(), 0..40_i64), 0..40),
            seed in any::<u64>(),
        ) {
            let made: Vec<_> = (1..).zip(&moments).map(|(id, (works, begins, hour))| {
                let kind = if *begins { MomentKind::In } else { MomentKind::Out };
                let at = Timestamp::from_second(1_792_900_000 + hour * 3600).expect("in range");
                WorkMoment::of(&moment(id, *works, kind, at)).expect("a moment")
            }).collect();
            let mut shuffled = made.clone();
            shuffle(&mut shuffled, seed);
            let count = made.len();
            let found = performances(made);
            prop_assert_eq!(&found, &performances(shuffled));
            let ids: usize = found.iter().flat_map(|it| it.begin.iter().chain(&it.end))
                .map(|moment| moment.ids.len()).sum();
            prop_assert_eq!(ids, count, "nothing is lost");
        }
    }

    fn shuffle(list: &mut [WorkMoment], mut seed: u64) {
        for place in (1..list.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let other = usize::try_from(seed >> 33).expect("31 bits") % (place + 1);
            list.swap(place, other);
        }
    }
}
