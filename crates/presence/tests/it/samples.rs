use std::io::BufRead as _;
use std::process::Command;

use crate::server::{PATH, Server, program};

#[test]
fn the_request_of_a_demonstration_registers_a_worker_when_it_is_pasted() {
    let words = ["serve", "--demo", "--listen", "127.0.0.1:0"];
    let (server, console) = Server::run(&mut program(&words));
    let lines: Vec<_> = console
        .lines()
        .map_while(Result::ok)
        .skip_while(|line| !line.starts_with("curl "))
        .take_while(|line| !line.is_empty())
        .collect();
    // The shell reads the words as it would for the real program, and hands them to us.
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{}", lines.join("\n"));
    let output = Command::new("sh").args(["-c", &script]).output().expect("a shell");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let words: Vec<_> = text.split_terminator('\0').collect();
    let after = |flag: &'static str| {
        words.iter().zip(&words[1..]).filter(move |(word, _)| **word == flag).map(|(_, next)| *next)
    };
    assert!(words.contains(&format!("http://{}{PATH}", server.address).as_str()), "{words:?}");
    let headers: Vec<_> = after("-H").collect();
    let body = after("-d").next().expect("a body");
    let reply = server.post(&headers, body.as_bytes());
    assert_eq!(reply.status, 200);
    let text = reply.text();
    for shown in [
        "<t:Sector>1</t:Sector>",
        "<t:PresenceRegistrationId>1</t:PresenceRegistrationId>",
        "<t:LastValidation><t:Status>SUCCESSFULLY REGISTERED</t:Status></t:LastValidation>",
    ] {
        assert!(text.contains(shown), "the console shows {shown}, the answer is {text}");
    }
    server.stop();
}

#[test]
fn the_faults_of_a_demonstration_name_the_simulation() {
    let words = ["serve", "--demo", "--listen", "127.0.0.1:0"];
    let (server, _console) = Server::run(&mut program(&words));
    assert!(server.post(&[], b"no message").text().contains("Simulation"));
}
