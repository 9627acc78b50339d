//! The registers of `cargo xtask sample`: who may register where.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use domain::WorksReference;

use crate::Outcome;

/// The files of the registers, and the workers in them.
pub(super) struct Sample {
    folder: PathBuf,
    /// The person, the employer, and the works at which either the employer or the user has a contract.
    pub(super) workers: Vec<Worker>,
    works: HashMap<i64, Vec<WorksReference>>,
}

/// A worker, by numbers as the store has them.
pub(super) struct Worker {
    pub(super) inss: i64,
    pub(super) employer: i64,
    /// Where the worker really works.
    company: i64,
}

impl Sample {
    /// Reads who works where.
    pub(super) fn read(folder: &Path) -> Outcome<Self> {
        let text = fs::read_to_string(folder.join("employments.csv"))?;
        let mut workers = Vec::new();
        for line in text.lines().skip(1) {
            let cells: Vec<_> = line.split(',').collect();
            let [inss, employer, _, _, _, user] = cells[..] else {
                return Err(format!("employments.csv: {line}").into());
            };
            let employer = employer.parse()?;
            let company = if user.is_empty() { employer } else { user.parse()? };
            workers.push(Worker { inss: inss.parse()?, employer, company });
        }
        let mut works: HashMap<i64, Vec<WorksReference>> = HashMap::new();
        for line in fs::read_to_string(folder.join("works.jsonl"))?.lines() {
            let reference = line.split('"').nth(3).and_then(WorksReference::parse);
            let reference = reference.ok_or("works.jsonl: a line without a reference")?;
            for part in line.split("\"enterpriseNumber\":\"").skip(1) {
                works.entry(part[..10].parse()?).or_default().push(reference);
            }
        }
        Ok(Self { folder: folder.to_owned(), workers, works })
    }

    /// Where a worker may be.
    pub(super) fn works(&self, worker: &Worker) -> &[WorksReference] {
        self.works.get(&worker.company).map_or(&[], Vec::as_slice)
    }

    /// Imports every register into the data of `program`.
    pub(super) fn import(&self, program: &Path, data: &Path) -> Outcome<()> {
        for (register, file) in [
            ("persons", "persons.csv"),
            ("mandates", "mandates.csv"),
            ("employers", "employers.csv"),
            ("employments", "employments.csv"),
            ("limosa", "limosa.csv"),
            ("works", "works.jsonl"),
            ("enterprises", "kbo"),
        ] {
            import(program, register, &[self.folder.join(file)], data)?;
        }
        Ok(())
    }

    /// The lines of the register of persons.
    pub(super) fn persons(&self) -> Outcome<String> {
        Ok(fs::read_to_string(self.folder.join("persons.csv"))?)
    }
}

/// Imports files, as an operator does.
pub(super) fn import(
    program: &Path,
    register: &str,
    files: &[PathBuf],
    data: &Path,
) -> Outcome<()> {
    let mut command = Command::new(program);
    command.args(["import", register]).args(files).arg("--data").arg(data);
    let output = command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).output()?;
    if output.status.success() {
        Ok(())
    } else {
        let told = String::from_utf8_lossy(&output.stderr);
        Err(format!("the import of {register} failed: {told}").into())
    }
}
