//! For whom somebody may be at a work: employees, those of agencies, the self-employed, and who is posted.

use domain::register::{
    Employer, Employment, Enterprise, JuridicalSituation, Mandate, Period, PostedWorker, Register,
    Row,
};
use domain::{
    Channel, Contract, ContractRole, Contractor, EnterpriseNumber, ForeignVatNumber, Inss,
    LimosaId, NewRegistration, Registration, Remark, Sector, Sender, Status, Submission, Who, Work,
    sample,
};
use jiff::civil::date;
use testkit::TestApp;

use super::{NOW, change, person, remarks, work};

const PERIOD: Period = Period::ALWAYS;
/// The employer of the first persons, an agency.
const AGENCY: u32 = 11;
const USER: u32 = 12;
const OTHER: u32 = 13;
/// Of somebody who works for nobody.
const OWN: u32 = 14;
const LIMOSA: &str = "00012345678901234";
const VAT: &str = "NL000000001B01";

fn company(index: u32) -> EnterpriseNumber {
    sample::enterprise_number(index)
}

fn bis() -> Inss {
    let base: u64 = 724_229_005;
    Inss::from_stored(base * 100 + 97 - base % 97).expect("a BIS number")
}

fn vat() -> ForeignVatNumber {
    ForeignVatNumber::parse(VAT).expect("a number")
}

/// A work where these have a contract.
fn at(index: u32, contractors: Vec<Contractor>) -> Row {
    let mut work = Work::new(sample::works_reference(index), Sector::Construction);
    let contract = |contractor| Contract {
        contractor,
        role: ContractRole::Subcontractor,
        commissioned_by: None,
        period: PERIOD,
    };
    work.contracts = contractors.into_iter().map(contract).collect();
    Row::Work(work)
}

/// Works at which one contractor each may be, and the registers of those who work.
async fn fill(test: &TestApp) {
    let numbers = [AGENCY, USER, OTHER, OWN];
    let enterprises = numbers.map(|index| {
        let situation = JuridicalSituation::NORMAL;
        Row::Enterprise(Enterprise { number: company(index), exists: PERIOD, situation })
    });
    change(test, Register::Enterprises, vec![], enterprises.to_vec()).await;
    let employers = [AGENCY, USER, OTHER]
        .map(|index| Row::Employer(Employer { enterprise: company(index), period: PERIOD }));
    change(test, Register::Employers, vec![], employers.to_vec()).await;
    let persons = [1, 2, 3, 4].map(|index| person(index, None)).to_vec();
    change(test, Register::Persons, vec![], persons).await;
    let employment = |index, user: Option<u32>| {
        Row::Employment(Employment {
            inss: sample::inss(index),
            enterprise: company(AGENCY),
            worker_type: "OTH".into(),
            period: PERIOD,
            user: user.map(company),
        })
    };
    let employments =
        vec![employment(1, Some(USER)), employment(2, Some(USER)), employment(2, None)];
    change(test, Register::Employments, vec![], employments).await;
    let mandate = Mandate {
        enterprise: company(OWN),
        inss: sample::inss(4),
        function: "self-employed".into(),
        period: PERIOD,
    };
    change(test, Register::Mandates, vec![], vec![Row::Mandate(mandate)]).await;
    let id = |text| LimosaId::parse(text).expect("digits");
    let posted = |text, inss| {
        let (employer, country) = ("Bouw BV".into(), "NL".into());
        let (id, vat) = (id(text), Some(vat()));
        Row::PostedWorker(PostedWorker { id, inss, vat, employer, country, period: PERIOD })
    };
    let postings = vec![posted(LIMOSA, None), posted("00000000000000007", Some(bis()))];
    change(test, Register::PostedWorkers, vec![], postings).await;
    let of = |index| Contractor::Enterprise(company(index));
    let works = vec![
        at(21, vec![of(AGENCY)]),
        at(22, vec![of(USER)]),
        at(23, vec![of(OWN)]),
        at(24, vec![Contractor::Foreign(vat())]),
    ];
    change(test, Register::Works, vec![], works).await;
}

fn registering(who: Who, works: u32) -> NewRegistration {
    NewRegistration {
        submission: Submission {
            day: date(2026, 11, 24),
            moment: None,
            who,
            works: sample::works_reference(works),
            reference: None,
        },
        sector: None,
        created: NOW.parse().expect("a moment"),
        channel: Channel::WebService,
        sender: Sender::default(),
    }
}

#[tokio::test]
async fn each_is_looked_for_under_the_companies_for_which_they_may_be_there() {
    let test = TestApp::at(NOW).await;
    fill(&test).await;
    let employed = |index, by| Who::Worker { inss: sample::inss(index), company: company(by) };
    let by_id = || Who::Posted { limosa: LimosaId::parse(LIMOSA).expect("digits") };
    let foreign = |inss| Who::OfForeign { inss, vat: vat() };
    let nowhere = vec![Remark::CompanyNotInWork];
    let cases = [
        ("of an agency, where its user is", employed(1, AGENCY), 22, vec![]),
        ("of an agency, where only the agency is", employed(1, AGENCY), 21, nowhere.clone()),
        ("of an agency and of its own, where the agency is", employed(2, AGENCY), 21, vec![]),
        ("the same, where its user is", employed(2, AGENCY), 22, vec![]),
        ("self-employed, in the own company", employed(4, OWN), 23, vec![]),
        ("self-employed, where another one is", employed(4, OWN), 21, nowhere.clone()),
        (
            "self-employed, in a company that is not the own",
            employed(4, OTHER),
            22,
            vec![Remark::DimonaNotOk, Remark::CompanyNotInWork],
        ),
        ("posted, by the id, where the foreign employer is", by_id(), 24, vec![]),
        ("posted, by the id, elsewhere", by_id(), 22, nowhere.clone()),
        ("posted, with a BIS number, where the employer is", foreign(bis()), 24, vec![]),
        ("posted, with a BIS number, elsewhere", foreign(bis()), 21, nowhere),
        (
            "a national of a foreign company, without a declaration",
            foreign(sample::inss(3)),
            24,
            vec![],
        ),
        (
            "posted, with a BIS number, for a company here",
            Who::Worker { inss: bis(), company: company(OTHER) },
            24,
            vec![],
        ),
    ];
    let new = cases.iter().map(|(_, who, works, _)| registering(who.clone(), *works)).collect();
    let stored: Vec<Registration> = test.store.registrations().register(new).await.expect("stored");
    work(&test, 5).await;
    for ((what, _, _, expected), registration) in cases.iter().zip(&stored) {
        let (status, found) = remarks(&test, registration).await;
        assert_eq!(found, *expected, "{what}");
        let right = if expected.is_empty() { Status::Validated } else { Status::Failed };
        assert_eq!(status, right, "{what}");
    }
}
