use crate::server::{PATH, Server};
use crate::soap::{XML, register};

#[test]
fn health_is_told_on_both_addresses() {
    let server = Server::open(&[]);
    for reply in [server.get("/health"), server.get_inner("/health")] {
        assert_eq!((reply.status, reply.text().as_str()), (200, "{\"status\":\"UP\"}"));
        assert_eq!(reply.header("content-type"), Some("application/json"));
    }
}

#[test]
fn metrics_are_for_the_operator_and_count_calls_and_items() {
    let server = Server::open(&[]);
    assert_eq!(server.post(&[XML], &register(3)).status, 200);
    assert_eq!(server.get("/metrics").status, 404);
    let reply = server.get_inner("/metrics");
    assert_eq!(reply.status, 200);
    let page = reply.text();
    for line in [
        r#"presence_calls_total{operation="registerPresences",outcome="answered"} 1"#,
        r#"presence_items_total{operation="registerPresences",result="accepted"} 3"#,
    ] {
        assert!(page.lines().any(|other| other == line), "{line}\nnot in\n{page}");
    }
    // The service itself writes too: secrets when it begins, checks a moment later.
    for name in ["presence_store_commits_total", "presence_store_calls_total"] {
        let counted =
            page.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
        assert!(counted.is_some_and(|count| count >= 1), "{name} counts nothing in\n{page}");
    }
}

#[test]
fn a_call_is_one_line_of_the_log_without_persons_numbers() {
    let server = Server::open(&["--log-format", "json"]);
    let reply = server.post(&[XML], b"<nothing/>");
    let line = server.log_line("presence::call");
    let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let ticket = line["ticket"].as_str().expect("a ticket");
    assert!(reply.text().contains(ticket), "the fault carries the ticket of the log");
    assert_eq!(line["fault"].as_str(), reply.fault().as_deref());
    assert_eq!(line["status"], 500);
    assert_eq!(line["bytes_in"], 10);

    server.post(&[XML], &register(1));
    let line = server.log_line("presence::call");
    assert!(!line.contains(&domain::sample::inss(0).digits()), "{line}");
    let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(line["operation"], "registerPresences");
    assert_eq!((line["items"].as_u64(), line["refused"].as_u64()), (Some(1), Some(0)));
    assert!(line["ms"].is_number() && line["peer"].is_string());
}

#[test]
fn other_methods_and_paths_are_told_where_to_go() {
    let server = Server::open(&[]);
    let send = |method: &str, path: &str| {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        server.send(head.as_bytes())
    };
    let reply = send("PUT", PATH);
    assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, HEAD, POST")));
    let reply = send("POST", "/health");
    assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, HEAD")));
    for path in ["/", "/presenceregistration/v1", "/PresenceRegistration/v1/"] {
        let reply = send("POST", path);
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.text().contains(PATH), "{path}");
    }
}

#[test]
fn the_contract_names_the_address_that_was_called_or_the_public_one() {
    let server = Server::open(&[]);
    let reply = server.get(&format!("{PATH}?wsdl"));
    assert_eq!(reply.status, 200);
    assert!(reply.text().contains("location=\"http://presence.example/PresenceRegistration/v1\""));
    assert_eq!(server.get(&format!("{PATH}?xsd=types")).status, 200);
    assert_eq!(server.get(&format!("{PATH}?xsd=none")).status, 404);
    assert!(server.get(PATH).text().contains("?wsdl"));

    let server = Server::open(&["--public-url", "https://presence.example/x/"]);
    let wsdl = server.get(&format!("{PATH}?wsdl")).text();
    assert!(wsdl.contains("location=\"https://presence.example/x/PresenceRegistration/v1\""));
}
