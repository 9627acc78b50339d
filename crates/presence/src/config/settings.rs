//! The one table of settings. Flags, variables, the file's keys and the page are all made from it.

use domain::EnterpriseNumber;

use super::{Config, Secret, kind};

/// One setting.
pub(crate) struct Setting {
    /// The chapter of the page that it stands in.
    pub(crate) chapter: &'static str,
    /// Its key in the file; with dashes its flag, in capitals behind `PRESENCE_` its variable.
    pub(crate) key: &'static str,
    /// The value that holds where none is given; `None` when there is none.
    pub(crate) default: Option<&'static str>,
    /// What may be given.
    pub(crate) takes: &'static str,
    /// What it means.
    pub(crate) doc: &'static str,
    /// Puts a value in its place, or answers what is wrong with it.
    pub(crate) apply: fn(&mut Config, &str) -> Result<(), String>,
}

impl Setting {
    /// Its flag.
    pub(crate) fn flag(&self) -> String {
        format!("--{}", self.key.replace('_', "-"))
    }

    /// Its variable.
    pub(crate) fn variable(&self) -> String {
        format!("PRESENCE_{}", self.key.to_ascii_uppercase())
    }

    /// Is it only on or off?
    pub(crate) fn is_switch(&self) -> bool {
        self.takes == SWITCH
    }
}

const SWITCH: &str = "`true` or `false`; the flag alone means `true`";
const SECONDS: &str = "seconds, from 0.01 to 86400";
const FILES: &str = "a file, or several divided by commas";
const KEY_FILE: &str =
    "a file: PEM with CERTIFICATE and PRIVATE KEY (PKCS#8), or PKCS#12 (`.p12`, `.pfx`)";
const ADDRESS: &str =
    "an IP address and a port, as `127.0.0.1:8080` or `[::1]:8080`; port 0 takes a free one";

/// Puts what `$read` makes of the text into `$field`.
macro_rules! into {
    ($field:ident, $read:expr) => {
        |config, text| {
            config.$field = $read(text)?;
            Ok(())
        }
    };
}

/// Every setting, in the order of the page.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting {
        chapter: "Addresses",
        key: "listen",
        default: Some("127.0.0.1:8080"),
        takes: ADDRESS,
        doc: "Where the service listens: HTTP/1.1 and HTTP/2 (with prior knowledge, or agreed on by TLS).",
        apply: into!(listen, kind::address),
    },
    Setting {
        chapter: "Addresses",
        key: "inner_listen",
        default: Some("127.0.0.1:8081"),
        takes: "an IP address and a port, or `off`",
        doc: "Where `/metrics` and `/health` are served to the operator. With `demo` the default is a free port of \
              127.0.0.1.",
        apply: |config, text| {
            config.inner_listen = if text == "off" { None } else { Some(kind::address(text)?) };
            Ok(())
        },
    },
    Setting {
        chapter: "Addresses",
        key: "public_url",
        default: None,
        takes: "an `http` or `https` URL without a query",
        doc: "The address under which callers reach the service, for the contract that `?wsdl` serves. Without it, \
              the `Host` of each request is used, with `https` where TLS is spoken.",
        apply: into!(public_url, |text| kind::url(text).map(Some)),
    },
    Setting {
        chapter: "Addresses",
        key: "client_address",
        default: Some("connection"),
        takes: "`connection`, `proxy-protocol`, `x-forwarded-for` or `forwarded`",
        doc: "By what a caller's address is known, for the log and the limits of a caller. Behind a balancer: by what it \
              says in front of each connection (PROXY protocol, version 1 or 2), or in this header of each request. Only \
              the addresses in `trusted_proxies` are listened to; with `proxy-protocol` only they may connect.",
        apply: into!(client_address, kind::way),
    },
    Setting {
        chapter: "Addresses",
        key: "trusted_proxies",
        default: None,
        takes: "addresses, or ranges as `10.0.0.0/8`, divided by commas",
        doc: "The balancers in front of the service.",
        apply: into!(trusted_proxies, kind::networks),
    },
    Setting {
        chapter: "TLS",
        key: "tls_certificate",
        default: None,
        takes: "a file in PEM",
        doc: "The service's certificate, followed by those between it and its authority. With it and `tls_key` the \
              service speaks TLS 1.2 and 1.3 on `listen`, and nothing else.",
        apply: into!(tls_certificate, kind::file),
    },
    Setting {
        chapter: "TLS",
        key: "tls_key",
        default: None,
        takes: "a file in PEM, not encrypted: PKCS#8, PKCS#1 or SEC 1",
        doc: "The private key of `tls_certificate`.",
        apply: into!(tls_key, kind::file),
    },
    Setting {
        chapter: "TLS",
        key: "tls_client_authorities",
        default: None,
        takes: "files in PEM, divided by commas",
        doc: "The authorities whose certificates callers may show in the handshake. The log names the certificate of a \
              call by its fingerprint, as the register of clients does. Without authorities no certificate is asked for.",
        apply: into!(tls_client_authorities, kind::files),
    },
    Setting {
        chapter: "TLS",
        key: "tls_client_required",
        default: Some("false"),
        takes: SWITCH,
        doc: "Refuses the handshake of whoever shows no certificate of `tls_client_authorities`.",
        apply: into!(tls_client_required, kind::switch),
    },
    Setting {
        chapter: "TLS",
        key: "tls_reload_interval",
        default: Some("60"),
        takes: SECONDS,
        doc: "How often the files of TLS are looked at. Changed ones are read anew, and at once on SIGHUP; connections \
              from then on use them. Files that cannot be used are logged as an error and change nothing.",
        apply: into!(tls_reload_interval, kind::seconds),
    },
    Setting {
        chapter: "Service",
        key: "data",
        default: Some("./presence-data"),
        takes: "a folder; it is made when it is not there",
        doc: "Where registrations are kept. With `demo` the default is a fresh folder that is removed at the end.",
        apply: into!(data, |text| kind::text(text).map(|path| Some(path.into()))),
    },
    Setting {
        chapter: "Database",
        key: "database_url",
        default: None,
        takes: "`postgres://user@host:5432/name`, or `host=… user=… dbname=…`; several hosts are tried in turn until \
                one takes writes",
        doc: "A PostgreSQL database, version 15 or later, which any number of nodes may share. Without it, the data is \
              in `data`; with it, only keys are. `sslmode` in it says whether TLS is spoken: `disable`, `prefer` (also \
              without it), `require` or `verify-full`. With a password in it, give it by the environment or the file: \
              everybody on the machine sees flags.",
        apply: into!(database_url, |text| kind::text(text).map(Secret::new).map(Some)),
    },
    Setting {
        chapter: "Database",
        key: "database_authorities",
        default: None,
        takes: "a file in PEM",
        doc: "The authorities that the certificate of the database's server comes from. With it, every certificate is \
              held against them and the host's name, and TLS is spoken unless `sslmode=disable`; `sslmode=verify-full` \
              needs it.",
        apply: into!(database_authorities, kind::file),
    },
    Setting {
        chapter: "Database",
        key: "database_connections",
        default: Some("16"),
        takes: "a whole number from 2 to 1000",
        doc: "How many connections to the database this node may have.",
        apply: into!(database_connections, |text| kind::whole(text, 2, 1000)),
    },
    Setting {
        chapter: "Database",
        key: "database_patience",
        default: Some("5"),
        takes: SECONDS,
        doc: "How long a call is tried again while the database is away. Then its caller is told to come back later \
              (SOA-02002).",
        apply: into!(database_patience, kind::seconds),
    },
    Setting {
        chapter: "Database",
        key: "database_retention_days",
        default: Some("2557"),
        takes: "a whole number from 31 to 36525",
        doc: "How many days registrations and their history are kept in the database: by default seven years. Then the \
              month that they are in is dropped.",
        apply: into!(database_retention_days, |text| kind::whole(text, 31, 36_525)),
    },
    Setting {
        chapter: "Service",
        key: "environment",
        default: Some("Development"),
        takes: "`Development`, `Test`, `Integration`, `Acceptation`, `Simulation` or `Production`",
        doc: "The environment that faults name. With `demo` the default is `Simulation`.",
        apply: into!(environment, kind::environment),
    },
    Setting {
        chapter: "Service",
        key: "contact",
        default: None,
        takes: "a text",
        doc: "Whom to ask about a fault; faults carry it.",
        apply: into!(contact, |text| kind::text(text).map(Some)),
    },
    Setting {
        chapter: "Service",
        key: "policy",
        default: None,
        takes: "a file",
        doc: "The sectors' rules (days ahead, days to cancel, events), each from a day on. Without it, the rules that \
              are built in hold.",
        apply: into!(policy, |text| kind::text(text).map(|path| Some(path.into()))),
    },
    Setting {
        chapter: "Callers",
        key: "client_authorities",
        default: None,
        takes: FILES,
        doc: "The certificates of the authorities whose clients may be registered by issuer and subject, in PEM. A client \
              whose certificate is registered itself needs none. Read again when a file changes.",
        apply: into!(client_authorities, kind::files),
    },
    Setting {
        chapter: "Callers",
        key: "client_revocations",
        default: None,
        takes: FILES,
        doc: "Lists of revoked certificates (CRL) in PEM. Read again when a file changes; one that is out of date refuses \
              all clients of its authority.",
        apply: into!(client_revocations, kind::files),
    },
    Setting {
        chapter: "Callers",
        key: "client_certificate",
        default: Some("off"),
        takes: "`off`, `connection`, `client-cert` or `x-ssl-client-cert`",
        doc: "By what the certificate of a caller is known who signs nothing, at the address `/PresenceRegistration/v1/TLS`. \
              `connection`: by the handshake, with `tls_client_authorities`. Behind a balancer that ends \
              TLS: by its header `Client-Cert` (RFC 9440) or `X-SSL-Client-Cert` (PEM, escaped as in a URL), which it has to take \
              away from what callers send; only the addresses in `trusted_proxies` are listened to. The certificate lets in \
              the client that it is registered for, as one that signs would, with `client_authorities` and \
              `client_revocations` asked for every call.",
        apply: into!(client_certificate, kind::shown_by),
    },
    Setting {
        chapter: "Callers",
        key: "sha1",
        default: Some("off"),
        takes: "`off`, `signatures` or `on`",
        doc: "How far SHA-1 is taken in signed messages. `off`: not at all. `signatures`: as RSA with SHA-1 over digests of \
              SHA-256, which is what WS-SecurityPolicy 1.2 means by Basic256Sha256 and what Apache CXF sends unless told \
              otherwise. `on`: also at the addresses whose policy is Basic256 (`v1`, `VarA`, `VarB`), which are off \
              otherwise. With `demo` the default is `on`.",
        apply: into!(sha1, kind::sha1),
    },
    Setting {
        chapter: "Callers",
        key: "clock_skew",
        default: Some("300"),
        takes: SECONDS,
        doc: "How far the clocks of callers may differ from ours.",
        apply: into!(clock_skew, kind::seconds),
    },
    Setting {
        chapter: "Callers",
        key: "token_lifetime",
        default: Some("3600"),
        takes: "seconds, from 60 to 86400",
        doc: "How long an assertion of the token service is valid. A key that was replaced is taken as much longer.",
        apply: into!(token_lifetime, kind::seconds),
    },
    Setting {
        chapter: "Callers",
        key: "token_key",
        default: None,
        takes: KEY_FILE,
        doc: "The key that the token service signs with, and its certificate. Without it, a key is made at the first start, \
              in the folder `token-keys` of the data; `presence token-key rotate` replaces it. Several nodes need one \
              and the same.",
        apply: into!(token_key, kind::file),
    },
    Setting {
        chapter: "Callers",
        key: "token_former_key",
        default: None,
        takes: KEY_FILE,
        doc: "The key before `token_key`: what it signed is still taken. Leave it out once `token_lifetime` has gone by.",
        apply: into!(token_former_key, kind::file),
    },
    Setting {
        chapter: "Callers",
        key: "token_key_password_file",
        default: None,
        takes: "a file",
        doc: "The file whose first line is the password of the PKCS#12 files `token_key` and `token_former_key`.",
        apply: into!(token_key_password_file, kind::file),
    },
    Setting {
        chapter: "Service",
        key: "check_batch",
        default: Some("1000"),
        takes: "a whole number from 1 to 10000",
        doc: "How many registrations are checked against the registers at a time. Larger batches check more in a second, \
              and let calls wait longer while their findings are written.",
        apply: into!(check_batch, |text| kind::whole(text, 1, 10_000)),
    },
    Setting {
        chapter: "Trying it out",
        key: "demo",
        default: Some("false"),
        takes: SWITCH,
        doc: "Fills the folder with sample works, makes keys for clients that sign, names synthetic workers and employers and \
              shows a request to paste. Implies `open`.",
        apply: into!(demo, kind::switch),
    },
    Setting {
        chapter: "Trying it out",
        key: "open",
        default: Some("false"),
        takes: SWITCH,
        doc: "Serves callers at `/PresenceRegistration/v1` without knowing who they are. Other addresses still ask for \
              signatures. Refused unless `listen` is a loopback address and `environment` is not `Production`.",
        apply: into!(open, kind::switch),
    },
    Setting {
        chapter: "Trying it out",
        key: "open_sender_id",
        default: None,
        takes: "a text",
        doc: "The `SenderId` that is recorded for every caller of an open service.",
        apply: into!(open_sender_id, |text| kind::text(text).map(Some)),
    },
    Setting {
        chapter: "Trying it out",
        key: "open_sender_company",
        default: None,
        takes: "an enterprise number of 10 digits",
        doc: "The `SenderCompanyId` that is recorded for every caller of an open service.",
        apply: |config, text| {
            let number = EnterpriseNumber::parse(text)
                .map_err(|_| format!("\"{text}\" is no enterprise number"))?;
            config.open_sender_company = Some(number);
            Ok(())
        },
    },
    Setting {
        chapter: "Trying it out",
        key: "open_sender_type",
        default: None,
        takes: "a text",
        doc: "The `SenderUserType` that is recorded for every caller of an open service.",
        apply: into!(open_sender_type, |text| kind::text(text).map(Some)),
    },
    Setting {
        chapter: "Limits",
        key: "max_body_bytes",
        default: Some("8 MiB"),
        takes: "a number of bytes, plain or with `KiB`, `MiB` or `GiB`, from 1 KiB to 1 GiB",
        doc: "The largest body of a request, also once unpacked. A larger one is a fault, as soon as it is known.",
        apply: into!(max_body_bytes, |text| kind::size(text, 1 << 10, 1 << 30)),
    },
    Setting {
        chapter: "Limits",
        key: "max_buffered_bytes",
        default: Some("512 MiB"),
        takes: "a number of bytes, plain or with `KiB`, `MiB` or `GiB`, from 1 MiB to 1024 GiB",
        doc: "How much memory the bodies of all requests may take together, at least three times `max_body_bytes`. \
              A request beyond it is told to come back later (SOA-02002).",
        apply: into!(max_buffered_bytes, |text| kind::size(text, 1 << 20, 1 << 40)),
    },
    Setting {
        chapter: "Limits",
        key: "max_xml_depth",
        default: Some("64"),
        takes: "a whole number from 16 to 1000",
        doc: "How deep elements may be nested. Deeper ones are a fault.",
        apply: into!(max_xml_depth, |text| kind::whole(text, 16, 1000)
            .map(|number| number as usize)),
    },
    Setting {
        chapter: "Limits",
        key: "max_xml_attributes",
        default: Some("64"),
        takes: "a whole number from 16 to 1000",
        doc: "How many attributes, namespace declarations among them, an element may have. More are a fault.",
        apply: into!(max_xml_attributes, |text| kind::whole(text, 16, 1000)
            .map(|number| number as usize)),
    },
    Setting {
        chapter: "Limits",
        key: "max_connections",
        default: Some("16000"),
        takes: "a whole number from 1 to 1000000",
        doc: "How many connections may be open at once. A further one is closed at once and counted. The program \
              raises the system's limit of open files as far as it may.",
        apply: into!(max_connections, |text| kind::whole(text, 1, 1_000_000)),
    },
    Setting {
        chapter: "Limits",
        key: "max_calls",
        default: Some("512"),
        takes: "a whole number from 1 to 100000",
        doc: "How many calls may be worked on at once. A further one is told to come back later (SOA-02002).",
        apply: into!(max_calls, |text| kind::whole(text, 1, 100_000)),
    },
    Setting {
        chapter: "Limits",
        key: "client_calls",
        default: Some("128"),
        takes: "a whole number from 1 to 100000",
        doc: "How many calls of one caller may be worked on at once. A caller is a client of the register, once its \
              signature is verified, and until then (as in all of an open service, and for the token service) its \
              address; of IPv6 the network of 64 bits. Calls at all nodes of one store count together, as do those of \
              `client_rate`. A further call is told to come back later (SOA-02002).",
        apply: into!(client_calls, |text| kind::whole(text, 1, 100_000)),
    },
    Setting {
        chapter: "Limits",
        key: "client_rate",
        default: Some("off"),
        takes: "a whole number from 1 to 1000000, or `off`",
        doc: "How many calls a second one caller may make over time. A call beyond it is told to come back later \
              (SOA-02002).",
        apply: |config, text| {
            let rate = || kind::whole(text, 1, 1_000_000).map(Some);
            config.client_rate = if text == "off" { None } else { rate()? };
            Ok(())
        },
    },
    Setting {
        chapter: "Limits",
        key: "client_burst",
        default: Some("100"),
        takes: "a whole number from 1 to 1000000",
        doc: "How many calls of one caller may come at once before `client_rate` holds them up.",
        apply: into!(client_burst, |text| kind::whole(text, 1, 1_000_000)),
    },
    Setting {
        chapter: "Limits",
        key: "client_streams",
        default: Some("10"),
        takes: "a whole number from 1 to 10000",
        doc: "How many streams of events one caller may have open at once at one node. A further one is answered 429.",
        apply: into!(client_streams, |text| kind::whole(text, 1, 10_000)),
    },
    Setting {
        chapter: "Limits",
        key: "search_budget",
        default: Some("100000"),
        takes: "a whole number from 500 to 100000000",
        doc: "How many registrations one search may look at. A search that would need more is answered with error 102, \
              which says how to narrow it.",
        apply: into!(search_budget, |text| kind::whole(text, 500, 100_000_000)),
    },
    Setting {
        chapter: "Tokens",
        key: "access_token_lifetime",
        default: Some("600"),
        takes: "a whole number of seconds from 60 to 3600",
        doc: "How long an access token of the token endpoint is good. A client that is revoked is refused at once all \
              the same.",
        apply: into!(access_token_lifetime, |text| kind::whole(text, 60, 3600)),
    },
    Setting {
        chapter: "Tokens",
        key: "token_issuers",
        default: None,
        takes: "a file (TOML)",
        doc: "Other issuers whose access tokens are taken, of workers or of employers' staff: docs/oauth.md has its form.",
        apply: into!(token_issuers, |text| kind::text(text).map(|path| Some(path.into()))),
    },
    Setting {
        chapter: "Tokens",
        key: "token_issuer_authorities",
        default: None,
        takes: "a file of certificates in PEM",
        doc: "The authorities that the certificates of these issuers have to be of. Without it, the public ones that are \
              built in.",
        apply: into!(token_issuer_authorities, |text| kind::text(text)
            .map(|path| Some(path.into()))),
    },
    Setting {
        chapter: "Webhooks",
        key: "webhook_authorities",
        default: None,
        takes: "a file of certificates in PEM",
        doc: "The authorities that receivers' certificates have to be of. Without it, the public ones that are built in.",
        apply: into!(webhook_authorities, |text| kind::text(text).map(|path| Some(path.into()))),
    },
    Setting {
        chapter: "Webhooks",
        key: "webhook_private_addresses",
        default: Some("false"),
        takes: SWITCH,
        doc: "Sends to addresses that are not of the public internet too, and over plain `http`: for receivers of the \
              operator's own, and for tests. Without it, a client could let the service call machines that only it can \
              reach.",
        apply: into!(webhook_private_addresses, kind::switch),
    },
    Setting {
        chapter: "Time",
        key: "header_timeout",
        default: Some("10"),
        takes: SECONDS,
        doc: "How long a request's line and headers may take, from their first byte. Then the connection is closed.",
        apply: into!(header_timeout, kind::seconds),
    },
    Setting {
        chapter: "Time",
        key: "body_timeout",
        default: Some("30"),
        takes: SECONDS,
        doc: "How long a request's body may take, and how long a caller may leave an answer unread. The first is a \
              fault, the second closes the connection.",
        apply: into!(body_timeout, kind::seconds),
    },
    Setting {
        chapter: "Time",
        key: "idle_timeout",
        default: Some("60"),
        takes: SECONDS,
        doc: "How long a connection may stay open without a request.",
        apply: into!(idle_timeout, kind::seconds),
    },
    Setting {
        chapter: "Time",
        key: "stop_timeout",
        default: Some("30"),
        takes: SECONDS,
        doc: "How long a stop (SIGTERM, SIGINT) waits for the calls that were accepted. A second signal stops at once.",
        apply: into!(stop_timeout, kind::seconds),
    },
    Setting {
        chapter: "Logs",
        key: "log",
        default: Some("info"),
        takes: "a level (`error`, `warn`, `info`, `debug`, `trace`), or a filter as `warn,presence=debug`",
        doc: "What is logged, on the standard error output. A call is one line of level `info`.",
        apply: |config, text| {
            tracing_subscriber::EnvFilter::try_new(text).map_err(|error| error.to_string())?;
            text.clone_into(&mut config.log);
            Ok(())
        },
    },
    Setting {
        chapter: "Logs",
        key: "log_format",
        default: Some("text"),
        takes: "`text` or `json`",
        doc: "The form of the log's lines.",
        apply: into!(log_format, kind::log_format),
    },
];
