use domain::EnterpriseNumber;

use super::bits::Bits;
use super::forms::Entity;
use crate::import::FileError;

/// Numbers without their check digits.
const ENTERPRISES: u64 = 20_000_000;
const UNITS: u64 = 100_000_000;
/// One line in so many may name what the set does not have: the files are written one after the other.
const STRANGERS: u64 = 1000;
/// One enterprise in so many may have no name.
const NAMELESS: u64 = 100;

/// Holds the files of a full set against each other: a file that was cut off, or that is of another extract, shows.
pub(super) struct Whole {
    enterprises: Bits,
    units: Bits,
    named: Bits,
    lines: u64,
    strangers: u64,
    establishments: u64,
    homeless: u64,
}

impl Default for Whole {
    fn default() -> Self {
        Self {
            enterprises: Bits::below(ENTERPRISES),
            units: Bits::below(UNITS),
            named: Bits::below(ENTERPRISES),
            lines: 0,
            strangers: 0,
            establishments: 0,
            homeless: 0,
        }
    }
}

impl Whole {
    /// Is it the first with this number?
    pub(super) fn enterprise(&mut self, number: EnterpriseNumber) -> bool {
        self.enterprises.insert(number.number() / 100)
    }

    pub(super) fn establishment(&mut self, unit: u64, of: EnterpriseNumber) {
        self.units.insert(unit / 100);
        self.establishments += 1;
        self.homeless += u64::from(!self.enterprises.contains(of.number() / 100));
    }

    /// A line about an enterprise, an establishment unit or a branch.
    pub(super) fn entity(&mut self, entity: Entity, named: bool) {
        self.lines += 1;
        let known = match entity {
            Entity::Enterprise(number) => {
                let number = number.number() / 100;
                if named {
                    self.named.insert(number);
                }
                self.enterprises.contains(number)
            }
            Entity::Unit(number) => self.units.contains(number / 100),
            Entity::Branch => true,
        };
        self.strangers += u64::from(!known);
    }

    /// Do the lines of the file that was just read belong to the enterprises and establishments of the set?
    pub(super) fn belongs(&mut self, file: &str) -> Result<(), FileError> {
        let mixed = |file: &str, strangers: u64, lines: u64, what: &str| {
            FileError::new(
                file,
                format!(
                    "{strangers} of {lines} lines name {what} that the set does not have: its files are \
                     truncated, or of different extracts"
                ),
            )
        };
        if self.homeless * STRANGERS > self.establishments {
            let (homeless, lines) = (self.homeless, self.establishments);
            return Err(mixed("establishment.csv", homeless, lines, "an enterprise"));
        }
        if self.strangers * STRANGERS > self.lines {
            let what = "an enterprise or establishment";
            return Err(mixed(file, self.strangers, self.lines, what));
        }
        (self.lines, self.strangers) = (0, 0);
        Ok(())
    }

    /// Has every enterprise a name?
    pub(super) fn is_named(&self) -> Result<(), FileError> {
        let (all, named) = (self.enterprises.count(), self.named.count());
        if all.saturating_sub(named) * NAMELESS > all {
            let reason = format!(
                "names {named} of {all} enterprises: it is truncated, or of another extract than \
                 enterprise.csv"
            );
            return Err(FileError::new("denomination.csv", reason));
        }
        Ok(())
    }
}
