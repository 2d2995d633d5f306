//! What a module was built from and with: the custom section `zx_build`.
//!
//! It is JSON, and the same for the same source and compiler wherever the build runs:
//! `{"version":1,"compiler":"rustc 1.95.0 (...)","sdk":"0.1.0","profile":"z","source":"0x..","package":"token",
//! "packageVersion":"0.1.0"}`.

use crate::{BuildError, OptLevel, module::CustomSection, toolchain::Toolchain};
use alloy_primitives::hex;
use cargo_metadata::Package;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    path::{Path, PathBuf},
};
use zx_host_functions::{BUILD_SECTION, metadata};

/// Version of its shape.
const VERSION: u32 = 1;
/// Package of the SDK.
const SDK: &str = "zx-sdk";

/// What a module was built from and with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BuildInfo {
    /// Version of this shape.
    pub version: u32,
    /// What the compiler calls itself.
    pub compiler: String,
    /// Version of the SDK; empty if the contract does not use it.
    #[serde(default)]
    pub sdk: String,
    /// What the compiler optimised for, as `--opt-level` takes it.
    pub profile: String,
    /// SHA-256 over the package's manifest, build script, and `src`, in hex: see [`source_hash`].
    pub source: String,
    /// Name of the package.
    pub package: String,
    /// Its version.
    pub package_version: String,
}

impl BuildInfo {
    /// Takes stock of a package. `lock` is the text of its lock file.
    ///
    /// # Errors
    /// A source file cannot be read.
    pub fn collect(
        toolchain: &Toolchain,
        package: &Package,
        lock: Option<&[u8]>,
        opt_level: OptLevel,
    ) -> Result<Self, BuildError> {
        let root = package.manifest_path.parent().map(|root| root.as_std_path()).unwrap_or(Path::new("."));
        Ok(Self {
            version: VERSION,
            compiler: toolchain.version(),
            sdk: lock.and_then(|lock| locked_version(&String::from_utf8_lossy(lock), SDK)).unwrap_or_default(),
            profile: opt_level.name().to_owned(),
            source: source_hash(root)?,
            package: package.name.to_string(),
            package_version: package.version.to_string(),
        })
    }

    /// Reads the section. `None` if there is none, or it has another shape.
    pub fn read(sections: &[CustomSection<'_>]) -> Option<Self> {
        let section = sections.iter().find(|section| section.name == BUILD_SECTION)?;
        serde_json::from_str(&metadata::unpack(section.data).ok()?).ok()
    }
}

/// SHA-256 in hex, with `0x`.
pub fn sha256(data: &[u8]) -> String {
    hex::encode_prefixed(Sha256::digest(data))
}

/// Hash of what a package is written in: `Cargo.toml`, `build.rs`, and every file below `src`, sorted by their paths from
/// the package's root. Each goes in as the length of its path (64 bits, big endian), its path with `/`, the length of
/// its content, and its content.
///
/// # Errors
/// A file cannot be read.
pub fn source_hash(root: &Path) -> Result<String, BuildError> {
    let mut files = Vec::new();
    for name in ["Cargo.toml", "build.rs"] {
        files.extend(Some(root.join(name)).filter(|path| path.is_file()));
    }
    collect(&root.join("src"), &mut files)?;
    let mut named: Vec<_> = files.into_iter().map(|path| (relative(root, &path), path)).collect();
    named.sort();
    let mut hasher = Sha256::new();
    for (name, path) in named {
        let content = fs::read(&path).map_err(BuildError::io("cannot read", &path))?;
        for part in [name.as_bytes(), &content] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
    }
    Ok(hex::encode_prefixed(hasher.finalize()))
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), BuildError> {
    let Ok(entries) = fs::read_dir(dir) else { return Ok(()) };
    for entry in entries {
        let path = entry.map_err(BuildError::io("cannot read", dir))?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn relative(root: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(root).unwrap_or(path).components();
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Version of a package in a lock file.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let mut lines = lock.lines();
    lines.find(|line| line.strip_prefix("name = ").is_some_and(|name| name.trim_matches('"') == package))?;
    Some(lines.next()?.strip_prefix("version = ")?.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::{custom_sections, strip};

    fn info() -> BuildInfo {
        BuildInfo {
            version: 1,
            compiler: "rustc 1.95.0".to_owned(),
            sdk: "0.1.0".to_owned(),
            profile: "z".to_owned(),
            source: "0xab".to_owned(),
            package: "token".to_owned(),
            package_version: "1.2.3".to_owned(),
        }
    }

    #[test]
    fn a_module_tells_what_it_was_told() {
        let module = wat::parse_str("(module)").expect("text");
        assert_eq!(BuildInfo::read(&custom_sections(&module).expect("well-formed")), None);
        let json = serde_json::to_string(&info()).expect("JSON");
        assert!(json.starts_with(r#"{"version":1,"compiler":"rustc 1.95.0","sdk":"0.1.0","profile":"z""#), "{json}");
        let module = strip(&module, &[(BUILD_SECTION, &json)]).expect("well-formed");
        let sections = custom_sections(&module).expect("still well-formed");
        assert_eq!(BuildInfo::read(&sections), Some(info()));
    }

    #[test]
    fn a_source_hash_is_of_names_and_contents_and_of_no_place() {
        let write = |files: &[(&str, &str)]| {
            let dir = tempfile::tempdir().expect("a folder");
            for (name, content) in files {
                let path = dir.path().join(name);
                fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
                fs::write(path, content).expect("written");
            }
            source_hash(dir.path()).expect("readable")
        };
        let files = [("Cargo.toml", "[package]"), ("src/lib.rs", "mod a;"), ("src/a/mod.rs", "")];
        let hash = write(&files);
        assert_eq!(hash, write(&files));
        assert_eq!(hash, write(&[files[2], files[0], files[1], ("tests/x.rs", "not what is deployed")]));
        assert_ne!(hash, write(&[files[0], files[1], ("src/a.rs", "")]));
        assert_ne!(hash, write(&[files[0], ("src/lib.rs", "mod a; "), files[2]]));
    }

    #[test]
    fn the_lock_file_has_the_version() {
        let lock = "[[package]]\nname = \"zx-sdk-macros\"\nversion = \"9.0.0\"\n\n[[package]]\nname = \"zx-sdk\"\nversion = \"0.1.0\"\n";
        assert_eq!(locked_version(lock, SDK).as_deref(), Some("0.1.0"));
        assert_eq!(locked_version("", SDK), None);
    }
}
