//! Who answers for whom on a work: builder and contractors, for those that they have commissioned.

use jiff::civil::Date;

use crate::register::Period;
use crate::{
    Caller, Contract, ContractRole, Contractor, EnterpriseNumber, Sight, Subject, Visibility, Work,
};

impl Work {
    /// Is `company` builder or contractor here on `day`? Then it answers for the presences at the work, and may register
    /// whoever is there.
    pub fn is_led_by(&self, company: EnterpriseNumber, day: Date) -> bool {
        self.led_by(company).any(|contract| contract.period.contains(day))
    }

    /// The enterprises beneath `company` here, and when: where it is builder, all who take part; where it is contractor,
    /// those that it has commissioned, those that they have commissioned, and so on. Nobody is beneath itself.
    pub fn beneath(&self, company: EnterpriseNumber) -> Vec<(EnterpriseNumber, Period)> {
        let mut beneath = Vec::new();
        for own in self.led_by(company) {
            if own.role == ContractRole::Builder {
                beneath.extend(self.contracts.iter().filter_map(|it| within(it, own.period)));
            }
            self.commissioned(company, own.period, &mut beneath);
        }
        beneath.retain(|(other, _)| *other != company);
        beneath.sort_unstable();
        beneath.dedup();
        beneath
    }

    fn led_by(&self, company: EnterpriseNumber) -> impl Iterator<Item = &Contract> {
        self.contracts.iter().filter(move |contract| {
            contract.contractor == Contractor::Enterprise(company)
                && matches!(contract.role, ContractRole::Builder | ContractRole::Contractor)
        })
    }

    /// Adds whom `company` has commissioned within `period`, and all beneath them. What was added before is not followed
    /// again, so that contracts in a circle come to an end.
    fn commissioned(
        &self,
        company: EnterpriseNumber,
        period: Period,
        found: &mut Vec<(EnterpriseNumber, Period)>,
    ) {
        let mut above = vec![(company, period)];
        while let Some((company, period)) = above.pop() {
            for contract in &self.contracts {
                if contract.commissioned_by == Some(company)
                    && let Some(next) = within(contract, period)
                    && !found.contains(&next)
                {
                    found.push(next);
                    above.push(next);
                }
            }
        }
    }
}

fn within(contract: &Contract, period: Period) -> Option<(EnterpriseNumber, Period)> {
    match contract.contractor {
        Contractor::Enterprise(company) => Some((company, contract.period.intersection(period)?)),
        Contractor::Foreign(_) => None,
    }
}

impl Caller {
    /// What it sees at a work beside its own: the registrations of those beneath it there.
    pub fn sights_at(&self, work: &Work) -> Vec<Sight> {
        let mut sights = Vec::new();
        for (company, mandated) in self.acts_as() {
            for (other, period) in work.beneath(company) {
                if let Some(period) = period.intersection(mandated) {
                    let of = Subject::EmployerAtWork(other, work.reference);
                    sights.push(Sight { of, period });
                }
            }
        }
        sights
    }

    /// A work as far as it may see its contracts: its own, and those of all beneath it. Everything else of a work may be
    /// seen by whoever may call: it says whether and where to register.
    pub fn reads_work(&self, mut work: Work) -> Work {
        if self.visibility() == Visibility::Everything {
            return work;
        }
        let mut own = Vec::new();
        let mut builds = Vec::new();
        for (company, mandated) in self.acts_as() {
            own.push((company, mandated));
            let beneath = work.beneath(company).into_iter();
            own.extend(beneath.filter_map(|(it, when)| Some((it, when.intersection(mandated)?))));
            let builder = |it: &&Contract| it.role == ContractRole::Builder;
            let built = work.led_by(company).filter(builder);
            builds.extend(built.filter_map(|it| it.period.intersection(mandated)));
        }
        let knows = |company, period: Period| {
            own.iter().any(|(it, when)| *it == company && when.overlaps(period))
        };
        work.contracts.retain(|contract| {
            let contractor = match &contract.contractor {
                Contractor::Enterprise(company) => knows(*company, contract.period),
                Contractor::Foreign(_) => false,
            };
            contractor
                || contract.commissioned_by.is_some_and(|by| knows(by, contract.period))
                || builds.iter().any(|period| period.overlaps(contract.period))
        });
        work
    }

    /// Does it answer for the presences at a work on `day`, as builder or contractor or for one?
    pub fn leads(&self, work: &Work, day: Date) -> bool {
        self.acts_as()
            .any(|(company, mandated)| mandated.contains(day) && work.is_led_by(company, day))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::civil::date;

    use super::*;
    use crate::sample::enterprise_number as enterprise;
    use crate::{Client, Role, Sector, sample};

    fn contract(company: u32, role: ContractRole, by: Option<u32>, days: (i8, i8)) -> Contract {
        let day = |day| Some(date(2026, 11, day));
        Contract {
            contractor: Contractor::Enterprise(enterprise(company)),
            role,
            commissioned_by: by.map(enterprise),
            period: Period::new(day(days.0), day(days.1)).expect("in order"),
        }
    }

    /// 1 builds; 2 and 3 are its contractors; 4 works for 2, 5 for 4 and 6 for 3.
    fn work() -> Work {
        use ContractRole::{Builder, Contractor, Subcontractor};
        let mut work = Work::new(sample::works_reference(1), Sector::Construction);
        work.contracts = vec![
            contract(1, Builder, None, (1, 30)),
            contract(2, Contractor, Some(1), (1, 20)),
            contract(3, Contractor, Some(1), (1, 30)),
            contract(4, Subcontractor, Some(2), (5, 30)),
            contract(5, Subcontractor, Some(4), (1, 10)),
            contract(6, Subcontractor, Some(3), (1, 30)),
        ];
        work
    }

    fn beneath(work: &Work, company: u32, day: i8) -> Vec<u32> {
        let beneath = work.beneath(enterprise(company));
        let is_there = |index: &u32| {
            beneath.iter().any(|(other, period)| {
                *other == enterprise(*index) && period.contains(date(2026, 11, day))
            })
        };
        (1..=6).filter(is_there).collect()
    }

    #[test]
    fn a_builder_has_everyone_beneath_it_and_a_contractor_those_down_its_chain() {
        let work = work();
        assert_eq!(beneath(&work, 1, 7), [2, 3, 4, 5, 6]);
        assert_eq!(beneath(&work, 2, 7), [4, 5]);
        assert_eq!(beneath(&work, 3, 7), [6]);
    }

    #[test]
    fn a_subcontractor_and_a_stranger_have_nobody_beneath_them() {
        for company in [4, 5, 6, 7] {
            assert_eq!(beneath(&work(), company, 7), [0; 0], "{company}");
        }
    }

    #[test]
    fn every_contract_of_the_chain_has_to_hold_on_the_day() {
        let work = work();
        assert_eq!(beneath(&work, 2, 4), [0; 0], "the contract of 4 has not begun");
        assert_eq!(beneath(&work, 2, 12), [4], "that of 5 is over");
        assert_eq!(beneath(&work, 2, 25), [0; 0], "that of 2 itself is over");
        assert_eq!(beneath(&work, 1, 25), [3, 4, 6]);
    }

    #[test]
    fn contracts_in_a_circle_come_to_an_end() {
        let mut work = work();
        work.contracts.push(contract(2, ContractRole::Subcontractor, Some(5), (1, 30)));
        assert_eq!(beneath(&work, 2, 7), [4, 5]);
    }

    #[test]
    fn builder_and_contractors_lead_while_their_contracts_hold() {
        let work = work();
        for (company, day, leads) in
            [(1, 25, true), (2, 20, true), (2, 21, false), (4, 7, false), (9, 7, false)]
        {
            let day = date(2026, 11, day);
            assert_eq!(work.is_led_by(enterprise(company), day), leads, "{company} {day}");
        }
    }

    #[test]
    fn of_a_work_everyone_sees_its_own_contracts_and_those_beneath() {
        let role = |role, company| Client {
            company: Some(enterprise(company)),
            ..sample::client("client", role)
        };
        let sees = |caller: &Caller| -> Vec<u32> {
            let seen = caller.reads_work(work()).contracts;
            let is =
                |it: &Contract, index| it.contractor == Contractor::Enterprise(enterprise(index));
            (1..=6).filter(|index| seen.iter().any(|it| is(it, *index))).collect()
        };
        let employer = |company| {
            let client = Arc::new(role(Role::Employer, company));
            Caller::client(client, None).expect("may call")
        };
        for (company, expected) in [
            (1, vec![1, 2, 3, 4, 5, 6]),
            (2, vec![2, 4, 5]),
            (3, vec![3, 6]),
            (4, vec![4, 5]),
            (6, vec![6]),
            (7, vec![]),
        ] {
            assert_eq!(sees(&employer(company)), expected, "{company}");
        }
        let inspector = Caller::client(Arc::new(role(Role::Inspector, 9)), None).expect("may call");
        assert_eq!(sees(&inspector), [1, 2, 3, 4, 5, 6]);
        assert_eq!(sees(&Caller::worker(sample::inss(1))), [0; 0]);
    }
}
