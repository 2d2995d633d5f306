//! The disk as a process sees it, seen and spoiled on the way.
//!
//! RocksDB and the standard library call the functions at the end of this file by their names. As the binary defines
//! them, the linker takes these, and not the C library's. They hand on to the kernel what they are asked for; in a
//! process that is [`arm`]ed they also keep a tape of what is on the disk for good (see [`cut`](crate::cut)), and
//! spoil the one call that a test names.
#![allow(unsafe_code)]

use libc::{c_char, c_int, c_long, c_void, size_t, ssize_t};
use std::{
    ffi::{CStr, OsStr},
    fs::{self, File, OpenOptions},
    io,
    os::{
        fd::AsRawFd,
        unix::{ffi::OsStrExt, fs::MetadataExt},
    },
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// What a file of a data directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The log of batches.
    Wal,
    /// A table's file.
    Table,
    /// The list of files.
    Manifest,
    /// What names the list of files, or is about to.
    Current,
    /// RocksDB's settings.
    Options,
    /// The note of what was acknowledged.
    Note,
    /// Anything else.
    Other,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] =
        [Self::Wal, Self::Table, Self::Manifest, Self::Current, Self::Options, Self::Note, Self::Other];

    pub(crate) fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match &*name {
            "CURRENT" => Self::Current,
            _ if name.ends_with(".log") => Self::Wal,
            _ if name.ends_with(".sst") => Self::Table,
            _ if name.starts_with("MANIFEST-") => Self::Manifest,
            _ if name.starts_with("OPTIONS-") && name.ends_with(".dbtmp") => Self::Options,
            _ if name.ends_with(".dbtmp") => Self::Current,
            _ if name.starts_with("OPTIONS-") => Self::Options,
            _ if name.ends_with(".acknowledged") => Self::Note,
            _ => Self::Other,
        }
    }
}

/// What happens at the call that is spoiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// The process is killed: half of a write is done, anything else not at all.
    Kill,
    /// Half of the write is done, and the disk is full from then on.
    Full,
    /// A sync fails, and all that follow.
    Fail,
}

/// The call that is spoiled: the nth of those that it fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trip {
    /// What the file must be; anything if `None`.
    pub(crate) kind: Option<Kind>,
    pub(crate) nth: u64,
    pub(crate) then: Then,
}

impl Trip {
    fn fits(&self, path: &Path, act: Act) -> bool {
        let act = match self.then {
            Then::Kill => true,
            Then::Full => matches!(act, Act::Write(_)),
            Then::Fail => act == Act::Sync,
        };
        act && self.kind.is_none_or(|kind| kind == Kind::of(path))
    }
}

/// What is watched in this process, and how.
#[derive(Debug)]
pub(crate) struct Watch {
    /// Folder whose files these are.
    pub(crate) root: PathBuf,
    /// File for the tape, and folder that keeps what is removed: needed to have it back after a cut.
    pub(crate) tape: Option<(PathBuf, PathBuf)>,
    /// Syncs of files of this kind are not noted: a disk that lies.
    pub(crate) lies: Option<Kind>,
    pub(crate) trip: Option<Trip>,
}

#[derive(Debug)]
struct Armed {
    watch: Watch,
    tape: Option<File>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Write(usize),
    Sync,
    Name,
}

enum Verdict {
    Go,
    /// Does a part of the write, and no more.
    Part(usize),
    /// Does a part of the write, and dies.
    Die(usize),
    Refuse(c_int),
}

static ARMED: OnceLock<Armed> = OnceLock::new();
/// Calls that fitted the trip so far.
static HITS: AtomicU64 = AtomicU64::new(0);
/// Whether the trip has sprung, and still holds.
static SPRUNG: AtomicBool = AtomicBool::new(false);

/// Begins to watch. What is there already counts as being on the disk for good.
pub(crate) fn arm(watch: Watch) {
    let tape = watch.tape.as_ref().map(|(path, morgue)| {
        fs::create_dir_all(morgue).expect("a folder for what is removed");
        OpenOptions::new().create(true).append(true).open(path).expect("a tape")
    });
    let armed = Armed { watch, tape };
    armed.baseline(&armed.watch.root);
    assert!(ARMED.set(armed).is_ok(), "armed once");
}

/// The disk has room again, and syncs work.
pub(crate) fn mend() {
    SPRUNG.store(false, Ordering::SeqCst);
}

/// Calls that fitted the trip so far.
pub(crate) fn hits() -> u64 {
    HITS.load(Ordering::SeqCst)
}

/// Ends this process at once, and lets nothing of it end in an orderly way.
pub(crate) fn die() -> ! {
    // SAFETY: sends a signal to this process; no memory is involved.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
    // The signal has come before `kill` returns; the loop is for the type.
    loop {
        std::thread::park();
    }
}

impl Armed {
    fn baseline(&self, folder: &Path) {
        self.note(&self.listing("names", folder));
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(about) = entry.metadata() else { continue };
            match about.is_dir() {
                true => self.baseline(&entry.path()),
                false => self.note(&format!("sync\t{}\t{}\n", about.ino(), about.len())),
            }
        }
    }

    /// What a folder holds, as a line: `names` are there for good, names that are `seen` may be.
    fn listing(&self, what: &str, folder: &Path) -> String {
        let place = folder.strip_prefix(&self.watch.root).expect("a folder that is watched");
        let mut line = format!("{what}\t{}", place.display());
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let inode = entry.metadata().map_or(0, |about| about.ino());
            line.push_str(&format!("\t{inode}:{}", entry.file_name().to_string_lossy()));
        }
        line.push('\n');
        line
    }

    /// Notes what the folder of a file holds now.
    fn see(&self, path: &Path) {
        if let (Some(_), Some(folder)) = (&self.tape, path.parent())
            && folder.starts_with(&self.watch.root)
        {
            self.note(&self.listing("seen", folder));
        }
    }

    /// One call, so that lines of several threads do not mix, and past the functions of this file.
    fn note(&self, line: &str) {
        let Some(tape) = &self.tape else { return };
        // SAFETY: the pointer and the length are of one string that lives until the call returns.
        let written = unsafe { libc::syscall(libc::SYS_write, tape.as_raw_fd() as c_long, line.as_ptr(), line.len()) };
        assert_eq!(written, line.len() as c_long, "the tape is cut off");
    }

    /// Keeps a file that is about to lose its name.
    fn keep(&self, path: &Path) {
        let Some((_, morgue)) = &self.watch.tape else { return };
        let Ok(about) = fs::metadata(path) else { return };
        match fs::hard_link(path, morgue.join(about.ino().to_string())) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => panic!("{} is not kept: {e}", path.display()),
            _ => {}
        }
    }

    fn judge(&self, path: &Path, act: Act) -> Verdict {
        let Some(trip) = &self.watch.trip else { return Verdict::Go };
        if SPRUNG.load(Ordering::SeqCst) {
            return match (trip.then, act) {
                (Then::Full, Act::Write(_)) => Verdict::Refuse(libc::ENOSPC),
                (Then::Fail, Act::Sync) => Verdict::Refuse(libc::EIO),
                _ => Verdict::Go,
            };
        }
        if !trip.fits(path, act) || HITS.fetch_add(1, Ordering::SeqCst).saturating_add(1) != trip.nth {
            return Verdict::Go;
        }
        let half = if let Act::Write(bytes) = act { bytes / 2 } else { 0 };
        SPRUNG.store(true, Ordering::SeqCst);
        match trip.then {
            Then::Kill => Verdict::Die(half),
            Then::Full if half > 0 => Verdict::Part(half),
            Then::Full => Verdict::Refuse(libc::ENOSPC),
            Then::Fail => Verdict::Refuse(libc::EIO),
        }
    }

    /// Notes what a sync makes safe: what is there when it begins.
    fn sync(&self, path: &Path) -> c_int {
        match self.judge(path, Act::Sync) {
            Verdict::Refuse(error) => return fail(error) as c_int,
            Verdict::Die(_) => die(),
            Verdict::Go | Verdict::Part(_) => {}
        }
        let Ok(about) = fs::metadata(path) else { return fail(libc::EBADF) as c_int };
        let line = match about.is_dir() {
            true => self.listing("names", path),
            false if self.watch.lies == Some(Kind::of(path)) => String::new(),
            false => format!("sync\t{}\t{}\n", about.ino(), about.len()),
        };
        self.see(path);
        self.note(&line);
        0
    }
}

/// What this process watches, if the descriptor is of a file in there.
fn watched(fd: c_int) -> Option<(&'static Armed, PathBuf)> {
    let armed = ARMED.get()?;
    let path = fs::read_link(format!("/proc/self/fd/{fd}")).ok()?;
    path.starts_with(&armed.watch.root).then_some((armed, path))
}

fn watched_name(name: &CStr) -> Option<(&'static Armed, &Path)> {
    let armed = ARMED.get()?;
    let path = Path::new(OsStr::from_bytes(name.to_bytes()));
    path.starts_with(&armed.watch.root).then_some((armed, path))
}

fn fail(error: c_int) -> c_long {
    // SAFETY: the C library gives the address of this thread's error number, which is valid while the thread lives.
    unsafe { *libc::__errno_location() = error };
    -1
}

/// Asks what is to become of a write, and does it. `call` writes so many bytes.
fn guarded(fd: c_int, bytes: usize, call: impl Fn(usize) -> c_long) -> c_long {
    let Some((armed, path)) = watched(fd) else { return call(bytes) };
    match armed.judge(&path, Act::Write(bytes)) {
        Verdict::Go => call(bytes),
        Verdict::Part(part) => call(part),
        Verdict::Refuse(error) => fail(error),
        Verdict::Die(part) => {
            call(part);
            die()
        }
    }
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn write(fd: c_int, from: *const c_void, bytes: size_t) -> ssize_t {
    // SAFETY: the caller vouches for `bytes` bytes at `from`, and not more of them are asked for.
    let call = |some: usize| unsafe { libc::syscall(libc::SYS_write, fd as c_long, from, some) };
    guarded(fd, bytes, call) as ssize_t
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn pwrite(fd: c_int, from: *const c_void, bytes: size_t, at: libc::off_t) -> ssize_t {
    // SAFETY: the caller vouches for `bytes` bytes at `from`, and not more of them are asked for.
    let call = |some: usize| unsafe { libc::syscall(libc::SYS_pwrite64, fd as c_long, from, some, at) };
    guarded(fd, bytes, call) as ssize_t
}

#[unsafe(no_mangle)]
pub(crate) extern "C" fn fsync(fd: c_int) -> c_int {
    watched(fd).map_or(0, |(armed, path)| armed.sync(&path))
}

#[unsafe(no_mangle)]
pub(crate) extern "C" fn fdatasync(fd: c_int) -> c_int {
    watched(fd).map_or(0, |(armed, path)| armed.sync(&path))
}

/// RocksDB asks for room ahead, which changes no byte of a file and no length; it is not needed, and is slow.
#[unsafe(no_mangle)]
pub(crate) extern "C" fn fallocate(fd: c_int, mode: c_int, from: libc::off_t, bytes: libc::off_t) -> c_int {
    match mode {
        libc::FALLOC_FL_KEEP_SIZE => 0,
        // SAFETY: takes a descriptor and no memory.
        _ => unsafe { libc::syscall(libc::SYS_fallocate, fd as c_long, mode as c_long, from, bytes) as c_int },
    }
}

/// Asks what is to become of a call that takes a name away, and does it.
fn renamed(lost: &CStr, call: impl Fn() -> c_long) -> c_int {
    let Some((armed, path)) = watched_name(lost) else { return call() as c_int };
    if let Verdict::Die(_) = armed.judge(path, Act::Name) {
        die();
    }
    armed.keep(path);
    let result = call() as c_int;
    armed.see(path);
    result
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    let here = libc::AT_FDCWD as c_long;
    // SAFETY: the caller vouches for a string that ends in a zero, and lives until this returns.
    let name = unsafe { CStr::from_ptr(path) };
    // SAFETY: the same string.
    renamed(name, || unsafe { libc::syscall(libc::SYS_unlinkat, here, path, 0 as c_long) })
}

/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    let here = libc::AT_FDCWD as c_long;
    // SAFETY: the caller vouches for strings that end in a zero, and live until this returns.
    let name = unsafe { CStr::from_ptr(to) };
    // SAFETY: the same strings.
    renamed(name, || unsafe { libc::syscall(libc::SYS_renameat2, here, from, here, to, 0 as c_long) })
}
