//! A way through an index to registrations of a search: one where everything may be seen, else one for each sight of the
//! caller, which meets nothing that the caller may not see.

use domain::register::Period;
use domain::{EnterpriseNumber, Inss, Search, Sight, Subject, WorksReference, day_number};
use jiff::civil::Date;
use rusqlite::{Row, Statement};

use crate::failure::Failure;
use crate::plan::{Access, Breadth, Plan};
use crate::search::employer;

pub(crate) struct Way<'s> {
    pub(crate) plan: Plan,
    inss: Option<Inss>,
    works: Option<WorksReference>,
    /// The employer, or the sender, as their columns have them.
    enterprise: Option<i64>,
    days: Vec<(i64, i64)>,
    /// Of what is met on the way, only this may be seen; `None` where all of it may.
    sights: Option<&'s [Sight]>,
}

impl<'s> Way<'s> {
    /// The way of a search by who may see everything.
    pub(crate) fn of(search: &Search) -> Self {
        let enterprise = employer(search);
        let access = match (search.inss, search.works, enterprise) {
            (Some(_), ..) => Access::Inss,
            (None, Some(_), Some(_)) => Access::WorksAndCompany,
            (None, Some(_), None) => Access::Works,
            (None, None, Some(_)) => Access::Company,
            (None, None, None) => Access::Day,
        };
        Self {
            plan: Plan::new(access, search),
            inss: search.inss,
            works: search.works,
            enterprise,
            days: days(search, Period::ALWAYS),
            sights: None,
        }
    }

    /// The same by the person's newest number, where another one was declared.
    pub(crate) fn newest(&self, search: &Search) -> Self {
        let plan = Plan::new(Access::Newest, search);
        let wide = self.sights.is_some() || self.plan.breadth == Breadth::Row;
        let plan = if wide { plan.with_row() } else { plan };
        let Self { inss, works, enterprise, sights, .. } = *self;
        Self { plan, inss, works, enterprise, days: self.days.clone(), sights }
    }

    /// The way by the person of a search, who also has registrations that may not be seen.
    pub(crate) fn of_person(search: &Search, sights: &'s [Sight]) -> Self {
        let way = Self::of(search);
        Self { plan: way.plan.with_row(), sights: Some(sights), ..way }
    }

    /// The ways of each sight that can show something of what is searched.
    pub(crate) fn of_sights(search: &Search, sights: &[Sight]) -> Vec<Self> {
        let ways = |sight: &Sight| {
            let way = Self::of_sight(search, *sight);
            let newest = way
                .as_ref()
                .filter(|_| matches!(sight.of, Subject::Person(_)))
                .map(|way| way.newest(search));
            way.into_iter().chain(newest)
        };
        sights.iter().flat_map(ways).collect()
    }

    /// The same way to moments.
    pub(crate) fn into_moments(self, search: &Search) -> Self {
        Self { plan: self.plan.to_moments(search, self.sights.is_some()), ..self }
    }

    fn of_sight(search: &Search, sight: Sight) -> Option<Self> {
        let wants_company = |company| search.company.is_none_or(|wanted| wanted == company);
        let (access, inss, works, enterprise) = match sight.of {
            Subject::Person(inss) => (Access::Inss, Some(inss), None, None),
            Subject::Employer(company) => {
                wants_company(company).then_some(())?;
                let access =
                    if search.works.is_some() { Access::WorksAndCompany } else { Access::Company };
                (access, None, search.works, Some(company))
            }
            Subject::Sender(company) => (Access::Sender, None, None, Some(company)),
            Subject::EmployerAtWork(company, works) => {
                let wanted = search.works.is_none_or(|wanted| wanted == works);
                (wanted && wants_company(company)).then_some(())?;
                (Access::WorksAndCompany, None, Some(works), Some(company))
            }
        };
        let enterprise = enterprise.map(|company: EnterpriseNumber| company.number().cast_signed());
        let days = days(search, sight.period);
        let plan = Plan::new(access, search);
        // The person that is searched for may be known by another number than the sight's.
        let other = access == Access::Inss && search.inss.is_some() && search.inss != inss;
        let plan = if other { plan.with_row() } else { plan };
        (!days.is_empty()).then_some(Self { plan, inss, works, enterprise, days, sights: None })
    }

    /// The days of the way that can have registrations.
    pub(crate) fn days(&self, stored: (i64, i64)) -> impl Iterator<Item = i64> + use<'_, 's> {
        self.days
            .iter()
            .flat_map(move |(first, last)| (*first).max(stored.0)..=(*last).min(stored.1))
    }

    /// Binds the statement of the plan for a day.
    pub(crate) fn bind(&self, statement: &mut Statement<'_>, day: i64) -> rusqlite::Result<()> {
        let enterprise = self.enterprise;
        let works = self.works.as_ref().map(WorksReference::as_str);
        statement.raw_bind_parameter(1, day)?;
        match self.plan.access {
            Access::Inss | Access::Newest => {
                let inss = self.inss.map(|inss| inss.number().cast_signed());
                statement.raw_bind_parameter(2, inss)
            }
            Access::Works => statement.raw_bind_parameter(2, works),
            Access::Company | Access::Sender => statement.raw_bind_parameter(2, enterprise),
            Access::WorksAndCompany => {
                statement.raw_bind_parameter(2, works)?;
                statement.raw_bind_parameter(3, enterprise)
            }
            Access::Day => Ok(()),
        }
    }

    /// May this row, read whole, be seen?
    pub(crate) fn shows(&self, row: &Row<'_>) -> Result<bool, Failure> {
        let Some(sights) = self.sights else { return Ok(true) };
        let day: i64 = row.get(1)?;
        let works = row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?;
        let company: Option<i64> = row.get(3)?;
        let inss: Option<i64> = row.get(10)?;
        let newest: Option<i64> = row.get(16)?;
        let sender: Option<i64> = row.get(11)?;
        let is = |number: Option<i64>, enterprise: EnterpriseNumber| {
            number == Some(enterprise.number().cast_signed())
        };
        Ok(sights.iter().any(|sight| {
            let is_of = match sight.of {
                Subject::Person(person) => {
                    let number = Some(person.number().cast_signed());
                    inss == number || newest == number
                }
                Subject::Employer(employer) => is(company, employer),
                Subject::Sender(enterprise) => is(sender, enterprise),
                Subject::EmployerAtWork(employer, at) => {
                    is(company, employer) && at.as_str() == works
                }
            };
            let (first, last) = bounds(sight.period);
            is_of && (first..=last).contains(&day)
        }))
    }
}

/// The days of a search inside a period.
fn days(search: &Search, period: Period) -> Vec<(i64, i64)> {
    let (first, last) = bounds(period);
    let cut = |interval: &(Date, Date)| {
        (day_number(interval.0).max(first), day_number(interval.1).min(last))
    };
    search.days.intervals().iter().map(cut).filter(|(first, last)| first <= last).collect()
}

fn bounds(period: Period) -> (i64, i64) {
    let first = period.from().map_or(i64::MIN, day_number);
    (first, period.until().map_or(i64::MAX, day_number))
}
