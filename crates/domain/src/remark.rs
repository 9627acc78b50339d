use std::fmt;

/// What a check of a registration against the registers found (contract, "Remarks: the decision table").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remark {
    /// No employment of this person at this employer on the date.
    DimonaNotOk,
    /// Never an employer, with mandate holders, none of them this person.
    InssNotFounder,
    /// Never an employer, and no mandate holder is known.
    EmployerNotFounder,
    /// The enterprise register does not know the number.
    CompanyUnknown,
    /// The person holds mandates elsewhere, none here, and is no employee here.
    IndependentNotFounder,
    /// No declaration has this Limosa id.
    LimosaIdUnknown,
    /// The Limosa declaration does not cover the date.
    LimosaIdNotActive,
    /// A BIS number without employment or Limosa declaration.
    BisUnknownInLimosa,
    /// A BIS number whose Limosa declarations do not cover the date.
    BisNotActiveInLimosa,
    /// The work is unknown.
    WorkUnknown,
    /// The work is known, not on the date.
    WorkNotActive,
    /// The company has no contract in the work.
    CompanyNotInWork,
    /// The work is not subject to presence registration.
    WorkNotSubject,
    /// Same person, company, work and date as an earlier registration.
    Duplicate,
    /// The national register does not know the person.
    PersonUnknown,
    /// The employer is known, and not active on the date.
    EmployerNotActive,
    /// The company's contract in the work does not cover the date.
    ContractNotActive,
    /// Work began or ended farther from every site of the work than the policy lets pass. Ours, and soft: it leaves the
    /// registration valid, and only REST tells it.
    FarFromSite,
}

impl Remark {
    /// The remarks of the SOAP protocol, in the order of its list.
    pub const PROTOCOL: [Self; 17] = [
        Self::DimonaNotOk,
        Self::InssNotFounder,
        Self::EmployerNotFounder,
        Self::CompanyUnknown,
        Self::IndependentNotFounder,
        Self::LimosaIdUnknown,
        Self::LimosaIdNotActive,
        Self::BisUnknownInLimosa,
        Self::BisNotActiveInLimosa,
        Self::WorkUnknown,
        Self::WorkNotActive,
        Self::CompanyNotInWork,
        Self::WorkNotSubject,
        Self::Duplicate,
        Self::PersonUnknown,
        Self::EmployerNotActive,
        Self::ContractNotActive,
    ];

    /// Every remark: those of the protocol, then ours.
    pub const ALL: [Self; 18] = {
        let mut all = [Self::FarFromSite; 18];
        let mut place = 0;
        while place < Self::PROTOCOL.len() {
            all[place] = Self::PROTOCOL[place];
            place += 1;
        }
        all
    };

    /// Does it leave a registration valid? Such a remark is not of the SOAP protocol.
    pub fn is_soft(self) -> bool {
        matches!(self, Self::FarFromSite)
    }

    /// The text of the SOAP protocol, with its own spelling and its double spaces; of a soft remark one in its manner.
    pub fn protocol(self) -> &'static str {
        match self {
            Self::DimonaNotOk => "RELATED DIMONA NOT OK",
            Self::InssNotFounder => "GIVEN INSS IS NOT THE FOUNDER OF THE COMPANY",
            Self::EmployerNotFounder => "EMPLOYER IS NOT KNOWN AS COMPANY FOUNDER",
            Self::CompanyUnknown => "THE COMPANY DOESN'T EXISTS",
            Self::IndependentNotFounder => "INDEPENDANT IS NOT KNOWN AS COMPANY FOUNDER",
            Self::LimosaIdUnknown => "LIMOSA ID IS NOT KNOWN",
            Self::LimosaIdNotActive => "LIMOSA ID IS NOT ACTIVE AT DATE",
            Self::BisUnknownInLimosa => "NISS-BIS IS NOT KNOWN IN LIMOSA",
            Self::BisNotActiveInLimosa => "NISS-BIS IS NOT ACTIVE AT THIS DATE IN LIMOSA",
            Self::WorkUnknown => "DUC IS NOT EXISTING",
            Self::WorkNotActive => "DUC IS NOT ACTIVE AT THIS DATE",
            Self::CompanyNotInWork => {
                "COMPANY IS NOT KNOWN  AS BUILDER OR  SUBCONTRACTOR IN THIS DUC"
            }
            Self::WorkNotSubject => "SITE IS NOT SUBJECT TO PRESENCE REGISTRATION",
            Self::Duplicate => "SAME DECLARATION HAS ALREADY BEEN REGISTERED",
            Self::PersonUnknown => "NISS IS NOT KNOW IN THE NATIONAL REGISTER",
            Self::EmployerNotActive => "EMPLOYER NOT ACTIVE",
            Self::ContractNotActive => "THE COMPANY ID ASSOCIATED AT A NOT ACTIVE CONTRACT",
            Self::FarFromSite => "PLACE OF WORK IS FAR FROM EVERY SITE OF THE WORK",
        }
    }

    /// Reads the text of the SOAP protocol, to the character.
    pub fn from_protocol(text: &str) -> Option<Self> {
        Self::PROTOCOL.into_iter().find(|remark| remark.protocol() == text)
    }

    fn bit(self) -> u32 {
        1 << (self as u32)
    }
}

/// A set of remarks. Stores keep it as a number whose bits are stable for ever.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Remarks(u32);

impl Remarks {
    /// No remark.
    pub const NONE: Self = Self(0);

    /// The same set with `remark` in it.
    #[must_use]
    pub fn with(self, remark: Remark) -> Self {
        Self(self.0 | remark.bit())
    }

    /// The same set with `remark` not in it.
    #[must_use]
    pub fn without(self, remark: Remark) -> Self {
        Self(self.0 & !remark.bit())
    }

    /// Is `remark` in the set?
    pub fn contains(self, remark: Remark) -> bool {
        self.0 & remark.bit() != 0
    }

    /// Do the sets share a remark?
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Is there no remark?
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that leave no registration valid: the ones of the protocol.
    #[must_use]
    pub fn hard(self) -> Self {
        self.iter().filter(|remark| !remark.is_soft()).collect()
    }

    /// The remarks, in the order of the protocol's list.
    pub fn iter(self) -> impl Iterator<Item = Remark> {
        Remark::ALL.into_iter().filter(move |remark| self.contains(*remark))
    }

    /// The number that stores keep.
    pub fn bits(self) -> u32 {
        self.0
    }

    /// The set of a stored number; `None` when a bit stands for no remark.
    pub fn from_bits(bits: u32) -> Option<Self> {
        (bits >> Remark::ALL.len() == 0).then_some(Self(bits))
    }
}

impl FromIterator<Remark> for Remarks {
    fn from_iter<I: IntoIterator<Item = Remark>>(remarks: I) -> Self {
        remarks.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Remarks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_read_back() {
        for remark in Remark::PROTOCOL {
            assert_eq!(Remark::from_protocol(remark.protocol()), Some(remark));
            assert!(!remark.is_soft());
        }
        assert_eq!(Remark::from_protocol(Remark::FarFromSite.protocol()), None, "not of SOAP");
        assert_eq!(Remark::from_protocol("DUC IS NOT EXISTING "), None);
    }

    #[test]
    fn a_set_keeps_exactly_what_was_put_in() {
        for remark in Remark::ALL {
            let set = Remarks::NONE.with(remark);
            assert_eq!(set.iter().collect::<Vec<_>>(), [remark]);
            assert_eq!(Remarks::from_bits(set.bits()), Some(set));
        }
        let all: Remarks = Remark::ALL.into_iter().collect();
        assert_eq!(all.iter().count(), 18);
        assert_eq!(all.hard(), Remark::PROTOCOL.into_iter().collect());
        assert!(all.intersects(Remarks::NONE.with(Remark::Duplicate)));
        assert_eq!(Remarks::from_bits(1 << 18), None);
    }
}
