//! The worker: checks what waits against the registers.

use std::sync::Arc;

use domain::register::{ContractOnDay, EmploymentsOnDay, MandatesOnDay, PersonOnDay, PostedOnDay};
use domain::{
    Cause, Clock, CompanyFacts, Contractor, EnterpriseNumber, Error, ErrorKind, Facts, Inss,
    Policy, Registration, Remarks, Who, belgian_day, to_milliseconds,
};
use jiff::{SignedDuration, ToSpan};
use store::{Finding, Finished, Lease, Repetition, Store, Unfit};

use crate::locating::{self, Locating};

/// How long a batch may take before another worker takes it over.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);
/// A register's change concerns registrations until so many days after their own.
const DAYS_AGAIN: i32 = 30;
/// How many changes of registers are looked at in one step.
const CHANGES: u32 = 256;
/// A batch is checked again so often when registers change meanwhile, before it is left to its lease.
const ATTEMPTS: u32 = 8;

/// What one step of a worker did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Registrations checked, and changes of registers looked at.
    pub done: u64,
    /// Is there more that waits already?
    pub more: bool,
}

/// Checks registrations that wait, batch by batch. Several may work on one store.
pub struct Checker {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    policy: Policy,
    batch: u32,
}

impl Checker {
    /// A worker that takes up to `batch` registrations at a time; `policy` says how far from the sites of a work its
    /// begins and ends may lie.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, policy: Policy, batch: u32) -> Self {
        Self { store, clock, policy, batch }
    }

    /// Takes one step: looks at changes of registers, and checks a batch.
    pub async fn step(&self) -> Result<Step, Error> {
        let today = belgian_day(self.clock.now());
        let since = today.checked_sub(DAYS_AGAIN.days()).unwrap_or(today);
        let spread = self.store.checks().spread(since, CHANGES).await?;
        let now = self.clock.now();
        let until = now.saturating_add(PATIENCE).unwrap_or(now);
        let Some(mut lease) = self.store.checks().lease(self.batch, now, until).await? else {
            return Ok(Step { done: spread, more: spread > 0 });
        };
        let count = (lease.registrations.len() + lease.unfit.len()).max(1) as u64;
        self.set_aside(&lease).await?;
        for _ in 0..ATTEMPTS {
            match self.check(&lease).await {
                Ok(Finished::Stale) => {}
                Ok(Finished::Kept | Finished::Lost) => break,
                Err(error) if error.kind() == ErrorKind::Internal => {
                    lease = self.without_unfit(lease, error).await?;
                }
                Err(error) => return Err(error),
            }
        }
        // Those that wait again are at most half of a batch.
        let more = spread > 0 || count >= u64::from(self.batch / 2).max(1);
        Ok(Step { done: spread + count, more })
    }

    /// Lets all that is set aside wait again, since what could not be read may be by now; answers how many these are. To
    /// be called once, when a program begins.
    pub async fn try_again(&self) -> Result<u64, Error> {
        self.store.checks().try_again().await
    }

    /// Sets aside what of a lease cannot be checked, so that it stops nobody else.
    async fn set_aside(&self, lease: &Lease) -> Result<(), Error> {
        if lease.unfit.is_empty() {
            return Ok(());
        }
        for Unfit { id, why } in &lease.unfit {
            tracing::error!(registration = id, why, "it cannot be checked and is set aside");
        }
        let registrations = lease.unfit.iter().map(|unfit| unfit.id).collect();
        self.store.checks().set_aside(lease.id, registrations).await
    }

    /// A batch could not be checked: asks for each registration alone, and sets aside those that are the reason. Where
    /// none is, the failure stays what it was.
    async fn without_unfit(&self, lease: Lease, failure: Error) -> Result<Lease, Error> {
        let (mut registrations, mut unfit) = (Vec::new(), Vec::new());
        for one in lease.registrations {
            match self.findings(std::slice::from_ref(&one)).await {
                Ok(_) => registrations.push(one),
                Err(error) if error.kind() == ErrorKind::Internal => {
                    unfit.push(Unfit { id: one.0.id.number(), why: error.for_log().into() });
                }
                Err(error) => return Err(error),
            }
        }
        if unfit.is_empty() {
            return Err(failure);
        }
        let lease = Lease { id: lease.id, registrations, unfit };
        self.set_aside(&lease).await?;
        Ok(lease)
    }

    async fn check(&self, lease: &Lease) -> Result<Finished, Error> {
        let version = self.store.registers().version().await?;
        let findings = self.findings(&lease.registrations).await?;
        let at = to_milliseconds(self.clock.now());
        self.store.checks().finish(lease.id, version, findings, at).await
    }

    /// What the registers say of each.
    async fn findings(&self, leased: &[(Registration, Cause)]) -> Result<Vec<Finding>, Error> {
        let registrations: Vec<_> = leased.iter().map(|(one, _)| one).collect();
        let facts = self.facts(&registrations).await?;
        let mut places = Locating::new(self.store.as_ref());
        let mut findings = Vec::with_capacity(facts.len());
        for ((registration, cause), (facts, newest)) in leased.iter().zip(facts) {
            let sector = facts.work.map(|work| work.sector);
            let located = places.located(registration).await?;
            let known = sector.or(registration.sector);
            let far = locating::remark(&self.policy, known, registration, located.as_deref());
            findings.push(Finding {
                id: registration.id,
                remarks: far.into_iter().fold(facts.remarks(), Remarks::with),
                newest,
                sector,
                located: located.filter(|it| registration.located.as_ref() != Some(it)),
                cause: cause.clone(),
            });
        }
        Ok(findings)
    }

    /// The facts of each registration, and the person's newest number where it is another one than was declared.
    async fn facts(
        &self,
        registrations: &[&Registration],
    ) -> Result<Vec<(Facts, Option<Inss>)>, Error> {
        let posted = self.declarations(registrations).await?;
        let persons = self.persons(registrations, &posted).await?;
        let posted = self.posted(registrations, posted, &persons).await?;
        let companies = self.companies(registrations, &persons).await?;
        let works = registrations.iter().map(|one| (one.submission.works, one.submission.day));
        let works: Vec<_> = works.collect();
        let once = Once::of(&works);
        let answers = self.store.registers().declared_works().works_on(once.questions()).await?;
        let works = once.answers(&works, &answers);
        let contracts = self.contracts(registrations, &posted, &companies).await?;
        let repetitions = registrations.iter().zip(&persons).map(|(registration, person)| {
            let numbers = person.as_ref().map(|person| person.numbers.clone());
            Repetition {
                registration: Registration::clone(registration),
                numbers: numbers.unwrap_or_default(),
            }
        });
        let repeated = self.store.checks().repeated(repetitions.collect()).await?;
        let mut facts = Vec::with_capacity(registrations.len());
        let parts = persons.into_iter().zip(posted).zip(companies).zip(works).zip(contracts);
        for (registration, (((((person, posted), company), work), contract), repeated)) in
            registrations.iter().zip(parts.zip(repeated))
        {
            let declared = registration.submission.who.inss();
            let newest = person.as_ref().map(|person| person.newest);
            let newest = newest.filter(|newest| Some(*newest) != declared);
            // Who was registered by a Limosa id is judged by the declaration alone.
            let person = person.filter(|_| declared.is_some());
            facts.push((Facts { person, posted, company, work, contract, repeated }, newest));
        }
        Ok(facts)
    }

    /// The declarations of those that were registered by their id.
    async fn declarations(
        &self,
        registrations: &[&Registration],
    ) -> Result<Vec<Option<PostedOnDay>>, Error> {
        let ids = registrations.iter().map(|one| match &one.submission.who {
            Who::Posted { limosa } => Some((limosa.clone(), one.submission.day)),
            _ => None,
        });
        let ids: Vec<_> = ids.collect();
        let asked: Vec<_> = ids.iter().flatten().cloned().collect();
        if asked.is_empty() {
            return Ok(vec![None; registrations.len()]);
        }
        let answers = self.store.registers().posted_workers().declarations(asked).await?;
        Ok(in_places(ids.iter().map(Option::is_some), answers))
    }

    async fn persons(
        &self,
        registrations: &[&Registration],
        posted: &[Option<PostedOnDay>],
    ) -> Result<Vec<Option<PersonOnDay>>, Error> {
        let person = |(one, posted): (&&Registration, &Option<PostedOnDay>)| {
            let inss = one.submission.who.inss().or(posted.as_ref().and_then(|one| one.inss));
            inss.map(|inss| (inss, one.submission.day))
        };
        let persons: Vec<_> = registrations.iter().zip(posted).map(person).collect();
        let asked = persons.iter().flatten().copied().collect();
        let answers = self.store.registers().persons().persons(asked).await?;
        Ok(in_places(persons.iter().map(Option::is_some), answers))
    }

    /// The declarations of all who may have one: those by their id, and persons with a BIS number.
    async fn posted(
        &self,
        registrations: &[&Registration],
        by_id: Vec<Option<PostedOnDay>>,
        persons: &[Option<PersonOnDay>],
    ) -> Result<Vec<PostedOnDay>, Error> {
        let mut asked = Vec::new();
        let mut places = Vec::new();
        let mut posted = Vec::with_capacity(by_id.len());
        for (place, (by_id, person)) in by_id.into_iter().zip(persons).enumerate() {
            let bis = person
                .as_ref()
                .filter(|person| by_id.is_none() && person.newest.kind() == domain::InssKind::Bis);
            for number in bis.into_iter().flat_map(|person| &person.numbers) {
                asked.push((*number, registrations[place].submission.day));
                places.push(place);
            }
            posted.push(by_id.unwrap_or_default());
        }
        if !asked.is_empty() {
            let answers = self.store.registers().posted_workers().posted_persons(asked).await?;
            for (place, answer) in places.into_iter().zip(answers) {
                posted[place] = std::mem::take(&mut posted[place]).and(answer);
            }
        }
        Ok(posted)
    }

    async fn companies(
        &self,
        registrations: &[&Registration],
        persons: &[Option<PersonOnDay>],
    ) -> Result<Vec<Option<CompanyFacts>>, Error> {
        let companies: Vec<_> = registrations
            .iter()
            .map(|one| one.submission.who.company().map(|company| (company, one.submission.day)))
            .collect();
        let asked: Vec<_> = companies.iter().flatten().copied().collect();
        let once = Once::of(&asked);
        let registers = self.store.registers();
        let enterprises = registers.enterprises().enterprises(once.questions()).await?;
        let employers = registers.employers().employers(once.questions()).await?;
        let known: Vec<_> = enterprises.into_iter().zip(employers).collect();
        let mut known = once.answers(&asked, &known).into_iter();
        let mut pairs: Vec<(Inss, EnterpriseNumber, _)> = Vec::new();
        let mut places = Vec::new();
        for (place, (company, person)) in companies.iter().zip(persons).enumerate() {
            let Some((company, day)) = company else { continue };
            for number in person.iter().flat_map(|person| &person.numbers) {
                pairs.push((*number, *company, *day));
                places.push(place);
            }
        }
        let mandates = registers.mandates().mandates(pairs.clone()).await?;
        let employments = registers.employments().employments(pairs).await?;
        let mut of_person =
            vec![(MandatesOnDay::default(), EmploymentsOnDay::default()); companies.len()];
        for (place, (mandate, employment)) in
            places.into_iter().zip(mandates.into_iter().zip(employments))
        {
            let (before, other) = std::mem::take(&mut of_person[place]);
            of_person[place] = (before.and(mandate), other.and(employment));
        }
        let facts = companies.iter().zip(of_person).map(|(company, (mandates, employments))| {
            company.as_ref()?;
            let (enterprise, employer) = known.next()?;
            Some(CompanyFacts { enterprise, employer, mandates, employments })
        });
        Ok(facts.collect())
    }

    /// The best contract of any company for which each may be at the work.
    async fn contracts(
        &self,
        registrations: &[&Registration],
        posted: &[PostedOnDay],
        companies: &[Option<CompanyFacts>],
    ) -> Result<Vec<Option<ContractOnDay>>, Error> {
        let mut asked = Vec::new();
        let mut places = Vec::new();
        let mut contracts = Vec::with_capacity(registrations.len());
        for (place, registration) in registrations.iter().enumerate() {
            let submission = &registration.submission;
            let may_be_for =
                contractors(&submission.who, &posted[place], companies[place].as_ref());
            for contractor in may_be_for {
                asked.push((submission.works, contractor, submission.day));
                places.push(place);
            }
            let unknown = matches!(submission.who, Who::Posted { .. }) && !posted[place].known;
            contracts.push((!unknown).then_some(ContractOnDay::Unknown));
        }
        let once = Once::of(&asked);
        let answers =
            self.store.registers().declared_works().contracts_on(once.questions()).await?;
        for (place, answer) in places.into_iter().zip(once.answers(&asked, &answers)) {
            contracts[place] = contracts[place].max(Some(answer));
        }
        Ok(contracts)
    }
}

/// The companies for which somebody may be at a work: the users of an agency in its place, and the foreign employers of
/// who is posted.
fn contractors(who: &Who, posted: &PostedOnDay, company: Option<&CompanyFacts>) -> Vec<Contractor> {
    let mut contractors: Vec<_> =
        posted.employers.iter().cloned().map(Contractor::Foreign).collect();
    match who {
        Who::Worker { company: number, .. } => {
            let employments = company.map(|company| &company.employments);
            let users = employments.map_or(&[][..], |employments| &employments.users[..]);
            contractors.extend(users.iter().copied().map(Contractor::Enterprise));
            if users.is_empty() || employments.is_some_and(|employments| employments.own) {
                contractors.push(Contractor::Enterprise(*number));
            }
        }
        Who::OfForeign { vat, .. } => contractors.push(Contractor::Foreign(vat.clone())),
        Who::Posted { .. } => {}
    }
    contractors
}

/// Questions, of which many are the same: a call's registrations are mostly of one employer at one work. Each is asked
/// once.
struct Once<Q>(Vec<Q>);

impl<Q: Clone + Ord> Once<Q> {
    fn of(asked: &[Q]) -> Self {
        let mut questions = asked.to_vec();
        questions.sort_unstable();
        questions.dedup();
        Self(questions)
    }

    fn questions(&self) -> Vec<Q> {
        self.0.clone()
    }

    /// Gives each who asked the answer to its question.
    fn answers<A: Clone>(&self, asked: &[Q], answers: &[A]) -> Vec<A> {
        let answer = |question| {
            let place = self.0.binary_search(question).expect("it was asked");
            answers[place].clone()
        };
        asked.iter().map(answer).collect()
    }
}

/// Puts answers in the places of those who asked.
fn in_places<T>(asked: impl Iterator<Item = bool>, answers: Vec<T>) -> Vec<Option<T>> {
    let mut answers = answers.into_iter();
    asked.map(|asked| if asked { answers.next() } else { None }).collect()
}
