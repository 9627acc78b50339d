use domain::register::{
    Change, ContractOnDay, Employer, EmployerOnDay, Employment, Enterprise, EnterpriseOnDay,
    JuridicalSituation, Key, Mandate, Period, Person, PostedWorker, Register, Row,
};
use domain::{
    Address, Contract, ContractRole, Contractor, Coordinates, ErrorKind, ForeignVatNumber,
    LimosaId, Sector, Site, Work, sample,
};

use super::Fixture;
use super::samples::{DAY, moment, put_works};
use crate::{ImportForm, Store};

fn person(index: u32, replaced_by: Option<u32>) -> Row {
    Row::Person(Person {
        inss: sample::inss(index),
        known: Period::ALWAYS,
        replaced_by: replaced_by.map(sample::inss),
    })
}

fn enterprise(index: u32, situation: &str) -> Row {
    Row::Enterprise(Enterprise {
        number: sample::enterprise_number(index),
        exists: Period::ALWAYS,
        situation: JuridicalSituation::parse(situation).expect("a code"),
    })
}

fn vat() -> ForeignVatNumber {
    ForeignVatNumber::parse("NL123456789B01").expect("valid")
}

/// Imports rows; answers how many rows came and went.
async fn import(
    store: &dyn Store,
    form: ImportForm,
    removed: Vec<Key>,
    rows: Vec<Row>,
) -> (u64, u64) {
    let register = rows[0].register();
    let mut staging = store.registers().begin(register, form).await.expect("begun");
    if !removed.is_empty() {
        staging.remove(removed).await.expect("removed");
    }
    staging.put(rows).await.expect("put");
    let at = moment("2026-11-24T07:00:00Z");
    let import = staging.swap("a file", at, None, &|_, _| ()).await.expect("swapped");
    import.map_or((0, 0), |import| (import.added, import.removed))
}

async fn known(store: &dyn Store, index: u32) -> bool {
    let asked = vec![(sample::inss(index), DAY)];
    store.registers().persons().persons(asked).await.expect("read")[0].known
}

/// Every register answers what was imported, and survives a restart.
pub async fn what_is_imported_is_answered(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let (inss, company, user) =
        (sample::inss(1), sample::enterprise_number(1), sample::enterprise_number(2));
    let limosa = LimosaId::parse("12345678901234567").expect("digits");
    let period = Period::since(DAY);
    let posted = PostedWorker {
        id: limosa.clone(),
        inss: Some(inss),
        vat: Some(vat()),
        employer: "Bouw BV".into(),
        country: "NL".into(),
        period,
    };
    for row in [
        person(1, None),
        enterprise(1, "050"),
        Row::Mandate(Mandate { enterprise: company, inss, function: "founder".into(), period }),
        Row::Employer(Employer { enterprise: company, period }),
        Row::Employment(Employment {
            inss,
            enterprise: company,
            worker_type: "OTH".into(),
            period,
            user: Some(user),
        }),
        Row::PostedWorker(posted),
    ] {
        assert_eq!(import(&*store, ImportForm::Whole, vec![], vec![row]).await, (1, 0));
    }
    drop(store);
    let store = fixture.open().await;
    let registers = store.registers();
    assert!(known(&*store, 1).await && !known(&*store, 2).await);
    let asked = vec![(company, DAY), (user, DAY)];
    let enterprises = registers.enterprises().enterprises(asked.clone()).await.expect("read");
    assert_eq!(enterprises, [EnterpriseOnDay::NotActive, EnterpriseOnDay::Unknown]);
    let employers = registers.employers().employers(asked).await.expect("read");
    assert_eq!(employers, [EmployerOnDay::Active, EmployerOnDay::Never]);
    let asked = vec![(inss, company, DAY), (inss, user, DAY)];
    let mandates = registers.mandates().mandates(asked.clone()).await.expect("read");
    assert!(mandates[0].here && mandates[0].holders && !mandates[0].elsewhere);
    assert!(!mandates[1].here && !mandates[1].holders && mandates[1].elsewhere);
    let employments = registers.employments().employments(asked).await.expect("read");
    assert_eq!((&employments[0].users[..], employments[0].own), (&[user][..], false));
    assert!(!employments[1].any());
    let before = DAY.yesterday().expect("a day");
    let asked = vec![(limosa.clone(), DAY), (limosa, before)];
    let posted = registers.posted_workers().declarations(asked).await.expect("read");
    assert!(posted[0].active && posted[1].known && !posted[1].active);
    assert_eq!((&posted[0].employers[..], posted[0].inss), (&[vat()][..], Some(inss)));
    let persons = registers.posted_workers().posted_persons(vec![(inss, DAY)]).await;
    assert!(persons.expect("read")[0].active);
}

/// A replaced number leads to the newest one, and all numbers of a person are told.
pub async fn replaced_numbers_lead_to_the_newest(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let rows = vec![person(1, Some(2)), person(2, Some(3)), person(4, Some(3)), person(5, Some(5))];
    import(&*store, ImportForm::Whole, vec![], rows).await;
    let asked = [1, 2, 3, 4].map(|index| (sample::inss(index), DAY)).to_vec();
    let mut all = [1, 2, 3, 4].map(sample::inss).to_vec();
    all.sort_unstable();
    for answer in store.registers().persons().persons(asked).await.expect("read") {
        assert_eq!((answer.newest, answer.known), (sample::inss(3), true));
        assert_eq!(answer.numbers, all);
    }
    let circle = vec![(sample::inss(5), DAY)];
    let circle = store.registers().persons().persons(circle).await.expect("read");
    assert_eq!(circle[0].numbers, [sample::inss(5)]);
}

/// A work is read as it was put, with its sites and contracts.
pub async fn a_work_is_kept_whole(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let mut work = Work::new(sample::works_reference(1), Sector::Cleaning);
    work.period = Period::since(DAY);
    work.subject = false;
    work.sites = vec![
        Site {
            address: Some(Address {
                post_code: "1000".into(),
                municipality: "Brussel".into(),
                street: "Wetstraat".into(),
                house_number: "16A".into(),
                box_number: None,
            }),
            coordinates: None,
        },
        Site { address: None, coordinates: Coordinates::new(4.35, 50.84) },
    ];
    let contract = |contractor, role| Contract {
        contractor,
        role,
        commissioned_by: Some(sample::enterprise_number(9)),
        period: Period::since(DAY),
    };
    work.contracts = vec![
        contract(Contractor::Foreign(vat()), ContractRole::Subcontractor),
        contract(Contractor::Enterprise(sample::enterprise_number(1)), ContractRole::Builder),
    ];
    let other = Work::new(sample::works_reference(2), Sector::Meat);
    put_works(&*store, vec![work.clone(), other.clone()]).await;
    let read = store.works().work(work.reference).await.expect("read").expect("known");
    assert_eq!(read, work);
    let all = store.works().works(None, 10).await.expect("read");
    assert_eq!(all, [work.clone(), other.clone()]);
    let rest = store.works().works(Some(work.reference), 10).await.expect("read");
    assert_eq!(rest, [other]);
    let before = DAY.yesterday().expect("a day");
    let asked = |day| (work.reference, Contractor::Foreign(vat()), day);
    let unknown = (work.reference, Contractor::Enterprise(sample::enterprise_number(2)), DAY);
    let contracts =
        store.registers().declared_works().contracts_on(vec![asked(DAY), asked(before), unknown]);
    assert_eq!(
        contracts.await.expect("read"),
        [ContractOnDay::Active, ContractOnDay::NotActive, ContractOnDay::Unknown]
    );
    let works = vec![(work.reference, DAY), (work.reference, before)];
    let works = store.registers().declared_works().works_on(works).await.expect("read");
    let [Some(now), Some(then)] = works[..] else { panic!("known: {works:?}") };
    assert!(now.active && !now.subject && !then.active);
}

/// The same file twice changes nothing; a whole file takes away what it does not bring.
pub async fn a_whole_import_writes_what_differs(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let rows: Vec<_> = (0..3000).map(|index| person(index, None)).collect();
    let whole = ImportForm::Whole;
    assert_eq!(import(&*store, whole, vec![], rows.clone()).await, (3000, 0));
    let version = store.registers().version().await.expect("read");
    assert_eq!(import(&*store, whole, vec![], rows.clone()).await, (0, 0));
    assert_eq!(store.registers().version().await.expect("read"), version);
    let mut other: Vec<_> = rows.into_iter().take(2990).collect();
    other[5] = person(5, Some(6));
    assert_eq!(import(&*store, whole, vec![], other).await, (1, 11));
    assert!(known(&*store, 2989).await && !known(&*store, 2990).await);
    assert_ne!(store.registers().version().await.expect("read"), version);
    let imports = store.registers().imports(10).await.expect("read");
    let told: Vec<_> = imports.iter().map(|import| (import.added, import.removed)).collect();
    assert_eq!(told, [(1, 11), (3000, 0)]);
    assert_eq!((&*imports[0].source, imports[0].register), ("a file", Register::Persons));
}

/// An update takes away by key, then adds; what it does not name stays.
pub async fn an_update_leaves_the_rest_alone(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let rows = vec![enterprise(1, "000"), enterprise(2, "000"), enterprise(3, "000")];
    import(&*store, ImportForm::Whole, vec![], rows).await;
    let removed = [1, 2, 3].map(|index| Key::Enterprise(sample::enterprise_number(index)));
    let rows = vec![enterprise(1, "000"), enterprise(2, "050"), enterprise(4, "000")];
    let update = ImportForm::Update;
    assert_eq!(import(&*store, update, removed[..2].to_vec(), rows.clone()).await, (2, 1));
    assert_eq!(import(&*store, update, removed[..2].to_vec(), rows).await, (0, 0));
    let asked = [1, 2, 3, 4].map(|index| (sample::enterprise_number(index), DAY)).to_vec();
    let answers = store.registers().enterprises().enterprises(asked).await.expect("read");
    let (active, ended) = (EnterpriseOnDay::Active, EnterpriseOnDay::NotActive);
    assert_eq!(answers, [active, ended, active, active]);
}

/// Nothing of an import is seen before the swap, and nothing is left of one that is dropped.
pub async fn an_import_is_seen_whole_or_not_at_all(fixture: &impl Fixture) {
    let store = fixture.open().await;
    import(&*store, ImportForm::Whole, vec![], vec![person(1, None)]).await;
    let begin = || store.registers().begin(Register::Persons, ImportForm::Whole);
    let mut staging = begin().await.expect("begun");
    staging.put(vec![person(2, None)]).await.expect("put");
    assert!(known(&*store, 1).await && !known(&*store, 2).await);
    drop(staging);
    assert!(known(&*store, 1).await && !known(&*store, 2).await);
    drop(begin().await.expect("nothing is in the way"));
}

/// One import of a register at a time, and no change beside it; other registers are free.
pub async fn a_register_under_import_is_busy(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let begin = |register| store.registers().begin(register, ImportForm::Whole);
    let staging = begin(Register::Works).await.expect("begun");
    let refused = begin(Register::Works).await.err().expect("busy");
    assert_eq!(refused.kind(), ErrorKind::RegisterBusy);
    let works = vec![Work::new(sample::works_reference(1), Sector::Meat)];
    let change = Change::put_works(works, "test", moment("2026-11-24T06:00:00Z"));
    let refused = store.registers().change(change.clone()).await.expect_err("busy");
    assert_eq!(refused.kind(), ErrorKind::RegisterBusy);
    assert!(begin(Register::Persons).await.is_ok());
    drop(staging);
    assert!(store.registers().change(change.clone()).await.expect("free").is_some());
    assert!(store.registers().change(change).await.expect("free").is_none(), "nothing changes");
}

/// A row or a key of another register is a defect of the importer, and changes nothing.
pub async fn rows_of_another_register_are_refused(fixture: &impl Fixture) {
    let store = fixture.open().await;
    let begun = store.registers().begin(Register::Persons, ImportForm::Update).await;
    let mut staging = begun.expect("begun");
    assert!(staging.put(vec![enterprise(1, "000")]).await.is_err());
    let works = Key::Employment(sample::inss(1), sample::enterprise_number(1));
    assert!(staging.remove(vec![works]).await.is_err());
}
