//! What the registers of the demonstration object to: for each remark of the protocol something that an integrator can
//! register to provoke it (`docs/soap.md`, "Checks"). All else in the demonstration is right.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

use domain::Inss;
use domain::sample::{enterprise_number, works_reference};

use super::{kbo, registers::person};

const LONG_AGO: &str = "2020-01-01";
const ENDED: &str = "2020-12-31";

/// Companies beside those of the workers: one of a founder, one that no register of enterprises has, one that is bankrupt,
/// one that nobody founded. All have contracts in the first of these works.
const FOUNDED: u32 = 101;
const UNKNOWN: u32 = 102;
const BANKRUPT: u32 = 103;
const FOUNDERLESS: u32 = 104;
/// Works: the companies', one that has ended, one that is not subject, one of others, one whose contract has ended.
const WORKS: [u32; 5] = [101, 102, 103, 104, 105];
/// A person whom no register of persons has, and one who works for companies that are not right.
const STRANGER: u32 = 9001;
const WORKER: u32 = 9002;
const VAT: &str = "NL000000001B01";

/// A BIS number: a month raised by 40.
fn bis(counter: u64) -> Inss {
    let base = 724_229_000 + counter;
    Inss::from_stored(base * 100 + 97 - base % 97).expect("made with its check digits")
}

/// Appends it to the files that are there.
pub(super) fn append(folder: &Path) -> io::Result<()> {
    let (stranger, worker) = (person(STRANGER).digits(), person(WORKER).digits());
    let (bis, ended_bis) = (bis(5).digits(), bis(6).digits());
    let [founded, unknown, bankrupt] = [FOUNDED, UNKNOWN, BANKRUPT].map(enterprise_number);
    let first = enterprise_number(1);
    add(folder, "persons.csv", &[format!("{},{LONG_AGO},,", &*worker)])?;
    let employers = [unknown, bankrupt].map(|company| format!("{company},{LONG_AGO},"));
    add(folder, "employers.csv", &employers)?;
    let employed = |inss: &str, company| format!("{inss},{company},OTH,{LONG_AGO},,");
    let employments =
        [employed(&stranger, first), employed(&worker, unknown), employed(&worker, bankrupt)];
    add(folder, "employments.csv", &employments)?;
    let mandates = [&*bis, &*ended_bis].map(|inss| format!("{founded},{inss},founder,{LONG_AGO},"));
    add(folder, "mandates.csv", &mandates)?;
    let declarations = [
        format!("{:017},,{VAT},Sample 3 BV,NL,{LONG_AGO},{ENDED}", 10_000_003),
        format!("{:017},{},{VAT},Sample 4 BV,NL,{LONG_AGO},{ENDED}", 10_000_004, &*ended_bis),
    ];
    add(folder, "limosa.csv", &declarations)?;
    add(folder, "works.jsonl", &works())?;
    enterprises(&folder.join("kbo"))
}

fn works() -> [String; 5] {
    let contract = |company: u32, until: &str| {
        let company = enterprise_number(company);
        format!(
            "{{\"enterpriseNumber\":\"{company}\",\"role\":\"contractor\",\"from\":\"{LONG_AGO}\",\"until\":{until}}}"
        )
    };
    let (ended, open) = (format!("\"{ENDED}\""), "null");
    let companies =
        [FOUNDED, UNKNOWN, BANKRUPT, FOUNDERLESS].map(|company| contract(company, open));
    [
        (open, true, companies.join(",")),
        (&*ended, true, contract(1, open)),
        (open, false, contract(1, open)),
        (open, true, contract(FOUNDED, open)),
        (open, true, contract(1, &ended)),
    ]
    .iter()
    .zip(WORKS)
    .map(|((until, subject, contracts), work)| {
        format!(
            "{{\"reference\":\"{}\",\"sector\":\"construction\",\"from\":\"{LONG_AGO}\",\"until\":{until},\
             \"subjectToPresenceRegistration\":{subject},\"sites\":[],\"contracts\":[{contracts}]}}",
            works_reference(work)
        )
    })
    .collect::<Vec<_>>()
    .try_into()
    .expect("as many as there were")
}

fn enterprises(folder: &Path) -> io::Result<()> {
    for (company, situation) in [(FOUNDED, "000"), (BANKRUPT, "050"), (FOUNDERLESS, "000")] {
        let number = kbo::enterprise(company);
        let line = format!("\"{number}\",\"AC\",\"{situation}\",\"2\",\"610\",,01-01-2010");
        add(folder, "enterprise.csv", &[line])?;
        add(folder, "denomination.csv", &[format!("\"{number}\",\"2\",\"001\",\"Voorbeeld nv\"")])?;
    }
    Ok(())
}

fn add(folder: &Path, name: &str, lines: &[String]) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).open(folder.join(name))?;
    lines.iter().try_for_each(|line| writeln!(file, "{line}"))
}
