//! The past that growth is measured over, and the questions about it.

use fastrand::Rng;
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::bare::Past;
use crate::message::post;
use crate::population::Population;

/// Workers that an employer sends to its work on a day.
const SENT: u32 = 10;
/// Workers that an employer has; who is sent goes round.
const STAFF: u32 = 20;
/// Employers at a work.
const EMPLOYERS: u32 = 5;
/// Days after which the works are others.
const LASTING: u32 = 20;
/// Works among which there is no overlap between one time and the next.
const APART: u32 = 2_000;
/// Registrations on a day, when there are enough.
const DAILY: u32 = 100_000;
/// Days that there are at least.
const DAYS: u32 = 40;

/// Registrations of the days before today: on each day the same employers, each at a work with four others.
pub(crate) struct Archive {
    first: Date,
    days: u32,
    daily: u32,
}

/// What is asked, with what the answer must have.
pub(crate) struct Query {
    pub(crate) request: Vec<u8>,
    pub(crate) answer: String,
}

impl Archive {
    /// At least `count` registrations, the last ones for `today`.
    pub(crate) fn new(count: u32, today: Date) -> Self {
        let step = SENT * EMPLOYERS;
        let daily = (count / DAYS / step * step).min(DAILY);
        let days = count.div_ceil(daily);
        Self { first: today - i64::from(days - 1).days(), days, daily }
    }

    /// How many registrations there are.
    pub(crate) fn count(&self) -> u32 {
        self.days * self.daily
    }

    /// Its first day.
    pub(crate) fn first(&self) -> Date {
        self.first
    }

    /// How many there are on a day.
    pub(crate) fn daily(&self) -> u32 {
        self.daily
    }

    fn employers(&self) -> u32 {
        self.daily / SENT
    }

    fn day(&self, day: u32) -> Date {
        self.first + i64::from(day).days()
    }

    fn works(employer: u32, day: u32) -> u32 {
        employer / EMPLOYERS + day / LASTING * APART
    }

    fn worker(employer: u32, place: u32, day: u32) -> u32 {
        employer * STAFF + (place + day) % STAFF
    }

    /// Every registration, in the order of the days.
    pub(crate) fn all<'p>(&self, population: &'p Population) -> impl Iterator<Item = Past<'p>> {
        (0..self.days).flat_map(move |day| {
            // Employers call in an order that has nothing to do with their numbers.
            let order = (0..self.employers()).map(|place| place * 7 % self.employers());
            order.flat_map(move |employer| {
                (0..SENT).map(move |place| Past {
                    day: self.day(day),
                    employer: population.employer(employer).number,
                    works: population.works(Self::works(employer, day)).as_str(),
                    inss: population.person(Self::worker(employer, place, day)).number,
                })
            })
        })
    }

    /// A page of a work on a day: 50 registrations.
    pub(crate) fn work_on_a_day(&self, population: &Population, rng: &mut Rng) -> Query {
        let (day, employer) = (rng.u32(..self.days), rng.u32(..self.employers()));
        let works = population.works(Self::works(employer, day));
        let criteria = format!("<ns1:WorkPlaceId>{works}</ns1:WorkPlaceId>");
        search(&criteria, self.day(day), self.day(day), SENT * EMPLOYERS)
    }

    /// The registrations of an employer on a day: ten.
    pub(crate) fn employer_on_a_day(&self, population: &Population, rng: &mut Rng) -> Query {
        let (day, employer) = (rng.u32(..self.days), rng.u32(..self.employers()));
        let number = population.employer(employer).number;
        let criteria = format!("<ns1:CompanyID>{number}</ns1:CompanyID>");
        search(&criteria, self.day(day), self.day(day), SENT)
    }

    /// The registrations of a person on 31 days: about 15.
    pub(crate) fn person_on_31_days(&self, population: &Population, rng: &mut Rng) -> Query {
        let (first, worker) = (rng.u32(..=self.days - 31), rng.u32(..self.employers() * STAFF));
        let days = first..first + 31;
        let present = |day: &u32| (worker % STAFF + STAFF - day % STAFF) % STAFF < SENT;
        let count = days.filter(present).count();
        let inss = String::from_utf8_lossy(&population.person(worker).digits);
        let criteria = format!("<ns1:INSS>{inss}</ns1:INSS>");
        let count = u32::try_from(count).expect("31 at most");
        search(&criteria, self.day(first), self.day(first + 30), count)
    }

    /// A registration with its history.
    pub(crate) fn get(&self, rng: &mut Rng) -> Query {
        let id = rng.u32(1..=self.count());
        let content = format!(
            "<ns0:GetPresenceRegistrationRequest><ns1:PresenceRegistrationId>{id}</ns1:PresenceRegistrationId>\
             </ns0:GetPresenceRegistrationRequest>"
        );
        Query {
            request: post("getPresenceRegistration", "GetPresenceRegistrationRequest", &content),
            answer: "VALIDATED".into(),
        }
    }
}

fn search(criteria: &str, first: Date, last: Date, count: u32) -> Query {
    let content = format!(
        "<ns0:SearchPresenceRequest><ns1:SearchPresenceRegistrationCriteria>{criteria}\
         <ns1:RegistrationPeriodList><ns1:RegistrationPeriod>\
         <ns1:RegistrationPeriodStartDate>{first}</ns1:RegistrationPeriodStartDate>\
         <ns1:RegistrationPeriodEndDate>{last}</ns1:RegistrationPeriodEndDate>\
         </ns1:RegistrationPeriod></ns1:RegistrationPeriodList></ns1:SearchPresenceRegistrationCriteria>\
         </ns0:SearchPresenceRequest>"
    );
    Query {
        request: post("searchPresences", "SearchPresencesRequest", &content),
        answer: format!("ResultCount>{count}</"),
    }
}
