use super::Period;
use crate::{ForeignVatNumber, Inss, LimosaId};

/// A declaration of a posted worker (Limosa).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedWorker {
    /// The declaration's id.
    pub id: LimosaId,
    /// The person, when it has a Belgian number.
    pub inss: Option<Inss>,
    /// The VAT number of the foreign employer.
    pub vat: Option<ForeignVatNumber>,
    /// The employer's name.
    pub employer: Box<str>,
    /// The employer's country.
    pub country: Box<str>,
    /// When the person is posted.
    pub period: Period,
}
