//! The modules, made from what is in the repository and on crates.io.

use cargo_zx::{Request, Source};
use eyre::WrapErr as _;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Where this package is.
const HERE: &str = env!("CARGO_MANIFEST_DIR");
/// The target of CosmWasm's contracts.
const TARGET: &str = "wasm32-unknown-unknown";
/// What cosmwasm-vm runs: no bulk memory operations, which the compiled standard library for the target has since Rust
/// 1.87. So the library is compiled along.
const FLAGS: [&str; 2] = ["-Ctarget-cpu=mvp", "-Ctarget-feature=+mutable-globals,+sign-ext"];

/// ZX-20 as `cargo zx-build` makes it.
pub(crate) fn zx20() -> eyre::Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let request = Request {
        source: Source::Package(Some("zx20".to_owned())),
        manifest: Some(Path::new(HERE).join("../../Cargo.toml")),
        out_dir: Some(folder.path().into()),
        ..Request::default()
    };
    Ok(cargo_zx::build(&request)?.module)
}

/// cw20-base as its authors release it, but for the pass of wasm-opt.
pub(crate) fn cw20() -> eyre::Result<Vec<u8>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cw20");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--locked", "--lib", "--profile", "contract", "--target", TARGET])
        .args(["-Zbuild-std=std,panic_abort", "--manifest-path"])
        .arg(Path::new(HERE).join("cw20/Cargo.toml"))
        .arg("--target-dir")
        .arg(&folder)
        // `-Z` on a stable compiler.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\x1f"))
        .status()?;
    eyre::ensure!(status.success(), "cw20-base does not compile (is there a rust-src? `scripts/setup.sh peers`)");
    read(folder.join(TARGET).join("contract/peer_cw20.wasm"))
}

/// The byte contract of a machine: what the machine offers, and the logic that both share.
pub(crate) fn bytes(machine: &str) -> eyre::Result<Vec<u8>> {
    let folder = Path::new(HERE).join("bytes");
    let text = [read(folder.join(machine).with_extension("wat"))?, read(folder.join("move.wat"))?].concat();
    Ok(wat::parse_bytes(&text)?.into_owned())
}

fn read(path: PathBuf) -> eyre::Result<Vec<u8>> {
    fs::read(&path).wrap_err_with(|| format!("cannot read {}", path.display()))
}
