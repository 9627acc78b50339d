//! What becomes of what was not flushed.

use fastrand::Rng;

/// How the parts of a file that were not flushed fare.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kept {
    /// None of them reached the disk.
    Nothing,
    /// All did.
    Everything,
    /// What was written last did, what was written first did not.
    LaterHalf,
    /// Each file is as it was at a moment of its own.
    Moment,
    /// Each part is as it was at some moment of its own, and the newest with this chance.
    Parts(Grain, f64),
}

/// What reaches the disk as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// A sector of 512 bytes.
    Sector,
    /// A page of 4 KiB.
    Page,
}

impl Grain {
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Sector => 512,
            Self::Page => 4096,
        }
    }
}

/// Decides.
#[derive(Clone, Debug)]
pub struct Fate {
    /// For what files hold.
    pub kept: Kept,
    /// Does a flush of a new file leave its name to chance, as POSIX has it, and not keep it, as ext4, XFS and btrfs do?
    pub names_need_folder: bool,
    rng: Rng,
}

impl Fate {
    /// The fate of this seed.
    pub fn of_seed(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let grain = if rng.bool() { Grain::Sector } else { Grain::Page };
        let kept = match rng.u8(..10) {
            0 | 1 => Kept::Nothing,
            2 => Kept::Everything,
            3 => Kept::LaterHalf,
            4 | 5 => Kept::Moment,
            6 => Kept::Parts(grain, 0.98),
            7 => Kept::Parts(grain, 0.1),
            _ => Kept::Parts(grain, 0.5),
        };
        let names_need_folder = rng.bool();
        Self { kept, names_need_folder, rng }
    }

    /// The one that loses nothing.
    pub fn that_keeps_everything() -> Self {
        Self { kept: Kept::Everything, names_need_folder: false, rng: Rng::with_seed(0) }
    }

    /// Whether a change of a name is there that no flush covers.
    pub(super) fn keeps_name(&mut self, place: usize, of: usize) -> bool {
        match self.kept {
            Kept::Nothing => false,
            Kept::Everything => true,
            Kept::LaterHalf => place >= of / 2,
            Kept::Moment | Kept::Parts(..) => self.rng.bool(),
        }
    }

    /// How many of `changes`, the places in time of what happened to a part or to a length, of which there were `of`,
    /// have reached the disk.
    pub(super) fn reached(&mut self, changes: &[usize], of: usize) -> usize {
        let all = changes.len();
        match self.kept {
            Kept::Nothing => 0,
            Kept::Everything | Kept::Moment => all,
            Kept::LaterHalf => changes.last().filter(|last| **last >= of / 2).map_or(0, |_| all),
            Kept::Parts(_, newest) if self.rng.f64() < newest => all,
            Kept::Parts(..) => self.rng.usize(..=all),
        }
    }

    /// Of a file's changes, how many come before the moment that it shows.
    pub(super) fn seen(&mut self, of: usize) -> usize {
        if self.kept == Kept::Moment { self.rng.usize(..=of) } else { of }
    }
}
