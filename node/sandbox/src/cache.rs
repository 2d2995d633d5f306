//! Compiled modules, in memory and on disk.
//!
//! A file holds an artifact, which is an ELF image, and after it an HMAC-SHA-256 over key and artifact. The key of the
//! HMAC is drawn once per folder and readable by its owner alone, so that native code from elsewhere is never run. Files
//! are written to a temporary name, synced and renamed, and never changed after that: they are mapped while their
//! modules are in use. A folder that grows past its bound lets the least recently used go. Whatever is wrong with a
//! file, it is a miss: it is removed, and the module is compiled again.

use crate::{CodeHash, engine::LoadedModule};
use hmac::{Hmac, Mac};
use parking_lot::Mutex;
use sha2::Sha256;
use std::{
    cmp::Reverse,
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

/// Identity of an artifact.
pub(crate) type Key = [u8; 32];

/// Says, under the HMAC, what is authenticated.
const PURPOSE: &[u8; 8] = b"ZXAOT\0\0\x02";
const MAC_LEN: usize = 32;
const KEY_FILE: &str = "aot.key";
/// Which modules were used most, for the next start: a line each, hash and uses, and the hash of the code that has the
/// module, if that is another.
const USES_FILE: &str = "most-used";
/// Lines of that file.
const MOST_USED: usize = 64;
/// Bytes that the folder may take: thousands of contracts. Past that, the files that were used longest ago go.
const DISK_BYTES: u64 = 1 << 30;
/// Modules kept in memory. Each holds its file open, and processes may often open no more than 1,024.
const MEMORY_MODULES: usize = 256;

/// The cache folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the module cache at {}: {source}", path.display())]
pub struct CacheError {
    path: PathBuf,
    source: io::Error,
}

/// What the cache has done since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Modules compiled.
    pub compiled: u64,
    /// Modules loaded from disk instead.
    pub disk_hits: u64,
    /// Uses of a module that was in memory.
    pub memory_hits: u64,
    /// Files that were not authentic or did not load.
    pub rejected: u64,
}

/// Figures for those who watch a node.
#[derive(Clone, Copy, Debug, Default)]
pub struct CacheFigures {
    /// What the cache has done.
    pub stats: CacheStats,
    /// Time spent compiling, validation and writing included.
    pub compile_time: Duration,
    /// Time spent loading from disk.
    pub load_time: Duration,
    /// Modules in memory.
    pub modules: usize,
    /// Instances of them, running or idle.
    pub instances: usize,
}

#[derive(Debug, Default)]
struct Counters {
    compile_nanoseconds: AtomicU64,
    load_nanoseconds: AtomicU64,
    compiled: AtomicU64,
    disk_hits: AtomicU64,
    memory_hits: AtomicU64,
    rejected: AtomicU64,
}

#[derive(Debug, Default)]
struct Memory {
    /// By code hash alone: whatever else is in a [`Key`] is the same for the life of the process.
    modules: HashMap<CodeHash, Kept>,
    /// Uses of modules that are not in memory any more, or not yet.
    others: HashMap<CodeHash, Uses>,
    clock: u64,
}

#[derive(Debug)]
struct Kept {
    module: Arc<LoadedModule>,
    /// When it was used last.
    used: u64,
    uses: Uses,
}

/// How a module has been used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Uses {
    count: u64,
    /// Hash of the code that it was last found in. With immutables before it, that is not the module's.
    holder: CodeHash,
}

impl Uses {
    /// One more, of the module in code with this hash, if that is known to be code of the chain.
    fn again(&mut self, holder: Option<&CodeHash>) {
        self.count += 1;
        self.holder = holder.copied().unwrap_or(self.holder);
    }
}

#[derive(Debug)]
struct Disk {
    dir: PathBuf,
    secret: [u8; 32],
    limit: u64,
    /// Bytes of the files, as far as this process knows.
    used: AtomicU64,
}

#[derive(Debug)]
pub(crate) struct Cache {
    memory: Mutex<Memory>,
    disk: Option<Disk>,
    counters: Counters,
}

impl Cache {
    pub(crate) fn open(dir: Option<PathBuf>) -> Result<Self, CacheError> {
        let disk = dir
            .map(|dir| Disk::open(&dir, DISK_BYTES).map_err(|source| CacheError { path: dir, source }))
            .transpose()?;
        let others = disk.as_ref().map(Disk::uses).unwrap_or_default();
        let memory = Memory { others, ..Memory::default() };
        Ok(Self { memory: memory.into(), disk, counters: Counters::default() })
    }

    /// Hashes of the codes that have the modules that were used most, the most used first.
    pub(crate) fn most_used(&self) -> Vec<CodeHash> {
        self.memory.lock().most_used().into_iter().map(|(_, uses)| uses.holder).collect()
    }

    /// Tells the next start which modules were used most.
    pub(crate) fn save_uses(&self) {
        let Some(disk) = &self.disk else { return };
        let uses = self.memory.lock().most_used();
        if !uses.is_empty()
            && let Err(error) = disk.write_uses(&uses)
        {
            tracing::warn!(%error, "cannot write to the module cache");
        }
    }

    /// The module, if it is in memory. `holder` is the hash of the code that has it.
    pub(crate) fn memory(&self, code_hash: &CodeHash, holder: Option<&CodeHash>) -> Option<Arc<LoadedModule>> {
        let mut memory = self.memory.lock();
        memory.clock += 1;
        let now = memory.clock;
        let kept = memory.modules.get_mut(code_hash)?;
        kept.used = now;
        kept.uses.again(holder);
        self.counters.memory_hits.fetch_add(1, Ordering::Relaxed);
        Some(Arc::clone(&kept.module))
    }

    /// Keeps a module in memory, in the place of the one that was used longest ago if there are too many. `holder` is the
    /// hash of the code that has it.
    pub(crate) fn remember(
        &self,
        code_hash: CodeHash,
        holder: Option<&CodeHash>,
        module: LoadedModule,
    ) -> Arc<LoadedModule> {
        let module = Arc::new(module);
        let mut memory = self.memory.lock();
        memory.clock += 1;
        let now = memory.clock;
        let mut evicted = None;
        if memory.modules.len() >= MEMORY_MODULES
            && let Some(oldest) = memory.modules.iter().min_by_key(|(_, kept)| kept.used).map(|(hash, _)| *hash)
            && let Some(kept) = memory.modules.remove(&oldest)
        {
            memory.others.insert(oldest, kept.uses);
            evicted = Some(kept);
        }
        let mut uses = memory.others.remove(&code_hash).unwrap_or(Uses { count: 0, holder: code_hash });
        uses.again(holder);
        memory.modules.insert(code_hash, Kept { module: Arc::clone(&module), used: now, uses });
        // A node can run for years; of those that are gone only the most used need to be remembered.
        if memory.others.len() > MEMORY_MODULES {
            let most_used: HashMap<_, _> = memory.most_used().into_iter().collect();
            memory.others.retain(|hash, _| most_used.contains_key(hash));
        }
        drop(memory);
        // Unmapping waits for whoever maps; nobody else has to.
        drop(evicted);
        module
    }

    /// The authentic artifact on disk, if there is one.
    pub(crate) fn disk(&self, key: &Key) -> Option<PathBuf> {
        let disk = self.disk.as_ref()?;
        match disk.authentic(key) {
            Ok(there) => there.then(|| disk.path(key)),
            Err(reason) => {
                tracing::warn!(%reason, file = %disk.path(key).display(), "cached module refused; compiling again");
                self.reject(key);
                None
            }
        }
    }

    /// Notes a compilation, and writes its artifact to a file. A cache that cannot be written is slow, not wrong.
    pub(crate) fn compiled(&self, key: &Key, artifact: &[u8]) -> Option<PathBuf> {
        self.counters.compiled.fetch_add(1, Ordering::Relaxed);
        let disk = self.disk.as_ref()?;
        match disk.write(key, artifact) {
            Ok(()) => Some(disk.path(key)),
            Err(error) => {
                tracing::warn!(%error, "cannot write to the module cache");
                None
            }
        }
    }

    pub(crate) fn disk_hit(&self) {
        self.counters.disk_hits.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn reject(&self, key: &Key) {
        self.counters.rejected.fetch_add(1, Ordering::Relaxed);
        if let Some(disk) = &self.disk {
            // Gone already, or about to be overwritten.
            let _ = fs::remove_file(disk.path(key));
        }
    }

    pub(crate) fn stats(&self) -> CacheStats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheStats {
            compiled: get(&self.counters.compiled),
            disk_hits: get(&self.counters.disk_hits),
            memory_hits: get(&self.counters.memory_hits),
            rejected: get(&self.counters.rejected),
        }
    }

    /// Whether the module is in memory, and whether its artifact is on disk. Neither counts as a use.
    pub(crate) fn holds(&self, code_hash: &CodeHash, key: &Key) -> (bool, bool) {
        let memory = self.memory.lock().modules.contains_key(code_hash);
        (memory, self.disk.as_ref().is_some_and(|disk| disk.path(key).exists()))
    }

    pub(crate) fn modules(&self) -> usize {
        self.memory.lock().modules.len()
    }

    /// Notes how long a compilation, or a load from disk, has taken.
    pub(crate) fn took(&self, compiled: bool, time: Duration) {
        let counters = &self.counters;
        let counter = if compiled { &counters.compile_nanoseconds } else { &counters.load_nanoseconds };
        counter.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Time spent compiling, and loading.
    pub(crate) fn times(&self) -> (Duration, Duration) {
        let of = |counter: &AtomicU64| Duration::from_nanos(counter.load(Ordering::Relaxed));
        (of(&self.counters.compile_nanoseconds), of(&self.counters.load_nanoseconds))
    }

    pub(crate) fn forget(&self) {
        self.memory.lock().modules.clear();
    }
}

impl Memory {
    /// The modules that were used most, and how often; the most used first.
    fn most_used(&self) -> Vec<(CodeHash, Uses)> {
        let kept = self.modules.iter().map(|(hash, kept)| (*hash, kept.uses));
        let mut all: Vec<_> = kept.chain(self.others.iter().map(|(hash, uses)| (*hash, *uses))).collect();
        all.sort_unstable_by_key(|(hash, uses)| (Reverse(uses.count), *hash));
        all.truncate(MOST_USED);
        all
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.save_uses();
    }
}

impl Disk {
    fn open(dir: &Path, limit: u64) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let path = dir.join(KEY_FILE);
        let secret = match fs::read(&path) {
            Ok(bytes) => bytes.try_into().map_err(|_| io::Error::other(format!("{KEY_FILE} is not 32 bytes")))?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Self::draw_secret(dir, &path)?,
            Err(e) => return Err(e),
        };
        let disk = Self { dir: dir.to_owned(), secret, limit, used: AtomicU64::new(0) };
        disk.used.store(disk.files()?.iter().map(|file| file.bytes).sum(), Ordering::Relaxed);
        Ok(disk)
    }

    /// Two processes may start on one folder: whoever links the file first wins, and both use what is there.
    fn draw_secret(dir: &Path, path: &Path) -> io::Result<[u8; 32]> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|e| io::Error::other(e.to_string()))?;
        let temporary = temporary_name(dir)?;
        write_private(&temporary, &[&secret])?;
        let linked = fs::hard_link(&temporary, path);
        fs::remove_file(&temporary)?;
        match linked {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
            _ => {}
        }
        fs::read(path)?.try_into().map_err(|_| io::Error::other(format!("{KEY_FILE} is not 32 bytes")))
    }

    /// What the last process left, halved, so that who was popular once does not stay so for ever. A file that is not
    /// there or does not read is none: it only saves time.
    fn uses(&self) -> HashMap<CodeHash, Uses> {
        let text = fs::read_to_string(self.dir.join(USES_FILE)).unwrap_or_default();
        let line = |line: &str| {
            let mut words = line.split(' ');
            let hash = of_hex(words.next()?)?;
            let count = words.next()?.parse::<u64>().ok()?.div_ceil(2);
            let holder = words.next().map_or(Some(hash), of_hex)?;
            Some((hash, Uses { count, holder }))
        };
        text.lines().take(MOST_USED).filter_map(line).collect()
    }

    fn write_uses(&self, uses: &[(CodeHash, Uses)]) -> io::Result<()> {
        let line = |(hash, uses): &(CodeHash, Uses)| match uses.holder == *hash {
            true => format!("{} {}\n", hex(hash), uses.count),
            false => format!("{} {} {}\n", hex(hash), uses.count, hex(&uses.holder)),
        };
        let text: String = uses.iter().map(line).collect();
        let temporary = temporary_name(&self.dir)?;
        write_private(&temporary, &[text.as_bytes()])?;
        fs::rename(&temporary, self.dir.join(USES_FILE))
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.dir.join(hex(key)).with_extension("aot")
    }

    fn mac(&self, key: &Key, artifact: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        mac.update(PURPOSE);
        mac.update(key);
        mac.update(artifact);
        Some(mac)
    }

    /// Whether there is a file; an error if it is not ours.
    fn authentic(&self, key: &Key) -> Result<bool, &'static str> {
        let mut bytes = Vec::new();
        match File::open(self.path(key)).and_then(|mut file| file.read_to_end(&mut bytes)) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(_) => return Err("unreadable"),
            Ok(_) => {}
        }
        let (artifact, mac) = bytes.split_last_chunk::<MAC_LEN>().ok_or("truncated")?;
        let expected = self.mac(key, artifact).ok_or("no key")?;
        expected.verify_slice(mac).map_err(|_| "not authentic")?;
        // Used now; a folder that does not let itself be told only forgets in another order.
        let _ = File::options().append(true).open(self.path(key)).and_then(|file| file.set_modified(SystemTime::now()));
        Ok(true)
    }

    fn write(&self, key: &Key, artifact: &[u8]) -> io::Result<()> {
        let mac = self.mac(key, artifact).ok_or_else(|| io::Error::other("no key"))?.finalize().into_bytes();
        let temporary = temporary_name(&self.dir)?;
        let parts: [&[u8]; 2] = [artifact, &mac];
        write_private(&temporary, &parts)?;
        fs::rename(&temporary, self.path(key))?;
        let bytes = parts.iter().map(|part| part.len() as u64).sum();
        let used = self.used.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if used > self.limit { self.trim() } else { Ok(()) }
    }

    /// Every artifact in the folder.
    fn files(&self) -> io::Result<Vec<Artifact>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            if path.extension() != Some("aot".as_ref()) {
                continue;
            }
            // Another process may have removed it since.
            if let Ok(about) = fs::metadata(&path) {
                files.push(Artifact { used: about.modified()?, bytes: about.len(), path });
            }
        }
        Ok(files)
    }

    /// Removes what was used longest ago, to nine tenths of the limit.
    fn trim(&self) -> io::Result<()> {
        let mut files = self.files()?;
        files.sort_unstable();
        let mut used: u64 = files.iter().map(|file| file.bytes).sum();
        for file in files {
            if used <= self.limit / 10 * 9 {
                break;
            }
            let _ = fs::remove_file(&file.path);
            used = used.saturating_sub(file.bytes);
        }
        self.used.store(used, Ordering::Relaxed);
        Ok(())
    }
}

/// A file of the folder; the one used longest ago comes first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Artifact {
    used: SystemTime,
    bytes: u64,
    path: PathBuf,
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What [`hex`] was given.
fn of_hex(text: &str) -> Option<[u8; 32]> {
    let (digits, _) = text.as_bytes().as_chunks::<2>();
    let byte = |two: &[u8; 2]| u8::from_str_radix(str::from_utf8(two).ok()?, 16).ok();
    let bytes: Vec<u8> = digits.iter().map(byte).collect::<Option<_>>()?;
    bytes.try_into().ok()
}

/// A name that no other process or thread uses. Drawn, not counted: in a container every process has the same id, and
/// a file that a crash left behind would be in the way for ever.
fn temporary_name(dir: &Path) -> io::Result<PathBuf> {
    let drawn = getrandom::u64().map_err(|e| io::Error::other(e.to_string()))?;
    Ok(dir.join(format!(".{drawn:016x}.tmp")))
}

/// Writes and syncs a new file that only its owner can read.
fn write_private(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_can_be_changed_and_none_taken_away_or_added() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::open(folder.path(), DISK_BYTES).unwrap();
        let key = [1; 32];
        let artifact: Vec<u8> = (0..5_000u32).map(|n| (n * n % 251) as u8).collect();
        disk.write(&key, &artifact).unwrap();
        let good = fs::read(disk.path(&key)).unwrap();
        let refused = |bytes: &[u8]| {
            fs::write(disk.path(&key), bytes).unwrap();
            disk.authentic(&key).is_err()
        };
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            assert!(refused(&bad), "byte {at} changed");
            assert!(refused(&good[..at]), "cut at {at}");
        }
        assert!(refused(&[&good[..], &[0]].concat()));
        assert!(!refused(&good));
        fs::rename(disk.path(&key), disk.path(&[2; 32])).unwrap();
        assert!(disk.authentic(&[2; 32]).is_err(), "it is another module's");
        assert!(!disk.authentic(&key).unwrap(), "nothing is there");
    }

    #[test]
    fn a_full_folder_lets_the_files_go_that_were_used_longest_ago() {
        let folder = tempfile::tempdir().unwrap();
        let artifact = [7; 1_000];
        let disk = Disk::open(folder.path(), 4_200).unwrap();
        let age = |key: &Key, seconds| {
            let file = File::options().append(true).open(disk.path(key)).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).unwrap();
        };
        for n in 0..4 {
            disk.write(&[n; 32], &artifact).unwrap();
            age(&[n; 32], 100 - u64::from(n));
        }
        assert!(disk.authentic(&[0; 32]).unwrap(), "the oldest, but used just now");
        disk.write(&[4; 32], &artifact).unwrap();
        let kept: Vec<bool> = (0..5).map(|n| disk.authentic(&[n; 32]).unwrap()).collect();
        assert_eq!(kept, [true, false, false, true, true]);
        let reopened = Disk::open(folder.path(), 4_200).unwrap();
        assert_eq!(reopened.used.load(Ordering::Relaxed), disk.used.load(Ordering::Relaxed));
    }
}
