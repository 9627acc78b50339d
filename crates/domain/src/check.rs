//! The decision table: what the registers say about a registration, as remarks.
//!
//! Source: contract, registers page, "Remarks: the decision table"; the choices made stand in `docs/registers.md`.

use crate::register::{
    ContractOnDay, EmployerOnDay, EmploymentsOnDay, EnterpriseOnDay, MandatesOnDay, PersonOnDay,
    PostedOnDay, WorkOnDay,
};
use crate::{InssKind, Remark, Remarks};

/// What the registers answer about a registration, on its day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The person, if one was registered by number.
    pub person: Option<PersonOnDay>,
    /// The Limosa declarations of the person, or those of the id by which it was registered.
    pub posted: PostedOnDay,
    /// The company, if it was registered by an enterprise number.
    pub company: Option<CompanyFacts>,
    /// The work; `None` where it is not known.
    pub work: Option<WorkOnDay>,
    /// The best contract in the work of any company for which the person may be there; `None` where no company is
    /// known, because the Limosa declaration is not.
    pub contract: Option<ContractOnDay>,
    /// An earlier registration says the same.
    pub repeated: bool,
}

/// What the registers answer about a company, and about the person in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyFacts {
    /// Of the register of enterprises.
    pub enterprise: EnterpriseOnDay,
    /// Of the register of employers.
    pub employer: EmployerOnDay,
    /// Of the register of mandates.
    pub mandates: MandatesOnDay,
    /// Of the register of employments.
    pub employments: EmploymentsOnDay,
}

impl Facts {
    /// The remarks of a check. Every row of the table is judged by itself; one takes the place of others only where the
    /// table says so.
    pub fn remarks(&self) -> Remarks {
        let limosa = || {
            [
                (!self.posted.known, Remark::LimosaIdUnknown),
                (self.posted.known && !self.posted.active, Remark::LimosaIdNotActive),
            ]
        };
        let mut remarks = Remarks::NONE;
        let mut raise = |rows: &[(bool, Remark)]| {
            for (holds, remark) in rows {
                if *holds {
                    remarks = remarks.with(*remark);
                }
            }
        };
        match &self.person {
            Some(person) => raise(&self.of_person(person)),
            None => raise(&limosa()),
        }
        if let Some(company) = &self.company {
            raise(&self.of_company(company));
        }
        raise(&self.of_work());
        raise(&[(self.repeated, Remark::Duplicate)]);
        remarks
    }

    fn of_person(&self, person: &PersonOnDay) -> [(bool, Remark); 3] {
        let national = person.newest.kind() == InssKind::National;
        let employed = self.company.as_ref().is_some_and(|company| company.employments.any());
        let foreign = !national && !employed;
        [
            (national && !person.known, Remark::PersonUnknown),
            (foreign && !self.posted.known, Remark::BisUnknownInLimosa),
            (foreign && self.posted.known && !self.posted.active, Remark::BisNotActiveInLimosa),
        ]
    }

    fn of_company(&self, company: &CompanyFacts) -> [(bool, Remark); 6] {
        let CompanyFacts { enterprise, employer, mandates, employments } = company;
        let known = *enterprise != EnterpriseOnDay::Unknown;
        let ended = *enterprise == EnterpriseOnDay::NotActive || *employer == EmployerOnDay::Ended;
        // Who is posted has neither employment nor mandate here, and needs none.
        let stranger = !employments.any() && !mandates.here && !self.posted.active;
        let employer = *employer != EmployerOnDay::Never;
        let founder = stranger && !employer;
        [
            (!known, Remark::CompanyUnknown),
            (known && ended, Remark::EmployerNotActive),
            (stranger && employer, Remark::DimonaNotOk),
            (founder && mandates.elsewhere, Remark::IndependentNotFounder),
            (founder && !mandates.elsewhere && mandates.holders, Remark::InssNotFounder),
            (founder && !mandates.elsewhere && !mandates.holders, Remark::EmployerNotFounder),
        ]
    }

    fn of_work(&self) -> [(bool, Remark); 5] {
        let Some(work) = self.work else {
            let nothing = (false, Remark::WorkUnknown);
            return [(true, Remark::WorkUnknown), nothing, nothing, nothing, nothing];
        };
        let contract = |wanted| self.contract == Some(wanted);
        [
            (false, Remark::WorkUnknown),
            (!work.active, Remark::WorkNotActive),
            (!work.subject, Remark::WorkNotSubject),
            (contract(ContractOnDay::Unknown), Remark::CompanyNotInWork),
            (contract(ContractOnDay::NotActive), Remark::ContractNotActive),
        ]
    }
}

#[cfg(test)]
mod boundaries;
#[cfg(test)]
mod table;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Inss, Sector, sample};

    fn bis() -> Inss {
        let base: u64 = 724_229_005;
        Inss::from_stored(base * 100 + 97 - base % 97).expect("a BIS number")
    }

    fn person(newest: Inss, known: bool) -> PersonOnDay {
        PersonOnDay { known, ..PersonOnDay::unknown(newest) }
    }

    fn company() -> CompanyFacts {
        CompanyFacts {
            enterprise: EnterpriseOnDay::Active,
            employer: EmployerOnDay::Active,
            mandates: MandatesOnDay::default(),
            employments: EmploymentsOnDay { own: true, users: Vec::new() },
        }
    }

    /// A worker with whom all is right.
    fn right() -> Facts {
        Facts {
            person: Some(person(sample::inss(1), true)),
            company: Some(company()),
            work: Some(WorkOnDay { sector: Sector::Construction, active: true, subject: true }),
            contract: Some(ContractOnDay::Active),
            ..Facts::default()
        }
    }

    fn with(change: impl Fn(&mut Facts, &mut CompanyFacts)) -> Vec<Remark> {
        let (mut facts, mut company) = (right(), company());
        change(&mut facts, &mut company);
        facts.company = facts.company.is_some().then_some(company);
        facts.remarks().iter().collect()
    }

    fn posted(known: bool, active: bool) -> PostedOnDay {
        PostedOnDay { known, active, ..PostedOnDay::default() }
    }

    const NOBODY: EmploymentsOnDay = EmploymentsOnDay { own: false, users: Vec::new() };

    #[test]
    fn who_is_right_gets_no_remark() {
        assert_eq!(with(|_, _| ()), []);
        let agency = |_: &mut Facts, company: &mut CompanyFacts| {
            company.employments =
                EmploymentsOnDay { own: false, users: vec![sample::enterprise_number(2)] };
        };
        assert_eq!(with(agency), []);
    }

    #[test]
    fn persons_are_judged_by_the_kind_of_their_newest_number() {
        assert_eq!(
            with(|f, _| f.person = Some(person(sample::inss(1), false))),
            [Remark::PersonUnknown]
        );
        assert_eq!(with(|f, _| f.person = Some(person(bis(), false))), [], "employed here");
        for (declared, expected) in [
            (posted(false, false), vec![Remark::DimonaNotOk, Remark::BisUnknownInLimosa]),
            (posted(true, false), vec![Remark::DimonaNotOk, Remark::BisNotActiveInLimosa]),
            (posted(true, true), vec![]),
        ] {
            let remarks = with(|f, c| {
                f.person = Some(person(bis(), false));
                f.posted = declared.clone();
                c.employments = NOBODY;
            });
            assert_eq!(remarks, expected, "{declared:?}");
        }
    }

    #[test]
    fn a_limosa_id_is_judged_by_its_declaration() {
        for (declared, expected) in [
            (posted(false, false), vec![Remark::LimosaIdUnknown]),
            (posted(true, false), vec![Remark::LimosaIdNotActive]),
            (posted(true, true), vec![]),
        ] {
            let remarks = with(|f, _| {
                (f.person, f.company, f.posted) = (None, None, declared.clone());
            });
            assert_eq!(remarks, expected, "{declared:?}");
        }
    }

    #[test]
    fn companies_and_their_people() {
        use EmployerOnDay::{Active, Ended, Never};
        let holds = |here, elsewhere, holders| MandatesOnDay { here, elsewhere, holders };
        for (employer, mandates, expected) in [
            (Active, holds(false, false, false), vec![Remark::DimonaNotOk]),
            (Active, holds(false, true, true), vec![Remark::DimonaNotOk]),
            (Active, holds(true, false, true), vec![]),
            (
                Ended,
                holds(false, false, false),
                vec![Remark::DimonaNotOk, Remark::EmployerNotActive],
            ),
            (Ended, holds(true, false, true), vec![Remark::EmployerNotActive]),
            (Never, holds(true, false, true), vec![]),
            (Never, holds(false, false, true), vec![Remark::InssNotFounder]),
            (Never, holds(false, false, false), vec![Remark::EmployerNotFounder]),
            (Never, holds(false, true, true), vec![Remark::IndependentNotFounder]),
            (Never, holds(false, true, false), vec![Remark::IndependentNotFounder]),
        ] {
            let remarks = with(|_, c| {
                (c.employer, c.mandates, c.employments) = (employer, mandates, NOBODY);
            });
            assert_eq!(remarks, expected, "{employer:?} {mandates:?}");
        }
        let unknown = with(|_, c| c.enterprise = EnterpriseOnDay::Unknown);
        assert_eq!(unknown, [Remark::CompanyUnknown]);
        let ended = with(|_, c| c.enterprise = EnterpriseOnDay::NotActive);
        assert_eq!(ended, [Remark::EmployerNotActive]);
    }

    #[test]
    fn works_and_their_contracts() {
        let work = |active, subject| WorkOnDay { sector: Sector::Meat, active, subject };
        assert_eq!(
            with(|f, _| (f.work, f.contract) = (None, Some(ContractOnDay::Unknown))),
            [Remark::WorkUnknown]
        );
        assert_eq!(
            with(|f, _| {
                (f.work, f.contract) = (Some(work(false, false)), Some(ContractOnDay::NotActive));
            }),
            [Remark::WorkNotActive, Remark::WorkNotSubject, Remark::ContractNotActive]
        );
        let nowhere = with(|f, _| f.contract = Some(ContractOnDay::Unknown));
        assert_eq!(nowhere, [Remark::CompanyNotInWork]);
    }

    #[test]
    fn no_row_masks_another() {
        let remarks = with(|f, c| {
            *f = Facts {
                person: Some(person(sample::inss(1), false)),
                company: f.company.clone(),
                contract: Some(ContractOnDay::Unknown),
                work: Some(WorkOnDay { sector: Sector::Meat, active: false, subject: false }),
                repeated: true,
                ..Facts::default()
            };
            (c.enterprise, c.employments) = (EnterpriseOnDay::Unknown, NOBODY);
        });
        assert_eq!(remarks.len(), 7, "{remarks:?}");
    }
}
