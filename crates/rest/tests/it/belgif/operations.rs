//! Operations: what they take and answer, and by which status.

use std::collections::BTreeSet;

use super::document::{Document, Operation, elements, members};
use super::{Findings, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "openapi-opid",
        find: operation_ids,
        break_it: ("cancelInBulk\n", "registerInBulk\n"),
    },
    Rule {
        id: "oas-descr (summary)",
        find: summaries,
        break_it: ("      summary: Cancel", "      x: Cancel"),
    },
    Rule {
        id: "oas-tags",
        find: tags,
        break_it: ("        - Performances\n", "        - performance\n"),
    },
    Rule { id: "stat-codes", find: statuses, break_it: ("        \"200\":", "        \"304\":") },
    Rule {
        id: "prb-defaul",
        find: default_problem,
        break_it: ("        default:", "        \"404\":"),
    },
    Rule {
        id: "prb-defaul (schema)",
        find: problem_schema,
        break_it: ("schemas/Problem\"", "schemas/Sender\""),
    },
    Rule {
        id: "err-problem",
        find: problem_type,
        break_it: ("application/problem+json", "application/json"),
    },
    Rule {
        id: "err-problem (success)",
        find: no_problem,
        break_it: ("          application/json:", "          application/problem+json:"),
    },
    Rule { id: "hlth-res", find: health, break_it: ("        \"503\":", "        \"502\":") },
    Rule {
        id: "meth-http",
        find: payloads,
        break_it: (
            "          description: The registration\n",
            "          x: y\n          description: It\n          content: {}\n        \"204\":\n          description: It\n",
        ),
    },
    Rule {
        id: "opbody-req",
        find: body_required,
        break_it: ("        required: true\n        content", "        content"),
    },
    Rule {
        id: "qry-multi",
        find: multi_values,
        break_it: (
            "            type: integer\n            format: int32",
            "            type: array\n            format: int32",
        ),
    },
    Rule {
        id: "evo-object",
        find: top_level,
        break_it: ("schemas/RegisterInBulkRequest\"", "schemas/Ssin\""),
    },
    Rule {
        id: "rep-struct",
        find: media_types,
        break_it: ("          application/json:", "          text/plain:"),
    },
    Rule {
        id: "sec-req",
        find: scopes,
        break_it: ("[\"scope:presenceRegistration:cancel\"]", "[\"scope:other\"]"),
    },
    Rule {
        id: "col-repres",
        find: collections,
        break_it: ("  /addresses:", "  /presenceRegistrations:"),
    },
    Rule { id: "oas-contra", find: version, break_it: ("openapi: 3.0.3", "openapi: 3.1.0") },
];

fn each(document: &Document, wrong: impl Fn(&Operation<'_>) -> bool) -> Findings {
    document.operations().into_iter().filter(|it| wrong(it)).map(|it| it.at).collect()
}

impl Document {
    /// Does a 200 of this answer a list of items?
    pub(super) fn is_collection(&self, operation: &Operation<'_>) -> bool {
        let mut good = self.responses(operation).filter(|(status, _)| *status == "200");
        good.any(|(_, it)| {
            let schema = self.resolve(&it["content"]["application/json"]["schema"]);
            schema["properties"]["items"]["type"] == "array"
        })
    }
}

fn operation_ids(document: &Document) -> Findings {
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    for operation in document.operations() {
        let id = operation.value["operationId"].as_str().unwrap_or_default();
        let good = id.starts_with(|it: char| it.is_ascii_lowercase())
            && id.bytes().all(|it| it.is_ascii_alphanumeric());
        if !good || !known.insert(id) {
            found.push(format!("{}: {id}", operation.at));
        }
    }
    found
}

fn summaries(document: &Document) -> Findings {
    each(document, |it| it.value["summary"].as_str().is_none_or(|text| text.trim().is_empty()))
}

fn tags(document: &Document) -> Findings {
    let declared: Vec<_> =
        elements(&document.root["tags"]).filter_map(|it| it["name"].as_str()).collect();
    each(document, |it| {
        let tags: Vec<_> = elements(&it.value["tags"]).filter_map(|it| it.as_str()).collect();
        let capital = |tag: &&str| tag.starts_with(|it: char| it.is_ascii_uppercase());
        tags.len() > 1 || !tags.iter().all(|tag| capital(tag) && declared.contains(tag))
    })
}

/// The status codes that a method does not answer.
fn statuses(document: &Document) -> Findings {
    let never = |method: &str| -> &[&str] {
        match method {
            "get" => &["201", "202", "204", "409", "412", "413"],
            "head" => &["201", "202", "409", "412", "413"],
            "post" => &["304"],
            "put" => &["202", "304"],
            "patch" => &["201", "202", "304"],
            "delete" => &["201", "202", "304", "413"],
            "options" => &["201", "204", "304", "405", "409", "412", "413"],
            _ => &[],
        }
    };
    each(document, |it| {
        document.responses(it).any(|(status, _)| never(it.method).contains(&status))
    })
}

fn default_problem(document: &Document) -> Findings {
    each(document, |it| {
        !["head", "options"].contains(&it.method)
            && document.responses(it).all(|(status, _)| status != "default")
    })
}

fn problem_schema(document: &Document) -> Findings {
    each(document, |it| {
        document.responses(it).filter(|(status, _)| *status == "default").any(|(_, response)| {
            let schema = &response["content"]["application/problem+json"]["schema"];
            !schema["$ref"].as_str().is_some_and(|it| it.contains("/Problem"))
        })
    })
}

fn problem_type(document: &Document) -> Findings {
    each(document, |it| {
        let error = |status: &str| status == "default" || status.starts_with(['4', '5']);
        let told = |status: &str, response: &serde_json::Value| {
            (it.path == "/health" && status == "503")
                || members(&response["content"]).any(|(kind, _)| kind == "application/problem+json")
        };
        document.responses(it).any(|(status, response)| error(status) && !told(status, response))
    })
}

fn no_problem(document: &Document) -> Findings {
    let of = |it: &Operation<'_>| {
        let mut good =
            document.responses(it).filter(|(status, _)| status.starts_with(['1', '2', '3']));
        good.any(|(_, it)| members(&it["content"]).any(|(kind, _)| kind.contains("problem")))
    };
    let requests = |it: &Operation<'_>| {
        members(&it.value["requestBody"]["content"]).any(|(kind, _)| kind.contains("problem"))
    };
    each(document, |it| of(it) || requests(it))
}

fn health(document: &Document) -> Findings {
    let operations = document.operations();
    let found = operations.iter().find(|it| it.path == "/health" && it.method == "get");
    let answers = |wanted: &str| {
        found.is_some_and(|it| document.responses(it).any(|(status, _)| status == wanted))
    };
    if answers("200") && answers("503") { Vec::new() } else { vec!["/health".to_owned()] }
}

fn payloads(document: &Document) -> Findings {
    each(document, |it| {
        let bodiless = ["get", "head", "delete", "options"].contains(&it.method);
        let content = |response: &serde_json::Value| members(&response["content"]).next().is_some();
        (bodiless && it.value.get("requestBody").is_some())
            || document.responses(it).any(|(status, response)| match status {
                "200" => it.method != "head" && !content(response),
                "204" => content(response),
                _ => false,
            })
    })
}

fn body_required(document: &Document) -> Findings {
    each(document, |it| {
        it.value
            .get("requestBody")
            .is_some_and(|body| !document.resolve(body)["required"].is_boolean())
    })
}

fn multi_values(document: &Document) -> Findings {
    each(document, |it| {
        document.parameters(it).into_iter().any(|parameter| {
            parameter["in"] == "query"
                && document.resolve(&parameter["schema"])["type"] == "array"
                && (parameter["style"] != "form" || parameter["explode"] != true)
        })
    })
}

/// JSON has a schema, and it is that of an object.
fn top_level(document: &Document) -> Findings {
    let json = |kind: &str| kind == "application/json" || kind.ends_with("+json");
    let contents = document.contents().into_iter().filter(|(_, kind, _)| json(kind));
    let wrong = contents.filter(|(_, _, it)| document.resolve(&it["schema"])["type"] != "object");
    wrong.map(|(at, ..)| at).collect()
}

/// What has members comes in a media type that has them.
fn media_types(document: &Document) -> Findings {
    let structured =
        |kind: &str| ["json", "xml", "form", "multipart"].iter().any(|it| kind.contains(it));
    let object = |it: &serde_json::Value| document.resolve(&it["schema"])["type"] == "object";
    let contents = document.contents().into_iter();
    contents.filter(|(_, kind, it)| object(it) && !structured(kind)).map(|(at, ..)| at).collect()
}

fn scopes(document: &Document) -> Findings {
    let schemes = &document.root["components"]["securitySchemes"];
    each(document, |it| {
        elements(&it.value["security"]).flat_map(members).any(|(name, scopes)| {
            let flows = &schemes[name]["flows"];
            let known =
                |scope: &str| members(flows).any(|(_, flow)| flow["scopes"].get(scope).is_some());
            !elements(scopes).filter_map(|it| it.as_str()).all(known)
        })
    })
}

/// Where there are single ones, what stands above is a collection, whose items say where each is (that is the guide's; the
/// validator asks only for a list of objects).
fn collections(document: &Document) -> Findings {
    let is_parent = |path: &str| {
        document.paths().any(|(it, _)| it.strip_prefix(path).is_some_and(|it| it.starts_with("/{")))
    };
    each(document, |it| {
        it.method == "get" && is_parent(it.path) && {
            let schema = document.responses(it).find(|(status, _)| *status == "200");
            let schema = schema
                .map(|(_, it)| document.resolve(&it["content"]["application/json"]["schema"]));
            let item = schema.map(|it| document.resolve(&it["properties"]["items"]["items"]));
            item.is_none_or(|it| it["properties"].get("href").is_none())
        }
    })
}

fn version(document: &Document) -> Findings {
    let version = document.root["openapi"].as_str().unwrap_or_default();
    if version.starts_with("3.0.") { Vec::new() } else { vec![version.to_owned()] }
}
