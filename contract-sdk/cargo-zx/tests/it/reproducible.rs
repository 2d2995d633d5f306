//! The same source makes the same bytes, wherever it is built and by whom.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

/// A contract whose code names the files that it was compiled from: its own, one of the SDK's, and one of Rust's.
const PATHS: &str = r#"
#[zx::public]
impl Contract {
    /// Where this is.
    pub fn own(&self, _cx: &Ctx) -> String {
        file!().to_string()
    }

    /// Panics in the sources of Rust's library, which say where.
    pub fn part(&self, _cx: &Ctx, text: String, from: u32) -> String {
        text.split_at(from as usize).1.to_string()
    }
"#;

/// Somebody's machine: a home, a cargo home with the registry of this one, and a folder for their work.
struct Author {
    folder: PathBuf,
    home: PathBuf,
}

impl Author {
    fn new(root: &Path, name: &str) -> Self {
        let (folder, home) = (root.join(name).join("deep/work"), root.join(name).join("home"));
        fs::create_dir_all(&folder).expect("a folder");
        fs::create_dir_all(home.join("cargo")).expect("a folder");
        let real = home_of("CARGO_HOME", ".cargo");
        for part in ["registry", "config.toml"] {
            if real.join(part).exists() {
                symlink(real.join(part), home.join("cargo").join(part)).expect("a link");
            }
        }
        Self { folder, home }
    }

    fn run(&self, folder: &Path, words: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-zx"));
        command.current_dir(folder).args(words).env("HOME", &self.home).env("CARGO_HOME", self.home.join("cargo"));
        command.env("RUSTUP_HOME", home_of("RUSTUP_HOME", ".rustup")).env("CARGO_NET_OFFLINE", "true");
        command.env("CARGO_TARGET_DIR", self.home.join("target"));
        for variable in ["CARGO", "RUSTC", "RUSTFLAGS"] {
            command.env_remove(variable);
        }
        let output = command.output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn module(&self, name: &str) -> Vec<u8> {
        fs::read(self.home.join("target/zx/artifacts").join(name).with_extension("wasm")).expect("built")
    }
}

fn home_of(variable: &str, folder: &str) -> PathBuf {
    let home = || env::home_dir().expect("a home").join(folder);
    env::var_os(variable).map_or_else(home, PathBuf::from)
}

#[test]
fn another_folder_user_and_cargo_home_make_the_same_bytes() {
    let dir = tempfile::tempdir().expect("a folder");
    let [first, second] = ["first", "second-and-longer"].map(|name| Author::new(dir.path(), name));
    first.run(&first.folder, &["new", "thing"]);
    let source = first.folder.join("thing/src/lib.rs");
    let text = fs::read_to_string(&source).expect("written").replace("#[zx::public]\nimpl Contract {\n", PATHS);
    assert!(text.contains("file!()"), "the template has changed: {text}");
    fs::write(&source, text).expect("written");
    first.run(&first.folder.join("thing"), &["build"]);

    let copy = second.folder.join("elsewhere");
    fs::create_dir_all(copy.join("src")).expect("a folder");
    for file in ["Cargo.toml", "Cargo.lock", "src/lib.rs", "src/tests.rs"] {
        fs::copy(first.folder.join("thing").join(file), copy.join(file)).expect("copied");
    }
    second.run(&copy, &["build", "--locked"]);
    let (one, other) = (first.module("thing"), second.module("thing"));
    assert!(one == other, "{} and {} bytes differ", one.len(), other.len());

    let text = String::from_utf8_lossy(&one);
    assert!(text.contains("src/lib.rs"), "it does name files");
    for place in [dir.path(), &home_of("CARGO_HOME", ".cargo"), &home_of("RUSTUP_HOME", ".rustup")] {
        assert!(!text.contains(&*place.to_string_lossy()), "it names {}", place.display());
    }
    assert!(!text.contains(env!("CARGO_MANIFEST_DIR")), "it names the SDK's folder");
}
