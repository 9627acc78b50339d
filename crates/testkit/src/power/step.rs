//! What a program does to its folder and says to its callers, step by step.

use std::path::{Path, PathBuf};

use super::line::{Arguments, Call};

/// A part of the trace: a call of the system begins or ends, or the program does.
#[derive(Debug)]
pub enum Step {
    /// A call begins: from here on, some of it may be done.
    Begin {
        /// Its number, for its end.
        call: usize,
        /// What it does.
        op: Op,
    },
    /// A call has come back.
    End {
        /// Its number.
        call: usize,
        /// What it came to; `None` for failure.
        result: Option<i64>,
    },
    /// The program has ended.
    Exit,
}

/// What a call does.
#[derive(Debug)]
pub enum Op {
    /// Opens a file or a folder, makes it where it may.
    Open {
        /// Which.
        path: PathBuf,
        /// Is it made where it is missing?
        make: bool,
        /// Is what it held thrown away?
        empty: bool,
        /// Does each write go to its end?
        append: bool,
    },
    /// Writes where the descriptor stands, or at a place.
    Write {
        /// The descriptor and its path.
        to: Target,
        /// The place.
        at: Option<u64>,
        /// What.
        bytes: Vec<u8>,
    },
    /// Moves the place of a descriptor: the result says where to.
    Seek(Target),
    /// Cuts or lengthens a file.
    Resize(Target, u64),
    /// Lengthens it at least to this.
    Reserve(Target, u64),
    /// Has all of a file or folder on disk when it ends.
    Flush(Target),
    /// Takes a name away.
    Remove(PathBuf),
    /// Gives another name.
    Move(PathBuf, PathBuf),
    /// Gives one more name.
    Link(PathBuf, PathBuf),
    /// Makes a folder.
    MakeFolder(PathBuf),
    /// Sends to a caller.
    Send {
        /// The connection.
        socket: String,
        /// What.
        bytes: Vec<u8>,
    },
}

/// An open file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub(super) descriptor: i64,
    /// What it leads to.
    pub path: PathBuf,
}

/// The calls that have to be seen. Whatever else may change a file ends the test, since the model would not know of it.
pub(super) const WATCHED: &str = "trace=openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,lseek,ftruncate,truncate,fallocate,\
     fsync,fdatasync,unlink,unlinkat,rename,renameat,renameat2,link,linkat,mkdir,mkdirat,rmdir,sendto,sendmsg,\
     copy_file_range,sendfile,splice,io_uring_setup,sync,syncfs";

impl Op {
    /// What a call does that concerns the folder `root` or a caller.
    pub(super) fn of(call: &Call<'_>, root: &Path) -> Option<Self> {
        let arguments = call.arguments();
        let op = Self::read(call.name, &arguments)?;
        op.concerns(root).then_some(op)
    }

    fn read(name: &str, arguments: &Arguments) -> Option<Self> {
        Some(match name {
            "openat" => Self::open(arguments.path(0, Some(0)), arguments.field(2)),
            "open" => Self::open(arguments.path(0, None), arguments.field(1)),
            "write" | "writev" | "sendto" | "sendmsg" => Self::write(arguments, None),
            "pwrite64" | "pwritev" => Self::write(arguments, Some(arguments.number(-1))),
            "lseek" => Self::Seek(Target::of(arguments)),
            "ftruncate" => Self::Resize(Target::of(arguments), arguments.number(1)),
            "fallocate" => {
                let end = arguments.number(2) + arguments.number(3);
                assert_eq!(arguments.field(1), "0", "it only lengthens");
                Self::Reserve(Target::of(arguments), end)
            }
            "fsync" | "fdatasync" => Self::Flush(Target::of(arguments)),
            "unlink" | "rmdir" => Self::Remove(arguments.path(0, None)),
            "unlinkat" => Self::Remove(arguments.path(0, Some(0))),
            "rename" => Self::Move(arguments.path(0, None), arguments.path(1, None)),
            "renameat" | "renameat2" => {
                Self::Move(arguments.path(0, Some(0)), arguments.path(1, Some(2)))
            }
            "link" => Self::Link(arguments.path(0, None), arguments.path(1, None)),
            "linkat" => Self::Link(arguments.path(0, Some(0)), arguments.path(1, Some(2))),
            "mkdir" => Self::MakeFolder(arguments.path(0, None)),
            "mkdirat" => Self::MakeFolder(arguments.path(0, Some(0))),
            // A thread that was killed before its call was read: the system does not do it then.
            "???" => return None,
            other if other.starts_with("syscall_") => return None,
            other => panic!("the model does not know {other}"),
        })
    }

    fn open(path: PathBuf, flags: &str) -> Self {
        let has = |flag| flags.split('|').any(|one| one == flag);
        assert!(!has("O_SYNC") && !has("O_DSYNC"), "the model does not know {flags}");
        Self::Open { path, make: has("O_CREAT"), empty: has("O_TRUNC"), append: has("O_APPEND") }
    }

    fn write(arguments: &Arguments, at: Option<u64>) -> Self {
        let to = Target::of(arguments);
        let bytes = arguments.texts.concat();
        match to.path.to_str() {
            Some(socket) if socket.starts_with("socket:") => {
                Self::Send { socket: socket.to_owned(), bytes }
            }
            _ => Self::Write { to, at, bytes },
        }
    }

    fn concerns(&self, root: &Path) -> bool {
        match self {
            Self::Send { .. } => true,
            Self::Open { path, .. } | Self::Remove(path) | Self::MakeFolder(path) => {
                path.starts_with(root)
            }
            Self::Move(_, path) | Self::Link(_, path) => path.starts_with(root),
            Self::Write { to, .. }
            | Self::Seek(to)
            | Self::Resize(to, _)
            | Self::Reserve(to, _)
            | Self::Flush(to) => to.path.starts_with(root),
        }
    }
}

impl Target {
    fn of(arguments: &Arguments) -> Self {
        let (descriptor, path) = arguments.descriptor(0);
        Self { descriptor, path: path.into() }
    }
}
