//! The C# client of the documentation, which signs with .NET's own `SignedXml`, on Mono.

use std::process::Command;

use domain::sample;

use super::{demonstration, keys, needed, run};

#[test]
fn csharp_signs_every_call_of_every_operation() {
    let Some(program) = needed("PRESENCE_TEST_CSHARP") else { return };
    let mut client = Command::new("mono");
    client.arg(program);
    let (server, data, today) = demonstration();
    let file = |ending| {
        let path = keys(&data).join("employer").with_extension(ending);
        path.to_str().expect("UTF-8").to_owned()
    };
    let people = [sample::inss(1).digits(), sample::inss(2).digits()].join(",");
    let input = [
        ("address", format!("http://{}/PresenceRegistration/v1/VarC", server.address)),
        ("key", file("key")),
        ("certificate", file("pem")),
        ("today", today),
        ("work", sample::works_reference(1).to_string()),
        ("employer", format!("{:010}", sample::enterprise_number(1).number())),
        ("inss", people),
        ("sender", "employer".to_owned()),
    ];
    let lines = input.map(|(name, value)| format!("{name}={value}\n")).concat();
    let said = run(client, &lines);
    assert!(said.contains("registered 2, refused 1, cancelled 1, found 2, read 1"), "{said}");
    server.stop();
}
