//! The table of docs/soap.md, "Try every remark", row by row against a demonstration.

use std::time::{Duration, Instant};

use crate::kill::caller::Line;
use crate::kill::message;
use crate::server::{Server, program};
use crate::soap::envelope;

const PATIENCE: Duration = Duration::from_mins(1);

/// The remark, and what to register as a message has it.
fn rows() -> Vec<(&'static str, String)> {
    let page = include_str!("../../../../../docs/soap.md");
    let (_, table) = page.split_once("### Try every remark").expect("the chapter");
    let (table, _) = table.split_once("To see one go").expect("its end");
    let row = |line: &'static str| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let [_, remark, who, company, works, _] = cells[..] else { panic!("{line}") };
        let (who, twice) = match who.strip_suffix(" (twice)") {
            Some(who) => (who, true),
            None => (who, false),
        };
        let who = if company.is_empty() {
            format!("<t:LimosaId>{who}</t:LimosaId>")
        } else {
            format!("<t:INSS>{who}</t:INSS><t:CompanyID>{company}</t:CompanyID>")
        };
        let item = format!(
            "<m:PresenceRegistrationRequest>{who}<t:WorkPlaceId>{works}</t:WorkPlaceId>\
             </m:PresenceRegistrationRequest>"
        );
        (remark.trim_matches('`'), item.repeat(if twice { 2 } else { 1 }))
    };
    table
        .lines()
        .filter(|line| line.starts_with("| `") && !line.contains("CompanyID"))
        .map(row)
        .collect()
}

/// The texts of the remarks that the registration has now.
fn remarks(answer: &str) -> Vec<String> {
    let (now, _) = answer.split_once("ValidationHistory").unwrap_or((answer, ""));
    let texts = now.split('<').filter_map(|piece| piece.split_once("Remark>"));
    let texts = texts.filter(|(tag, text)| !tag.starts_with('/') && !text.is_empty());
    texts.map(|(_, text)| text.replace("&apos;", "'").replace("&#39;", "'")).collect()
}

#[test]
fn every_documented_row_gets_its_remark_and_no_other() {
    let rows = rows();
    let mut texts: Vec<_> = rows.iter().map(|(remark, _)| *remark).collect();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!((rows.len(), texts.len()), (17, 17), "each remark once");
    let words = ["serve", "--demo", "--listen", "127.0.0.1:0"];
    let (server, _console) = Server::run(&mut program(&words));
    let mut line = Line::open(server.address).expect("connected");
    let mut registered = Vec::new();
    for (remark, items) in rows {
        let request = envelope("RegisterPresencesRequest", &items);
        let answer = line.call(&request, usize::MAX, |_| {}).expect("an answer");
        let last = message::registrations(answer).pop();
        registered.push((remark, last.unwrap_or_else(|| panic!("{remark}: {answer}")).id));
    }
    let end = Instant::now() + PATIENCE;
    for (remark, id) in registered {
        let got = loop {
            let answer = line.call(&message::get(id), usize::MAX, |_| {}).expect("an answer");
            let status = message::registrations(answer)[0].statuses[0].clone();
            if status != message::REGISTERED {
                break (status, remarks(answer));
            }
            assert!(Instant::now() < end, "{remark}: it was never checked");
        };
        assert_eq!(got, ("FAILED".to_owned(), vec![remark.to_owned()]), "{remark}");
    }
    server.stop();
}
