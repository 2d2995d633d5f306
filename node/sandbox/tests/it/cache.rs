//! The cache of native code.

use crate::world::{Run, World, hash, module, run_with};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use zx_sandbox::{BlockContext, CacheStats, Entry, Frame, ModuleLimits, Sandbox, Status, TransactionContext};

const SMALL: &str = r#"(module (memory (export "memory") 1) (func (export "call") (result i32) (i32.const 0)))"#;
const OTHER: &str = r#"(module (memory (export "memory") 1) (func (export "call") (result i32) (i32.const 1)))"#;

fn open(dir: &Path) -> Sandbox {
    Sandbox::new(ModuleLimits::DEFAULT, Some(dir.into())).unwrap()
}

fn works(sandbox: &Sandbox, module: &[u8]) {
    assert_eq!(run_with(sandbox, module, &Run::default(), &mut World::default()).status, Status::Success);
}

/// The one artifact in the folder.
fn artifact(dir: &Path) -> PathBuf {
    let is_artifact = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "aot");
    let found: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).filter(is_artifact).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

fn filled() -> (TempDir, Vec<u8>) {
    let dir = TempDir::new().unwrap();
    let module = module(SMALL);
    let sandbox = open(dir.path());
    works(&sandbox, &module);
    assert_eq!(sandbox.stats(), CacheStats { compiled: 1, ..CacheStats::default() });
    (dir, module)
}

#[test]
fn a_restart_compiles_nothing() {
    let (dir, module) = filled();
    let sandbox = open(dir.path());
    works(&sandbox, &module);
    works(&sandbox, &module);
    assert_eq!(sandbox.stats(), CacheStats { disk_hits: 1, memory_hits: 1, ..CacheStats::default() });
    sandbox.forget();
    works(&sandbox, &module);
    assert_eq!(sandbox.stats(), CacheStats { disk_hits: 2, memory_hits: 1, ..CacheStats::default() });
}

#[test]
fn key_and_artifacts_are_for_their_owner_alone_and_nothing_else_is_left() {
    let (dir, _) = filled();
    for path in [dir.path().join("aot.key"), artifact(dir.path())] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
    assert_eq!(fs::metadata(dir.path().join("most-used")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3);
}

#[test]
fn the_next_process_knows_what_was_used_most() {
    let dir = TempDir::new().unwrap();
    let (small, other) = (module(SMALL), module(OTHER));
    let sandbox = open(dir.path());
    assert!(sandbox.most_used().is_empty());
    works(&sandbox, &small);
    for _ in 0..3 {
        sandbox.prepare(&hash(&other), &other).unwrap();
    }
    drop(sandbox);
    let sandbox = open(dir.path());
    assert_eq!(sandbox.most_used(), [hash(&other), hash(&small)]);
    for _ in 0..5 {
        works(&sandbox, &small);
    }
    let figures = sandbox.figures();
    assert_eq!((figures.modules, figures.instances, figures.stats.disk_hits), (1, 1, 1));
    assert!(figures.compile_time.is_zero() && !figures.load_time.is_zero());
    drop(sandbox);
    assert_eq!(open(dir.path()).most_used(), [hash(&small), hash(&other)]);
    // Each is found in code of the chain, which has another hash if there are immutables before the module.
    let (held, newer) = ([0xAB; 32], [0xCD; 32]);
    let sandbox = open(dir.path());
    for holder in [&held, &newer] {
        sandbox.prepare_of(&hash(&small), holder, &small).unwrap();
    }
    sandbox.prepare(&hash(&small), &small).unwrap();
    assert_eq!(sandbox.most_used(), [newer, hash(&other)]);
    drop(sandbox);
    assert_eq!(open(dir.path()).most_used(), [newer, hash(&other)]);
    // The lines of earlier versions, and those without immutables, lack the third word.
    let name = |hash: [u8; 32]| hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let lines = format!("{} 9\n{} 5 {}\n", name(hash(&other)), name(hash(&small)), name(held));
    fs::write(dir.path().join("most-used"), lines).unwrap();
    assert_eq!(open(dir.path()).most_used(), [hash(&other), held]);
    // A file that says nonsense says nothing.
    fs::write(dir.path().join("most-used"), format!("zz 5\n\u{1F600} 5\n1234 1\n{} 5 zz\n\0\0", name(held))).unwrap();
    assert!(open(dir.path()).most_used().is_empty());
}

#[test]
fn idle_instances_of_many_modules_are_bounded_and_the_newest_are_kept() {
    let sandbox = Sandbox::new(ModuleLimits::DEFAULT, None).unwrap();
    let module = module(SMALL);
    let frame = Frame {
        input: &[],
        caller: [0; 20],
        address: [0; 20],
        value: [0; 32],
        immutables: &[],
        is_first: false,
        is_static: false,
        is_reentrant: false,
        transaction: &TransactionContext::default(),
        block: &BlockContext::default(),
    };
    let run = |module| {
        let outcome = sandbox.run(module, Entry::Call, &frame, 1_000, &mut World::default());
        assert_eq!(outcome.status, Status::Success);
    };
    let name = |n: u16| -> [u8; 32] { std::array::from_fn(|place| n.to_be_bytes()[place % 2]) };
    let modules: Vec<_> = (0..300).map(|n| sandbox.prepare(&name(n), &module).unwrap()).collect();
    modules.iter().for_each(run);
    assert_eq!(sandbox.figures().instances, 256);
    // The last one has an idle instance, the first one makes another, for which the oldest goes.
    run(&modules[299]);
    run(&modules[0]);
    assert_eq!(sandbox.figures().instances, 256);
}

#[test]
fn threads_that_want_the_same_module_compile_it_once() {
    let sandbox = Sandbox::new(ModuleLimits::DEFAULT, None).unwrap();
    let module = module(SMALL);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| works(&sandbox, &module));
        }
    });
    assert_eq!(sandbox.stats(), CacheStats { compiled: 1, memory_hits: 7, ..CacheStats::default() });
}

#[test]
fn a_flipped_bit_anywhere_is_a_miss_that_heals() {
    let (dir, module) = filled();
    let path = artifact(dir.path());
    let good = fs::read(&path).unwrap();
    let header = 0..64;
    let body = (64..good.len()).step_by(97);
    let tail = good.len() - 64..good.len();
    for at in header.chain(body).chain(tail) {
        let mut bad = good.clone();
        bad[at] ^= 1 << (at % 8);
        fs::write(&path, bad).unwrap();
        let sandbox = open(dir.path());
        works(&sandbox, &module);
        assert_eq!(sandbox.stats(), CacheStats { compiled: 1, rejected: 1, ..CacheStats::default() }, "byte {at}");
        assert_eq!(fs::read(&path).unwrap(), good, "byte {at}: written again");
    }
}

#[test]
fn a_file_of_another_length_is_a_miss() {
    let (dir, module) = filled();
    let path = artifact(dir.path());
    let good = fs::read(&path).unwrap();
    let longer = [&good[..], &[0]].concat();
    let cuts = [0, 1, 7, 8, 9, 39, 40, 41, 1_000, good.len() - 1];
    for bad in cuts.iter().map(|cut| good[..*cut].to_vec()).chain([longer]) {
        fs::write(&path, &bad).unwrap();
        let sandbox = open(dir.path());
        works(&sandbox, &module);
        assert_eq!(sandbox.stats(), CacheStats { compiled: 1, rejected: 1, ..CacheStats::default() }, "{}", bad.len());
    }
}

#[test]
fn an_artifact_of_another_folder_is_not_run() {
    let ((here, module), (there, _)) = (filled(), filled());
    fs::copy(artifact(there.path()), artifact(here.path())).unwrap();
    let sandbox = open(here.path());
    works(&sandbox, &module);
    assert_eq!(sandbox.stats(), CacheStats { compiled: 1, rejected: 1, ..CacheStats::default() });
}

#[test]
fn an_artifact_of_another_module_is_not_run() {
    let (dir, small) = filled();
    let small_path = artifact(dir.path());
    let other_dir = TempDir::new().unwrap();
    // With the same key, so that only the name is wrong.
    fs::copy(dir.path().join("aot.key"), other_dir.path().join("aot.key")).unwrap();
    run_with(&open(other_dir.path()), &module(OTHER), &Run::default(), &mut World::default());
    fs::copy(artifact(other_dir.path()), &small_path).unwrap();
    let sandbox = open(dir.path());
    works(&sandbox, &small);
    assert_eq!(sandbox.stats(), CacheStats { compiled: 1, rejected: 1, ..CacheStats::default() });
}

#[test]
fn other_limits_are_another_artifact() {
    let (dir, module) = filled();
    let limits = ModuleLimits { functions: 1, ..ModuleLimits::DEFAULT };
    let sandbox = Sandbox::new(limits, Some(dir.path().into())).unwrap();
    works(&sandbox, &module);
    assert_eq!(sandbox.stats().compiled, 1, "validated and compiled under the new limits");
    let none = ModuleLimits { functions: 0, ..ModuleLimits::DEFAULT };
    let sandbox = Sandbox::new(none, Some(dir.path().into())).unwrap();
    assert!(sandbox.prepare(&hash(&module), &module).is_err(), "what the cache holds does not make it valid");
}

#[test]
fn two_sandboxes_work_on_one_folder() {
    let dir = TempDir::new().unwrap();
    let module = module(SMALL);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    works(&open(dir.path()), &module);
                }
            });
        }
    });
    let sandbox = open(dir.path());
    works(&sandbox, &module);
    assert_eq!(sandbox.stats(), CacheStats { disk_hits: 1, ..CacheStats::default() });
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3, "no temporary files are left");
}

/// Not a test of its own: what the processes of the next one do.
#[test]
fn a_process_among_others() {
    let Some(dir) = std::env::var_os("ZX_TEST_SHARED_CACHE") else { return };
    let (small, other) = (module(SMALL), module(OTHER));
    for _ in 0..20 {
        let sandbox = open(Path::new(&dir));
        works(&sandbox, &small);
        sandbox.prepare(&hash(&other), &other).unwrap();
        assert_eq!(sandbox.stats().rejected, 0);
    }
}

#[test]
fn processes_work_on_one_folder() {
    let dir = TempDir::new().unwrap();
    let start = || {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["cache::a_process_among_others", "--exact"])
            .env("ZX_TEST_SHARED_CACHE", dir.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut processes = [start(), start(), start()];
    assert!(processes.iter_mut().all(|process| process.wait().unwrap().success()));
    let sandbox = open(dir.path());
    works(&sandbox, &module(SMALL));
    assert_eq!(sandbox.stats(), CacheStats { disk_hits: 1, ..CacheStats::default() });
    // Key, two artifacts, and the list of what is used; no temporary file.
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4);
}

#[test]
fn a_folder_that_goes_away_is_slow_and_not_wrong() {
    let dir = TempDir::new().unwrap();
    let module = module(SMALL);
    let sandbox = open(dir.path());
    fs::remove_dir_all(dir.path()).unwrap();
    works(&sandbox, &module);
    sandbox.forget();
    works(&sandbox, &module);
    assert_eq!(sandbox.stats(), CacheStats { compiled: 2, ..CacheStats::default() });
}

#[test]
fn a_folder_that_cannot_be_one_is_named() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "x").unwrap();
    let error = Sandbox::new(ModuleLimits::DEFAULT, Some(file.clone())).unwrap_err().to_string();
    assert!(error.contains(&file.display().to_string()), "{error}");
}

#[test]
fn a_damaged_key_is_named() {
    let (dir, _) = filled();
    fs::write(dir.path().join("aot.key"), "short").unwrap();
    let error = Sandbox::new(ModuleLimits::DEFAULT, Some(dir.path().into())).unwrap_err().to_string();
    assert!(error.contains("aot.key is not 32 bytes"), "{error}");
}

#[test]
fn custom_sections_cannot_stop_a_compilation() {
    let garbage: [&[u8]; 4] = [&[0xff; 9], &[1, 0x80], &[0, 200, 1], &[1, 3, 9, 0x7f, 0]];
    for bytes in garbage {
        for name in ["name", "linking", "zx_abi"] {
            let mut odd = module(SMALL);
            let mut section = vec![name.len() as u8];
            section.extend_from_slice(name.as_bytes());
            section.extend_from_slice(bytes);
            odd.extend_from_slice(&[0, section.len() as u8]);
            odd.extend_from_slice(&section);
            works(&Sandbox::new(ModuleLimits::DEFAULT, None).unwrap(), &odd);
        }
    }
}
