//! `cargo zx` as an author runs it: a child process in a folder of their own, which knows nothing of this repository.

use crate::{
    binary,
    process::{Process, output},
};
use eyre::{OptionExt as _, WrapErr as _, ensure};
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// A cold build compiles the SDK for WebAssembly and for tests, on a machine that may be busy.
const VERB: Duration = Duration::from_secs(900);

/// The tool, in a folder.
#[derive(Clone, Debug)]
pub struct Zx {
    folder: PathBuf,
    rpc: Option<String>,
}

/// What a verb said, and how it ended.
#[derive(Clone, Debug)]
pub struct Said {
    /// Exit code.
    pub code: i32,
    /// Data.
    pub stdout: String,
    /// Talk.
    pub stderr: String,
}

impl Said {
    /// The last line of the data.
    pub fn last(&self) -> &str {
        self.stdout.lines().last().unwrap_or_default().trim()
    }

    /// The data of `--json`.
    ///
    /// # Errors
    /// They are not one JSON object of the schema.
    pub fn json(&self) -> eyre::Result<Value> {
        let value: Value = serde_json::from_str(self.stdout.trim()).wrap_err_with(|| format!("{self:?}"))?;
        ensure!(value["schema"] == "zx/1", "no schema: {value}");
        Ok(value)
    }

    /// Itself, if it ended so.
    ///
    /// # Errors
    /// It ended otherwise.
    pub fn ended(self, code: i32) -> eyre::Result<Self> {
        ensure!(self.code == code, "ended with {} and not {code}\n{}\n{}", self.code, self.stdout, self.stderr);
        Ok(self)
    }
}

impl Zx {
    /// The tool in this folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), rpc: None }
    }

    /// The tool with a node.
    pub fn with_node(self, url: String) -> Self {
        Self { rpc: Some(url), ..self }
    }

    /// The tool in a folder below.
    pub fn below(&self, folder: &str) -> Self {
        Self { folder: self.folder.join(folder), rpc: self.rpc.clone() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs `cargo zx` with these words.
    ///
    /// # Errors
    /// The binary is missing, or the verb does not end in time.
    pub fn run(&self, words: &[&str]) -> eyre::Result<Said> {
        said(self.command("cargo-zx", words)?)
    }

    /// Runs `cargo zx` and expects it to succeed.
    ///
    /// # Errors
    /// As of [`run`](Self::run), or it fails; the message carries what it printed.
    pub fn does(&self, words: &[&str]) -> eyre::Result<Said> {
        self.run(words)?.ended(0).wrap_err_with(|| words.join(" "))
    }

    /// Runs `cargo zx-build` and expects it to succeed.
    ///
    /// # Errors
    /// As of [`does`](Self::does).
    pub fn builds(&self, words: &[&str]) -> eyre::Result<Said> {
        said(self.command("cargo-zx-build", words)?)?.ended(0)
    }

    /// Starts a verb that goes on until it is dropped.
    ///
    /// # Errors
    /// The binary is missing.
    pub fn start(&self, words: &[&str]) -> eyre::Result<Running> {
        Ok(Running(Process::spawn(self.command("cargo-zx", words)?)?))
    }

    /// As cargo runs a plugin, and with nothing of the run of these tests: but all projects share a target folder, so
    /// that what they have in common compiles once.
    fn command(&self, program: &str, words: &[&str]) -> eyre::Result<Command> {
        let path = binary(program, if program == "cargo-zx" { "ZX_BIN" } else { "ZX_BUILD_BIN" })?;
        let target = path.parent().ok_or_eyre("a binary is in a folder")?.join("zx-author");
        let mut command = Command::new(&path);
        command.current_dir(&self.folder).arg(program.trim_start_matches("cargo-")).args(words);
        for variable in ["CARGO", "RUSTC", "RUSTFLAGS", "ZX_RPC_URL", "ZX_PRIVATE_KEY", "ZX_KEYSTORE", "ZX_CHAIN"] {
            command.env_remove(variable);
        }
        // What the projects need, this workspace needs too, so that it is there.
        command.env("CARGO_TARGET_DIR", target).env("CARGO_NET_OFFLINE", "true");
        if let Some(rpc) = &self.rpc {
            command.env("ZX_RPC_URL", rpc);
        }
        Ok(command)
    }
}

fn said(command: Command) -> eyre::Result<Said> {
    let output = output(command, VERB)?;
    let text = |bytes| String::from_utf8(bytes).wrap_err("text");
    let code = output.status.code().ok_or_eyre("ended by a signal")?;
    Ok(Said { code, stdout: text(output.stdout)?, stderr: text(output.stderr)? })
}

/// A verb that goes on. Killed when dropped.
#[derive(Debug)]
pub struct Running(Process);

impl Running {
    /// The next line of its data.
    ///
    /// # Errors
    /// It ends, or says nothing in time.
    pub fn line(&self) -> eyre::Result<String> {
        self.0.line(VERB, |line| Some(line.to_owned()))
    }

    /// Everything that it has said, data and talk.
    pub fn log(&self) -> String {
        self.0.log()
    }
}
