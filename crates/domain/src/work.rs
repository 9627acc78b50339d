use crate::{Sector, WorksReference};

/// A declared work, as far as a registration needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// Its reference.
    pub reference: WorksReference,
    /// Its sector.
    pub sector: Sector,
}
