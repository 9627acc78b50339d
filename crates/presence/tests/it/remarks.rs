//! Every remark of the protocol, from registers that were imported beside the running service, seen by a stranger: it
//! comes, and it goes when the register is mended.

mod documented;
mod registers;

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::server::{PATH, Server, program};
use crate::strangers::{clients, needed, run};

/// Imports beside the service, as an operator does.
fn import(files: &[(&'static str, String)], data: &Path) {
    let data = data.to_str().expect("UTF-8");
    for (register, file) in files {
        let words = ["import", register, file, "--data", data];
        let output = program(&words).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn client() -> Option<Command> {
    let mut command = Command::new(needed("PRESENCE_TEST_PYTHON")?);
    command.arg(clients().join("remarks_client.py"));
    Some(command)
}

#[test]
fn every_remark_comes_from_imported_files_and_goes_when_they_are_mended() {
    let (Some(before), Some(after)) = (client(), client()) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::at(&data, &[]);
    import(&registers::write(&folder.path().join("wrong"), false), &data);
    let address = format!("http://{}{PATH}", server.address);
    let cases: Vec<_> = registers::cases();
    let mut input = json!({
        "wsdl": format!("{address}?wsdl"),
        "address": address,
        "rest": format!("http://{}/REST/presenceRegistration/v1", server.address),
        "cases": cases.iter().map(|case| json!({
            "name": case.name(),
            "remark": case.remark,
            "register": case.register,
            "items": case.items(),
        })).collect::<Vec<_>>(),
    });
    let registered: Value =
        serde_json::from_str(run(before, &input.to_string()).trim()).expect("JSON");
    input["ids"] = registered["ids"].clone();
    import(&registers::write(&folder.path().join("mended"), true), &data);
    let done: Value = serde_json::from_str(run(after, &input.to_string()).trim()).expect("JSON");
    assert_eq!(done["mended"], cases.len());
    server.stop();
}
