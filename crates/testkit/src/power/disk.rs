//! A folder on a disk that may lose power.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::fate::Fate;
use super::file::File;
use super::step::{Op, Step, Target};
use super::trace::Trace;

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Folder,
    File(usize),
}

type Names = BTreeMap<PathBuf, Node>;

/// A change of a name that no flush of its folder covers yet.
#[derive(Debug)]
struct Rename {
    /// The step after which it is done.
    step: usize,
    change: Change,
    /// Whether what it names was flushed since.
    flushed: bool,
}

#[derive(Clone, Debug)]
enum Change {
    Add(PathBuf, Node),
    Remove(PathBuf),
    Move(PathBuf, PathBuf, Node),
}

#[derive(Clone, Copy, Debug)]
struct Open {
    file: usize,
    at: usize,
    append: bool,
}

/// The folder, up to some step of a trace.
pub struct Disk<'t> {
    trace: &'t Trace,
    /// How many steps are done.
    done: usize,
    files: Vec<File>,
    /// As the program sees them.
    names: Names,
    /// As the disk has them in any case.
    kept: Names,
    renames: Vec<Rename>,
    descriptors: HashMap<i64, (PathBuf, Open)>,
    /// The calls that have not come back, with their steps.
    begun: HashMap<usize, usize>,
}

impl<'t> Disk<'t> {
    /// An empty folder, before the first step.
    pub fn new(trace: &'t Trace) -> Self {
        Self {
            trace,
            done: 0,
            files: Vec::new(),
            names: Names::new(),
            kept: Names::new(),
            renames: Vec::new(),
            descriptors: HashMap::new(),
            begun: HashMap::new(),
        }
    }

    /// The folder that the trace is of.
    pub fn root(&self) -> &Path {
        self.trace.root()
    }

    /// Goes on until so many steps are done.
    pub fn go_to(&mut self, steps: usize) {
        let trace = self.trace;
        while self.done < steps {
            match &trace.steps()[self.done] {
                Step::Begin { call, op } => self.begin(*call, op),
                Step::End { call, result } => self.end(*call, *result),
                Step::Exit => self.descriptors.clear(),
            }
            self.done += 1;
        }
    }

    /// Makes `folder` what the disk may hold if power is lost now.
    pub fn lose_power(&self, fate: &mut Fate, folder: &Path) {
        for (path, node) in self.names_on_disk(fate) {
            let Ok(below) = path.strip_prefix(self.trace.root()) else { continue };
            let path = folder.join(below);
            // A file whose folder is lost is lost.
            let there = path.parent().is_some_and(Path::exists);
            match node {
                _ if !there => {}
                Node::Folder => fs::create_dir(&path).expect("made"),
                Node::File(file) => {
                    fs::write(&path, self.files[file].image(fate)).expect("written");
                    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
                }
            }
        }
    }

    fn names_on_disk(&self, fate: &mut Fate) -> Names {
        let mut names = self.kept.clone();
        for (place, rename) in self.renames.iter().enumerate() {
            let sure = rename.flushed && !fate.names_need_folder;
            if fate.keeps_name(place, self.renames.len()) || sure {
                rename.change.apply(&mut names);
            }
        }
        // It is mapped into memory and made anew by whoever comes first.
        names.retain(|path, _| !path.as_os_str().to_string_lossy().ends_with("-shm"));
        names
    }

    fn begin(&mut self, call: usize, op: &Op) {
        self.begun.insert(call, self.done);
        match op {
            Op::Write { to, at, bytes } => {
                let Some(open) = self.open(to) else { return };
                let length = self.files[open.file].length();
                let own = if open.append { length } else { open.at };
                let at = at.map_or(own, |at| usize::try_from(at).expect("fits"));
                self.files[open.file].write(call, at, bytes);
            }
            Op::Resize(to, length) => {
                let Some(open) = self.open(to) else { return };
                self.files[open.file].resize(call, usize::try_from(*length).expect("fits"));
            }
            Op::Reserve(to, length) => {
                let Some(open) = self.open(to) else { return };
                let file = &mut self.files[open.file];
                file.resize(call, usize::try_from(*length).expect("fits").max(file.length()));
            }
            _ => {}
        }
    }

    fn end(&mut self, call: usize, result: Option<i64>) {
        let Some(begun) = self.begun.remove(&call) else { return };
        let Step::Begin { op, .. } = &self.trace.steps()[begun] else { return };
        match op {
            Op::Write { to, at, .. } => {
                let Some(open) = self.open(to) else { return };
                self.files[open.file].end(call, self.done, result);
                if let (None, Some(count)) = (at, result)
                    && let Some((_, open)) = self.descriptors.get_mut(&to.descriptor)
                {
                    open.at += usize::try_from(count).expect("fits");
                }
            }
            Op::Resize(to, _) | Op::Reserve(to, _) => {
                let Some(open) = self.open(to) else { return };
                self.files[open.file].end(call, self.done, result);
            }
            _ => {
                if let Some(result) = result {
                    self.finish(op, begun, result);
                }
            }
        }
    }

    /// What the other calls do is done when they come back; before that, nobody builds on it.
    fn finish(&mut self, op: &Op, begun: usize, result: i64) {
        match op {
            Op::Open { path, make, empty, append } => {
                self.opened(path, *make, *empty, *append, result);
            }
            Op::Seek(to) => {
                let at = usize::try_from(result).expect("fits");
                if let Some((_, open)) = self.descriptors.get_mut(&to.descriptor) {
                    open.at = at;
                }
            }
            Op::Flush(to) => self.flush(to, begun),
            Op::Remove(path) => self.rename(Change::Remove(path.clone())),
            Op::MakeFolder(path) => self.rename(Change::Add(path.clone(), Node::Folder)),
            Op::Move(from, to) => {
                let node = *self.names.get(from).expect("what was moved is known");
                self.rename(Change::Move(from.clone(), to.clone(), node));
            }
            Op::Link(from, to) => {
                let node = *self.names.get(from).expect("what was linked is known");
                self.rename(Change::Add(to.clone(), node));
            }
            Op::Write { .. } | Op::Resize(..) | Op::Reserve(..) | Op::Send { .. } => {}
        }
    }

    fn rename(&mut self, change: Change) {
        change.apply(&mut self.names);
        self.renames.push(Rename { step: self.done, change, flushed: false });
    }

    fn opened(&mut self, path: &Path, make: bool, empty: bool, append: bool, descriptor: i64) {
        if !self.names.contains_key(path) {
            if !make {
                // A folder that was there before, or the root.
                return;
            }
            self.files.push(File::default());
            self.rename(Change::Add(path.to_owned(), Node::File(self.files.len() - 1)));
        }
        let Some(Node::File(file)) = self.names.get(path).copied() else { return };
        if empty && self.files[file].length() > 0 {
            // No other call has this number.
            let call = usize::MAX - self.done;
            self.files[file].resize(call, 0);
            self.files[file].end(call, self.done, Some(0));
        }
        self.descriptors.insert(descriptor, (path.to_owned(), Open { file, at: 0, append }));
    }

    /// The open file. One that was duplicated is found by its name.
    fn open(&self, target: &Target) -> Option<Open> {
        match self.descriptors.get(&target.descriptor) {
            Some((path, open)) if *path == target.path => Some(*open),
            _ => match self.names.get(&target.path) {
                Some(Node::File(file)) => Some(Open { file: *file, at: usize::MAX, append: false }),
                _ => None,
            },
        }
    }

    fn flush(&mut self, target: &Target, begun: usize) {
        if let Some(open) = self.open(target) {
            self.files[open.file].flush(begun);
            for rename in self.renames.iter_mut().filter(|rename| rename.step < begun) {
                rename.flushed |= rename.change.leads_to(open.file, &target.path);
            }
        } else {
            self.flush_folder(&target.path, begun);
        }
    }

    fn flush_folder(&mut self, folder: &Path, begun: usize) {
        let (flushed, later) = std::mem::take(&mut self.renames)
            .into_iter()
            .partition::<Vec<_>, _>(|one| one.step < begun && one.change.is_in(folder));
        self.renames = later;
        for Rename { change, .. } in flushed {
            change.apply(&mut self.kept);
        }
    }
}

impl Change {
    fn apply(&self, names: &mut Names) {
        match self {
            Self::Add(path, node) => _ = names.insert(path.clone(), *node),
            Self::Remove(path) => _ = names.remove(path),
            Self::Move(from, to, node) => {
                names.remove(from);
                names.insert(to.clone(), *node);
            }
        }
    }

    /// Does it add the name of this file, or of a folder that it is in?
    fn leads_to(&self, file: usize, path: &Path) -> bool {
        match self {
            Self::Add(name, Node::Folder) => path.starts_with(name),
            Self::Add(_, node) | Self::Move(_, _, node) => *node == Node::File(file),
            Self::Remove(_) => false,
        }
    }

    fn is_in(&self, folder: &Path) -> bool {
        match self {
            Self::Add(path, _) | Self::Remove(path) | Self::Move(_, path, _) => {
                path.parent() == Some(folder)
            }
        }
    }
}
