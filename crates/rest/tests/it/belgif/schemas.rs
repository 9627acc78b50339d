//! How schemas are built.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::{Document, Schema, elements, ignores, members};
use super::{Findings, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "sch-allof",
        find: twice,
        break_it: (
            "      allOf:\n",
            "      allOf:\n        - properties:\n            ssin:\n              type: integer\n",
        ),
    },
    Rule {
        id: "sch-allof (types)",
        find: conflicts,
        break_it: ("- required: [limosaId]", "- type: string"),
    },
    Rule { id: "sch-oneof", find: one_of, break_it: ("- required: [limosaId]", "- type: object") },
    Rule {
        id: "sch-discr",
        find: discriminators,
        break_it: (
            "      type: object\n",
            "      type: object\n      discriminator:\n        propertyName: type\n",
        ),
    },
    Rule {
        id: "prop-req",
        find: required,
        break_it: ("required: [limosaId]", "required: [limosa]"),
    },
    Rule {
        id: "jsn-null",
        find: nullable,
        break_it: (
            "          description: When\n",
            "          description: When\n          nullable: true\n",
        ),
    },
    Rule {
        id: "oas-rdonly",
        find: read_only,
        break_it: ("        longitude:\n", "        longitude:\n          readOnly: true\n"),
    },
    Rule {
        id: "oas-descr (title)",
        find: titles,
        break_it: ("    Coordinates:\n", "    Coordinates:\n      title: Point\n"),
    },
    Rule {
        id: "evo-object (open)",
        find: closed,
        break_it: ("    Coordinates:\n", "    Coordinates:\n      additionalProperties: false\n"),
    },
];

fn each(document: &Document, wrong: impl Fn(&Schema<'_>) -> bool) -> Findings {
    document.schemas().into_iter().filter(|it| wrong(it)).map(|it| it.at).collect()
}

/// The names of the properties of a schema and of all that it is composed of, as often as they come.
fn names<'d>(document: &'d Document, schema: &'d Value) -> Vec<&'d str> {
    let own = members(&schema["properties"]).map(|(name, _)| name);
    let parts = elements(&schema["allOf"]).flat_map(|it| names(document, document.resolve(it)));
    own.chain(parts).collect()
}

fn twice(document: &Document) -> Findings {
    each(document, |schema| {
        let names = names(document, schema.value);
        names.iter().collect::<BTreeSet<_>>().len() != names.len()
    })
}

/// What a schema is composed of has no other type than itself.
fn conflicts(document: &Document) -> Findings {
    each(document, |schema| {
        let parts = ["allOf", "oneOf", "anyOf"].map(|key| elements(&schema.value[key])).into_iter();
        let types = |it| types(document, document.resolve(it));
        let mut parts = parts.flatten().flat_map(types);
        let own = &schema.value["type"];
        own.is_string() && parts.any(|it| it != own)
    })
}

fn types<'d>(document: &'d Document, schema: &'d Value) -> Vec<&'d Value> {
    let below = ["allOf", "oneOf", "anyOf"].map(|key| elements(&schema[key])).into_iter().flatten();
    let below = below.flat_map(|it| types(document, document.resolve(it)));
    schema.get("type").into_iter().chain(below).collect()
}

/// One of several that differ only in what is required, or in their codes.
fn one_of(document: &Document) -> Findings {
    each(document, |schema| {
        let parts: Vec<_> =
            elements(&schema.value["oneOf"]).map(|it| document.resolve(it)).collect();
        let only = |allowed: &[&str]| {
            parts.iter().all(|part| members(part).all(|(name, _)| allowed.contains(&name)))
        };
        let codes = parts.iter().all(|part| part.get("enum").is_some());
        !parts.is_empty()
            && !only(&["required", "description", "example", "title", "not"])
            && !codes
            && schema.value.get("discriminator").is_none()
    })
}

fn discriminators(document: &Document) -> Findings {
    each(document, |schema| {
        schema.value.get("discriminator").is_some_and(|it| {
            let name = it["propertyName"].as_str().unwrap_or_default();
            let required = elements(&schema.value["required"]).any(|it| it == name);
            let mapped = members(&it["mapping"]).count();
            !required
                || mapped == 0
                || members(&it["mapping"])
                    .any(|(_, to)| !to.as_str().is_some_and(|it| it.contains("#/")))
        })
    })
}

/// What is required is a property, of the schema itself or of the one that it is a part of.
fn required(document: &Document) -> Findings {
    each(document, |schema| {
        let whole = document.root.pointer(&whole(&schema.at)).expect("it stands there");
        let known = names(document, whole);
        let own = names(document, schema.value);
        elements(&schema.value["required"])
            .filter_map(|it| it.as_str())
            .any(|name| !known.contains(&name) && !own.contains(&name))
    })
}

/// The place of the schema that a part as `…/allOf/0/oneOf/1` or `…/not` belongs to.
fn whole(at: &str) -> String {
    let parts: Vec<_> = at.split('/').collect();
    let composed = ["allOf", "oneOf", "anyOf", "not"];
    let end = parts.iter().position(|it| composed.contains(it)).unwrap_or(parts.len());
    parts[..end].join("/")
}

fn nullable(document: &Document) -> Findings {
    each(document, |schema| schema.value["nullable"] == true && !ignores(schema.value, "jsn-null"))
}

fn read_only(document: &Document) -> Findings {
    each(document, |schema| {
        elements(&schema.value["required"])
            .filter_map(|it| it.as_str())
            .any(|name| document.resolve(&schema.value["properties"][name])["readOnly"] == true)
    })
}

/// Components have no title of another name, and objects inside have one.
fn titles(document: &Document) -> Findings {
    each(document, |schema| {
        let component =
            schema.at.strip_prefix("/components/schemas/").filter(|it| !it.contains('/'));
        let title = schema.value["title"].as_str();
        match component {
            Some(name) => title.is_some_and(|title| title != name),
            None => {
                schema.value["type"] == "object" && title.is_none() && !schema.at.contains("Of/")
            }
        }
    })
}

/// Unknown members are refused by the service, not by the file (the guide, "unknown input").
fn closed(document: &Document) -> Findings {
    each(document, |schema| schema.value["additionalProperties"] == false)
}
