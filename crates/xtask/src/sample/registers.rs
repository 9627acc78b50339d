//! Works, and who works there: everybody who is in the files may register where the files say, and is validated.

use std::io::{self, Write as _};

use domain::sample::{enterprise_number, inss, works_reference};
use domain::{EnterpriseNumber, Inss, Sector};

use super::{Out, best, kbo};

/// How far the indexes of two workers are apart, so that their births differ; it shares no factor with their number.
const STRIDE: u32 = 1_234_567;
const WORKERS_OF_AN_EMPLOYER: u32 = 20;
/// One employer in so many is a temporary-work agency: its workers work for the employer after it.
const AGENCY: u32 = 25;
/// One worker in so many has an older number, too.
const REPLACED: u32 = 50;
/// To so many workers there is one who is posted.
const POSTED: u32 = 10;
const SELF_EMPLOYED: u32 = 10;
/// The most works of a company, and of all of them when there are few.
const WORKS_OF_A_COMPANY: u32 = 8;
const SINCE: &str = "2020-01-01";

struct Sizes {
    works: u32,
    workers: u32,
    employers: u32,
}

/// The workers have the places from 1 on; others come behind them.
pub(super) fn person(place: u32) -> Inss {
    let index = u64::from(place) * u64::from(STRIDE) % u64::from(domain::sample::PERSONS);
    inss(u32::try_from(index).expect("less than PERSONS"))
}

fn is_agency(employer: u32) -> bool {
    employer.is_multiple_of(AGENCY)
}

fn employer_of(worker: u32, sizes: &Sizes) -> u32 {
    (worker - 1) % sizes.employers + 1
}

pub(super) fn write(out: &mut Out, works: u32, workers: u32) -> io::Result<()> {
    let employers = workers.div_ceil(WORKERS_OF_AN_EMPLOYER).max(2);
    let sizes = Sizes { works, workers, employers };
    persons(out, &sizes)?;
    employer_file(out, &sizes)?;
    employments(out, &sizes)?;
    mandates(out, &sizes)?;
    limosa(out, &sizes)?;
    work_file(out, &sizes)?;
    // The self-employed have the numbers behind the employers'.
    let companies = sizes.employers + self_employed(&sizes);
    kbo::write_of(&mut Out::new(&out.folder.join("kbo"))?, companies)?;
    best::write(out, 60, &mut fastrand::Rng::with_seed(1))
}

fn self_employed(sizes: &Sizes) -> u32 {
    sizes.workers.div_ceil(SELF_EMPLOYED)
}

fn persons(out: &mut Out, sizes: &Sizes) -> io::Result<()> {
    let mut file = out.file("persons.csv", "inss,known_from,known_until,replaced_by")?;
    let others = sizes.employers + self_employed(sizes);
    for place in 1..=sizes.workers + others {
        writeln!(file, "{},{SINCE},,", person(place).digits())?;
    }
    let before = sizes.workers + others;
    for (old, new) in
        (before + 1..).zip((1..=sizes.workers).filter(|place| place.is_multiple_of(REPLACED)))
    {
        writeln!(file, "{},{SINCE},2024-06-30,{}", person(old).digits(), person(new).digits())?;
    }
    Ok(())
}

fn employer_file(out: &mut Out, sizes: &Sizes) -> io::Result<()> {
    let mut file = out.file("employers.csv", "enterprise_number,from,until")?;
    for employer in 1..=sizes.employers {
        writeln!(file, "{},{SINCE},", enterprise_number(employer))?;
    }
    Ok(())
}

fn employments(out: &mut Out, sizes: &Sizes) -> io::Result<()> {
    let header = "inss,enterprise_number,worker_type,from,until,user_enterprise_number";
    let mut file = out.file("employments.csv", header)?;
    for worker in 1..=sizes.workers {
        let employer = employer_of(worker, sizes);
        let user = if is_agency(employer) {
            enterprise_number(employer % sizes.employers + 1).to_string()
        } else {
            String::new()
        };
        let kind = if is_agency(employer) { "IVT" } else { "OTH" };
        let (inss, employer) = (person(worker).digits(), enterprise_number(employer));
        writeln!(file, "{inss},{employer},{kind},{SINCE},,{user}")?;
    }
    Ok(())
}

fn mandates(out: &mut Out, sizes: &Sizes) -> io::Result<()> {
    let mut file = out.file("mandates.csv", "enterprise_number,inss,function,from,until")?;
    for company in 1..=sizes.employers + self_employed(sizes) {
        let function = if company <= sizes.employers { "manager" } else { "founder" };
        let holder = person(sizes.workers + company).digits();
        writeln!(file, "{},{holder},{function},{SINCE},", enterprise_number(company))?;
    }
    Ok(())
}

fn limosa(out: &mut Out, sizes: &Sizes) -> io::Result<()> {
    let header = "limosa_id,inss,foreign_vat_number,employer_name,country,from,until";
    let mut file = out.file("limosa.csv", header)?;
    for place in 1..=sizes.workers.div_ceil(POSTED) {
        let vat = foreign(place);
        writeln!(file, "{:017},,{vat},Sample {place} BV,NL,{SINCE},", 10_000_000 + place)?;
    }
    Ok(())
}

/// The VAT number of a foreign company, of which there is one to ten posted workers.
fn foreign(place: u32) -> String {
    format!("NL{:09}B01", place / 10 + 1)
}

fn work_file(out: &mut Out, sizes: &Sizes) -> io::Result<()> {
    let mut file = out.bare("works.jsonl")?;
    for work in 1..=sizes.works {
        let sector = Sector::ALL[(work as usize - 1) / 2 % Sector::ALL.len()];
        // In Belgium, and each at a place of its own.
        let (east, north) =
            (f64::from(work * 37 % 1000) / 1000.0, f64::from(work * 91 % 1000) / 1000.0);
        let (longitude, latitude) = (3.5 + 1.5 * east, 50.6 + 0.6 * north);
        let contracts = contracts(work, sizes);
        writeln!(
            file,
            "{{\"reference\":\"{}\",\"sector\":\"{sector}\",\"from\":\"{SINCE}\",\"until\":null,\
             \"subjectToPresenceRegistration\":true,\"sites\":[{{\"coordinates\":{{\"longitude\":\
             {longitude:.5},\"latitude\":{latitude:.5}}}}}],\"contracts\":[{}]}}",
            works_reference(work),
            contracts.join(",")
        )?;
    }
    Ok(())
}

/// Is a company at a work? All are at all of a few works; of many, each is at some.
fn companies(work: u32, sizes: &Sizes, all: u32) -> impl Iterator<Item = u32> {
    let per_company = WORKS_OF_A_COMPANY.min(sizes.works);
    let (works, step) = (sizes.works, (sizes.works / per_company).max(1));
    // A company is at the works first, first + step, first + 2 step, …; so the companies of a work are every step-th.
    let phase = (work - 1) % step;
    (1..=all).filter(move |company| works <= WORKS_OF_A_COMPANY || (company - 1) % step == phase)
}

fn contracts(work: u32, sizes: &Sizes) -> Vec<String> {
    let belgian = companies(work, sizes, sizes.employers + self_employed(sizes));
    let mut builder: Option<EnterpriseNumber> = None;
    let mut contracts: Vec<_> = belgian
        .map(|company| {
            let number = enterprise_number(company);
            let (role, by) = match builder {
                None => ("builder", String::new()),
                Some(builder) => ("contractor", format!("\"commissionedBy\":\"{builder}\",")),
            };
            builder.get_or_insert(number);
            format!("{{\"enterpriseNumber\":\"{number}\",\"role\":\"{role}\",{by}\"from\":\"{SINCE}\",\"until\":null}}")
        })
        .collect();
    let foreigners = sizes.workers.div_ceil(POSTED) / 10 + 1;
    contracts.extend(companies(work, sizes, foreigners).map(|company| {
        format!(
            "{{\"foreignVatNumber\":\"{}\",\"role\":\"subcontractor\",\"from\":\"{SINCE}\",\"until\":null}}",
            foreign(company * 10 - 1)
        )
    }));
    contracts
}
