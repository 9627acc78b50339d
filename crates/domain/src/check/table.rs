//! The decision table held against itself, row by row: for every combination of what the registers may answer, each remark
//! is raised exactly when its row of `docs/registers.md` says so, whatever else is wrong.

use super::{CompanyFacts, Facts};
use crate::register::{
    ContractOnDay, EmployerOnDay, EmploymentsOnDay, EnterpriseOnDay, MandatesOnDay, PersonOnDay,
    PostedOnDay, WorkOnDay,
};
use crate::{Inss, InssKind, Remark, Sector, sample};

fn persons() -> Vec<PersonOnDay> {
    let base: u64 = 724_229_005;
    let bis = Inss::from_stored(base * 100 + 97 - base % 97).expect("a BIS number");
    let person = |newest, known| PersonOnDay { known, ..PersonOnDay::unknown(newest) };
    let both = |newest| [person(newest, true), person(newest, false)];
    [sample::inss(1), bis].into_iter().flat_map(both).collect()
}

fn postings() -> [PostedOnDay; 3] {
    [(false, false), (true, false), (true, true)].map(|(known, active)| PostedOnDay {
        known,
        active,
        ..PostedOnDay::default()
    })
}

fn companies() -> Vec<CompanyFacts> {
    let mut all = Vec::new();
    let user = sample::enterprise_number(2);
    for enterprise in
        [EnterpriseOnDay::Unknown, EnterpriseOnDay::NotActive, EnterpriseOnDay::Active]
    {
        for employer in [EmployerOnDay::Never, EmployerOnDay::Ended, EmployerOnDay::Active] {
            for bits in 0..8 {
                let is = |bit: u8| bits & bit != 0;
                let mandates = MandatesOnDay { here: is(1), elsewhere: is(2), holders: is(4) };
                for (own, users) in
                    [(false, vec![]), (true, vec![]), (false, vec![user]), (true, vec![user])]
                {
                    let employments = EmploymentsOnDay { own, users };
                    all.push(CompanyFacts { enterprise, employer, mandates, employments });
                }
            }
        }
    }
    all
}

fn works() -> Vec<Option<WorkOnDay>> {
    let work = |(active, subject)| Some(WorkOnDay { sector: Sector::Meat, active, subject });
    let known = [(true, true), (true, false), (false, true), (false, false)].map(work);
    known.into_iter().chain([None]).collect()
}

const CONTRACTS: [Option<ContractOnDay>; 4] = [
    None,
    Some(ContractOnDay::Unknown),
    Some(ContractOnDay::NotActive),
    Some(ContractOnDay::Active),
];

/// Who may be registered: a person for a company, for a foreign one, or by the id of a declaration.
fn registered() -> Vec<Facts> {
    let mut all = Vec::new();
    for posted in postings() {
        let by_id = Facts { posted, ..Facts::default() };
        for person in persons() {
            let foreign = Facts { person: Some(person), ..by_id.clone() };
            let of = |company| Facts { company: Some(company), ..foreign.clone() };
            all.extend(companies().into_iter().map(of));
            all.push(foreign);
        }
        all.push(by_id);
    }
    all
}

/// The rows of the table, as it has them in words.
fn is_raised(remark: Remark, facts: &Facts) -> bool {
    let Facts { person, posted, company, work, contract, repeated } = facts;
    let by_id = person.is_none();
    let national = person.as_ref().is_some_and(|it| it.newest.kind() == InssKind::National);
    let bis = person.is_some() && !national;
    let of_company = |row: fn(&CompanyFacts) -> bool| company.as_ref().is_some_and(row);
    let employed = of_company(|it| it.employments.own || !it.employments.users.is_empty());
    let may_be_there = employed || of_company(|it| it.mandates.here) || posted.active;
    let was_employer = of_company(|it| it.employer != EmployerOnDay::Never);
    let founders_alone = company.is_some() && !was_employer && !may_be_there;
    let founds_elsewhere = of_company(|it| it.mandates.elsewhere);
    let has_founders = of_company(|it| it.mandates.holders);
    match remark {
        Remark::PersonUnknown => national && person.as_ref().is_some_and(|it| !it.known),
        Remark::BisUnknownInLimosa => bis && !employed && !posted.known,
        Remark::BisNotActiveInLimosa => bis && !employed && posted.known && !posted.active,
        Remark::LimosaIdUnknown => by_id && !posted.known,
        Remark::LimosaIdNotActive => by_id && posted.known && !posted.active,
        Remark::CompanyUnknown => of_company(|it| it.enterprise == EnterpriseOnDay::Unknown),
        Remark::EmployerNotActive => of_company(|it| match it.enterprise {
            EnterpriseOnDay::Unknown => false,
            EnterpriseOnDay::NotActive => true,
            EnterpriseOnDay::Active => it.employer == EmployerOnDay::Ended,
        }),
        Remark::DimonaNotOk => was_employer && !may_be_there,
        Remark::InssNotFounder => founders_alone && has_founders && !founds_elsewhere,
        Remark::EmployerNotFounder => founders_alone && !has_founders && !founds_elsewhere,
        Remark::IndependentNotFounder => founders_alone && founds_elsewhere,
        Remark::WorkUnknown => work.is_none(),
        Remark::WorkNotActive => work.is_some_and(|it| !it.active),
        Remark::WorkNotSubject => work.is_some_and(|it| !it.subject),
        Remark::CompanyNotInWork => work.is_some() && *contract == Some(ContractOnDay::Unknown),
        Remark::ContractNotActive => work.is_some() && *contract == Some(ContractOnDay::NotActive),
        Remark::Duplicate => *repeated,
        // Of the place of work, which no register answers.
        Remark::FarFromSite => false,
    }
}

#[test]
fn every_row_holds_in_every_combination_and_none_masks_another() {
    let mut raised = [0_u32; Remark::ALL.len()];
    let mut checked = 0;
    for facts in registered() {
        for work in works() {
            for contract in CONTRACTS {
                for repeated in [false, true] {
                    let facts = Facts { work, contract, repeated, ..facts.clone() };
                    let remarks = facts.remarks();
                    for (remark, count) in Remark::ALL.into_iter().zip(&mut raised) {
                        let expected = is_raised(remark, &facts);
                        assert_eq!(remarks.contains(remark), expected, "{remark:?} of {facts:?}");
                        *count += u32::from(expected);
                    }
                    checked += 1;
                }
            }
        }
    }
    assert_eq!(checked, 3 * (4 * (3 * 3 * 8 * 4 + 1) + 1) * 5 * 4 * 2);
    for (remark, count) in Remark::ALL.into_iter().zip(raised) {
        assert_eq!(count > 0, remark != Remark::FarFromSite, "{remark:?}");
    }
}
