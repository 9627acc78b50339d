//! Ways through the indexes to the registrations of a search: one where everything may be seen, else one for each kind of
//! sight of the caller, which meets nothing that the caller may not see.

use domain::register::Period;
use domain::{EnterpriseNumber, Inss, Search, Sight, Subject, WorksReference};
use jiff::civil::Date;
use tokio_postgres::types::Type;

use crate::row;
use crate::sql::Sql;

/// The days that have registrations: the first and the last.
pub(crate) type Stored = (i32, i32);

/// Conditions that one index answers, with the days on which they are to hold.
#[derive(Clone)]
pub(crate) struct Way {
    days: Vec<i32>,
    inss: Option<Inss>,
    /// Is it the person's newest number, where another one was declared?
    by_newest: bool,
    works: Option<WorksReference>,
    /// Any of these employers, as their column has them.
    companies: Vec<i64>,
    /// Whose employer is one of these, where there are any: the registrations of each lie together.
    employers: Vec<i64>,
    /// Any of these senders for others.
    senders: Vec<i64>,
}

impl Way {
    /// The way of a search by who may see everything.
    pub(crate) fn of(search: &Search, stored: Stored) -> Self {
        // The person leads to few registrations; more conditions would only make the planner choose.
        let alone = search.inss.is_some();
        Self {
            days: days(search, Period::ALWAYS, stored),
            inss: search.inss,
            by_newest: false,
            works: search.works.filter(|_| !alone),
            companies: employer(search).filter(|_| !alone).into_iter().collect(),
            employers: employer(search).into_iter().collect(),
            senders: Vec::new(),
        }
    }

    /// The ways of a search by who may see everything of what lies on them: of a person, one for each column of numbers.
    pub(crate) fn all_of(search: &Search, stored: Stored) -> Vec<Self> {
        let newest = search.inss.map(|_| Self { by_newest: true, ..Self::of(search, stored) });
        std::iter::once(Self::of(search, stored)).chain(newest).collect()
    }

    /// The ways of what `sights` show of a search: sights that differ in the enterprise only share one.
    pub(crate) fn of_sights(search: &Search, sights: &[Sight], stored: Stored) -> Vec<Self> {
        let mut ways: Vec<Self> = Vec::new();
        for way in sights.iter().flat_map(|sight| Self::of_sight(search, *sight, stored)) {
            match ways.iter_mut().find(|other| other.differs_in_enterprises_only(&way)) {
                Some(other) => {
                    other.companies.extend(way.companies);
                    other.employers.extend(way.employers);
                    other.senders.extend(way.senders);
                }
                None => ways.push(way),
            }
        }
        ways
    }

    /// Of a person, one for each column of numbers.
    fn of_sight(search: &Search, sight: Sight, stored: Stored) -> Vec<Self> {
        let way = Self::first_of_sight(search, sight, stored);
        let newest = way.clone().filter(|way| way.inss.is_some());
        let newest = newest.map(|way| Self { by_newest: true, ..way });
        way.into_iter().chain(newest).collect()
    }

    fn first_of_sight(search: &Search, sight: Sight, stored: Stored) -> Option<Self> {
        let wants = |company| search.company.is_none_or(|wanted| wanted == company);
        let days = days(search, sight.period, stored);
        let nothing = Self {
            days,
            inss: None,
            by_newest: false,
            works: None,
            companies: vec![],
            employers: employer(search).into_iter().collect(),
            senders: vec![],
        };
        let way = match sight.of {
            // The person that is searched for may be known by another number than the sight's.
            Subject::Person(inss) => Self { inss: Some(inss), ..nothing },
            Subject::Employer(company) => {
                wants(company).then_some(())?;
                let companies = vec![long(company)];
                Self { works: search.works, employers: companies.clone(), companies, ..nothing }
            }
            Subject::Sender(company) => Self { senders: vec![long(company)], ..nothing },
            Subject::EmployerAtWork(company, works) => {
                let wanted = search.works.is_none_or(|wanted| wanted == works);
                (wanted && wants(company)).then_some(())?;
                let companies = vec![long(company)];
                Self { works: Some(works), employers: companies.clone(), companies, ..nothing }
            }
        };
        (!way.days.is_empty()).then_some(way)
    }

    fn differs_in_enterprises_only(&self, other: &Self) -> bool {
        self.inss.is_none()
            && other.inss.is_none()
            && self.works == other.works
            && self.companies.is_empty() == other.companies.is_empty()
            && self.days == other.days
    }

    /// Is it by employers, and nothing else but days and a work?
    pub(crate) fn is_by_company(&self) -> bool {
        !self.companies.is_empty()
    }

    /// How many steps into an index it is.
    pub(crate) fn steps(&self) -> usize {
        self.days.len() * self.companies.len().max(self.senders.len()).max(1)
    }

    /// Its conditions. All columns that they name are those of one index.
    pub(crate) fn conditions(&self, sql: &mut Sql) -> String {
        let mut all = vec![format!("day = ANY({})", sql.give(self.days.clone(), Type::INT4_ARRAY))];
        if let Some(inss) = self.inss {
            let inss = sql.give(inss.number().cast_signed(), Type::INT8);
            all.push(if self.by_newest {
                format!("newest = {inss} AND newest IS NOT NULL")
            } else {
                format!("inss = {inss}")
            });
        }
        if let Some(works) = self.works {
            all.push(format!("works = {}", sql.give(works.as_str().to_owned(), Type::TEXT)));
        }
        if !self.companies.is_empty() {
            let numbers = sql.give(self.companies.clone(), Type::INT8_ARRAY);
            all.push(format!("company = ANY({numbers})"));
        }
        if !self.senders.is_empty() {
            let numbers = sql.give(self.senders.clone(), Type::INT8_ARRAY);
            all.push(format!(
                "sender_company = ANY({numbers}) AND sender_company IS NOT NULL \
                 AND sender_company IS DISTINCT FROM company"
            ));
        }
        all.join(" AND ")
    }
}

impl Way {
    /// The same, with what tells on which servers they can lie.
    pub(crate) fn conditions_by_employer(&self, sql: &mut Sql) -> String {
        let conditions = self.conditions(sql);
        match self.employers.as_slice() {
            [] => conditions,
            [one] => format!("{conditions} AND employer = {}", sql.give(*one, Type::INT8)),
            several => {
                let several = sql.give(several.to_vec(), Type::INT8_ARRAY);
                format!("{conditions} AND employer = ANY({several})")
            }
        }
    }
}

/// The condition that at least one sight shows a row.
pub(crate) fn shown(sights: &[Sight], sql: &mut Sql) -> String {
    let mut any = vec!["false".to_owned()];
    for Sight { of, period } in sights {
        let mut number = |number: u64| sql.give(number.cast_signed(), Type::INT8);
        let of = match of {
            Subject::Person(inss) => {
                let inss = number(inss.number());
                format!("(inss = {inss} OR newest = {inss})")
            }
            Subject::Employer(company) => format!("company = {}", number(company.number())),
            Subject::Sender(company) => format!("sender_company = {}", number(company.number())),
            Subject::EmployerAtWork(company, works) => {
                let company = number(company.number());
                let works = sql.give(works.as_str().to_owned(), Type::TEXT);
                format!("company = {company} AND works = {works}")
            }
        };
        let (first, last) = bounds(*period);
        any.push(format!("{of} AND day BETWEEN {first} AND {last}"));
    }
    format!("({})", any.join(" OR "))
}

/// The days of a search inside a period that can have registrations.
fn days(search: &Search, period: Period, stored: Stored) -> Vec<i32> {
    let (first, last) = bounds(period);
    let (first, last) = (first.max(stored.0), last.min(stored.1));
    let cut = |interval: &(Date, Date)| {
        row::day_number(interval.0).max(first)..=row::day_number(interval.1).min(last)
    };
    search.days.intervals().iter().flat_map(cut).collect()
}

fn bounds(period: Period) -> (i32, i32) {
    let first = period.from().map_or(i32::MIN, row::day_number);
    (first, period.until().map_or(i32::MAX, row::day_number))
}

/// The employer that a search names, as the column of employers has it.
pub(crate) fn employer(search: &Search) -> Option<i64> {
    search.company.map(long).or_else(|| search.foreign_vat.as_ref().map(row::foreign_key))
}

fn long(number: EnterpriseNumber) -> i64 {
    number.number().cast_signed()
}
