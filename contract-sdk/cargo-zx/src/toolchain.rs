//! Finding a compiler for contracts.
//!
//! The target `wasm32v1-none` is exactly the feature set that the node accepts. A compiler can serve it in two ways:
//! with the target's standard library (`rustup target add wasm32v1-none`), or by compiling `core` and `alloc` itself
//! from the sources in its sysroot.

use crate::BuildError;
use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

/// The target of contracts.
pub const TARGET: &str = "wasm32v1-none";
/// Variable that chooses the compiler: see [`Preference`].
pub const PREFERENCE_VARIABLE: &str = "ZX_CONTRACT_TOOLCHAIN";

/// Which compiler to take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preference {
    /// `auto`: the first that serves.
    #[default]
    Auto,
    /// `target`: only one that has the target's standard library.
    Target,
    /// `debian`: only Debian's, in `/usr/bin`, compiling the library from its sources.
    Debian,
}

impl Preference {
    /// Reads [`PREFERENCE_VARIABLE`].
    ///
    /// # Errors
    /// It has another value.
    pub fn from_env() -> Result<Self, BuildError> {
        env::var(PREFERENCE_VARIABLE).map_or(Ok(Self::Auto), |value| Self::parse(&value))
    }

    fn parse(value: &str) -> Result<Self, BuildError> {
        match value {
            "" | "auto" => Ok(Self::Auto),
            "target" => Ok(Self::Target),
            "debian" => Ok(Self::Debian),
            other => Err(BuildError::UnknownToolchain(other.to_owned())),
        }
    }
}

/// A compiler with its cargo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    /// `cargo`.
    pub cargo: PathBuf,
    /// `rustc`.
    pub rustc: PathBuf,
    /// Where the library for the target comes from.
    pub library: Library,
    /// Where the compiler keeps its libraries.
    pub sysroot: PathBuf,
}

impl Toolchain {
    /// What the compiler calls itself: `rustc 1.95.0 (...)`. Empty if it does not say.
    pub fn version(&self) -> String {
        let output = Command::new(&self.rustc).arg("--version").output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
    }
}

/// Where `core` and `alloc` come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Library {
    /// They are in the sysroot, compiled.
    Installed,
    /// They are compiled along, from the sources in the sysroot, and linked with this linker.
    Sources {
        /// LLD, or a program that behaves as `wasm-ld`.
        linker: PathBuf,
    },
}

/// What a compiler says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Probe {
    cargo: PathBuf,
    rustc: PathBuf,
    sysroot: PathBuf,
}

impl Probe {
    /// Asks a compiler; `None` if there is none.
    fn ask(cargo: PathBuf, rustc: PathBuf) -> Option<Self> {
        let output = Command::new(&rustc).args(["--print", "sysroot"]).output().ok().filter(|o| o.status.success())?;
        let sysroot = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
        Some(Self { cargo, rustc, sysroot })
    }

    fn has_target(&self) -> bool {
        self.sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir()
    }

    fn has_sources(&self) -> bool {
        self.sysroot.join("lib/rustlib/src/rust/library/core").is_dir()
    }

    fn with(self, library: Library) -> Toolchain {
        Toolchain { cargo: self.cargo, rustc: self.rustc, library, sysroot: self.sysroot }
    }
}

/// Finds a compiler.
///
/// # Errors
/// There is none, or it lacks a linker.
pub fn find(preference: Preference) -> Result<Toolchain, BuildError> {
    let current = Probe::ask(from_env("CARGO", "cargo"), from_env("RUSTC", "rustc"));
    let debian = Probe::ask("/usr/bin/cargo".into(), "/usr/bin/rustc".into());
    let sysroots: Vec<_> = [&current, &debian].into_iter().flatten().map(|p| p.sysroot.clone()).collect();
    choose(preference, current, debian, || linker(&sysroots))
}

/// The order: the current compiler with the target, then any that has the sources.
fn choose(
    preference: Preference,
    current: Option<Probe>,
    debian: Option<Probe>,
    linker: impl Fn() -> Option<PathBuf>,
) -> Result<Toolchain, BuildError> {
    let searched = describe(&current, &debian);
    if preference != Preference::Debian
        && let Some(probe) = current.as_ref().filter(|p| p.has_target())
    {
        return Ok(probe.clone().with(Library::Installed));
    }
    let candidates = match preference {
        Preference::Auto => [current, debian],
        Preference::Target => [None, None],
        Preference::Debian => [None, debian],
    };
    let probe = candidates.into_iter().flatten().find(Probe::has_sources);
    let probe = probe.ok_or(BuildError::NoToolchain { searched })?;
    Ok(probe.with(Library::Sources { linker: linker().ok_or(BuildError::NoLinker)? }))
}

fn describe(current: &Option<Probe>, debian: &Option<Probe>) -> String {
    let one = |name: &str, probe: &Option<Probe>| match probe {
        Some(p) => {
            format!("\n  {name} ({}): no {TARGET} library, and no sources to compile it from", p.rustc.display())
        }
        None => format!("\n  {name}: not there"),
    };
    one("the current compiler", current) + &one("Debian's compiler", debian)
}

fn from_env(variable: &str, default: &str) -> PathBuf {
    env::var_os(variable).filter(|value| !value.is_empty()).unwrap_or_else(|| OsString::from(default)).into()
}

/// A linker for WebAssembly: the LLD that rustup ships with a compiler, else one of the system's.
fn linker(sysroots: &[PathBuf]) -> Option<PathBuf> {
    let shipped = sysroots.iter().filter_map(|sysroot| rust_lld(sysroot));
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<_> = env::split_paths(&path).collect();
    let installed = ["rust-lld", "wasm-ld", "lld"].iter().flat_map(|name| dirs.iter().map(move |dir| dir.join(name)));
    shipped.chain(installed).find(|path| path.is_file())
}

/// `lib/rustlib/<host>/bin/rust-lld`, whatever the host is called.
fn rust_lld(sysroot: &Path) -> Option<PathBuf> {
    let hosts = std::fs::read_dir(sysroot.join("lib/rustlib")).ok()?;
    hosts.flatten().map(|host| host.path().join("bin/rust-lld")).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A sysroot with these folders under `lib/rustlib`.
    fn sysroot(folders: &[&str]) -> (tempfile::TempDir, Option<Probe>) {
        let dir = tempfile::tempdir().expect("a folder");
        for folder in folders {
            fs::create_dir_all(dir.path().join("lib/rustlib").join(folder)).expect("a folder");
        }
        let probe = Probe { cargo: "cargo".into(), rustc: dir.path().join("rustc"), sysroot: dir.path().into() };
        (dir, Some(probe))
    }

    const SOURCES: &str = "src/rust/library/core";
    const INSTALLED: &str = "wasm32v1-none/lib";

    fn some_linker() -> Option<PathBuf> {
        Some("rust-lld".into())
    }

    #[test]
    fn an_installed_target_comes_first() {
        let (_a, current) = sysroot(&[INSTALLED, SOURCES]);
        let (_b, debian) = sysroot(&[SOURCES]);
        let chosen = choose(Preference::Auto, current.clone(), debian.clone(), some_linker).expect("a toolchain");
        assert_eq!(chosen, current.clone().expect("set").with(Library::Installed));
        let forced = choose(Preference::Debian, current, debian.clone(), some_linker).expect("a toolchain");
        assert_eq!(forced, debian.expect("set").with(Library::Sources { linker: "rust-lld".into() }));
    }

    #[test]
    fn sources_serve_where_the_target_is_missing() {
        let (_a, current) = sysroot(&["x86_64-unknown-linux-gnu/lib"]);
        let (_b, debian) = sysroot(&[SOURCES]);
        let chosen = choose(Preference::Auto, current.clone(), debian.clone(), some_linker).expect("a toolchain");
        assert_eq!(chosen.rustc, debian.clone().expect("set").rustc);
        assert!(matches!(choose(Preference::Auto, current, debian, || None), Err(BuildError::NoLinker)));
    }

    #[test]
    fn without_a_compiler_the_error_names_the_command_that_installs_one() {
        let (_a, current) = sysroot(&[]);
        let error = choose(Preference::Auto, current, None, some_linker).expect_err("nothing serves").to_string();
        assert!(error.contains("rustup target add wasm32v1-none"), "{error}");
        assert!(error.contains("apt-get install rustc-web cargo-web rust-web-src"), "{error}");
        assert!(error.contains("Debian's compiler: not there"), "{error}");
        let (_b, debian) = sysroot(&[SOURCES]);
        assert!(choose(Preference::Target, None, debian, some_linker).is_err(), "only the target was asked for");
    }

    #[test]
    fn the_shipped_linker_is_found_under_any_host() {
        let (dir, _) = sysroot(&["sparc64-unknown-linux-gnu/bin"]);
        let lld = dir.path().join("lib/rustlib/sparc64-unknown-linux-gnu/bin/rust-lld");
        assert_eq!(rust_lld(dir.path()), None);
        fs::write(&lld, "").expect("written");
        assert_eq!(rust_lld(dir.path()), Some(lld));
    }

    #[test]
    fn the_variable_takes_three_values() {
        assert_eq!(Preference::parse("debian").ok(), Some(Preference::Debian));
        assert_eq!(Preference::parse("").ok(), Some(Preference::Auto));
        assert!(Preference::parse("nightly").is_err());
    }
}
