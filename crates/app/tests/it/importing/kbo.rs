use std::collections::BTreeMap;
use std::io::{self, Read};

use app::import::kbo::{Extract, Files, follows, read_extract, read_set};
use domain::register::{JuridicalSituation, Key, Row};
use domain::sample::enterprise_number;

use super::Told;

/// A set in memory.
#[derive(Clone)]
struct Set(BTreeMap<String, String>);

impl Files for Set {
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    fn open(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>> {
        self.0
            .get(name)
            .map(|text| Box::new(text.as_bytes()) as Box<dyn Read>)
            .ok_or(io::ErrorKind::NotFound.into())
    }
}

impl Set {
    fn with(mut self, name: &str, text: impl Into<String>) -> Self {
        self.0.insert(name.into(), text.into());
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }
}

fn pointed(index: u32) -> String {
    let digits = enterprise_number(index).to_string();
    format!("{}.{}.{}", &digits[..4], &digits[4..7], &digits[7..])
}

fn meta(kind: &str, number: u32) -> String {
    format!(
        "\"Variable\",\"Value\"\n\"SnapshotDate\",\"30-05-2025\"\n\"ExtractType\",\"{kind}\"\n\
         \"ExtractNumber\",\"{number}\"\n\"Version\",\"1.0.0\"\n"
    )
}

const CODES: &str = "\"Category\",\"Code\",\"Language\",\"Description\"\n\
     \"Status\",\"AC\",\"FR\",\"Actif\"\n";
const ENTERPRISE: &str = "\"EnterpriseNumber\",\"Status\",\"JuridicalSituation\",\
     \"TypeOfEnterprise\",\"JuridicalForm\",\"JuridicalFormCAC\",\"StartDate\"\n";
const ESTABLISHMENT: &str = "\"EstablishmentNumber\",\"StartDate\",\"EnterpriseNumber\"\n";
const DENOMINATION: &str =
    "\"EntityNumber\",\"Language\",\"TypeOfDenomination\",\"Denomination\"\n";
const ADDRESS: &str = "\"EntityNumber\",\"TypeOfAddress\",\"CountryNL\",\"CountryFR\",\"Zipcode\",\
     \"MunicipalityNL\",\"MunicipalityFR\",\"StreetNL\",\"StreetFR\",\"HouseNumber\",\"Box\",\
     \"ExtraAddressInfo\",\"DateStrikingOff\"\n";
const ACTIVITY: &str =
    "\"EntityNumber\",\"ActivityGroup\",\"NaceVersion\",\"NaceCode\",\"Classification\"\n";

fn full(number: u32) -> Set {
    let (one, two) = (pointed(1), pointed(2));
    Set(BTreeMap::new())
        .with("meta.csv", meta("full", number))
        .with("code.csv", CODES)
        .with(
            "enterprise.csv",
            format!(
                "{ENTERPRISE}\"{one}\",\"AC\",\"000\",\"2\",\"416\",,09-08-1960\n\
                 \"{two}\",\"AC\",\"050\",\"1\",,,01-01-2020\n"
            ),
        )
        .with(
            "establishment.csv",
            format!("{ESTABLISHMENT}\"2.000.000.141\",01-11-1974,\"{one}\"\n"),
        )
        .with(
            "denomination.csv",
            format!("{DENOMINATION}\"{one}\",\"2\",\"001\",\"A\"\n\"{two}\",\"0\",\"001\",\"B\"\n"),
        )
        .with(
            "address.csv",
            format!(
                "{ADDRESS}\"{one}\",\"REGO\",,,\"9070\",\"D\",\"D\",\"P\",\"P\",\"1\",\"\",\"\",\n"
            ),
        )
        .with(
            "activity.csv",
            format!("{ACTIVITY}\"2.000.000.141\",\"006\",\"2025\",\"84130\",\"MAIN\"\n"),
        )
}

fn update(number: u32) -> Set {
    let (one, three) = (pointed(1), pointed(3));
    let mut set = Set(BTreeMap::new())
        .with("meta.csv", meta("update", number))
        .with("code.csv", CODES)
        .with("enterprise_delete.csv", format!("\"EnterpriseNumber\"\n\"{one}\"\n"))
        .with(
            "enterprise_insert.csv",
            format!("{ENTERPRISE}\"{three}\",\"AC\",\"000\",\"2\",\"416\",,09-08-2024\n"),
        )
        .with("establishment_delete.csv", "\"EstablishmentNumber\"\n")
        .with("establishment_insert.csv", ESTABLISHMENT);
    for (name, header) in
        [("denomination", DENOMINATION), ("address", ADDRESS), ("activity", ACTIVITY)]
    {
        set = set
            .with(&format!("{name}_delete.csv"), "\"EntityNumber\"\n")
            .with(&format!("{name}_insert.csv"), header);
    }
    set
}

fn read(mut set: Set) -> Result<(Extract, Told<Row>), String> {
    let text = |error: app::import::FileError| error.to_string();
    let extract = read_extract(&mut set).map_err(text)?;
    let mut told = Told::default();
    read_set(&mut set, &extract, &mut told).map_err(text)?;
    Ok((extract, told))
}

fn refusal(set: Set) -> String {
    read(set).err().expect("refused")
}

#[test]
fn a_full_set_brings_its_enterprises() {
    let (extract, told) = read(full(136)).expect("read");
    assert_eq!(extract.number, 136);
    assert_eq!(told.report(), [""; 0]);
    let situations: Vec<_> = told
        .rows
        .iter()
        .map(|row| match row {
            Row::Enterprise(enterprise) => (enterprise.number, enterprise.situation),
            other => panic!("{other:?}"),
        })
        .collect();
    let bankrupt = JuridicalSituation::parse("050").expect("a code");
    assert_eq!(
        situations,
        [(enterprise_number(1), JuridicalSituation::NORMAL), (enterprise_number(2), bankrupt)]
    );
}

#[test]
fn an_update_takes_away_and_brings() {
    let (_, told) = read(update(137)).expect("read");
    assert_eq!(told.keys, [Key::Enterprise(enterprise_number(1))]);
    assert_eq!(told.rows.len(), 1);
}

#[test]
fn only_the_next_update_follows() {
    let extract = |set: Set| read_extract(&mut set.clone()).expect("a set");
    let next = extract(update(137));
    assert!(follows(&next, Some(136)).expect("follows"));
    assert!(!follows(&next, Some(137)).expect("is in"));
    for (stored, word) in [
        (None, "import a full set first"),
        (Some(135), "extract 135 is stored"),
        (Some(138), "extract 138 is stored"),
    ] {
        let error = follows(&next, stored).expect_err("refused").to_string();
        assert!(error.contains(word), "{error}");
    }
    assert!(follows(&extract(full(3)), Some(136)).expect("a full set always does"));
}

#[test]
fn a_set_that_is_cut_off_or_mixed_up_is_refused_with_the_reason() {
    let stranger = pointed(9);
    for (set, reason) in [
        (full(1).without("meta.csv"), "meta.csv: is missing"),
        (full(1).without("activity.csv"), "activity.csv: is missing: the full set 1 of 2025-05-30"),
        (full(1).with("address_insert.csv", ADDRESS), "address_insert.csv: does not belong"),
        (update(1).with("address.csv", ADDRESS), "address.csv: does not belong"),
        (full(1).with("meta.csv", "\"Variable\",\"Value\"\n"), "has no ExtractNumber"),
        (full(1).with("activity.csv", ACTIVITY), "activity.csv: has no line"),
        (
            full(1).with(
                "denomination.csv",
                format!("{DENOMINATION}\"{}\",\"2\",\"001\",\"A", pointed(1)),
            ),
            "ends inside quotes",
        ),
        (
            full(1).with(
                "denomination.csv",
                format!("{DENOMINATION}\"{}\",\"2\",\"001\",\"A\"\n", pointed(1)),
            ),
            "names 1 of 2 enterprises",
        ),
        (
            full(1).with(
                "activity.csv",
                format!("{ACTIVITY}\"{stranger}\",\"006\",\"2025\",\"84130\",\"MAIN\"\n"),
            ),
            "activity.csv: 1 of 1 lines name an enterprise or establishment that the set does not have",
        ),
        (
            full(1).with(
                "establishment.csv",
                format!("{ESTABLISHMENT}\"2.000.000.141\",01-11-1974,\"{stranger}\"\n"),
            ),
            "establishment.csv: 1 of 1 lines name an enterprise that the set does not have",
        ),
    ] {
        let error = refusal(set);
        assert!(error.contains(reason), "{reason}\nnot in\n{error}");
    }
}

#[test]
fn bad_lines_are_told() {
    let lines = format!(
        "{ENTERPRISE}\"{}\",\"AC\",\"000\",\"2\",\"416\",,09-08-1960\n\
         \"{}\",\"AC\",\"050\",\"1\",,,01-01-2020\n\
         \"{}\",\"ZZ\",\"0\",\"1\",,,2020-01-01\n\"0123456789\",\"AC\",\"000\",\"1\",,,01-01-2020\n\
         \"{}\",\"AC\",\"000\",\"1\",,,01-01-2020\n",
        pointed(1),
        pointed(2),
        pointed(4),
        pointed(1),
    );
    let (_, told) = read(full(1).with("enterprise.csv", lines)).expect("read");
    assert_eq!(
        told.report(),
        [
            "enterprise.csv:4: JuridicalSituation: is no code of 3 digits",
            "enterprise.csv:4: StartDate: is no date: dd-mm-yyyy",
            "enterprise.csv:4: Status: is AC in the open data",
            "enterprise.csv:5: EnterpriseNumber: is no enterprise number: 0xxx.xxx.xxx or \
             1xxx.xxx.xxx",
            "enterprise.csv:6: EnterpriseNumber: is the number of an earlier line",
        ]
    );
}
