use serde_json::{Map, Value};

/// The contract, read.
pub(super) struct Document {
    pub(super) root: Value,
}

/// An operation with the place where it stands.
pub(super) struct Operation<'d> {
    pub(super) path: &'d str,
    pub(super) method: &'d str,
    pub(super) at: String,
    pub(super) value: &'d Value,
}

/// A schema with the place where it stands, and the name by which it is known there.
pub(super) struct Schema<'d> {
    pub(super) at: String,
    pub(super) name: String,
    pub(super) value: &'d Value,
}

const METHODS: [&str; 8] = ["get", "head", "post", "put", "patch", "delete", "options", "trace"];
/// Where schemas stand in a schema: under names, as a list, or alone.
const IN_SCHEMAS: [&str; 7] =
    ["properties", "items", "allOf", "oneOf", "anyOf", "not", "additionalProperties"];

impl Document {
    pub(super) fn read(text: &str) -> Self {
        Self { root: serde_yaml_ng::from_str(text).expect("YAML") }
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = (&str, &Value)> {
        members(&self.root["paths"])
    }

    pub(super) fn operations(&self) -> Vec<Operation<'_>> {
        let of = |(path, item)| {
            members(item).filter(|(method, _)| METHODS.contains(method)).map(
                move |(method, value)| Operation {
                    path,
                    method,
                    at: format!("/paths/{path}/{method}"),
                    value,
                },
            )
        };
        self.paths().flat_map(of).collect()
    }

    /// What a `$ref` leads to, or the value itself.
    pub(super) fn resolve<'d>(&'d self, value: &'d Value) -> &'d Value {
        let Some(place) = value["$ref"].as_str() else { return value };
        let place = place.strip_prefix('#').expect("in this file");
        self.resolve(self.root.pointer(place).unwrap_or_else(|| panic!("{place} leads nowhere")))
    }

    /// The responses of an operation, by status.
    pub(super) fn responses<'d>(
        &'d self,
        operation: &Operation<'d>,
    ) -> impl Iterator<Item = (&'d str, &'d Value)> {
        members(&operation.value["responses"]).map(|(status, it)| (status, self.resolve(it)))
    }

    /// The parameters of an operation and of its path.
    pub(super) fn parameters<'d>(&'d self, operation: &Operation<'d>) -> Vec<&'d Value> {
        let of_path = elements(&self.root["paths"][operation.path]["parameters"]);
        let own = elements(&operation.value["parameters"]);
        of_path.chain(own).map(|it| self.resolve(it)).collect()
    }

    /// The media types with their content, anywhere in the file.
    pub(super) fn contents(&self) -> Vec<(String, &str, &Value)> {
        let mut found = Vec::new();
        walk(&self.root, "", &mut |at, value| {
            found.extend(members(&value["content"]).map(|(kind, it)| (at.to_owned(), kind, it)));
        });
        found
    }

    /// Every schema that stands in the file.
    pub(super) fn schemas(&self) -> Vec<Schema<'_>> {
        let mut found = Vec::new();
        for (name, value) in members(&self.root["components"]["schemas"]) {
            inside(value, format!("/components/schemas/{name}"), name, &mut found);
        }
        walk(&self.root, "", &mut |at, value| {
            if !at.starts_with("/components/schemas")
                && let Some(schema) = value.get("schema")
            {
                let name = value["name"].as_str().unwrap_or_default();
                inside(schema, format!("{at}/schema"), name, &mut found);
            }
        });
        found
    }

    /// Everything that is to be ignored: where, which rule, why.
    pub(super) fn ignored(&self) -> Vec<(String, String, String)> {
        let mut found = Vec::new();
        walk(&self.root, "", &mut |at, value| {
            for (rule, reason) in members(&value[IGNORE]) {
                let reason = reason.as_str().unwrap_or_default();
                found.push((at.to_owned(), rule.to_owned(), reason.to_owned()));
            }
        });
        found
    }

    /// Ignores nothing any more.
    pub(super) fn heed_everything(&mut self) {
        fn heed(value: &mut Value) {
            match value {
                Value::Object(map) => {
                    map.remove(IGNORE);
                    map.values_mut().for_each(heed);
                }
                Value::Array(list) => list.iter_mut().for_each(heed),
                _ => {}
            }
        }
        heed(&mut self.root);
    }
}

const IGNORE: &str = "x-ignore-rules";

/// Is this rule to be ignored at this value?
pub(super) fn ignores(value: &Value, rule: &str) -> bool {
    value[IGNORE][rule].is_string()
}

pub(super) fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let map: Option<&Map<String, Value>> = value.as_object();
    map.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

pub(super) fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn inside<'d>(value: &'d Value, at: String, name: &str, found: &mut Vec<Schema<'d>>) {
    for key in IN_SCHEMAS {
        let below = &value[key];
        let at = format!("{at}/{key}");
        match (key, below) {
            ("properties", Value::Object(map)) => {
                for (name, schema) in map {
                    inside(schema, format!("{at}/{name}"), name, found);
                }
            }
            (_, Value::Object(_)) => inside(below, at, name, found),
            (_, Value::Array(list)) => {
                for (place, schema) in list.iter().enumerate() {
                    inside(schema, format!("{at}/{place}"), name, found);
                }
            }
            _ => {}
        }
    }
    found.push(Schema { at, name: name.to_owned(), value });
}

fn walk<'d>(value: &'d Value, at: &str, see: &mut impl FnMut(&str, &'d Value)) {
    see(at, value);
    for (name, below) in members(value) {
        walk(below, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), see);
    }
    for (place, below) in elements(value).enumerate() {
        walk(below, &format!("{at}/{place}"), see);
    }
}
