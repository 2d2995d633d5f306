//! The Solidity originals, compiled once.

use alloy_primitives::{Bytes, hex};
use eyre::{OptionExt as _, WrapErr as _, ensure, eyre};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};
use zx_tests::{artifacts, workspace};

type Codes = BTreeMap<String, Bytes>;

/// Where the tests keep what they compile.
pub(crate) fn folder() -> eyre::Result<PathBuf> {
    Ok(artifacts::packages()?.join("library"))
}

/// Init code of an original.
pub(crate) fn code(name: &str) -> eyre::Result<&'static Bytes> {
    static CODES: OnceLock<Result<Codes, String>> = OnceLock::new();
    let codes = CODES.get_or_init(|| compile().map_err(|e| format!("{e:?}"))).as_ref().map_err(|e| eyre!(e.clone()))?;
    codes.get(name).ok_or_else(|| eyre!("tests/solidity has no contract {name}"))
}

fn compile() -> eyre::Result<Codes> {
    let sources = workspace().join("tests/solidity");
    ensure!(sources.join("node_modules").is_dir(), "the npm packages are missing: run `scripts/setup.sh test`");
    let file = folder()?.join("solidity.json");
    let run = Command::new("node").arg(sources.join("compile.mjs")).arg(&file).output().wrap_err("node")?;
    ensure!(run.status.success(), "solc failed:\n{}", String::from_utf8_lossy(&run.stderr));
    read(&file).wrap_err_with(|| file.display().to_string())
}

fn read(file: &Path) -> eyre::Result<Codes> {
    let json: serde_json::Value = serde_json::from_slice(&fs::read(file)?)?;
    let codes = json["codes"].as_object().ok_or_eyre("no codes")?.iter();
    codes.map(|(name, code)| Ok((name.clone(), hex::decode(code.as_str().ok_or_eyre("no code")?)?.into()))).collect()
}
