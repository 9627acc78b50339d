use app::import::{read_register, read_work, work_to_json};
use domain::register::{Register, Row};
use domain::sample::{enterprise_number, works_reference};
use jiff::civil::date;
use serde_json::json;

use super::Told;

fn read(text: &str) -> Told<Row> {
    let mut told = Told::default();
    let today = date(2026, 11, 25);
    read_register(Register::Works, "w.jsonl", &mut text.as_bytes(), today, &mut told)
        .expect("read");
    told
}

fn whole() -> serde_json::Value {
    json!({
        "reference": works_reference(1).as_str(),
        "sector": "construction",
        "from": "2026-01-01",
        "until": null,
        "subjectToPresenceRegistration": true,
        "sites": [
            { "coordinates": { "longitude": 4.35, "latitude": 50.84 } },
            { "address": { "postCode": "1070", "municipality": "Anderlecht",
                "street": "Bergense Steenweg", "houseNumber": "475", "boxNumber": "2" } },
        ],
        "contracts": [
            { "enterpriseNumber": enterprise_number(1).to_string(), "role": "builder",
                "from": null, "until": null },
            { "foreignVatNumber": "NL123", "role": "subcontractor",
                "commissionedBy": enterprise_number(1).to_string(),
                "from": "2026-02-01", "until": "2026-03-01" },
        ],
    })
}

#[test]
fn a_work_is_written_as_it_is_read() {
    let work = read_work(&whole()).expect("a work");
    assert_eq!(work.contracts.len(), 2);
    assert_eq!(work_to_json(&work), whole());
    let told = read(&format!("{}\n\n", whole()));
    assert_eq!(told.rows, [Row::Work(work)]);
}

#[test]
fn every_flaw_is_told_with_its_path() {
    let mut value = whole();
    value["refernce"] = json!("x");
    value["sector"] = json!("mining");
    value["until"] = json!("2025-01-01");
    value["sites"][0] = json!({});
    value["sites"][1]["address"]["postCode"] = json!("107");
    value["contracts"][0]["foreignVatNumber"] = json!("NL1");
    value["contracts"][1]["commissionedBy"] = json!(7);
    let told = read(&format!("{value}\n{{\"reference\":1}}\n[]\n{{\n"));
    let text = told.report().join("\n");
    for expected in [
        "w.jsonl:1: refernce: means nothing here; known are reference, ",
        "w.jsonl:1: sector: is one of construction, guarding, meat, cleaning",
        "w.jsonl:1: until: is before from",
        "w.jsonl:1: sites[0]: needs an address or coordinates",
        "w.jsonl:1: sites[1].address.postCode: is no post code: 4 digits",
        "w.jsonl:1: contracts[0]: needs one of enterpriseNumber and foreignVatNumber",
        "w.jsonl:1: contracts[1].commissionedBy: is no string",
        "w.jsonl:2: reference: is no string",
        "w.jsonl:2: sector: is missing",
        "w.jsonl:3: is no JSON object",
        "w.jsonl:4: is no JSON object: the mistake is at character",
    ] {
        assert!(text.contains(expected), "{expected}\nnot in\n{text}");
    }
    assert!(told.rows.is_empty());
}

#[test]
fn a_reference_stands_once_in_a_file() {
    let told = read(&format!("{}\n{}\n", whole(), whole()));
    assert_eq!(told.rows.len(), 1);
    assert_eq!(told.report(), ["w.jsonl:2: reference: is that of an earlier line"]);
}
