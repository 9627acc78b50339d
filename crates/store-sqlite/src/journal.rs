//! The journal: what was acknowledged, in the order in which it came, before it lies in the database.
//!
//! A call is answered when its frame is on disk: one write to the end of one file, whatever it registers, where the database
//! would have to write a page of each of its indexes. The database follows, many calls in one transaction. After a crash,
//! what it lacks is read from here. The file is used over and over: it begins anew when all of it is in the database and
//! the database is on disk.
//!
//! One process owns the journal of a folder, by a lock on the file. Others that use the same folder write to the database
//! itself, and wait until it holds what the owner has acknowledged.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::frame::Frame;
use crate::write::Statements;

/// The name of the journal in its folder.
pub(crate) const FILE_NAME: &str = "presence.sqlite-calls";

/// What a journal begins with.
const MAGIC: u64 = u64::from_le_bytes(*b"presJrn1");
/// Magic number, salt, and the number of the last frame that was acknowledged.
const HEAD: u64 = 24;
const ACKNOWLEDGED: u64 = 16;
/// Frames begin here, on a page of their own.
const FRAMES: u64 = 4096;
/// What stands before a frame's bytes: their length, a check sum, and its number.
const FRAME_HEAD: usize = 4 + 4 + 8;
/// It grows by so much. Where the file has its length already, a flush takes half the time.
const GROWTH: u64 = 256 * 1024;

/// The journal of a folder, of which this process is the owner.
pub(crate) struct Journal {
    file: File,
    salt: i64,
    /// The number of the next frame.
    next: i64,
    /// Where it goes.
    at: u64,
    /// The length of the file, and the longest that it may have.
    length: u64,
    most: u64,
    /// What is about to be written.
    buffer: Vec<u8>,
    /// Whether the last write failed.
    failed: bool,
}

/// A journal's file, whoever owns it.
pub(crate) struct JournalFile {
    file: File,
    folder: PathBuf,
}

/// What a journal holds that the database may lack.
struct Contents {
    salt: i64,
    frames: Vec<(i64, Frame)>,
}

impl JournalFile {
    /// Opens the file in `folder`; makes an empty one where there is none.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(folder.join(FILE_NAME))?;
        Ok(Self { file, folder: folder.to_owned() })
    }

    /// Becomes its owner, unless another process is.
    pub(crate) fn lock(&self) -> bool {
        self.file.try_lock().is_ok()
    }

    /// The number of the last frame that was acknowledged, as its owner last told others.
    pub(crate) fn acknowledged(&self) -> io::Result<i64> {
        match self.number(ACKNOWLEDGED) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(0),
            other => other,
        }
    }

    fn number(&self, at: u64) -> io::Result<i64> {
        let mut bytes = [0; 8];
        self.file.read_exact_at(&mut bytes, at)?;
        Ok(i64::from_le_bytes(bytes))
    }

    /// Reads what is whole of it; `None` for a journal that was never written to.
    fn contents(&self) -> io::Result<Option<Contents>> {
        let length = self.file.metadata()?.len();
        if length < HEAD || self.number(0)? != MAGIC.cast_signed() {
            return Ok(None);
        }
        let salt = self.number(8)?;
        let mut bytes = vec![0; usize::try_from(length.saturating_sub(FRAMES)).unwrap_or(0)];
        self.file.read_exact_at(&mut bytes, FRAMES.min(length))?;
        Ok(Some(Contents { salt, frames: whole_frames(&bytes, salt) }))
    }

    /// Puts into the database what the journal holds and the database lacks. To be called by the owner, inside a
    /// transaction that goes to the disk when it ends. Errors: the journal belongs to another database.
    pub(crate) fn recover(&self, statements: &mut Statements<'_>) -> Result<usize, Failure> {
        let Some(Contents { salt, frames }) = self.contents()? else { return Ok(0) };
        let (known_salt, applied) = statements.journal()?;
        let missing: Vec<_> = frames.iter().filter(|(number, _)| *number > applied).collect();
        let Some((first, _)) = missing.first() else { return Ok(0) };
        if salt != known_salt || *first != applied + 1 {
            return Err(Failure::ForeignJournal);
        }
        for (number, frame) in &missing {
            if let Some(first) = frame.apply(statements)? {
                statements.wait_for_checks_from(first)?;
            }
            statements.applied(*number)?;
        }
        Ok(missing.len())
    }

    /// Whether the database, which holds all frames up to `applied`, lacks something.
    pub(crate) fn is_ahead_of(&self, applied: i64) -> io::Result<bool> {
        let contents = self.contents()?;
        Ok(contents.is_some_and(|contents| {
            contents.frames.last().is_some_and(|(number, _)| *number > applied)
        }))
    }

    /// Begins to write to it. `salt` is new, and the database knows it already; `applied` is the number of the last frame
    /// that is in the database, on disk. It gets no longer than `most` bytes.
    pub(crate) fn begin(&self, salt: i64, applied: i64, most: u64) -> io::Result<Journal> {
        let mut head = Vec::with_capacity(32);
        head.extend(MAGIC.to_le_bytes());
        head.extend(salt.to_le_bytes());
        head.extend(applied.to_le_bytes());
        self.file.write_all_at(&head, 0)?;
        let length = self.file.metadata()?.len().max(FRAMES);
        self.file.set_len(length)?;
        self.file.sync_all()?;
        // Its name goes to the disk too.
        File::open(&self.folder)?.sync_all()?;
        let (file, next) = (self.file.try_clone()?, applied + 1);
        Ok(Journal {
            file,
            salt,
            next,
            at: FRAMES,
            length,
            most,
            buffer: Vec::new(),
            failed: false,
        })
    }
}

/// The frames at the beginning of `bytes` that are whole, follow on one another, and were written under this salt.
fn whole_frames(bytes: &[u8], salt: i64) -> Vec<(i64, Frame)> {
    let mut frames: Vec<(i64, Frame)> = Vec::new();
    let mut rest = bytes;
    while let Some((number, body, behind)) = frame_at(rest, salt) {
        if frames.last().is_some_and(|(before, _)| before + 1 != number) {
            break;
        }
        frames.push((number, Frame::of_bytes(body.to_vec())));
        rest = behind;
    }
    frames
}

fn frame_at(bytes: &[u8], salt: i64) -> Option<(i64, &[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let (number, rest) = rest.split_first_chunk::<8>()?;
    let (body, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let number = i64::from_le_bytes(*number);
    let whole = !body.is_empty() && u32::from_le_bytes(*sum) == check_sum(salt, number, body);
    whole.then_some((number, body, rest))
}

fn check_sum(salt: i64, number: i64, body: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&salt.to_le_bytes());
    sum.update(&number.to_le_bytes());
    sum.update(&(body.len() as u64).to_le_bytes());
    sum.update(body);
    sum.finalize()
}

impl Journal {
    /// Whether a frame still fits.
    pub(crate) fn has_room(&self, frame: &Frame) -> bool {
        self.at + space(frame) <= self.most
    }

    /// Whether a frame would fit into an empty journal of `most` bytes.
    pub(crate) fn can_hold(frame: &Frame, most: u64) -> bool {
        FRAMES + space(frame) <= most
    }

    /// Writes a frame; answers its number when it is on disk. After an error, it may be there only if the disk cannot be
    /// written at all; nothing is to be appended any more before the journal begins anew.
    pub(crate) fn append(&mut self, frame: &Frame) -> io::Result<i64> {
        let written = self.write(frame);
        if written.is_err() {
            self.failed = true;
            // Its caller is told that it was not stored, so that it must not come back after a crash.
            _ = self.erase();
        }
        written
    }

    fn write(&mut self, frame: &Frame) -> io::Result<i64> {
        let (number, body) = (self.next, frame.bytes());
        self.next += 1;
        self.buffer.clear();
        let length = u32::try_from(body.len()).map_err(io::Error::other)?;
        self.buffer.extend(length.to_le_bytes());
        self.buffer.extend(check_sum(self.salt, number, body).to_le_bytes());
        self.buffer.extend(number.to_le_bytes());
        self.buffer.extend(body);
        self.grow(self.at + space(frame))?;
        self.file.write_all_at(&self.buffer, self.at)?;
        self.file.sync_data()?;
        self.file.write_all_at(&number.to_le_bytes(), ACKNOWLEDGED)?;
        self.at += space(frame);
        Ok(number)
    }

    /// Makes a frame that was not written whole unreadable.
    fn erase(&self) -> io::Result<()> {
        if self.at + FRAME_HEAD as u64 <= self.length {
            self.file.write_all_at(&[0; FRAME_HEAD], self.at)?;
            self.file.sync_data()?;
        }
        Ok(())
    }

    /// Whether the last write failed, so that it has to begin anew.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed
    }

    /// The number that the last frame has, or that the last attempt to write one would have given it.
    pub(crate) fn last(&self) -> i64 {
        self.next - 1
    }

    /// Begins anew: all that it holds is in the database, on disk.
    pub(crate) fn rewind(&mut self) {
        self.at = FRAMES;
        self.failed = false;
    }

    /// Makes the file long enough.
    fn grow(&mut self, needed: u64) -> io::Result<()> {
        if needed > self.length {
            let longer = needed.next_multiple_of(GROWTH).min(self.most);
            let zeros = vec![0; usize::try_from(longer - self.length).map_err(io::Error::other)?];
            self.file.write_all_at(&zeros, self.length)?;
            self.file.sync_all()?;
            self.length = longer;
        }
        Ok(())
    }
}

fn space(frame: &Frame) -> u64 {
    (FRAME_HEAD + frame.bytes().len()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SALT: i64 = 7;

    fn frame(text: &str) -> Frame {
        let mut frame = Frame::default();
        frame.add(0, 0, &[], Some(text));
        frame
    }

    fn journal(folder: &Path, most: u64) -> Journal {
        JournalFile::open(folder).expect("opened").begin(SALT, 0, most).expect("begun")
    }

    fn numbers(bytes: &[u8], salt: i64) -> Vec<i64> {
        whole_frames(bytes, salt).into_iter().map(|(number, _)| number).collect()
    }

    fn frames_of(folder: &Path) -> Vec<u8> {
        let bytes = std::fs::read(folder.join(FILE_NAME)).expect("read");
        bytes[usize::try_from(FRAMES).expect("small")..].to_vec()
    }

    #[test]
    fn whatever_is_cut_off_the_frames_before_are_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = journal(folder.path(), 1 << 20);
        let mut ends = Vec::new();
        for text in ["one", "a second one", "three"] {
            journal.append(&frame(text)).expect("written");
            ends.push(usize::try_from(journal.at - FRAMES).expect("small"));
        }
        let bytes = frames_of(folder.path());
        assert_eq!(numbers(&bytes, SALT), [1, 2, 3]);
        for cut in 0..ends[2] {
            let whole = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(numbers(&bytes[..cut], SALT).len(), whole, "cut at {cut}");
            let mut torn = bytes.clone();
            torn[cut] ^= 0x40;
            assert_eq!(numbers(&torn, SALT).len(), whole, "torn at {cut}");
        }
    }

    #[test]
    fn what_is_left_of_an_earlier_round_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = journal(folder.path(), 1 << 20);
        for _ in 0..3 {
            journal.append(&frame("the same length")).expect("written");
        }
        journal.rewind();
        journal.append(&frame("the same length")).expect("written");
        assert_eq!(numbers(&frames_of(folder.path()), SALT), [4]);
        assert_eq!(numbers(&frames_of(folder.path()), SALT + 1), [] as [i64; 0]);
    }

    #[test]
    fn others_see_what_was_acknowledged_and_cannot_become_its_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let other = JournalFile::open(folder.path()).expect("opened");
        assert_eq!(other.acknowledged().expect("read"), 0);
        let file = JournalFile::open(folder.path()).expect("opened");
        assert!(file.lock());
        assert!(!other.lock());
        let mut journal = file.begin(SALT, 41, 1 << 20).expect("begun");
        assert_eq!(other.acknowledged().expect("read"), 41);
        assert_eq!(journal.append(&frame("it")).expect("written"), 42);
        assert_eq!(other.acknowledged().expect("read"), 42);
        drop((journal, file));
        assert!(other.lock());
    }

    #[test]
    fn after_a_write_that_failed_it_begins_anew_with_numbers_of_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = journal(folder.path(), 1 << 20);
        journal.append(&frame("one")).expect("written");
        let can_write = std::mem::replace(
            &mut journal.file,
            File::open(folder.path().join(FILE_NAME)).expect("opened"),
        );
        journal.append(&frame("two")).expect_err("it can only be read");
        assert!(journal.has_failed());
        journal.file = can_write;
        journal.rewind();
        assert!(!journal.has_failed());
        assert_eq!(journal.append(&frame("three")).expect("written"), 3);
        assert_eq!(numbers(&frames_of(folder.path()), SALT), [3]);
    }
}
