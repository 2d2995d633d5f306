//! The data directory as a disk has it after a power cut.
//!
//! The tape says what was synced. Of a file, what was in it when its last sync began is there for good; of a folder,
//! the names that it had then: POSIX promises no more (`fsync`, and the notes in Linux's `fsync(2)` on folders). What
//! came later may be there or not. Of bytes any part may be; of a folder's names those of a later moment, for file
//! systems journal what happens to names in order, and RocksDB counts on it.

use crate::{
    child::{data, morgue, tape},
    disk::Kind,
    support::Chance,
};
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// What becomes of what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsynced {
    /// It is gone.
    Gone,
    /// It is gone, but for the note of what was acknowledged, which is there as it was written last.
    Noted,
    /// It is all there: nothing but the power was lost.
    Kept,
    /// Of each file's end, a part is there. Names are those of a moment since.
    Torn,
    /// Each file is as long as it was, and its end is zeros. Names are those of a moment since.
    Zeros,
    /// Each file is as long as it was, and its end is anything. Names are those of a moment since.
    Garbage,
}

/// Names of a folder, with inodes.
type Names = BTreeMap<String, u64>;

/// What the tape says.
#[derive(Debug, Default)]
struct Synced {
    /// Bytes of each inode.
    bytes: BTreeMap<u64, u64>,
    /// Names of each folder, by its path: first those that are there for good, then what was seen since.
    names: BTreeMap<String, Vec<Names>>,
}

impl Synced {
    fn read(tape: &Path) -> Self {
        let mut synced = Self::default();
        for line in fs::read_to_string(tape).expect("a tape").lines() {
            let mut words = line.split('\t');
            match words.next() {
                Some("sync") => {
                    let mut number = || words.next().and_then(|word| word.parse().ok()).expect("a number");
                    let inode = number();
                    synced.bytes.insert(inode, number());
                }
                Some(what @ ("names" | "seen")) => {
                    let folder = words.next().expect("a folder").to_owned();
                    let name = |word: &str| {
                        let (inode, name) = word.split_once(':').expect("a name");
                        (name.to_owned(), inode.parse().expect("an inode"))
                    };
                    let names = words.map(name).collect();
                    let moments = synced.names.entry(folder).or_insert_with(|| vec![Names::new()]);
                    if what == "names" {
                        moments.clear();
                    }
                    moments.push(names);
                }
                _ => panic!("{line}"),
            }
        }
        synced
    }
}

struct Cut<'a> {
    synced: Synced,
    /// Where the bytes of each inode are.
    places: BTreeMap<u64, PathBuf>,
    unsynced: Unsynced,
    chance: &'a mut Chance,
}

/// Makes a data directory of what a process has left in a scratch folder.
pub(crate) fn cut(scratch: &Path, target: &Path, unsynced: Unsynced, chance: &mut Chance) {
    let mut cut = Cut { synced: Synced::read(&tape(scratch)), places: BTreeMap::new(), unsynced, chance };
    cut.find(&data(scratch));
    cut.find(&morgue(scratch));
    cut.folder(&data(scratch), "", target);
}

impl Cut<'_> {
    fn find(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let about = entry.metadata().expect("about it");
            self.places.insert(about.ino(), entry.path());
            if about.is_dir() {
                self.find(&entry.path());
            }
        }
    }

    fn folder(&mut self, from: &Path, place: &str, target: &Path) {
        fs::create_dir_all(target).expect("a folder");
        for (name, inode) in self.names(from, place) {
            let Some(path) = self.places.get(&inode).cloned() else { panic!("{name} is nowhere") };
            let place = if place.is_empty() { name.clone() } else { format!("{place}/{name}") };
            match path.is_dir() {
                true => self.folder(&path, &place, &target.join(&name)),
                false => fs::write(target.join(&name), self.bytes(inode, &path)).expect("written"),
            }
        }
    }

    /// Names of a folder: those that are there for good, or those of a moment since.
    fn names(&mut self, folder: &Path, place: &str) -> Names {
        let now = fs::read_dir(folder).expect("a folder").map(|entry| {
            let entry = entry.expect("an entry");
            (entry.file_name().to_string_lossy().into_owned(), entry.metadata().expect("about it").ino())
        });
        let now: Names = now.collect();
        let mut moments = self.synced.names.remove(place).unwrap_or_default();
        let note =
            now.iter().find(|(name, _)| self.unsynced == Unsynced::Noted && Kind::of(Path::new(name)) == Kind::Note);
        if let (Some((name, inode)), Some(first)) = (note, moments.first_mut()) {
            first.insert(name.clone(), *inode);
        }
        moments.push(now);
        match self.unsynced {
            Unsynced::Gone | Unsynced::Noted => moments.swap_remove(0),
            Unsynced::Kept => moments.swap_remove(moments.len() - 1),
            _ => moments.swap_remove(self.chance.below(moments.len() as u64) as usize),
        }
    }

    fn bytes(&mut self, inode: u64, path: &Path) -> Vec<u8> {
        let mut bytes = fs::read(path).expect("a file");
        let safe = self.synced.bytes.get(&inode).copied().unwrap_or_default();
        let safe = usize::try_from(safe).expect("a length").min(bytes.len());
        let rest = bytes.len() - safe;
        match self.unsynced {
            Unsynced::Noted if Kind::of(path) == Kind::Note => {}
            Unsynced::Gone | Unsynced::Noted => bytes.truncate(safe),
            Unsynced::Kept => {}
            Unsynced::Torn => bytes.truncate(safe + self.chance.below(rest as u64 + 1) as usize),
            Unsynced::Zeros => bytes[safe..].fill(0),
            Unsynced::Garbage => bytes[safe..].copy_from_slice(&self.chance.bytes(rest)),
        }
        bytes
    }
}
