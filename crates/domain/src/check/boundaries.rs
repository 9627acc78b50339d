//! The days on which the remarks begin and end, from the rows of the registers: both ends of each period, and the days
//! beside them.

use jiff::civil::{Date, date};

use super::{CompanyFacts, Facts};
use crate::register::{
    ContractOnDay, Employer, EmployerOnDay, Employment, EmploymentsOnDay, Enterprise,
    EnterpriseOnDay, JuridicalSituation, Mandate, MandatesOnDay, Period, Person, PersonOnDay,
    PostedOnDay, PostedWorker, WorkOnDay,
};
use crate::{EnterpriseNumber, Inss, LimosaId, Remark, Sector, Work, sample};

const BEFORE: Date = date(2026, 2, 28);
const FIRST: Date = date(2026, 3, 1);
const LAST: Date = date(2026, 12, 31);
const AFTER: Date = date(2027, 1, 1);

fn period() -> Period {
    Period::new(Some(FIRST), Some(LAST)).expect("in order")
}

/// The rows of the registers; all is right with the worker, or the posted worker, on every day.
struct Rows {
    national: bool,
    by_declaration: bool,
    persons: Vec<Person>,
    enterprises: Vec<Enterprise>,
    employers: Vec<Employer>,
    mandates: Vec<Mandate>,
    employments: Vec<Employment>,
    postings: Vec<PostedWorker>,
    work: Work,
    contracts: Vec<Period>,
}

fn company() -> EnterpriseNumber {
    sample::enterprise_number(1)
}

fn bis() -> Inss {
    let base: u64 = 724_229_005;
    Inss::from_stored(base * 100 + 97 - base % 97).expect("a BIS number")
}

impl Rows {
    fn right() -> Self {
        let (enterprise, exists) = (company(), Period::ALWAYS);
        let situation = JuridicalSituation::NORMAL;
        Self {
            national: true,
            by_declaration: false,
            persons: vec![Person {
                inss: sample::inss(1),
                known: Period::ALWAYS,
                replaced_by: None,
            }],
            enterprises: vec![Enterprise { number: enterprise, exists, situation }],
            employers: vec![Employer { enterprise, period: Period::ALWAYS }],
            mandates: Vec::new(),
            employments: vec![employment(Period::ALWAYS)],
            postings: Vec::new(),
            work: Work::new(sample::works_reference(1), Sector::Construction),
            contracts: vec![Period::ALWAYS],
        }
    }

    /// Whoever works there founded it, and it never was an employer.
    fn founded(mandates: Vec<Mandate>) -> Self {
        Self { mandates, employers: Vec::new(), employments: Vec::new(), ..Self::right() }
    }

    fn inss(&self) -> Inss {
        if self.national { sample::inss(1) } else { bis() }
    }

    fn remarks(&self, day: Date) -> Vec<Remark> {
        let inss = self.inss();
        let person = PersonOnDay::of(inss, inss, &self.persons, day);
        let holders = self.mandates.iter().any(|mandate| mandate.enterprise == company());
        let of_person = self.mandates.iter().filter(|mandate| mandate.inss == inss);
        let facts = CompanyFacts {
            enterprise: EnterpriseOnDay::of(&self.enterprises, day),
            employer: EmployerOnDay::of(self.employers.iter().map(|row| row.period), day),
            mandates: MandatesOnDay::of(of_person, company(), holders, day),
            employments: EmploymentsOnDay::of(&self.employments, day),
        };
        let facts = Facts {
            person: (!self.by_declaration).then_some(person),
            posted: PostedOnDay::of(&self.postings, day),
            company: (!self.by_declaration).then_some(facts),
            work: Some(WorkOnDay::of(&self.work, day)),
            contract: Some(ContractOnDay::of(self.contracts.iter().copied(), day)),
            repeated: false,
        };
        facts.remarks().iter().collect()
    }
}

fn employment(period: Period) -> Employment {
    let (inss, enterprise) = (sample::inss(1), company());
    Employment { inss, enterprise, worker_type: "OTH".into(), period, user: None }
}

fn mandate(person: u32, enterprise: u32, period: Period) -> Mandate {
    let enterprise = sample::enterprise_number(enterprise);
    Mandate { enterprise, inss: sample::inss(person), function: "founder".into(), period }
}

fn posting(inss: Option<Inss>, period: Period) -> PostedWorker {
    let id = LimosaId::parse("00012345678901234").expect("digits");
    let (employer, country) = ("Bouw BV".into(), "NL".into());
    PostedWorker { id, inss, vat: None, employer, country, period }
}

/// What is remarked on the day before the period, on its first and its last, and on the day after it.
#[track_caller]
fn assert_remarks(rows: &Rows, [before, first, last, after]: [&[Remark]; 4]) {
    for (day, expected) in [(BEFORE, before), (FIRST, first), (LAST, last), (AFTER, after)] {
        assert_eq!(rows.remarks(day), expected, "{day}");
    }
}

#[test]
fn who_is_right_on_every_day_is_never_remarked() {
    assert_remarks(&Rows::right(), [&[]; 4]);
}

#[test]
fn persons_are_known_from_their_first_day_to_their_last() {
    let unknown = &[Remark::PersonUnknown][..];
    let person = |replaced_by| Person { inss: sample::inss(1), known: period(), replaced_by };
    let rows = Rows { persons: vec![person(None)], ..Rows::right() };
    assert_remarks(&rows, [unknown, &[], &[], unknown]);
    let rows = Rows { persons: vec![person(Some(sample::inss(2)))], ..Rows::right() };
    assert_remarks(&rows, [unknown, &[], &[], &[]]);
    let rows = Rows { persons: Vec::new(), ..Rows::right() };
    assert_remarks(&rows, [unknown; 4]);
}

#[test]
fn declarations_hold_from_their_first_day_to_their_last() {
    let of_bis = |postings| Rows {
        national: false,
        postings,
        employers: Vec::new(),
        employments: Vec::new(),
        ..Rows::right()
    };
    let not_active = &[Remark::EmployerNotFounder, Remark::BisNotActiveInLimosa][..];
    let rows = of_bis(vec![posting(Some(bis()), period())]);
    assert_remarks(&rows, [not_active, &[], &[], not_active]);
    let unknown = &[Remark::EmployerNotFounder, Remark::BisUnknownInLimosa][..];
    assert_remarks(&of_bis(Vec::new()), [unknown; 4]);
    let by_id = |postings| Rows { by_declaration: true, postings, ..Rows::right() };
    let not_active = &[Remark::LimosaIdNotActive][..];
    assert_remarks(&by_id(vec![posting(None, period())]), [not_active, &[], &[], not_active]);
    assert_remarks(&by_id(Vec::new()), [&[Remark::LimosaIdUnknown]; 4]);
}

#[test]
fn enterprises_are_active_from_their_first_day_unless_their_situation_ends_them() {
    let not_active = &[Remark::EmployerNotActive][..];
    let row = |situation| Enterprise { number: company(), exists: period(), situation };
    let with = |situation| Rows { enterprises: vec![row(situation)], ..Rows::right() };
    assert_remarks(&with(JuridicalSituation::NORMAL), [not_active, &[], &[], not_active]);
    let bankrupt = JuridicalSituation::parse("050").expect("a code");
    assert_remarks(&with(bankrupt), [not_active; 4]);
    let rows = Rows { enterprises: Vec::new(), ..Rows::right() };
    assert_remarks(&rows, [&[Remark::CompanyUnknown]; 4]);
}

#[test]
fn employers_are_none_yet_before_their_first_day_and_not_active_after_their_last() {
    let with = |periods: &[Period], employments| Rows {
        employers: periods
            .iter()
            .map(|period| Employer { enterprise: company(), period: *period })
            .collect(),
        employments,
        ..Rows::right()
    };
    let rows = with(&[period()], Vec::new());
    let dimona = &[Remark::DimonaNotOk][..];
    let ended = &[Remark::DimonaNotOk, Remark::EmployerNotActive][..];
    assert_remarks(&rows, [&[Remark::EmployerNotFounder], dimona, dimona, ended]);
    let employed = vec![employment(Period::ALWAYS)];
    let rows = with(&[period()], employed.clone());
    assert_remarks(&rows, [&[], &[], &[], &[Remark::EmployerNotActive]]);
    let earlier = Period::new(None, Some(date(2026, 2, 27))).expect("in order");
    let rows = with(&[Period::since(AFTER), period(), earlier], employed);
    assert_remarks(&rows, [&[Remark::EmployerNotActive], &[], &[], &[]]);
}

#[test]
fn employments_hold_from_their_first_day_to_their_last() {
    let dimona = &[Remark::DimonaNotOk][..];
    let rows = Rows { employments: vec![employment(period())], ..Rows::right() };
    assert_remarks(&rows, [dimona, &[], &[], dimona]);
    let user = Some(sample::enterprise_number(2));
    let of_agency = Employment { user, ..employment(period()) };
    let rows = Rows { employments: vec![of_agency], ..Rows::right() };
    assert_remarks(&rows, [dimona, &[], &[], dimona]);
}

#[test]
fn mandates_hold_from_their_first_day_to_their_last() {
    let not_founder = &[Remark::InssNotFounder][..];
    let rows = Rows::founded(vec![mandate(1, 1, period())]);
    assert_remarks(&rows, [not_founder, &[], &[], not_founder]);
    let rows = Rows::founded(vec![mandate(2, 1, period())]);
    assert_remarks(&rows, [not_founder; 4]);
    let elsewhere = &[Remark::IndependentNotFounder][..];
    let rows = Rows::founded(vec![mandate(2, 1, Period::ALWAYS), mandate(1, 2, period())]);
    assert_remarks(&rows, [not_founder, elsewhere, elsewhere, not_founder]);
    let nobody = &[Remark::EmployerNotFounder][..];
    let rows = Rows::founded(vec![mandate(1, 2, period())]);
    assert_remarks(&rows, [nobody, elsewhere, elsewhere, nobody]);
}

#[test]
fn works_and_contracts_hold_from_their_first_day_to_their_last() {
    let mut rows = Rows::right();
    rows.work.period = period();
    let not_active = &[Remark::WorkNotActive][..];
    assert_remarks(&rows, [not_active, &[], &[], not_active]);
    let rows = Rows { contracts: vec![period()], ..Rows::right() };
    let not_active = &[Remark::ContractNotActive][..];
    assert_remarks(&rows, [not_active, &[], &[], not_active]);
    let rows = Rows { contracts: vec![period(), Period::since(AFTER)], ..Rows::right() };
    assert_remarks(&rows, [not_active, &[], &[], &[]]);
    let rows = Rows { contracts: Vec::new(), ..Rows::right() };
    assert_remarks(&rows, [&[Remark::CompanyNotInWork]; 4]);
}
