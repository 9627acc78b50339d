//! The page behind the QR code of a work.

use base64::Engine as _;
use domain::sample::{enterprise_number, works_reference};
use ring::digest::{SHA256, digest};

use crate::reply::Reply;
use crate::server::{Server, program};

const URL: &str = "https://presence.example";

/// A service with two works: one in construction, one in cleaning that has ended.
fn service() -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("UTF-8");
    let contract = format!("builder:{}:2020-01-01", enterprise_number(1));
    let site = "1070;Anderlecht;Bergense Steenweg;475";
    for (index, words) in [
        (1, ["--sector", "construction", "--site", site, "--contract", &contract]),
        (2, ["--sector", "cleaning", "--until", "2020-12-31", "--from", "2020-01-01"]),
    ] {
        let reference = works_reference(index).to_string();
        let words = [&["work", "add", &reference, "--data", data], &words[..]].concat();
        let output = program(&words).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    (Server::at(folder.path(), &["--public-url", URL]), folder)
}

fn ask(server: &Server, method: &str, path: &str, language: &str) -> Reply {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept-Language: {language}\r\n\r\n"
    );
    server.send(request.as_bytes())
}

#[test]
fn it_tells_which_work_it_is_and_how_to_register_in_the_reader_s_language() {
    let (server, _folder) = service();
    let path = format!("/register/{}", works_reference(1));
    for (language, tag, texts) in [
        ("nl-BE, en;q=0.5", "nl", ["Registreer uw aanwezigheid", "Bouw"]),
        ("fr", "fr", ["Enregistrez votre présence", "Construction"]),
        ("de-AT", "de", ["Registrieren Sie Ihre Anwesenheit", "Bau"]),
        ("it", "en", ["Register your presence", "Construction"]),
    ] {
        let reply = ask(&server, "GET", &path, language);
        let page = reply.text();
        assert_eq!((reply.status, reply.header("content-language")), (200, Some(tag)), "{page}");
        assert!(page.contains(&format!("<html lang=\"{tag}\">")), "{page}");
        assert!(texts.iter().all(|text| page.contains(text)), "{page}");
        assert!(
            page.contains(works_reference(1).as_str()) && page.contains("Bergense Steenweg 475")
        );
        let call =
            format!("POST {URL}/REST/presenceRegistration/v1/presenceRegistrations/registerInBulk");
        assert!(page.contains(&call), "{page}");
        assert!(page.contains("&quot;type&quot;: &quot;DAY&quot;"), "{page}");
        assert!(
            !page.contains(&enterprise_number(1).to_string()),
            "who works there is nobody's business"
        );
        assert!(!page.contains("<script") && !page.contains(" src="), "{page}");
    }
    server.stop();
}

#[test]
fn it_may_load_nothing_and_be_shown_in_nothing() {
    let (server, _folder) = service();
    let reply = ask(&server, "GET", &format!("/register/{}", works_reference(1)), "en");
    let page = reply.text();
    let (_, style) = page.split_once("<style>").expect("a style");
    let (style, _) = style.split_once("</style>").expect("its end");
    let style = base64::prelude::BASE64_STANDARD.encode(digest(&SHA256, style.as_bytes()));
    let policy = reply.header("content-security-policy").expect("a policy");
    assert!(
        policy.starts_with(&format!("default-src 'none'; style-src 'sha256-{style}';")),
        "{policy}"
    );
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("vary", "accept-language"),
        ("cache-control", "public, max-age=60"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    server.stop();
}

#[test]
fn what_leads_nowhere_is_said_so() {
    let (server, _folder) = service();
    for reference in [works_reference(9).as_str(), "nonsense", "%3Cscript%3E", "1Y0000000000O"] {
        let reply = ask(&server, "GET", &format!("/register/{reference}"), "nl");
        let page = reply.text();
        assert_eq!(
            (reply.status, reply.header("cache-control")),
            (404, Some("no-store")),
            "{reference}"
        );
        assert!(page.contains("Er is geen werf met deze referentie"), "{page}");
        assert!(!page.contains("script"), "{page}");
    }
    let ended = ask(&server, "GET", &format!("/register/{}", works_reference(2)), "en").text();
    assert!(ended.contains("not under way today") && ended.contains("31/12/2020"), "{ended}");
    assert!(
        ended.contains("&quot;type&quot;: &quot;IN&quot;"),
        "begin and end in cleaning: {ended}"
    );
    let path = format!("/register/{}", works_reference(1));
    assert_eq!(ask(&server, "POST", &path, "en").status, 405);
    assert_eq!(ask(&server, "GET", "/register/", "en").status, 404);
    server.stop();
}
