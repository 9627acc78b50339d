//! The registers of the demonstration: the committed files, imported as an operator imports them.

use std::io::{self, Read};

use app::import::{FileError, Rejected, Sink, kbo, read_addresses, read_register};
use domain::place::RegisteredAddress;
use domain::register::{Key, Register, Row};
use domain::{Clock, Error, ErrorKind, belgian_day};
use store::{ImportForm, Store};

/// A committed file by its name.
macro_rules! demo {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../../demo/", $name)).as_slice())
    };
}

const REGISTERS: [(Register, (&str, &[u8])); 6] = [
    (Register::Persons, demo!("persons.csv")),
    (Register::Mandates, demo!("mandates.csv")),
    (Register::Employers, demo!("employers.csv")),
    (Register::Employments, demo!("employments.csv")),
    (Register::PostedWorkers, demo!("limosa.csv")),
    (Register::Works, demo!("works.jsonl")),
];
const KBO: [(&str, &[u8]); 7] = [
    demo!("kbo/meta.csv"),
    demo!("kbo/code.csv"),
    demo!("kbo/enterprise.csv"),
    demo!("kbo/establishment.csv"),
    demo!("kbo/denomination.csv"),
    demo!("kbo/address.csv"),
    demo!("kbo/activity.csv"),
];
const ADDRESSES: [(&str, &[u8]); 3] = [
    demo!("openaddress-bebru.csv"),
    demo!("openaddress-bevlg.csv"),
    demo!("openaddress-bewal.csv"),
];
const SOURCE: &str = "demonstration";

/// Fills every register.
pub(crate) async fn fill(store: &dyn Store, clock: &dyn Clock) -> Result<(), Error> {
    let today = belgian_day(clock.now());
    for (register, (name, mut bytes)) in REGISTERS {
        let mut rows = Rows(Vec::new());
        read_register(register, name, &mut bytes, today, &mut rows).map_err(broken)?;
        swap(store, clock, register, rows.0).await?;
    }
    let mut rows = Rows(Vec::new());
    let extract = kbo::read_extract(&mut Set).map_err(broken)?;
    kbo::read_set(&mut Set, &extract, &mut rows).map_err(broken)?;
    swap(store, clock, Register::Enterprises, rows.0).await?;
    store.extracts().set_extract(Register::Enterprises, extract.number, clock.now()).await?;
    addresses(store, clock).await
}

async fn swap(
    store: &dyn Store,
    clock: &dyn Clock,
    register: Register,
    rows: Vec<Row>,
) -> Result<(), Error> {
    let mut staging = store.registers().begin(register, ImportForm::Whole).await?;
    staging.put(rows).await?;
    staging.swap(SOURCE, clock.now(), None, &|_, _| ()).await.map(drop)
}

async fn addresses(store: &dyn Store, clock: &dyn Clock) -> Result<(), Error> {
    let mut rows = Rows::<RegisteredAddress>(Vec::new());
    for (name, mut bytes) in ADDRESSES {
        read_addresses(name, &mut bytes, &mut rows).map_err(broken)?;
    }
    let mut staging = store.addresses().begin().await?;
    staging.put(rows.0).await?;
    staging.swap(clock.now(), None, &|_, _| ()).await.map(drop)
}

/// The files are our own: a check holds them to their generator.
fn broken(error: FileError) -> Error {
    Error::caused_by(ErrorKind::Internal, error)
}

struct Set;

impl kbo::Files for Set {
    fn names(&self) -> Vec<String> {
        KBO.iter().map(|(name, _)| name.trim_start_matches("kbo/").to_owned()).collect()
    }

    fn open(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>> {
        let found = KBO.iter().find(|(path, _)| path.trim_start_matches("kbo/") == name);
        let (_, bytes) = found.ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(*bytes))
    }
}

struct Rows<T>(Vec<T>);

impl<T> Sink<T> for Rows<T> {
    fn put(&mut self, row: T) -> Result<(), FileError> {
        self.0.push(row);
        Ok(())
    }

    fn remove(&mut self, _key: Key) -> Result<(), FileError> {
        Ok(())
    }

    fn reject(&mut self, rejected: Rejected) -> Result<(), FileError> {
        let first = rejected.problems().next().map(|problem| problem.to_string());
        Err(FileError::new(&rejected.file, first.unwrap_or_default()))
    }

    fn pass(&mut self) -> Result<(), FileError> {
        Ok(())
    }
}
