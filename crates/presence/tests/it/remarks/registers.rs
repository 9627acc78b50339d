//! Registers as files, in which one thing is wrong for each remark, and the same ones mended.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use domain::sample::{enterprise_number, inss, works_reference};
use serde_json::{Value, json};

/// A remark, the register whose mending takes it away, and what is registered.
pub(super) struct Case {
    pub(super) remark: &'static str,
    pub(super) register: &'static str,
    index: u32,
    wrong: Wrong,
}

/// What is wrong, before it is mended.
#[derive(Clone, Copy, PartialEq)]
enum Wrong {
    PersonUnknown,
    BisUndeclared,
    BisEnded,
    LimosaUnknown,
    LimosaEnded,
    CompanyUnknown,
    CompanyBankrupt,
    EmployerEnded,
    NotEmployed,
    OtherFounder,
    NoFounder,
    FounderElsewhere,
    WorkUnknown,
    WorkEnded,
    WorkNotSubject,
    NoContract,
    ContractEnded,
    SamePerson,
}

/// All remarks; one has two reasons.
pub(super) fn cases() -> Vec<Case> {
    let cases = [
        (Wrong::PersonUnknown, "NISS IS NOT KNOW IN THE NATIONAL REGISTER", "persons"),
        (Wrong::BisUndeclared, "NISS-BIS IS NOT KNOWN IN LIMOSA", "limosa"),
        (Wrong::BisEnded, "NISS-BIS IS NOT ACTIVE AT THIS DATE IN LIMOSA", "limosa"),
        (Wrong::LimosaUnknown, "LIMOSA ID IS NOT KNOWN", "limosa"),
        (Wrong::LimosaEnded, "LIMOSA ID IS NOT ACTIVE AT DATE", "limosa"),
        (Wrong::CompanyUnknown, "THE COMPANY DOESN'T EXISTS", "enterprises"),
        (Wrong::CompanyBankrupt, "EMPLOYER NOT ACTIVE", "enterprises"),
        (Wrong::EmployerEnded, "EMPLOYER NOT ACTIVE", "employers"),
        (Wrong::NotEmployed, "RELATED DIMONA NOT OK", "employments"),
        (Wrong::OtherFounder, "GIVEN INSS IS NOT THE FOUNDER OF THE COMPANY", "mandates"),
        (Wrong::NoFounder, "EMPLOYER IS NOT KNOWN AS COMPANY FOUNDER", "mandates"),
        (Wrong::FounderElsewhere, "INDEPENDANT IS NOT KNOWN AS COMPANY FOUNDER", "mandates"),
        (Wrong::WorkUnknown, "DUC IS NOT EXISTING", "works"),
        (Wrong::WorkEnded, "DUC IS NOT ACTIVE AT THIS DATE", "works"),
        (Wrong::WorkNotSubject, "SITE IS NOT SUBJECT TO PRESENCE REGISTRATION", "works"),
        (
            Wrong::NoContract,
            "COMPANY IS NOT KNOWN  AS BUILDER OR  SUBCONTRACTOR IN THIS DUC",
            "works",
        ),
        (Wrong::ContractEnded, "THE COMPANY ID ASSOCIATED AT A NOT ACTIVE CONTRACT", "works"),
        (Wrong::SamePerson, "SAME DECLARATION HAS ALREADY BEEN REGISTERED", "persons"),
    ];
    let numbered = cases.into_iter().zip(1..);
    numbered
        .map(|((wrong, remark, register), index)| Case { remark, register, index, wrong })
        .collect()
}

/// A second person of a case.
const OTHER: u32 = 1000;

impl Case {
    pub(super) fn name(&self) -> String {
        format!("{} ({})", self.remark, self.register)
    }

    /// What is registered; the last item gets the remark.
    pub(super) fn items(&self) -> Vec<Value> {
        let works = works_reference(self.index);
        let item = |inss: &str| {
            json!({ "INSS": inss, "CompanyID": enterprise_number(self.index).number(),
                "WorkPlaceId": works.as_str() })
        };
        match self.wrong {
            Wrong::LimosaUnknown | Wrong::LimosaEnded => {
                vec![json!({ "LimosaId": self.limosa(), "WorkPlaceId": works.as_str() })]
            }
            Wrong::SamePerson => {
                vec![item(&inss(self.index + OTHER).digits()), item(&self.person())]
            }
            _ => vec![item(&self.person())],
        }
    }

    /// A BIS number where the case is about them: the month is raised by 40.
    fn person(&self) -> String {
        if !matches!(self.wrong, Wrong::BisUndeclared | Wrong::BisEnded) {
            return inss(self.index).digits().as_str().to_owned();
        }
        let base = 724_229_000 + u64::from(self.index);
        format!("{base}{:02}", 97 - base % 97)
    }

    fn limosa(&self) -> String {
        format!("{:017}", self.index)
    }
}

const LONG_AGO: &str = "2020-01-01";
const ENDED: &str = "2020-12-31";

/// The files of all registers but the enterprises.
#[derive(Default)]
struct Files {
    persons: String,
    mandates: String,
    employers: String,
    employments: String,
    limosa: String,
    works: String,
}

impl Files {
    /// What belongs to one case.
    fn add(&mut self, case: &Case, mended: bool) {
        let Case { index, wrong, .. } = *case;
        let is = |other| wrong == other && !mended;
        let (person, company) = (case.person(), enterprise_number(index));
        let other = inss(index + OTHER).digits();
        if !is(Wrong::PersonUnknown) {
            let replaced_by = if is(Wrong::SamePerson) { &*other } else { "" };
            line(&mut self.persons, &[&person, LONG_AGO, "", replaced_by]);
        }
        line(&mut self.persons, &[&other, LONG_AGO, "", ""]);
        let company = company.to_string();
        let founded = matches!(
            wrong,
            Wrong::OtherFounder
                | Wrong::NoFounder
                | Wrong::FounderElsewhere
                | Wrong::BisUndeclared
                | Wrong::BisEnded
        );
        if founded {
            self.found(case, &company, mended);
        } else {
            let until = if is(Wrong::EmployerEnded) { ENDED } else { "" };
            line(&mut self.employers, &[&company, LONG_AGO, until]);
        }
        if !founded && !is(Wrong::NotEmployed) {
            for person in [&*person, &*other] {
                line(&mut self.employments, &[person, &company, "OTH", LONG_AGO, "", ""]);
            }
        }
        self.declare(case, mended);
        if !is(Wrong::WorkUnknown) {
            writeln!(self.works, "{}", work(case, &company, mended)).expect("a text");
        }
    }

    /// Mandates, in a company that never was an employer.
    fn found(&mut self, case: &Case, company: &str, mended: bool) {
        let person = case.person();
        let holder = match case.wrong {
            Wrong::OtherFounder if !mended => Some((company.to_owned(), inss(case.index + OTHER))),
            Wrong::FounderElsewhere if !mended => {
                Some((enterprise_number(case.index + OTHER).to_string(), inss(case.index)))
            }
            _ => None,
        };
        if let Some((company, holder)) = holder {
            line(&mut self.mandates, &[&company, &holder.digits(), "founder", LONG_AGO, ""]);
        } else if mended || case.wrong != Wrong::NoFounder {
            line(&mut self.mandates, &[company, &person, "founder", LONG_AGO, ""]);
        }
    }

    /// Limosa declarations.
    fn declare(&mut self, case: &Case, mended: bool) {
        let (person, limosa) = (case.person(), case.limosa());
        let (person, until) = match (case.wrong, mended) {
            (Wrong::BisUndeclared, true) => (&*person, ""),
            (Wrong::BisEnded, _) => (&*person, if mended { "" } else { ENDED }),
            (Wrong::LimosaUnknown, true) => ("", ""),
            (Wrong::LimosaEnded, _) => ("", if mended { "" } else { ENDED }),
            _ => return,
        };
        line(&mut self.limosa, &[&limosa, person, VAT, "Bouw BV", "NL", LONG_AGO, until]);
    }
}

const VAT: &str = "NL000000001B01";

fn work(case: &Case, company: &str, mended: bool) -> Value {
    let is = |other| case.wrong == other && !mended;
    let contract = |until: Option<&str>| json!({ "enterpriseNumber": company, "role": "contractor", "from": LONG_AGO, "until": until });
    let foreign = json!({ "foreignVatNumber": VAT, "role": "subcontractor", "from": LONG_AGO, "until": null });
    let contracts = match case.wrong {
        Wrong::NoContract if !mended => vec![foreign],
        Wrong::ContractEnded => vec![contract(if mended { None } else { Some(ENDED) }), foreign],
        _ => vec![contract(None), foreign],
    };
    json!({
        "reference": works_reference(case.index).as_str(),
        "sector": "construction",
        "from": LONG_AGO,
        "until": if is(Wrong::WorkEnded) { Some(ENDED) } else { None },
        "subjectToPresenceRegistration": !is(Wrong::WorkNotSubject),
        "sites": [],
        "contracts": contracts,
    })
}

fn line(text: &mut String, cells: &[&str]) {
    text.push_str(&cells.join(","));
    text.push('\n');
}

/// Writes the files, and answers the names of the registers with those of their files, in the order of importing.
pub(super) fn write(folder: &Path, mended: bool) -> Vec<(&'static str, String)> {
    fs::create_dir(folder).expect("made");
    let mut files = Files {
        persons: "inss,known_from,known_until,replaced_by\n".into(),
        mandates: "enterprise_number,inss,function,from,until\n".into(),
        employers: "enterprise_number,from,until\n".into(),
        employments: "inss,enterprise_number,worker_type,from,until,user_enterprise_number\n"
            .into(),
        limosa: "limosa_id,inss,foreign_vat_number,employer_name,country,from,until\n".into(),
        works: String::new(),
    };
    for case in cases() {
        files.add(&case, mended);
    }
    let mut written = Vec::new();
    for (register, name, text) in [
        ("persons", "persons.csv", files.persons),
        ("mandates", "mandates.csv", files.mandates),
        ("employers", "employers.csv", files.employers),
        ("employments", "employments.csv", files.employments),
        ("limosa", "limosa.csv", files.limosa),
        ("works", "works.jsonl", files.works),
    ] {
        let path = folder.join(name);
        fs::write(&path, text).expect("written");
        written.push((register, path.to_str().expect("UTF-8").to_owned()));
    }
    let kbo = folder.join("kbo");
    write_enterprises(&kbo, mended);
    written.push(("enterprises", kbo.to_str().expect("UTF-8").to_owned()));
    written
}

/// The open data of the enterprises: a full set, and, to mend it, the update that follows.
fn write_enterprises(folder: &Path, mended: bool) {
    fs::create_dir(folder).expect("made");
    let mut files = vec![
        ("enterprise", "EnterpriseNumber,Status,JuridicalSituation,TypeOfEnterprise,JuridicalForm,JuridicalFormCAC,StartDate\n".to_owned()),
        ("denomination", "EntityNumber,Language,TypeOfDenomination,Denomination\n".to_owned()),
        ("address", "EntityNumber,TypeOfAddress,Zipcode,DateStrikingOff\n".to_owned()),
        ("activity", "EntityNumber,ActivityGroup,NaceVersion,NaceCode,Classification\n".to_owned()),
        ("establishment", "EstablishmentNumber,StartDate,EnterpriseNumber\n".to_owned()),
    ];
    let mut gone = String::new();
    for case in cases() {
        let bankrupt = case.wrong == Wrong::CompanyBankrupt;
        let comes = match case.wrong {
            Wrong::CompanyUnknown => mended,
            Wrong::CompanyBankrupt => true,
            _ => !mended,
        };
        if !comes {
            continue;
        }
        let digits = enterprise_number(case.index).to_string();
        let number = format!("{}.{}.{}", &digits[..4], &digits[4..7], &digits[7..]);
        let situation = if bankrupt && !mended { "050" } else { "000" };
        let unit = 20_000_000 + u64::from(case.index);
        let unit = format!("{unit}{:02}", 97 - unit % 97);
        let unit = format!("{}.{}.{}.{}", &unit[..1], &unit[1..4], &unit[4..7], &unit[7..]);
        line(&mut files[0].1, &[&number, "AC", situation, "2", "610", "", "01-01-2020"]);
        line(&mut files[1].1, &[&number, "2", "001", "Voorbeeld"]);
        line(&mut files[2].1, &[&number, "REGO", "1000", ""]);
        line(&mut files[3].1, &[&number, "001", "2025", "41002", "MAIN"]);
        line(&mut files[4].1, &[&unit, "01-01-2020", &number]);
        if bankrupt && mended {
            line(&mut gone, &[&number]);
        }
    }
    let (kind, extract) = if mended { ("update", "8") } else { ("full", "7") };
    let meta = format!(
        "Variable,Value\nSnapshotDate,31-10-2026\nExtractType,{kind}\nExtractNumber,{extract}\n"
    );
    let file = |name: &str, text: &str| fs::write(folder.join(name), text).expect("written");
    file("meta.csv", &meta);
    file("code.csv", "Category,Code,Language,Description\nStatus,AC,NL,Actief\n");
    for (name, text) in &files {
        if !mended {
            file(&format!("{name}.csv"), text);
            continue;
        }
        file(&format!("{name}_insert.csv"), text);
        let column = text.split(',').next().expect("a first column");
        let gone = if *name == "enterprise" { &gone } else { "" };
        file(&format!("{name}_delete.csv"), &format!("{column}\n{gone}"));
    }
}
