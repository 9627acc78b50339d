//! A work by flags: they make the JSON object that is then read like a line of an import.

use clap::{Arg, ArgAction, ArgMatches};
use domain::WorksReference;
use serde_json::{Value, json};

use crate::command::Failure;

/// How sites and contracts are written.
pub(super) const HELP: &str = "\
A site is LONGITUDE,LATITUDE or \"POSTCODE;MUNICIPALITY;STREET;NUMBER[;BOX]\".
A contract is ROLE:COMPANY[:FROM[:UNTIL[:COMMISSIONED_BY]]], the role one of builder, contractor,
subcontractor, the company an enterprise number or a foreign VAT number, days as 2026-01-31; empty
parts are open. Both may be given more than once.";

/// Flags that say what a work is.
pub(super) fn args(new: bool) -> Vec<Arg> {
    let value = |name: &'static str, shown: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(shown).help(help)
    };
    let many = |name, shown, help| value(name, shown, help).action(ArgAction::Append);
    vec![
        value("sector", "SECTOR", "construction, guarding, meat or cleaning").required(new),
        value("from", "DATE", "The first day; empty: always"),
        value("until", "DATE", "The last day; empty: open"),
        value(
            "subject",
            "BOOL",
            "Must presences be registered there? [default for a new one: true]",
        )
        .value_parser(clap::value_parser!(bool)),
        many("site", "SITE", "A place of the work"),
        many("contract", "CONTRACT", "A company at the work"),
    ]
}

/// Flags that take away from a work.
pub(super) fn args_of_change() -> Vec<Arg> {
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    vec![
        switch("clear-sites", "Takes all sites away, before those given are added"),
        switch("clear-contracts", "Takes all contracts away, before those given are added"),
        Arg::new("end-contract")
            .long("end-contract")
            .value_name("COMPANY:DATE")
            .action(ArgAction::Append)
            .help("The last day of the contracts of a company that are open then"),
    ]
}

/// A new work.
pub(super) fn new(reference: WorksReference, given: &ArgMatches) -> Result<Value, Failure> {
    let mut value = json!({
        "reference": reference.as_str(),
        "subjectToPresenceRegistration": true,
        "sites": [],
        "contracts": [],
    });
    edit(&mut value, given)?;
    Ok(value)
}

/// Changes what is given.
pub(super) fn edit(value: &mut Value, given: &ArgMatches) -> Result<(), Failure> {
    let text = |name: &str| given.get_one::<String>(name);
    if let Some(sector) = text("sector") {
        value["sector"] = json!(sector);
    }
    for name in ["from", "until"] {
        if let Some(day) = text(name) {
            value[name] = day_of(day);
        }
    }
    if let Some(subject) = given.get_one::<bool>("subject") {
        value["subjectToPresenceRegistration"] = json!(subject);
    }
    let is_set = |name: &str| given.try_get_one::<bool>(name).ok().flatten() == Some(&true);
    for (name, clear) in [("sites", "clear-sites"), ("contracts", "clear-contracts")] {
        if is_set(clear) {
            value[name] = json!([]);
        }
    }
    let ends = given.try_get_many::<String>("end-contract").ok().flatten();
    for end in ends.into_iter().flatten() {
        end_contract(value, end)?;
    }
    add(value, "sites", given.get_many::<String>("site"), site)?;
    add(value, "contracts", given.get_many::<String>("contract"), contract)
}

fn add<'g>(
    value: &mut Value,
    name: &str,
    given: Option<impl Iterator<Item = &'g String>>,
    read: fn(&str) -> Result<Value, Failure>,
) -> Result<(), Failure> {
    for text in given.into_iter().flatten() {
        let read = read(text)?;
        if let Some(list) = value[name].as_array_mut() {
            list.push(read);
        }
    }
    Ok(())
}

fn day_of(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

fn site(text: &str) -> Result<Value, Failure> {
    let parts: Vec<_> = text.split(';').map(str::trim).collect();
    match parts[..] {
        [point] => {
            let numbers = point.split_once(',').and_then(|(longitude, latitude)| {
                let number = |text: &str| text.trim().parse::<f64>().ok();
                Some((number(longitude)?, number(latitude)?))
            });
            let Some((longitude, latitude)) = numbers else { return Err(no("site", text)) };
            Ok(json!({ "coordinates": { "longitude": longitude, "latitude": latitude } }))
        }
        [post_code, municipality, street, number, ref rest @ ..] if rest.len() < 2 => {
            let mut address = json!({
                "postCode": post_code,
                "municipality": municipality,
                "street": street,
                "houseNumber": number,
            });
            if let [box_number] = rest {
                address["boxNumber"] = json!(box_number);
            }
            Ok(json!({ "address": address }))
        }
        _ => Err(no("site", text)),
    }
}

fn contract(text: &str) -> Result<Value, Failure> {
    let parts: Vec<_> = text.split(':').map(str::trim).collect();
    let [role, company, ref rest @ ..] = parts[..] else { return Err(no("contract", text)) };
    if rest.len() > 3 {
        return Err(no("contract", text));
    }
    let mut value = json!({ "role": role });
    value[company_key(company)] = json!(company);
    for (name, part) in ["from", "until", "commissionedBy"].into_iter().zip(rest) {
        value[name] = day_of(part);
    }
    Ok(value)
}

fn company_key(company: &str) -> &'static str {
    let belgian = company.bytes().all(|byte| byte.is_ascii_digit());
    if belgian { "enterpriseNumber" } else { "foreignVatNumber" }
}

fn end_contract(value: &mut Value, text: &str) -> Result<(), Failure> {
    let Some((company, day)) = text.split_once(':') else { return Err(no("end-contract", text)) };
    let key = company_key(company);
    let mut ended = 0;
    for contract in value["contracts"].as_array_mut().into_iter().flatten() {
        let open = contract["until"].as_str().is_none_or(|until| until > day);
        if contract[key] == company && open {
            contract["until"] = json!(day);
            ended += 1;
        }
    }
    if ended == 0 {
        return Err(Failure::Refused(format!("{company} has no contract that is open on {day}")));
    }
    Ok(())
}

fn no(what: &str, text: &str) -> Failure {
    Failure::Refused(format!("--{what} {text}: is not of the form that --help shows"))
}
