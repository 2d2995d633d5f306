//! The real node as a child process.

use crate::{
    Http, Rpc, Signal, Socket, binary,
    process::{Process, output, run},
};
use eyre::{WrapErr as _, ensure, eyre};
use std::{
    ffi::OsStr,
    net::SocketAddr,
    path::Path,
    process::{Command, ExitStatus, Output},
    time::Duration,
};

/// A start compiles nothing and opens a small database; the limit is for a machine that is busy with a build.
const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(60);
/// A verb reads and writes a few megabytes at most.
const VERB: Duration = Duration::from_secs(120);

/// A running `zx-node dev`. Killed when dropped.
#[derive(Debug)]
pub struct Node {
    process: Process,
    address: SocketAddr,
}

impl Node {
    /// Starts a node on a free port and waits until it listens.
    ///
    /// # Errors
    /// If the binary is missing, ends early or does not listen in time; the message carries what it printed.
    pub fn start(datadir: &Path) -> eyre::Result<Self> {
        Self::start_with(datadir, &[])
    }

    /// Starts a node with more flags.
    ///
    /// # Errors
    /// As [`Node::start`].
    pub fn start_with(datadir: &Path, flags: &[&str]) -> eyre::Result<Self> {
        let mut command = command(datadir, 0)?;
        command.args(flags);
        let process = Process::spawn(command)?;
        let address = process
            .line(START, |line| line.trim().strip_prefix("Listening on http").map(str::to_owned))
            .wrap_err("the node did not say `Listening on`")?;
        let address = address.trim_start_matches('s').trim_start_matches("://");
        let address = address.parse().wrap_err_with(|| format!("the node listens on {address}"))?;
        Ok(Self { process, address })
    }

    /// Runs a node that is expected to end by itself, and gives its status with what it printed.
    ///
    /// # Errors
    /// If it does not end in time.
    pub fn run_to_end(datadir: &Path, port: u16) -> eyre::Result<(ExitStatus, String)> {
        run(command(datadir, port)?, START)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where another of its ports is: the address in the line of its banner that begins with a name.
    ///
    /// # Errors
    /// If there is no such line.
    pub fn port(&self, name: &str) -> eyre::Result<SocketAddr> {
        let log = self.process.log();
        let line = log.lines().find_map(|line| line.strip_prefix(name));
        let url = line.and_then(|line| line.trim().split_once("://")).ok_or_else(|| eyre!("no {name} in:\n{log}"))?;
        let address = url.1.split(['/', ' ']).next().unwrap_or_default();
        address.parse().wrap_err_with(|| format!("{name} is at {address}"))
    }

    /// A WebSocket.
    ///
    /// # Errors
    /// If it is not opened.
    pub fn socket(&self) -> eyre::Result<Socket> {
        Socket::connect(self.address, &[])
    }

    /// What it has printed.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// A JSON-RPC client with a connection of its own.
    ///
    /// # Errors
    /// If it does not accept connections.
    pub fn rpc(&self) -> eyre::Result<Rpc> {
        Rpc::connect(self.address)
    }

    /// A bare HTTP connection.
    ///
    /// # Errors
    /// If it does not accept connections.
    pub fn http(&self) -> eyre::Result<Http> {
        Http::connect(self.address)
    }

    /// Sends it a signal and waits until it has ended.
    ///
    /// # Errors
    /// If it does not end in time.
    pub fn end(mut self, signal: Signal) -> eyre::Result<ExitStatus> {
        self.process.signal(signal)?;
        self.process.wait(STOP)
    }

    /// Stops it as a service manager would.
    ///
    /// # Errors
    /// If it does not end in time, or not with exit code 0.
    pub fn stop(self) -> eyre::Result<()> {
        let status = self.end(Signal::Term)?;
        ensure!(status.code() == Some(0), "the node ended with {status} on SIGTERM");
        Ok(())
    }
}

/// Runs a verb of `zx-node` to its end.
///
/// # Errors
/// If the binary is missing, or the verb does not end in time.
pub fn verb<A: AsRef<OsStr>>(args: &[A]) -> eyre::Result<Output> {
    let mut command = Command::new(binary("zx-node", "ZX_NODE_BIN")?);
    command.args(args);
    output(command, VERB)
}

fn command(datadir: &Path, port: u16) -> eyre::Result<Command> {
    let mut command = Command::new(binary("zx-node", "ZX_NODE_BIN")?);
    command.args(["dev", "--port", &port.to_string(), "--datadir"]).arg(datadir);
    Ok(command)
}
