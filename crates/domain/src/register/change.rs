use std::sync::Arc;

use jiff::Timestamp;

use super::{Register, Row};
use crate::{EnterpriseNumber, Inss, LimosaId, Work, WorksReference};

/// Names all rows of a register that stand under one key: what an update takes away before it adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A person's number.
    Person(Inss),
    /// An enterprise, in the registers of enterprises, mandates and employers.
    Enterprise(EnterpriseNumber),
    /// All employments of a person at an enterprise.
    Employment(Inss, EnterpriseNumber),
    /// A Limosa declaration.
    PostedWorker(LimosaId),
    /// A work with all that belongs to it.
    Work(WorksReference),
}

/// The number of an import; later imports have higher ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportId(pub i64);

/// A change of a register that was swapped in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its number.
    pub id: ImportId,
    /// The register.
    pub register: Register,
    /// Where it came from: a file's name, or who changed it by hand.
    pub source: Arc<str>,
    /// When it was swapped in.
    pub at: Timestamp,
    /// Rows that were added.
    pub added: u64,
    /// Rows that were taken away; a row that changed is one taken away and one added.
    pub removed: u64,
}

/// A small change of a register, made at once: what stands under the keys goes, the rows come.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The register.
    pub register: Register,
    /// What goes.
    pub removed: Vec<Key>,
    /// What comes; all of the same register.
    pub rows: Vec<Row>,
    /// Who changes it, or from where, for the history.
    pub source: Arc<str>,
    /// When.
    pub at: Timestamp,
}

impl Change {
    /// Adds works, or puts them in the place of those with the same references.
    pub fn put_works(works: Vec<Work>, source: &str, at: Timestamp) -> Self {
        Self {
            register: Register::Works,
            removed: works.iter().map(|work| Key::Work(work.reference)).collect(),
            rows: works.into_iter().map(Row::Work).collect(),
            source: source.into(),
            at,
        }
    }
}
