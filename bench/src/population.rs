//! Who is registered where: synthetic persons, employers and works, and how days, works and employers hang together.

use domain::{Sector, Work, WorksReference, sample};
use fastrand::Rng;

/// How many workers a call of the load registers at most.
pub(crate) const CALL: usize = 200;

const PERSONS: u32 = 1_000_000;
const EMPLOYERS: u32 = 10_000;
const WORKS: u32 = 10_000;
/// Between one person and the next: coprime to the number of samples, so that neighbours share no birthday and all
/// persons are different.
const STRIDE: u64 = 7_368_787;

/// Numbers, made once.
pub(crate) struct Population {
    persons: Vec<Person>,
    employers: Vec<Employer>,
    works: Vec<WorksReference>,
}

/// A person's number: as a message has it, and as the store has it.
pub(crate) struct Person {
    pub(crate) digits: [u8; 11],
    pub(crate) number: i64,
}

/// An employer's number: as a message has it, and as the store has it.
pub(crate) struct Employer {
    pub(crate) digits: [u8; 9],
    pub(crate) number: i64,
}

/// A call: some workers of one employer at one work.
pub(crate) struct Call<'p> {
    pub(crate) employer: &'p Employer,
    pub(crate) works: &'p WorksReference,
    pub(crate) workers: &'p [Person],
}

impl Population {
    /// Makes all numbers.
    pub(crate) fn new() -> Self {
        Self {
            persons: (0..PERSONS).map(person).collect(),
            employers: (0..EMPLOYERS).map(employer).collect(),
            works: (0..WORKS).map(sample::works_reference).collect(),
        }
    }

    /// The employer of calls that one caller makes for itself.
    pub(crate) fn one_employer(&self) -> &Employer {
        &self.employers[0]
    }

    /// A call of `size` workers; any employer, any work.
    pub(crate) fn call(&self, size: usize, rng: &mut Rng) -> Call<'_> {
        let first = rng.usize(..=self.persons.len() - size);
        Call {
            employer: &self.employers[rng.usize(..self.employers.len())],
            works: &self.works[rng.usize(..self.works.len())],
            workers: &self.persons[first..first + size],
        }
    }

    pub(crate) fn person(&self, place: u32) -> &Person {
        &self.persons[place as usize % self.persons.len()]
    }

    pub(crate) fn employer(&self, place: u32) -> &Employer {
        &self.employers[place as usize % self.employers.len()]
    }

    pub(crate) fn works(&self, place: u32) -> &WorksReference {
        &self.works[place as usize % self.works.len()]
    }

    /// The works as the register has them.
    pub(crate) fn register_of_works(&self) -> Vec<Work> {
        let sector = Sector::Construction;
        self.works.iter().map(|works| Work::new(*works, sector)).collect()
    }
}

fn person(place: u32) -> Person {
    let index = u64::from(place) * STRIDE % u64::from(sample::PERSONS);
    let inss = sample::inss(u32::try_from(index).expect("less than the number of samples"));
    let digits = inss.digits().as_bytes().try_into().expect("a person's number has 11 digits");
    Person { digits, number: inss.number().cast_signed() }
}

fn employer(place: u32) -> Employer {
    let number = sample::enterprise_number(place).number();
    let digits = number.to_string();
    let digits = digits.as_bytes().try_into().expect("samples have 9 digits behind the zero");
    Employer { digits, number: number.cast_signed() }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn all_numbers_differ() {
        let population = Population::new();
        let persons: HashSet<_> = population.persons.iter().map(|person| person.number).collect();
        assert_eq!(persons.len(), population.persons.len());
        let works: HashSet<_> = population.works.iter().collect();
        assert_eq!(works.len(), population.works.len());
    }

    #[test]
    fn a_call_has_the_size_that_is_asked_for() {
        let population = Population::new();
        let mut rng = Rng::with_seed(1);
        for size in [1, CALL] {
            assert_eq!(population.call(size, &mut rng).workers.len(), size);
        }
    }
}
