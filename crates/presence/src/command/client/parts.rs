use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use domain::register::Period;
use domain::{
    CertificateRule, Client, EnterpriseNumber, Fingerprint, KeptCertificate, Mandate, Profile,
    Role, TokenKey,
};
use jiff::civil::Date;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use thiserror::Error;
use wss::Certificate;

use crate::callers::kept;

/// What is wrong with a part of a client.
#[derive(Debug, Error)]
pub(crate) enum PartError {
    #[error("{0} is missing")]
    Missing(&'static str),
    #[error("--mandate and --mandates are for clients of role mandatary")]
    NotMandatary,
    #[error(
        "{given}: {wrong}. A mandate is EMPLOYER[:FROM[:UNTIL]], as 0100000169:2026-01-01:2026-12-31"
    )]
    Mandate { given: String, wrong: &'static str },
    #[error("{}, line {line}: {wrong}. A line is employer,from,until; the dates may be left empty", path.display())]
    MandateLine { path: PathBuf, line: usize, wrong: &'static str },
    #[error("{}: {cause}", path.display())]
    File { path: PathBuf, cause: io::Error },
    #[error("{} holds no certificate: {cause}", path.display())]
    Certificate { path: PathBuf, cause: String },
    #[error("{} holds neither a PUBLIC KEY in PEM nor a JWK in JSON", path.display())]
    Key { path: PathBuf },
    #[error("{} holds a private key: register the public one, and keep this file to yourself", path.display())]
    PrivateKey { path: PathBuf },
}

/// The options that give parts of a client.
pub(super) fn arguments() -> [Arg; 14] {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let file = |name: &'static str, help: &'static str| {
        let file = text(name, "FILE", help).value_parser(value_parser!(PathBuf));
        file.action(ArgAction::Append)
    };
    let company = |text: &str| EnterpriseNumber::parse(text).map_err(|error| error.to_string());
    let fingerprint =
        |text: &str| Fingerprint::parse(text).ok_or("a SHA-256 has 64 hexadecimal digits");
    [
        text("name", "TEXT", "What people call it [default: its id]"),
        text("role", "ROLE", "What it may do").value_parser(Role::NAMES),
        text("profile", "PROFILE", "What a consulting administration reads")
            .value_parser(Profile::ALL.map(Profile::name)),
        text("company", "NUMBER", "Its enterprise number of 10 digits").value_parser(company),
        text("user-type", "TEXT", "What answers show as SenderUserType [default: the role]"),
        file("certificate", "Takes this certificate (PEM or DER); may be repeated"),
        text("fingerprint", "SHA-256", "Takes the certificate of this SHA-256; may be repeated")
            .value_parser(fingerprint)
            .action(ArgAction::Append),
        file(
            "issued-like",
            "Takes every certificate of the same issuer and subject as this one, so that a renewed one is known",
        ),
        file("issued-by", "Takes every certificate that this authority issues to --subject")
            .action(ArgAction::Set)
            .requires("subject"),
        text("subject", "NAME", "The subject, as RFC 4514 writes it: CN=Acme,O=Acme,C=BE")
            .requires("issued-by"),
        text(
            "key",
            "[KID=]FILE",
            "Takes tokens that this public key checks: PEM or JWK; may be repeated",
        )
        .action(ArgAction::Append),
        text("scope", "SCOPE", "May ask tokens for this scope; may be repeated")
            .action(ArgAction::Append),
        text(
            "mandate",
            "EMPLOYER[:FROM[:UNTIL]]",
            "Acts for this employer on these days; may be repeated",
        )
        .action(ArgAction::Append),
        file("mandates", "Acts for the employers of this CSV file: employer,from,until"),
    ]
}

/// The option that takes away before what is given is added.
pub(super) fn clear_argument() -> Arg {
    Arg::new("clear")
        .long("clear")
        .value_name("PARTS")
        .value_parser(["certificates", "keys", "scopes", "mandates"])
        .action(ArgAction::Append)
        .help("Takes away all it has of these, before what else is given is added; may be repeated")
}

/// The role that is given, or that stays but with another profile.
pub(super) fn role(matches: &ArgMatches, before: Option<&Role>) -> Result<Option<Role>, PartError> {
    let profile = matches.get_one::<String>("profile").and_then(|name| Profile::from_name(name));
    let Some(name) = matches.get_one::<String>("role") else {
        return Ok(match (before, profile) {
            (Some(Role::Consulting(_)), Some(profile)) => Some(Role::Consulting(profile)),
            _ => None,
        });
    };
    let mandates = match before {
        Some(Role::Mandatary(mandates)) => mandates.clone(),
        _ => Vec::new(),
    };
    Ok(Some(match name.as_str() {
        "employer" => Role::Employer,
        "mandatary" => Role::Mandatary(mandates),
        "intermediary" => Role::Intermediary,
        "consulting" => Role::Consulting(profile.ok_or(PartError::Missing("--profile"))?),
        "inspector" => Role::Inspector,
        _ => Role::Administrator,
    }))
}

/// Takes away what is to be cleared.
pub(super) fn clear(matches: &ArgMatches, client: &mut Client) {
    for part in matches.get_many::<String>("clear").into_iter().flatten() {
        match part.as_str() {
            "certificates" => {
                client.certificates.clear();
                client.kept.clear();
            }
            "keys" => client.keys.clear(),
            "scopes" => client.scopes.clear(),
            _ => {
                if let Role::Mandatary(mandates) = &mut client.role {
                    mandates.clear();
                }
            }
        }
    }
}

/// Puts in what is given beside the role.
pub(super) fn apply(matches: &ArgMatches, client: &mut Client) -> Result<(), PartError> {
    if let Some(name) = matches.get_one::<String>("name") {
        client.name.clone_from(name);
    }
    if let Some(company) = matches.get_one::<EnterpriseNumber>("company") {
        client.company = Some(*company);
    }
    if let Some(user_type) = matches.get_one::<String>("user-type") {
        client.user_type = user_type.as_str().into();
    }
    let (rules, kept) = certificates(matches)?;
    add_new(&mut client.certificates, rules);
    add_new(&mut client.kept, kept);
    let keys = matches.get_many::<String>("key").into_iter().flatten();
    add_new(&mut client.keys, keys.map(|given| key(given)).collect::<Result<_, _>>()?);
    let scopes = matches.get_many::<String>("scope").into_iter().flatten();
    add_new(&mut client.scopes, scopes.map(|scope| scope.as_str().into()).collect());
    let given = mandates(matches)?;
    match &mut client.role {
        Role::Mandatary(mandates) => add_new(mandates, given),
        _ if given.is_empty() => {}
        _ => return Err(PartError::NotMandatary),
    }
    Ok(())
}

fn add_new<T: PartialEq>(list: &mut Vec<T>, given: Vec<T>) {
    for item in given {
        if !list.contains(&item) {
            list.push(item);
        }
    }
}

/// How certificates are known, and those that are kept for messages that only refer to them.
fn certificates(
    matches: &ArgMatches,
) -> Result<(Vec<CertificateRule>, Vec<KeptCertificate>), PartError> {
    let files = |name: &str| matches.get_many::<PathBuf>(name).into_iter().flatten();
    let (mut rules, mut whole) = (Vec::new(), Vec::new());
    for path in files("certificate") {
        let certificate = certificate(path)?;
        rules.push(CertificateRule::Fingerprint(Fingerprint(*certificate.sha256())));
        whole.push(kept(&certificate));
    }
    let fingerprints = matches.get_many::<Fingerprint>("fingerprint").into_iter().flatten();
    rules.extend(fingerprints.copied().map(CertificateRule::Fingerprint));
    for path in files("issued-like") {
        let like = certificate(path)?;
        whole.push(kept(&like));
        let (issuer, subject) = (like.issuer().to_string(), like.subject().to_string());
        rules.push(CertificateRule::Issued { issuer: issuer.into(), subject: subject.into() });
    }
    if let (Some(path), Some(subject)) =
        (files("issued-by").next(), matches.get_one::<String>("subject"))
    {
        let issuer = certificate(path)?.subject().to_string().into();
        rules.push(CertificateRule::Issued { issuer, subject: subject.as_str().into() });
    }
    Ok((rules, whole))
}

fn certificate(path: &Path) -> Result<Certificate, PartError> {
    let wrong = |cause: String| PartError::Certificate { path: path.to_owned(), cause };
    let bytes = read(path)?;
    if bytes.starts_with(b"\x30") {
        return Certificate::from_der(&bytes).map_err(|refusal| wrong(refusal.to_string()));
    }
    let der = CertificateDer::from_pem_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    Certificate::from_der(&der).map_err(|refusal| wrong(refusal.to_string()))
}

fn key(given: &str) -> Result<TokenKey, PartError> {
    let (id, path) = match given.split_once('=') {
        Some((id, path)) => (Some(id.into()), Path::new(path)),
        None => (None, Path::new(given)),
    };
    let bytes = read(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim();
    let jwk: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let member = |name: &str| jwk.as_ref().and_then(|jwk| jwk.get(name));
    if text.contains("PRIVATE KEY") || member("d").is_some() || member("k").is_some() {
        return Err(PartError::PrivateKey { path: path.to_owned() });
    }
    if !text.contains("-----BEGIN PUBLIC KEY-----") && member("kty").is_none() {
        return Err(PartError::Key { path: path.to_owned() });
    }
    let own_id = member("kid").and_then(|kid| kid.as_str()).map(Into::into);
    Ok(TokenKey { id: id.or(own_id), text: text.into() })
}

fn mandates(matches: &ArgMatches) -> Result<Vec<Mandate>, PartError> {
    let mut mandates = Vec::new();
    for given in matches.get_many::<String>("mandate").into_iter().flatten() {
        let read = mandate(&mut given.split(':'));
        mandates.push(read.map_err(|wrong| PartError::Mandate { given: given.clone(), wrong })?);
    }
    for path in matches.get_many::<PathBuf>("mandates").into_iter().flatten() {
        let bytes = read(path)?;
        let text = String::from_utf8_lossy(&bytes);
        for (line, text) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let head = line == 1 && text.trim().eq_ignore_ascii_case("employer,from,until");
            if head || text.trim().is_empty() {
                continue;
            }
            let wrong = |wrong| PartError::MandateLine { path: path.clone(), line, wrong };
            mandates.push(mandate(&mut text.split(',')).map_err(wrong)?);
        }
    }
    Ok(mandates)
}

/// Reads an employer and the days of its mandate.
fn mandate<'t>(parts: &mut impl Iterator<Item = &'t str>) -> Result<Mandate, &'static str> {
    let employer = parts.next().unwrap_or_default().trim();
    let employer = EnterpriseNumber::parse(employer)
        .map_err(|_| "the employer is no enterprise number of 10 digits")?;
    let mut day = || match parts.next().map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => text.parse::<Date>().map(Some).map_err(|_| "a day is written 2026-01-31"),
    };
    let (from, until) = (day()?, day()?);
    if parts.next().is_some() {
        return Err("there is more than an employer and two days");
    }
    let period = Period::new(from, until).ok_or("it ends before it begins")?;
    Ok(Mandate { employer, period })
}

fn read(path: &Path) -> Result<Vec<u8>, PartError> {
    fs::read(path).map_err(|cause| PartError::File { path: path.to_owned(), cause })
}
