use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, Command, value_parser};

use crate::Outcome;
use crate::population::CALL;
use crate::profile::Profile;

/// What the command line asks for.
#[expect(clippy::struct_excessive_bools, reason = "they are switches of a command line")]
pub(crate) struct Options {
    /// The program `presence`.
    pub(crate) program: PathBuf,
    /// Where the data of the run go; the disk of this folder is measured.
    pub(crate) data: PathBuf,
    /// The file for the results.
    pub(crate) results: Option<PathBuf>,
    /// A load that only keeps the program busy for a profiler.
    pub(crate) profile: Option<Profile>,
    /// A folder for that load which is filled once and stays.
    pub(crate) over: Option<PathBuf>,
    /// Only measure what signatures cost.
    pub(crate) signed: bool,
    /// Only measure an employer's month of performances.
    pub(crate) performances: bool,
    /// Only measure calls over REST beside those over SOAP.
    pub(crate) rest: bool,
    /// Only measure the program over PostgreSQL.
    pub(crate) postgres: bool,
    /// Of that, only two nodes that register at the same time.
    pub(crate) nodes: bool,
    /// Settings of PostgreSQL's server for that, as `name=value`.
    pub(crate) settings: Vec<String>,
    /// Only measure checks against the registers whose files lie there.
    pub(crate) checks: Option<PathBuf>,
    /// Of that, only registrations that wait.
    pub(crate) backlog: bool,
    /// Registers that are imported beside callers as well, with their files.
    pub(crate) imports: Vec<(String, Vec<PathBuf>)>,
    /// Only measure look-ups of addresses in the data there.
    pub(crate) places: Option<String>,
    /// Only prove that everything works.
    pub(crate) quick: bool,
    /// How much is measured.
    pub(crate) extent: Extent,
}

/// How much is measured.
pub(crate) struct Extent {
    /// How often everything is measured; the medians of the quieter half count.
    pub(crate) rounds: usize,
    /// How long a measurement lasts.
    pub(crate) time: Duration,
    /// How long it is warmed up before.
    pub(crate) warm_up: Duration,
    /// At how many stored registrations growth is measured.
    pub(crate) stored: &'static [u32],
    /// Over how many connections PostgreSQL is measured.
    pub(crate) connections: &'static [usize],
    /// How many searches of each kind, and as many gets, a round has.
    pub(crate) queries: usize,
    /// How many flushes of the disk a round has.
    pub(crate) flushes: usize,
}

const FULL: Extent = Extent {
    rounds: 9,
    time: Duration::from_millis(1500),
    warm_up: Duration::from_millis(300),
    stored: &[10_000, 1_000_000, 10_000_000],
    connections: &[1, 8, 16, 32],
    queries: 200,
    flushes: 400,
};

/// The same over PostgreSQL, where there is more to take turns.
const POSTGRES: Extent =
    Extent { rounds: 3, time: Duration::from_millis(1200), queries: 100, flushes: 0, ..FULL };

/// Proves that everything works; its figures mean little.
const QUICK: Extent = Extent {
    rounds: 1,
    time: Duration::from_millis(200),
    warm_up: Duration::from_millis(50),
    stored: &[10_000],
    connections: &[16],
    queries: 20,
    flushes: 100,
};

impl Options {
    /// Reads the command line; help and mistakes end the program.
    #[expect(clippy::too_many_lines, reason = "a list of options")]
    pub(crate) fn from_arguments() -> Outcome<Self> {
        let own = std::env::current_exe()?;
        let beside = |name: &str| own.with_file_name(name);
        let path = |name: &'static str| {
            Arg::new(name).long(name).value_name("PATH").value_parser(value_parser!(PathBuf))
        };
        let matches = Command::new("bench")
            .about("Measures the program presence beside what the machine can do")
            .arg(path("program").help("The program [default: presence beside this program]"))
            .arg(path("data").help("Where to put data [default: a folder beside this program]"))
            .arg(path("results").help("A file to write the results to as well"))
            .arg(
                Arg::new("quick")
                    .long("quick")
                    .action(ArgAction::SetTrue)
                    .help("Only prove that everything works, in seconds"),
            )
            .arg(
                Arg::new("profile")
                    .long("profile")
                    .value_name("CALLxCONNECTIONS")
                    .value_parser(load)
                    .conflicts_with("quick")
                    .help("Only keep the program busy for ten seconds, as 200x16, for a profiler"),
            )
            .arg(
                Arg::new("calls")
                    .long("calls")
                    .value_name("NUMBER")
                    .value_parser(value_parser!(u32))
                    .requires("profile")
                    .help("Calls in all of a profile's load [default: what ten seconds bring]"),
            )
            .arg(
                Arg::new("stored")
                    .long("stored")
                    .value_name("NUMBER")
                    .value_parser(value_parser!(u32))
                    .requires("profile")
                    .help("Registrations that are stored before a profile's load [default: 0]"),
            )
            .arg(
                path("over").requires("profile").help(
                    "A folder for a profile's load; it is filled when it is empty, and stays",
                ),
            )
            .arg(
                Arg::new("signed")
                    .long("signed")
                    .action(ArgAction::SetTrue)
                    .conflicts_with("profile")
                    .help("Only measure signed calls beside unsigned ones"),
            )
            .arg(
                Arg::new("performances")
                    .long("performances")
                    .action(ArgAction::SetTrue)
                    .conflicts_with_all(["profile", "signed"])
                    .help("Only measure an employer's month of performances"),
            )
            .arg(
                Arg::new("rest")
                    .long("rest")
                    .action(ArgAction::SetTrue)
                    .conflicts_with_all(["profile", "signed"])
                    .help("Only measure calls over REST beside the same over SOAP"),
            )
            .arg(
                Arg::new("postgres")
                    .long("postgres")
                    .action(ArgAction::SetTrue)
                    .conflicts_with_all(["signed", "rest"])
                    .help("Only measure the program over PostgreSQL, which is started for it"),
            )
            .arg(
                Arg::new("backlog")
                    .long("backlog")
                    .action(ArgAction::SetTrue)
                    .requires("checks")
                    .help("Only check what waits, while registrations come in"),
            )
            .arg(
                Arg::new("nodes")
                    .long("nodes")
                    .action(ArgAction::SetTrue)
                    .requires("postgres")
                    .help("Only let two nodes register at the same time, and see what they wait for"),
            )
            .arg(
                Arg::new("setting")
                    .long("setting")
                    .value_name("NAME=VALUE")
                    .action(ArgAction::Append)
                    .requires("postgres")
                    .help("A setting of PostgreSQL's server; may be given several times"),
            )
            .arg(path("checks").conflicts_with_all(["profile", "signed"]).help(
                "Only measure checks, over the registers that `cargo xtask sample` made there",
            ))
            .arg(
                Arg::new("import")
                    .long("import")
                    .value_name("REGISTER=FILE,FILE")
                    .value_parser(import)
                    .action(ArgAction::Append)
                    .requires("checks")
                    .help("A register that is imported beside callers as well; may be given several times"),
            )
            .arg(
                Arg::new("places")
                    .long("places")
                    .value_name("FOLDER or URL")
                    .conflicts_with_all(["profile", "signed", "checks"])
                    .help("Only measure look-ups of addresses, in this data or database"),
            )
            .get_matches();
        let given = |name: &str| matches.get_one::<PathBuf>(name).cloned();
        Ok(Self {
            program: given("program").unwrap_or_else(|| beside("presence")),
            data: given("data").unwrap_or_else(|| beside("bench-data")),
            results: given("results"),
            profile: matches.get_one("profile").map(|(call, connections)| Profile {
                call: *call,
                connections: *connections,
                calls: matches.get_one("calls").map(|calls: &u32| *calls as usize),
                stored: matches.get_one("stored").copied().unwrap_or(0),
            }),
            over: given("over"),
            signed: matches.get_flag("signed"),
            performances: matches.get_flag("performances"),
            rest: matches.get_flag("rest"),
            postgres: matches.get_flag("postgres"),
            nodes: matches.get_flag("nodes"),
            backlog: matches.get_flag("backlog"),
            settings: matches.get_many("setting").unwrap_or_default().cloned().collect(),
            checks: given("checks"),
            imports: matches.get_many("import").unwrap_or_default().cloned().collect(),
            places: matches.get_one("places").cloned(),
            quick: matches.get_flag("quick"),
            extent: match (matches.get_flag("quick"), matches.get_flag("postgres")) {
                (true, _) => QUICK,
                (false, true) => POSTGRES,
                (false, false) => FULL,
            },
        })
    }
}

fn import(text: &str) -> Result<(String, Vec<PathBuf>), String> {
    let (register, files) = text.split_once('=').ok_or("as addresses=a.csv,b.csv")?;
    Ok((register.to_owned(), files.split(',').map(PathBuf::from).collect()))
}

fn load(text: &str) -> Result<(usize, usize), String> {
    let (call, connections) = text.split_once('x').ok_or("as 200x16")?;
    let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
    match (number(call), number(connections)) {
        (Some(call), Some(connections)) if call <= CALL => Ok((call, connections)),
        _ => Err(format!("1 to {CALL} registrations a call, and at least one connection")),
    }
}
