//! Loss of power, without a machine that has to be switched off: a program runs under `strace`, which records all that it
//! writes, flushes and sends; afterwards its folder is made anew as a disk may hold it that lost power at some moment.
//!
//! What is promised by the system is kept: what a completed `fsync` or `fdatasync` covers. Of all else, each part is there
//! or not, as chance has it.

mod capture;
mod disk;
mod fate;
mod file;
mod line;
mod step;
mod trace;

pub use capture::{Recording, Strace};
pub use disk::Disk;
pub use fate::{Fate, Grain, Kept};
pub use step::{Op, Step};
pub use trace::{Answer, Trace};
