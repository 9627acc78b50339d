//! Which operation a path and a method name: the paths of `openapi.yaml`, which a test holds against this table.

/// An operation of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Register,
    Cancel,
    Query,
    Get,
    History,
    Work,
    Performances,
    Addresses,
    Events,
    Health,
    Document,
    Page,
}

/// The name of the stream of events.
pub(super) const EVENTS: &str = "streamEvents";

/// Method, path, operation and its name.
pub(super) const TABLE: [(&str, &str, Operation, &str); 12] = [
    ("POST", "/presenceRegistrations/registerInBulk", Operation::Register, "registerInBulk"),
    ("POST", "/presenceRegistrations/cancelInBulk", Operation::Cancel, "cancelInBulk"),
    ("POST", "/presenceRegistrations/query", Operation::Query, "queryPresenceRegistrations"),
    (
        "GET",
        "/presenceRegistrations/{presenceRegistrationId}",
        Operation::Get,
        "getPresenceRegistration",
    ),
    (
        "GET",
        "/presenceRegistrations/{presenceRegistrationId}/history",
        Operation::History,
        "getPresenceRegistrationHistory",
    ),
    ("GET", "/works/{reference}", Operation::Work, "getWork"),
    ("POST", "/performances/query", Operation::Performances, "queryPerformances"),
    ("GET", "/addresses", Operation::Addresses, "getAddresses"),
    ("GET", "/events", Operation::Events, EVENTS),
    ("GET", "/health", Operation::Health, "checkHealth"),
    ("GET", "/doc/openapi.yaml", Operation::Document, "openapi"),
    ("GET", "/doc", Operation::Page, "page"),
];

/// The operation with its name and what the path names; else the methods that the path has, if it is one.
pub(super) fn find<'p>(
    method: &str,
    path: &'p str,
) -> Result<(Operation, &'static str, &'p str), Option<&'static str>> {
    let method = if method == "HEAD" { "GET" } else { method };
    // A fixed path is no id.
    let fixed = TABLE.iter().any(|(_, pattern, ..)| *pattern == path);
    let mut allowed = None;
    for (known, pattern, operation, name) in TABLE {
        if fixed && pattern != path {
            continue;
        }
        let Some(part) = matched(pattern, path) else { continue };
        if known == method {
            return Ok((operation, name, part));
        }
        let head = known == "GET" && operation != Operation::Events;
        allowed = Some(if head { "GET, HEAD" } else { known });
    }
    Err(allowed)
}

/// What stands in the place of the parameter; empty where there is none.
fn matched<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    let Some((before, rest)) = pattern.split_once('{') else {
        return (pattern == path).then_some("");
    };
    let (_, after) = rest.split_once('}')?;
    let part = path.strip_prefix(before)?.strip_suffix(after)?;
    (!part.is_empty() && !part.contains('/')).then_some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_to_the_character() {
        let name = |method, path| find(method, path).map(|(_, name, part)| (name, part));
        assert_eq!(name("GET", "/presenceRegistrations/17"), Ok(("getPresenceRegistration", "17")));
        let history = Ok(("getPresenceRegistrationHistory", "17"));
        assert_eq!(name("HEAD", "/presenceRegistrations/17/history"), history);
        assert_eq!(name("PUT", "/presenceRegistrations/query"), Err(Some("POST")));
        assert_eq!(name("DELETE", "/presenceRegistrations/17"), Err(Some("GET, HEAD")));
        for path in ["/", "", "/health/", "/presenceRegistrations", "/presenceRegistrations/1/2"] {
            assert_eq!(name("GET", path), Err(None), "{path}");
        }
    }
}
