//! `cargo xtask sample`: synthetic registers of any size, the same for the same seed. Every number is made by
//! `domain::sample`; none belongs to anybody.

mod best;
mod kbo;
mod registers;
mod wrong;

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use fastrand::Rng;

use crate::Findings;
use crate::repository::Repository;

/// The set that the demonstration brings.
const DEMO: &str = "demo";
const DEMO_WORKS: u32 = 8;
const DEMO_WORKERS: u32 = 20;

/// The command line.
pub(crate) fn command() -> Command {
    let number = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_parser(value_parser!(u32)).default_value(default).help(help)
    };
    let out = Arg::new("out")
        .long("out")
        .value_name("DIR")
        .value_parser(value_parser!(PathBuf))
        .default_value("target/sample")
        .help("Where the files go");
    let seed = number("seed", "1", "Which set of those possible");
    Command::new("sample")
        .about("Makes synthetic files for every register")
        .args_conflicts_with_subcommands(true)
        .arg(number("works", "1000", "How many works"))
        .arg(number("workers", "100000", "How many workers"))
        .args([out.clone(), seed.clone()])
        .subcommand(
            Command::new("demo").about("Makes the set of the demonstration, which is committed"),
        )
        .subcommand(
            Command::new("kbo")
                .about("Makes a set of the Crossroads Bank in the published proportions")
                .arg(number("enterprises", "1900000", "How many enterprises"))
                .arg(number("extract", "140", "The extract's number"))
                .arg(
                    Arg::new("update")
                        .long("update")
                        .action(ArgAction::SetTrue)
                        .help("An update of the extract before, of a thousandth of its size"),
                )
                .args([out.clone(), seed.clone()]),
        )
        .subcommand(
            Command::new("best")
                .about("Makes the address files of the three regions")
                .arg(number("addresses", "7000000", "How many addresses"))
                .args([out, seed]),
        )
}

/// Makes what is asked for.
pub(crate) fn run(repository: &Repository, given: &ArgMatches) -> Result<bool, Box<dyn Error>> {
    match given.subcommand() {
        Some(("demo", _)) => demo(&repository.root.join(DEMO))?,
        Some(("kbo", given)) => {
            let mut out = Out::new(folder(given))?;
            let set = kbo::Set {
                enterprises: count(given, "enterprises"),
                extract: count(given, "extract"),
                update: given.get_flag("update"),
            };
            kbo::write(&mut out, &set, &mut rng(given))?;
        }
        Some(("best", given)) => {
            best::write(&mut Out::new(folder(given))?, count(given, "addresses"), &mut rng(given))?;
        }
        _ => {
            let mut out = Out::new(folder(given))?;
            registers::write(&mut out, count(given, "works"), count(given, "workers"))?;
        }
    }
    Ok(true)
}

/// Makes the registers of so many works and workers.
pub(crate) fn registers(folder: &Path, works: u32, workers: u32) -> io::Result<()> {
    registers::write(&mut Out::new(folder)?, works, workers)
}

fn demo(folder: &Path) -> io::Result<()> {
    registers::write(&mut Out::new(folder)?, DEMO_WORKS, DEMO_WORKERS)?;
    wrong::append(folder)
}

/// The files of the demonstration are those that the generator makes, to the byte: so every number in them is synthetic.
pub(crate) fn check(repository: &Repository) -> Findings {
    let fresh = repository.root.join("target/demo-check");
    demo(&fresh)?;
    let mut findings = Vec::new();
    let mut made = Vec::new();
    for part in ["", "kbo"] {
        for entry in fs::read_dir(fresh.join(part))? {
            let path = entry?.path();
            if path.is_file() {
                let name = path.strip_prefix(&fresh)?.to_string_lossy().into_owned();
                made.push((format!("{DEMO}/{name}"), path));
            }
        }
    }
    made.sort();
    for (name, path) in &made {
        if fs::read(path)? != fs::read(repository.root.join(name)).unwrap_or_default() {
            findings.push(format!("{name} is not what `cargo xtask sample demo` makes"));
        }
    }
    fs::remove_dir_all(&fresh)?;
    let stray =
        |path: &&str| path.starts_with("demo/") && !made.iter().any(|(name, _)| name == path);
    let stray = repository.paths(|_| true).filter(stray);
    findings.extend(stray.map(|path| format!("{path} is not made by `cargo xtask sample demo`")));
    Ok(findings)
}

fn count(given: &ArgMatches, name: &str) -> u32 {
    given.get_one(name).copied().unwrap_or_default()
}

fn folder(given: &ArgMatches) -> &Path {
    given.get_one::<PathBuf>("out").map_or(Path::new("target/sample"), PathBuf::as_path)
}

fn rng(given: &ArgMatches) -> Rng {
    Rng::with_seed(count(given, "seed").into())
}

/// A folder for the files.
struct Out {
    folder: PathBuf,
}

impl Out {
    fn new(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// A file with its first line.
    fn file(&mut self, name: &str, header: &str) -> io::Result<BufWriter<File>> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(self.folder.join(name))?);
        writeln!(file, "{header}")?;
        Ok(file)
    }

    /// A file without a header.
    fn bare(&mut self, name: &str) -> io::Result<BufWriter<File>> {
        Ok(BufWriter::new(File::create(self.folder.join(name))?))
    }
}
