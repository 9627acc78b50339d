//! Holds every answer of these tests against `openapi.yaml`: its status, media type, headers and body, to the last member
//! and in the order of the contract.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

static CONTRACT: LazyLock<Value> =
    LazyLock::new(|| serde_yaml_ng::from_str(rest::api::OPENAPI).expect("YAML"));

pub(crate) fn contract() -> &'static Value {
    &CONTRACT
}

/// What a `$ref` leads to, or the value itself.
pub(crate) fn resolve(value: &'static Value) -> &'static Value {
    let Some(place) = value["$ref"].as_str() else { return value };
    let place = place.strip_prefix('#').expect("in this file");
    resolve(CONTRACT.pointer(place).unwrap_or_else(|| panic!("{place} leads nowhere")))
}

pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

/// The operations: path, method, and what the contract says of it.
pub(crate) fn operations() -> impl Iterator<Item = (&'static str, &'static str, &'static Value)> {
    members(&CONTRACT["paths"]).flat_map(|(path, item)| {
        members(item)
            .filter(|(method, _)| ["get", "post", "put", "delete"].contains(method))
            .map(move |(method, operation)| (path, method, operation))
    })
}

/// The parameters of an operation and of its path, by place and name.
pub(crate) fn parameters(
    path: &str,
    operation: &'static Value,
) -> Vec<(&'static str, &'static str)> {
    let lists = [&CONTRACT["paths"][path]["parameters"], &operation["parameters"]];
    let all = lists.into_iter().filter_map(Value::as_array).flatten().map(resolve);
    all.map(|it| (it["in"].as_str().expect("a place"), it["name"].as_str().expect("a name")))
        .collect()
}

/// An answer to hold against the contract.
pub(crate) struct Answered<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) status: u16,
    pub(crate) headers: &'a [(&'static str, String)],
    pub(crate) body: &'a [u8],
}

/// Panics when the answer is not of the contract. What the contract does not have is answered with a problem alone.
pub(crate) fn hold(answered: &Answered<'_>) {
    let Answered { method, path, status, headers, body } = *answered;
    let header = |name: &str| headers.iter().find(|(other, _)| *other == name).map(|(_, it)| it);
    let at = format!("{method} {path}: {status}");
    assert!(header("belgov-trace-id").is_some_and(|it| it.len() <= 36), "{at}");
    let operation = operations()
        .find(|(pattern, known, _)| known.eq_ignore_ascii_case(method) && is_of(pattern, path));
    let responses = operation.map(|(_, _, operation)| &operation["responses"]);
    let response = match responses {
        Some(responses) => {
            let documented = responses.get(status.to_string());
            let response =
                documented.or_else(|| responses.get("default").filter(|_| status >= 400));
            resolve(response.unwrap_or_else(|| panic!("{at} is not in the contract")))
        }
        None => resolve(&CONTRACT["components"]["responses"]["ProblemResponse"]),
    };
    for (name, _) in members(&response["headers"]) {
        assert!(header(&name.to_ascii_lowercase()).is_some(), "{at}: without {name}");
    }
    let Some(content) = response.get("content") else {
        assert!(body.is_empty(), "{at}: has a body");
        return;
    };
    let media_type = header("content-type").map(String::as_str).unwrap_or_default();
    let schema = &content[media_type]["schema"];
    assert!(!schema.is_null(), "{at}: {media_type} is not in the contract");
    let body: Value = serde_json::from_slice(body).unwrap_or_else(|error| panic!("{at}: {error}"));
    if let Err(wrong) = violation(schema, &body, "") {
        panic!("{at}: {wrong}\n{body:#}");
    }
    if status >= 400 && media_type == "application/problem+json" {
        assert_eq!(body["status"], status, "{at}");
    }
}

fn is_of(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given || wanted.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// The first way in which a value is not of its schema.
pub(crate) fn violation(schema: &'static Value, value: &Value, at: &str) -> Result<(), String> {
    let schema = resolve(schema);
    let fails = |what: String| Err(format!("{at}: {value} {what}"));
    if value.is_null() && schema["nullable"] == true {
        return Ok(());
    }
    let kind = schema["type"].as_str().unwrap_or_default();
    let of_kind = match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => true,
    };
    if !of_kind {
        return fails(format!("is no {kind}"));
    }
    if let Some(codes) = schema["enum"].as_array()
        && !codes.contains(value)
    {
        return fails("is none of the codes".to_owned());
    }
    combined(schema, value, at)?;
    match value {
        Value::String(text) => of_text(schema, text).or_else(fails),
        Value::Number(_) => {
            of_bounds(schema, value.as_f64(), ["minimum", "maximum"]).or_else(fails)
        }
        Value::Array(list) => {
            of_size(schema, list.len(), ["minItems", "maxItems"]).or_else(fails)?;
            (0..).zip(list).try_for_each(|(place, it)| {
                violation(&schema["items"], it, &format!("{at}[{place}]"))
            })
        }
        Value::Object(_) => of_members(schema, value, at),
        _ => Ok(()),
    }
}

fn combined(schema: &'static Value, value: &Value, at: &str) -> Result<(), String> {
    let holds = |schema: &'static Value| violation(schema, value, at).is_ok();
    let list = |key: &str| schema[key].as_array().map(Vec::as_slice).unwrap_or_default();
    for all in list("allOf") {
        violation(all, value, at)?;
    }
    let (one, any) = (list("oneOf"), list("anyOf"));
    let right = (one.is_empty() || one.iter().filter(|it| holds(it)).count() == 1)
        && (any.is_empty() || any.iter().any(holds))
        && schema.get("not").is_none_or(|not| !holds(not));
    right.then_some(()).ok_or_else(|| format!("{at}: {value} is not one of what it may be"))
}

fn of_text(schema: &Value, text: &str) -> Result<(), String> {
    of_size(schema, text.chars().count(), ["minLength", "maxLength"])?;
    if let Some(pattern) = schema["pattern"].as_str()
        && !Regex::new(pattern).expect("a pattern").is_match(text)
    {
        return Err(format!("is not of the form {pattern}"));
    }
    let right = match schema["format"].as_str() {
        Some("date") => text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok(),
        Some("date-time") => text.contains('T') && text.parse::<jiff::Timestamp>().is_ok(),
        Some("uri") => text.contains(':') && !text.contains(' '),
        _ => true,
    };
    right.then_some(()).ok_or_else(|| format!("is no {}", schema["format"]))
}

#[expect(clippy::cast_precision_loss, reason = "sizes of test data are small")]
fn of_size(schema: &Value, size: usize, keys: [&str; 2]) -> Result<(), String> {
    of_bounds(schema, Some(size as f64), keys)
}

fn of_bounds(schema: &Value, size: Option<f64>, keys: [&str; 2]) -> Result<(), String> {
    let [least, most] = keys.map(|key| schema[key].as_f64());
    let right = least.zip(size).is_none_or(|(least, size)| size >= least)
        && most.zip(size).is_none_or(|(most, size)| size <= most);
    right.then_some(()).ok_or_else(|| "is out of bounds".to_owned())
}

fn of_members(schema: &'static Value, value: &Value, at: &str) -> Result<(), String> {
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.get(name).is_none() {
            return Err(format!("{at}: without {name}"));
        }
    }
    let Some(known) = schema["properties"].as_object() else { return Ok(()) };
    of_size(schema, members(value).count(), ["minProperties", "maxProperties"])
        .map_err(|wrong| format!("{at}: {wrong}"))?;
    let mut last = 0;
    for (name, it) in members(value) {
        let place = known.keys().position(|key| key == name);
        let place = place.ok_or_else(|| format!("{at}.{name} is not in the contract"))?;
        if place < last {
            return Err(format!("{at}.{name} stands before what the contract names first"));
        }
        last = place;
        violation(&known[name], it, &format!("{at}.{name}"))?;
    }
    Ok(())
}

#[test]
fn what_is_not_of_a_schema_is_seen() {
    let schema = |name: &str| &CONTRACT["components"]["schemas"][name];
    let seen = |name: &str, text: &str| {
        let value: Value = serde_json::from_str(text).expect("JSON");
        violation(schema(name), &value, "").is_err()
    };
    for (name, right, wrong) in [
        ("Ssin", "\"80022606870\"", "\"8002260687\""),
        ("Coordinates", r#"{"longitude":4,"latitude":50}"#, r#"{"longitude":4,"latitude":91}"#),
        ("Coordinates", r#"{"longitude":4,"latitude":50}"#, r#"{"latitude":50,"longitude":4}"#),
        ("Coordinates", r#"{"longitude":4,"latitude":50}"#, r#"{"longitude":4}"#),
        ("Validity", "\"valid\"", "\"VALID\""),
        ("HealthStatus", r#"{"status":"UP"}"#, r#"{"status":"UP","more":1}"#),
        (
            "Period",
            r#"{"startDate":"2026-11-24","endDate":"2026-11-24"}"#,
            r#"{"startDate":"2026-11-31","endDate":"2026-12-01"}"#,
        ),
        ("Employer", r#"{"enterpriseNumber":"0100000169"}"#, "{}"),
        ("RegisterInBulkResponse", r#"{"items":[]}"#, r#"{"items":{}}"#),
    ] {
        assert!(!seen(name, right), "{name} {right}");
        assert!(seen(name, wrong), "{name} {wrong}");
    }
}
