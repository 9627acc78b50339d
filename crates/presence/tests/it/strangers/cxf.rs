//! Apache CXF with WSS4J: what is signed, and how, it reads from the policy of the WSDL.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::sample;

use super::{demonstration, keys, needed, run};
use crate::server::{Server, program};

const V1: &str = "/PresenceRegistration/v1";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const TOKENS: &str = "/SecurityTokenService/v2";

/// One use of the service.
struct Use<'a> {
    /// Whose code: generated from `ours` or `published`.
    made_from: &'a str,
    wsdl: String,
    path: &'a str,
    token: &'a str,
    client: &'a str,
    /// The sender, by its index among the samples.
    sender: u32,
    token_wsdl: String,
    /// The algorithm of signatures, where it is not CXF's own choice.
    signature: Option<&'a str>,
    /// How to refer to the certificate instead of sending it, where that is wanted.
    reference: Option<&'a str>,
    /// The work, by its index among the samples.
    work: u32,
}

fn java(made_from: &str) -> Option<Command> {
    let folder = PathBuf::from(needed("PRESENCE_TEST_CXF")?);
    let classpath = fs::read_to_string(folder.join("classpath")).expect("it was made with CXF");
    let mut all = OsString::from(folder.join(made_from).join("classes"));
    all.push(":");
    all.push(classpath.trim());
    let mut command = Command::new("java");
    command.arg("-cp").arg(all).arg("presence.Main");
    Some(command)
}

fn runs(server: &Server, data: &tempfile::TempDir, today: &str, it: &Use<'_>) {
    let Some(client) = java(it.made_from) else { return };
    let company = |index| format!("{:010}", sample::enterprise_number(index).number());
    let people = [sample::inss(1).digits(), sample::inss(2).digits()].join(",");
    let keystore = keys(data).join(it.client).with_extension("p12");
    let input = [
        ("wsdl", it.wsdl.clone()),
        ("address", format!("http://{}{}", server.address, it.path)),
        ("token", it.token.to_owned()),
        ("keystore", keystore.to_str().expect("UTF-8").to_owned()),
        ("password", "presence".to_owned()),
        ("alias", "client".to_owned()),
        ("today", today.to_owned()),
        ("work", sample::works_reference(it.work).to_string()),
        ("employer", company(1)),
        ("inss", people),
        ("sender", company(it.sender)),
        ("tokenWsdl", it.token_wsdl.clone()),
    ];
    let mut lines = input.map(|(key, value)| format!("{key}={value}\n")).concat();
    if let Some(signature) = it.signature {
        lines.extend(["signature=", signature, "\n"]);
    }
    if let Some(reference) = it.reference {
        lines.extend(["reference=", reference, "\n"]);
    }
    let said = run(client, &lines);
    assert!(said.contains("registered 2, cancelled 1, found 2, read 1"), "{said}");
}

/// A program called by a client that was made from our own contract: with SHA-256 in signatures, or as CXF does it unless it
/// is told otherwise.
fn uses_ours(path: &str, token: &str, signature: Option<&str>) {
    if java("ours").is_none() {
        return;
    }
    let flags = if signature.is_some() { ["--sha1", "off"] } else { ["--sha1", "signatures"] };
    let (server, data, today) = closed(&flags);
    let at = |path: &str| format!("http://{}{path}?wsdl", server.address);
    let (wsdl, token_wsdl) = (at(path), at(TOKENS));
    let it = Use {
        made_from: "ours",
        wsdl,
        path,
        token,
        client: "employer",
        sender: 1,
        token_wsdl,
        signature,
        reference: None,
        work: 1,
    };
    runs(&server, &data, &today, &it);
    if signature.is_none() {
        let line = server.log_line("signed with RSA-SHA1");
        assert!(line.contains("client=\"employer\""), "{line}");
    }
    server.stop();
}

/// The clients of a demonstration, and no open door.
fn closed(flags: &[&str]) -> (Server, tempfile::TempDir, String) {
    let (demonstration, data, today) = demonstration();
    demonstration.stop();
    let folder = data.path().to_str().expect("UTF-8");
    let words = ["serve", "--data", folder, "--listen", "127.0.0.1:0"];
    let words = [&words[..], &["--inner-listen", "127.0.0.1:0"], flags].concat();
    let (server, _) = Server::run(&mut program(&words));
    (server, data, today)
}

/// The published contract, with nothing changed but the address of the token service.
fn uses_published(file: &str, path: &str, token: &str, client: &str, sender: u32) {
    let Some(published) = needed("PRESENCE_PUBLISHED_WSDL") else { return };
    if java("published").is_none() {
        return;
    }
    let published = Path::new(&published).join("be/socialsecurity");
    let (server, data, today) = closed(&["--sha1", "on"]);
    let wsdl = published.join("presenceregistration/v1").join(file);
    let it = Use {
        made_from: "published",
        wsdl: format!("file:{}", wsdl.to_str().expect("UTF-8")),
        path,
        token,
        client,
        sender,
        token_wsdl: token_wsdl(&published, data.path(), &server),
        signature: None,
        reference: None,
        work: 1,
    };
    runs(&server, &data, &today, &it);
    server.stop();
}

/// The WSDL of the token service with another address. What it imports is not published with it, so that stands beside it
/// as we serve it.
fn token_wsdl(published: &Path, folder: &Path, server: &Server) -> String {
    let name = "sts/v2/SecurityTokenService-X509_v2.wsdl";
    let ours =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../soap/contract/be/socialsecurity/sts/v2");
    let target = folder.join("sts");
    fs::create_dir_all(target.join("external")).expect("a folder");
    for file in [
        "ws-trust-1.3.wsdl",
        "ws-trust-1.3-errata-cd-01.xsd",
        "external/ws-authorization.xsd",
        "external/ws-authorization-1.2.xsd",
    ] {
        fs::copy(ours.join(file), target.join(file)).expect("copied");
    }
    let wsdl = fs::read_to_string(published.join(name)).expect("it is published");
    let address = format!("http://{}{TOKENS}", server.address);
    let moved =
        wsdl.replace("https://services.socialsecurity.be/SecurityTokenService/v2", &address);
    assert_ne!(moved, wsdl, "the address was found");
    let target = target.join("service.wsdl");
    fs::write(&target, moved).expect("written");
    format!("file:{}", target.to_str().expect("UTF-8"))
}

#[test]
fn cxf_signs_with_its_certificate() {
    uses_ours("/PresenceRegistration/v1/VarC", "x509", Some(RSA_SHA256));
}

#[test]
fn cxf_gets_a_token_and_signs_with_the_key_in_it() {
    uses_ours("/PresenceRegistration/v1/VarD", "holder-of-key", Some(RSA_SHA256));
}

#[test]
fn cxf_that_is_told_nothing_signs_where_the_operator_takes_the_suite_by_the_letter() {
    uses_ours("/PresenceRegistration/v1/VarC", "x509", None);
    uses_ours("/PresenceRegistration/v1/VarD", "holder-of-key", None);
}

#[test]
fn cxf_made_from_the_published_contract_gets_a_token_and_signs_with_the_key_in_it() {
    uses_published("PresenceRegistration_v1.wsdl", V1, "holder-of-key", "employer", 1);
}

#[test]
fn cxf_made_from_the_published_contract_signs_with_its_certificate() {
    let path = "/PresenceRegistration/v1/VarA";
    uses_published("PresenceRegistrationVarA_v1.wsdl", path, "x509", "secretariat", 3);
}

#[test]
fn cxf_made_from_the_published_contract_vouches_for_an_employer() {
    let path = "/PresenceRegistration/v1/VarB";
    uses_published("PresenceRegistrationVarB_v1.wsdl", path, "sender-vouches", "intermediary", 1);
}

/// Told by hand what to sign, by a WSDL without a policy: that has the certificate sent along always.
#[test]
fn cxf_refers_to_its_certificate_in_every_way() {
    if java("ours").is_none() {
        return;
    }
    let (server, data, today) = demonstration();
    let wsdl = format!("http://{}{V1}?wsdl", server.address);
    // Each at a work of its own, so that it finds what it registered and nothing else.
    for (work, reference) in [(1, "IssuerSerial"), (2, "SKIKeyIdentifier"), (3, "Thumbprint")] {
        let it = Use {
            made_from: "ours",
            wsdl: wsdl.clone(),
            path: "/PresenceRegistration/v1/VarC",
            token: "reference",
            client: "employer",
            sender: 1,
            token_wsdl: String::new(),
            signature: None,
            reference: Some(reference),
            work,
        };
        runs(&server, &data, &today, &it);
    }
    server.stop();
}
