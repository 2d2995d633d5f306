//! Contracts as the real `cargo-zx-build` builds them, once for each run of the tests.

use crate::{binary, process::run, workspace};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall as _, SolValue as _, sol};
use eyre::{WrapErr as _, ensure, eyre};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

sol! {
    /// Moves tokens.
    function transfer(address to, uint256 value) external returns (bool);
    /// Tokens of an account.
    function balanceOf(address account) external view returns (uint256);
}

/// A cold build of a contract compiles `core` and the SDK, on a machine that may be busy.
const BUILD: Duration = Duration::from_secs(600);

/// Contracts of this repository.
const PACKAGES: [&str; 2] = ["zx20", "state-proof"];

/// Folder with `zx20.wasm`, `zx20.abi.json` and the like of the other packages, the assembled `.wat` contracts of
/// `tests/clients/wat`, and in `refused/` the modules that must not be deployable.
///
/// # Errors
/// If a contract does not build; the message carries what the build tool printed.
pub fn folder() -> eyre::Result<&'static Path> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    FOLDER.get_or_init(|| build().map_err(|e| format!("{e:?}"))).as_deref().map_err(|e| eyre!(e.clone()))
}

/// Input of the transaction that deploys ZX-20 with `supply` for its sender.
///
/// # Errors
/// As of [`folder`].
pub fn zx20_deployment(supply: U256) -> eyre::Result<Bytes> {
    let decimals = U256::from(18);
    deployment("zx20", &("Test".to_owned(), "TST".to_owned(), decimals, supply).abi_encode_params())
}

/// Input of the transaction that deploys a contract with these encoded arguments.
///
/// # Errors
/// As of [`folder`], or there is no such contract.
pub fn deployment(name: &str, args: &[u8]) -> eyre::Result<Bytes> {
    framed(&fs::read(folder()?.join(name).with_extension("wasm"))?, args)
}

/// Input of the transaction that deploys an instance of a contract with these encoded arguments.
pub fn instance(template: Address, args: &[u8]) -> Bytes {
    [&[0xEF, 0x5A, 0x58, 0x03], template.as_slice(), args].concat().into()
}

fn framed(module: &[u8], args: &[u8]) -> eyre::Result<Bytes> {
    let length = u32::try_from(module.len())?;
    Ok([&[0xEF, 0x5A, 0x58, 0x01], &length.to_be_bytes()[..], module, args].concat().into())
}

/// Calldata of ZX-20's `transfer`.
pub fn transfer(to: Address, value: U256) -> Bytes {
    transferCall { to, value }.abi_encode().into()
}

/// Calldata of ZX-20's `balanceOf`.
pub fn balance_of(account: Address) -> Vec<u8> {
    balanceOfCall { account }.abi_encode()
}

/// Folder of what [`package_deployment`] builds.
///
/// # Errors
/// The build tool is missing.
pub fn packages() -> eyre::Result<PathBuf> {
    let tool = binary("cargo-zx-build", "ZX_BUILD_BIN")?;
    Ok(tool.parent().unwrap_or(Path::new("/")).join("zx-tests"))
}

/// Input of the transaction that deploys any contract of `contracts/`, built when it is first asked for.
///
/// # Errors
/// It does not build; the message carries what the build tool printed.
pub fn package_deployment(package: &str, args: &[u8]) -> eyre::Result<Bytes> {
    static READ: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let mut modules = READ.lock().unwrap_or_else(PoisonError::into_inner);
    let module = match modules.get(package) {
        Some(module) => module,
        None => {
            let module = fs::read(package_module(package)?)?;
            modules.entry(package.to_owned()).or_insert(module)
        }
    };
    framed(module, args)
}

/// File with the module of any contract of `contracts/`, which is built each time.
///
/// # Errors
/// As of [`package_deployment`].
pub fn package_module(package: &str) -> eyre::Result<PathBuf> {
    let out = packages()?.join("library");
    zx_build("-p".as_ref(), Some(package.as_ref()), &out)?;
    Ok(out.join(package).with_extension("wasm"))
}

fn build() -> eyre::Result<PathBuf> {
    let out = packages()?;
    let wat = workspace().join("tests/clients/wat");
    for package in PACKAGES {
        zx_build("-p".as_ref(), Some(package.as_ref()), &out)?;
    }
    for source in texts(&wat)? {
        zx_build(&source, None, &out)?;
    }
    assemble(&wat.join("refused"), &out.join("refused"))?;
    Ok(out)
}

fn zx_build(first: &Path, second: Option<&Path>, out: &Path) -> eyre::Result<()> {
    let mut command = Command::new(binary("cargo-zx-build", "ZX_BUILD_BIN")?);
    command.current_dir(workspace()).arg(first).args(second).arg("--out-dir").arg(out);
    let (status, output) = run(command, BUILD)?;
    ensure!(status.success(), "cargo zx-build {} failed:\n{output}", second.unwrap_or(first).display());
    Ok(())
}

/// The build tool refuses these, as the node must: they are only turned from text into bytes.
fn assemble(from: &Path, to: &Path) -> eyre::Result<()> {
    fs::create_dir_all(to)?;
    for source in texts(from)? {
        let module = wat::parse_file(&source)?;
        let name = source.with_extension("wasm");
        fs::write(to.join(name.file_name().unwrap_or_default()), module)?;
    }
    Ok(())
}

fn texts(folder: &Path) -> eyre::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).wrap_err_with(|| folder.display().to_string())?;
    let paths = entries.map(|e| Ok(e?.path())).collect::<eyre::Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|p| p.extension().is_some_and(|e| e == "wat")).collect())
}
