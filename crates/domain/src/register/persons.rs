use super::Period;
use crate::Inss;

/// A person's number, as the register of persons knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The number.
    pub inss: Inss,
    /// When it is known.
    pub known: Period,
    /// The number that took its place.
    pub replaced_by: Option<Inss>,
}
