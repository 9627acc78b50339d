use std::fs;

use super::*;

/// What is given, by flags and by variables.
fn sources(flags: &[(&'static str, &str)], variables: &[(&str, &str)]) -> Sources {
    Sources {
        file: None,
        flags: flags.iter().map(|(key, text)| (*key, (*text).to_owned())).collect(),
        environment: variables.iter().map(|(key, text)| (key.into(), text.into())).collect(),
    }
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), text).expect("written");
    file
}

fn refusals(sources: &Sources) -> String {
    read(sources).expect_err("refused").to_string()
}

#[test]
fn every_default_is_read() {
    let (config, strangers) = read(&sources(&[], &[])).expect("the defaults");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.max_body_bytes, 8 << 20);
    assert_eq!(config.environment, Environment::Development);
    assert!(!config.open && strangers.is_empty());
}

#[test]
fn flags_come_before_variables_and_variables_before_the_file() {
    let file = file("max_calls = 1\nmax_connections = 2\nsearch_budget = 503\n");
    let mut given = sources(
        &[("max_calls", "11")],
        &[("PRESENCE_MAX_CALLS", "21"), ("PRESENCE_MAX_CONNECTIONS", "22")],
    );
    given.file = Some(file.path().to_owned());
    let (config, _) = read(&given).expect("good settings");
    assert_eq!((config.max_calls, config.max_connections, config.search_budget), (11, 22, 503));
}

#[test]
fn the_file_may_be_named_by_a_variable() {
    let file = file("contact = \"the desk\"\nopen = true\nbody_timeout = 2.5\n");
    let path = file.path().to_str().expect("UTF-8");
    let (config, _) = read(&sources(&[], &[(FILE_VARIABLE, path)])).expect("good settings");
    assert_eq!(config.contact.as_deref(), Some("the desk"));
    assert!(config.open);
    assert_eq!(config.body_timeout, Duration::from_millis(2500));
}

#[test]
fn every_mistake_is_told_at_once_with_its_source_and_what_is_allowed() {
    let file = file("max_body_byte = 1\nlisten = [1]\n");
    let mut given = sources(&[("max_calls", "0")], &[("PRESENCE_ENVIRONMENT", "prod")]);
    given.file = Some(file.path().to_owned());
    let text = refusals(&given);
    let path = file.path().display();
    for expected in [
        format!("max_body_byte (file {path}): there is no such setting; the nearest one is max_body_bytes"),
        format!("listen (file {path}): no setting is of type array; allowed: an IP address"),
        "max_calls (flag --max-calls): 0 is not from 1 to 100000; allowed: ".to_owned(),
        "environment (environment variable PRESENCE_ENVIRONMENT): \"prod\" is no environment; allowed: "
            .to_owned(),
    ] {
        assert!(text.contains(&expected), "{expected}\nnot in\n{text}");
    }
}

#[test]
fn a_file_that_is_no_toml_or_not_there_is_refused() {
    let file = file("listen 1");
    let mut given = sources(&[], &[]);
    given.file = Some(file.path().to_owned());
    assert!(refusals(&given).contains("it is not TOML"));
    given.file = Some(file.path().join("none"));
    assert!(refusals(&given).contains("config (flag --config): "));
}

#[test]
fn an_open_service_must_be_on_loopback_and_not_in_production() {
    for (flags, accepted) in [
        (vec![("open", "true")], true),
        (vec![("open", "true"), ("listen", "[::1]:1")], true),
        (vec![("open", "true"), ("listen", "127.8.0.1:1")], true),
        (vec![("open", "true"), ("listen", "0.0.0.0:1")], false),
        (vec![("open", "true"), ("listen", "[::]:1")], false),
        (vec![("open", "true"), ("environment", "Production")], false),
        (vec![("demo", "true"), ("environment", "Production")], false),
        (vec![("demo", "true"), ("listen", "10.0.0.1:1")], false),
        (vec![("listen", "10.0.0.1:1"), ("environment", "Production")], true),
    ] {
        assert_eq!(read(&sources(&flags, &[])).is_ok(), accepted, "{flags:?}");
    }
}

#[test]
fn the_largest_body_fits_three_times_into_the_memory_of_all() {
    for (all, accepted) in [("3 MiB", true), ("3145727", false)] {
        let flags = [("max_body_bytes", "1 MiB"), ("max_buffered_bytes", all)];
        assert_eq!(read(&sources(&flags, &[])).is_ok(), accepted, "{all}");
    }
}

#[test]
fn a_demonstration_has_defaults_of_its_own() {
    let (config, _) = read(&sources(&[("demo", "true")], &[])).expect("good settings");
    assert!(config.open && config.data.is_none());
    assert_eq!(config.environment, Environment::Simulation);
    assert_eq!(config.inner_listen.map(|address| address.port()), Some(0));
    let flags =
        [("demo", "true"), ("data", "here"), ("environment", "Test"), ("inner_listen", "off")];
    let (config, _) = read(&sources(&flags, &[])).expect("good settings");
    assert_eq!(config.data, Some("here".into()));
    assert_eq!((config.environment, config.inner_listen), (Environment::Test, None));
}

#[test]
fn a_variable_that_is_no_setting_is_named_with_the_nearest_one() {
    let given =
        sources(&[], &[("PRESENCE_LISEN", "x"), ("PRESENCE_SERVICE_HOST", "x"), ("HOME", "x")]);
    let (_, strangers) = read(&given).expect("good settings");
    assert_eq!(
        strangers,
        [
            "PRESENCE_LISEN is no setting; the nearest one is PRESENCE_LISTEN",
            "PRESENCE_SERVICE_HOST is no setting"
        ]
    );
}
