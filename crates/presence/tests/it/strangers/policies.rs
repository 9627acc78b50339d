//! The policies that we serve, held against the published ones.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{clients, demonstration, needed};

/// Held against each other by their meaning: see `tests/clients/compare_policies.py`.
fn agree(path: &str, published: &str) {
    let (Some(python), Some(folder)) =
        (needed("PRESENCE_TEST_PYTHON"), needed("PRESENCE_PUBLISHED_WSDL"))
    else {
        return;
    };
    let (demonstration, data, _) = demonstration();
    demonstration.stop();
    let folder_of_data = data.path().to_str().expect("UTF-8");
    let words = ["serve", "--data", folder_of_data, "--listen", "127.0.0.1:0"];
    let words = [&words[..], &["--inner-listen", "127.0.0.1:0"]].concat();
    let (server, _) = crate::server::Server::run(&mut crate::server::program(&words));
    let ours = data.path().join("ours.wsdl");
    fs::write(&ours, server.get(&format!("{path}?wsdl")).text()).expect("written");
    let published = Path::new(&folder).join("be/socialsecurity").join(published);
    let mut command = Command::new(python);
    command.arg(clients().join("compare_policies.py")).args([ours, published]);
    let output = command.output().expect("Python runs");
    assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stdout));
    server.stop();
}

#[test]
fn the_policies_of_the_addresses_are_the_published_ones() {
    let file = |name: &str| format!("presenceregistration/v1/{name}");
    agree("/PresenceRegistration/v1", &file("PresenceRegistration_v1.wsdl"));
    agree("/PresenceRegistration/v1/VarA", &file("PresenceRegistrationVarA_v1.wsdl"));
    agree("/PresenceRegistration/v1/VarB", &file("PresenceRegistrationVarB_v1.wsdl"));
    agree("/SecurityTokenService/v2", "sts/v2/SecurityTokenService-X509_v2.wsdl");
}
