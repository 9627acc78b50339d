//! `openapi.yaml` against the rules of Belgif's rest-guide-validator, by the names that it gives them. The validator itself
//! is not on Maven Central; what it said of the file when it was last built from its source stands in `docs/rest.md`.

mod document;
mod examples;
mod names;
mod operations;
mod schemas;

use document::Document;

/// What a rule found, each with the place.
type Findings = Vec<String>;

/// A rule, its name, and an edit of the file that breaks it: what is replaced (its first place) and by what.
struct Rule {
    id: &'static str,
    find: fn(&Document) -> Findings,
    break_it: (&'static str, &'static str),
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    [names::RULES, operations::RULES, schemas::RULES, examples::RULES].into_iter().flatten()
}

#[test]
fn the_contract_keeps_every_rule() {
    let document = Document::read(rest::api::OPENAPI);
    for rule in rules() {
        assert_eq!((rule.find)(&document), Findings::new(), "{}", rule.id);
    }
}

#[test]
fn every_rule_sees_what_breaks_it() {
    for Rule { id, find, break_it: (from, to) } in rules() {
        assert!(rest::api::OPENAPI.contains(from), "{id}: {from}");
        let broken = Document::read(&rest::api::OPENAPI.replacen(from, to, 1));
        assert!(!find(&broken).is_empty(), "{id} does not see {to}");
    }
}

#[test]
fn a_rule_is_ignored_only_with_a_reason_and_where_it_is_broken() {
    let mut document = Document::read(rest::api::OPENAPI);
    let ignored = document.ignored();
    assert!(!ignored.is_empty());
    for (at, id, reason) in &ignored {
        assert!(reason.len() > 20, "{at}: {id}");
    }
    document.heed_everything();
    let found: Vec<_> = rules().flat_map(|rule| (rule.find)(&document)).collect();
    for (at, id, _) in &ignored {
        assert!(
            found.iter().any(|it| it.starts_with(at.as_str())),
            "{at}: {id} is not broken here"
        );
    }
    assert_eq!(found.len(), ignored.len(), "{found:?}");
}
