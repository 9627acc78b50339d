//! Examples, defaults and codes are of the form of their schemas.

use regex_lite::Regex;
use serde_json::Value;

use super::document::{Document, elements, members};
use super::{Findings, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "oas-exampl",
        find: examples,
        break_it: ("ssin: \"80022606870\"", "ssin: \"8002260687\""),
    },
    Rule {
        id: "oas-defaul",
        find: defaults,
        break_it: ("            default: 50", "            default: 501"),
    },
    Rule { id: "oas-enum", find: codes, break_it: ("        - valid\n", "        - 5\n") },
];

fn examples(document: &Document) -> Findings {
    let mut found = Vec::new();
    for schema in document.schemas() {
        if let Some(example) = schema.value.get("example") {
            found.extend(violation(document, schema.value, example, &schema.at));
        }
    }
    for operation in document.operations() {
        for parameter in document.parameters(&operation) {
            if let Some(example) = parameter.get("example") {
                found.extend(violation(document, &parameter["schema"], example, &operation.at));
            }
        }
    }
    for (at, _, content) in document.contents() {
        let named = members(&content["examples"]).map(|(_, it)| &document.resolve(it)["value"]);
        for example in content.get("example").into_iter().chain(named) {
            found.extend(violation(document, &content["schema"], example, &at));
        }
    }
    found
}

fn defaults(document: &Document) -> Findings {
    let schemas = document.schemas();
    let with = schemas.iter().filter_map(|it| Some((it, it.value.get("default")?)));
    with.filter_map(|(it, value)| violation(document, it.value, value, &it.at)).collect()
}

fn codes(document: &Document) -> Findings {
    let mut found = Vec::new();
    for schema in document.schemas() {
        for code in elements(&schema.value["enum"]) {
            found.extend(violation(document, schema.value, code, &schema.at));
        }
    }
    found
}

/// The first way in which a value is not of its schema, of those that this file knows.
fn violation(document: &Document, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let schema = document.resolve(schema);
    let fails = |what: &str| Some(format!("{at}: {value} is not {what}"));
    let kind = schema["type"].as_str();
    let of_kind = match kind {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        _ => true,
    };
    if !of_kind {
        return fails(kind.unwrap_or_default());
    }
    if schema.get("enum").is_some() && !elements(&schema["enum"]).any(|it| it == value) {
        return fails("a code");
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && !Regex::new(pattern).expect("a pattern").is_match(text)
    {
        return fails(pattern);
    }
    let below = |key: &str, holds: fn(f64, f64) -> bool| {
        let bound = schema[key].as_f64().zip(value.as_f64());
        bound.is_some_and(|(bound, value)| !holds(value, bound))
    };
    if below("minimum", |value, bound| value >= bound)
        || below("maximum", |value, bound| value <= bound)
    {
        return fails("in its bounds");
    }
    let missing = |name: &&str| value.get(*name).is_none();
    let required = elements(&schema["required"]).filter_map(|it| it.as_str());
    if let Some(name) = required.into_iter().find(|name| value.is_object() && missing(name)) {
        return fails(name);
    }
    let members = members(value).filter(|_| schema.get("properties").is_some());
    let mut inside = members.map(|(name, it)| match schema["properties"].get(name) {
        Some(schema) => violation(document, schema, it, at),
        None => fails(name),
    });
    let mut items = elements(value).map(|it| violation(document, &schema["items"], it, at));
    inside.find_map(|it| it).or_else(|| items.find_map(|it| it))
}
