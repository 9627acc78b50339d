//! How paths, parameters, members, components, codes and headers are named.

use super::document::{Document, elements, ignores, members};
use super::{Findings, Rule};

pub(super) const RULES: &[Rule] = &[
    Rule { id: "uri-notat", find: segments, break_it: ("  /health:", "  /Health_check:") },
    Rule { id: "uri-notat (slash)", find: slashes, break_it: ("  /addresses:", "  /addresses/:") },
    Rule { id: "uri-extens", find: extensions, break_it: ("  /addresses:", "  /addresses.json:") },
    Rule { id: "uri-format", find: servers, break_it: ("presenceRegistration/v1\n", "v1.0\n") },
    Rule { id: "path-param", find: parameters, break_it: ("name: longitude", "name: Longitude") },
    Rule { id: "id-name", find: path_ids, break_it: ("name: presenceRegistrationId", "name: id") },
    Rule { id: "col-name", find: plural, break_it: ("  /addresses:", "  /nearPlace:") },
    Rule { id: "jsn-naming", find: properties, break_it: ("        ssin:", "        SSIN:") },
    Rule { id: "oas-comp", find: components, break_it: ("    AccessToken:", "    access_token:") },
    Rule { id: "cod-design", find: codes, break_it: ("- companyUnknown", "- COMPANY_UNKNOWN") },
    Rule {
        id: "hdr-case",
        find: headers,
        break_it: ("            ETag:", "            eTag_of_it:"),
    },
];

/// lowerCamelCase, as the validator has it.
fn lower(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !capitals(name)
}

/// As `UpperCamelCase`: a word begins with the only capital that it has.
fn upper(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !capitals(name)
}

/// Two capitals that follow each other, before the last letter.
fn capitals(name: &str) -> bool {
    let bytes = name.as_bytes();
    let inner = &bytes[..bytes.len().saturating_sub(1)];
    inner.windows(2).any(|pair| pair.iter().all(u8::is_ascii_uppercase))
}

fn segments(document: &Document) -> Findings {
    let wrong = |path: &&str| {
        path.split('/')
            .skip(1)
            .filter(|it| !it.is_empty() && !it.starts_with('{'))
            .any(|it| !lower(it))
    };
    document.paths().map(|(path, _)| path).filter(wrong).map(str::to_owned).collect()
}

fn slashes(document: &Document) -> Findings {
    document.paths().map(|it| it.0).filter(|it| it.ends_with('/')).map(str::to_owned).collect()
}

fn extensions(document: &Document) -> Findings {
    document.paths().map(|it| it.0).filter(|it| it.contains('.')).map(str::to_owned).collect()
}

fn servers(document: &Document) -> Findings {
    let urls = elements(&document.root["servers"]).filter_map(|it| it["url"].as_str());
    let good = |url: &str| {
        let mut parts = url.rsplit('/');
        let version = parts.next().and_then(|it| it.strip_prefix('v')).unwrap_or_default();
        version.parse::<u32>().is_ok()
            && parts.next().is_some_and(lower)
            && (!url.starts_with("http://") || url.starts_with("http://localhost"))
    };
    urls.filter(|url| !good(url)).map(str::to_owned).collect()
}

fn parameters(document: &Document) -> Findings {
    let mut found = Vec::new();
    for operation in document.operations() {
        for parameter in document.parameters(&operation) {
            let name = parameter["name"].as_str().expect("a name");
            let plain = name.replace(['.', '_'], "");
            let good = match parameter["in"].as_str() {
                Some("path") => lower(name),
                Some("query") => lower(&plain),
                _ => true,
            };
            if !good {
                found.push(format!("{}: {name}", operation.at));
            }
        }
    }
    found
}

fn path_ids(document: &Document) -> Findings {
    let bare = |name: &str| matches!(name, "id" | "code");
    let mut found = Vec::new();
    for operation in document.operations() {
        for parameter in document.parameters(&operation) {
            if parameter["in"] == "path" && parameter["name"].as_str().is_some_and(bare) {
                found.push(operation.at.clone());
            }
        }
    }
    found
}

/// A path that is read as a collection ends in a plural.
fn plural(document: &Document) -> Findings {
    let collection = |operation: &&super::document::Operation<'_>| {
        operation.method == "get" && document.is_collection(operation)
    };
    let ends =
        |path: &str| ["}", "s", "data", "Data", "/history"].iter().any(|it| path.ends_with(it));
    let operations = document.operations();
    let found = operations.iter().filter(collection).map(|it| it.path).filter(|path| !ends(path));
    found.map(str::to_owned).collect()
}

fn properties(document: &Document) -> Findings {
    let mut found = Vec::new();
    for schema in document.schemas() {
        let names = members(&schema.value["properties"]).map(|(name, _)| name);
        found.extend(names.filter(|it| !lower(it)).map(|it| format!("{}: {it}", schema.at)));
    }
    found
}

fn components(document: &Document) -> Findings {
    let mut found = Vec::new();
    for (kind, all) in members(&document.root["components"]) {
        for (name, _) in members(all).filter(|(name, _)| !upper(name)) {
            found.push(format!("/components/{kind}/{name}"));
        }
    }
    found
}

fn codes(document: &Document) -> Findings {
    let mut found = Vec::new();
    for schema in document.schemas() {
        if ignores(schema.value, "cod-design") {
            continue;
        }
        let sorts = schema.name.to_ascii_lowercase().contains("sort");
        let good = |code: &str| lower(code.strip_prefix('-').filter(|_| sorts).unwrap_or(code));
        let codes = elements(&schema.value["enum"]).filter_map(|it| it.as_str());
        let wrong: Vec<_> = codes.filter(|code| !good(code)).collect();
        if !wrong.is_empty() {
            found.push(format!("{}: {wrong:?}", schema.at));
        }
    }
    found
}

/// Headers are Upper-Kebab-Case, but for those that HTTP itself writes otherwise.
fn headers(document: &Document) -> Findings {
    let good = |name: &str| {
        ["ETag", "WWW-Authenticate"].contains(&name)
            || name.starts_with("BelGov-")
            || name.split('-').all(|word| {
                let tail = word.get(1..).unwrap_or_default();
                word.starts_with(|first: char| first.is_ascii_uppercase())
                    && tail.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
            })
    };
    let mut found = Vec::new();
    for operation in document.operations() {
        let parameters = document.parameters(&operation);
        let sent = parameters.iter().filter(|it| it["in"] == "header");
        let sent = sent.filter_map(|it| it["name"].as_str());
        let answered = document.responses(&operation).flat_map(|(_, it)| members(&it["headers"]));
        let all = sent.chain(answered.map(|(name, _)| name));
        found.extend(all.filter(|it| !good(it)).map(|it| format!("{}: {it}", operation.at)));
    }
    found
}
