//! Child processes with time limits, so that a hung one fails its test instead of hanging it.

use eyre::{WrapErr as _, eyre};
use std::{
    io::{BufRead as _, BufReader, Read},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

/// Signals that a test sends to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM: a service manager stops it.
    Term,
    /// SIGINT: Ctrl-C.
    Int,
    /// SIGKILL: the machine loses power, as far as the process can tell.
    Kill,
}

/// A child whose output is read to the end of both streams, line by line. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Lines of standard output. Closed when both streams have ended.
    lines: Receiver<String>,
    log: Arc<Mutex<String>>,
}

impl Process {
    pub(crate) fn spawn(mut command: Command) -> eyre::Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .wrap_err_with(|| format!("cannot start {command:?}"))?;
        let (sender, lines) = channel();
        let log = Arc::default();
        follow(child.stdout.take(), Arc::clone(&log), sender.clone(), true);
        follow(child.stderr.take(), Arc::clone(&log), sender, false);
        Ok(Self { child, lines, log })
    }

    /// Everything that it has printed until now.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first line of standard output that `wanted` finds something in.
    pub(crate) fn line<T>(&self, limit: Duration, wanted: impl Fn(&str) -> Option<T>) -> eyre::Result<T> {
        let end = Instant::now() + limit;
        loop {
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(found) = wanted(&line) {
                        return Ok(found);
                    }
                }
                Err(RecvTimeoutError::Timeout) => return Err(eyre!("waited {limit:?}; so far:\n{}", self.log())),
                Err(RecvTimeoutError::Disconnected) => return Err(eyre!("it ended early:\n{}", self.log())),
            }
        }
    }

    pub(crate) fn signal(&self, signal: Signal) -> eyre::Result<()> {
        use rustix::process::{Pid, Signal as Number, kill_process};
        let number = match signal {
            Signal::Term => Number::TERM,
            Signal::Int => Number::INT,
            Signal::Kill => Number::KILL,
        };
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).ok_or_else(|| eyre!("no process id"))?;
        kill_process(pid, number).wrap_err("cannot signal it")
    }

    /// Waits until it has closed its output and ended.
    pub(crate) fn wait(&mut self, limit: Duration) -> eyre::Result<ExitStatus> {
        let end = Instant::now() + limit;
        loop {
            match self.lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(self.child.wait()?),
                Err(RecvTimeoutError::Timeout) => {
                    return Err(eyre!("it has not ended after {limit:?}; so far:\n{}", self.log()));
                }
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end and gives its status with everything that it printed.
pub(crate) fn run(command: Command, limit: Duration) -> eyre::Result<(ExitStatus, String)> {
    let mut process = Process::spawn(command)?;
    let status = process.wait(limit)?;
    Ok((status, process.log()))
}

/// Runs a command to its end and gives what it printed, each stream for itself.
pub(crate) fn output(mut command: Command, limit: Duration) -> eyre::Result<Output> {
    let (sender, done) = channel();
    let what = format!("{command:?}");
    thread::spawn(move || sender.send(command.stdin(Stdio::null()).output()));
    done.recv_timeout(limit).wrap_err_with(|| format!("{what} has not ended"))?.wrap_err("cannot start it")
}

fn follow(stream: Option<impl Read + Send + 'static>, log: Arc<Mutex<String>>, lines: Sender<String>, is_stdout: bool) {
    let Some(stream) = stream else { return };
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            {
                let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                log.push_str(&line);
                log.push('\n');
            }
            if is_stdout {
                // Nobody may be waiting for lines any more; the log is kept all the same.
                let _ = lines.send(line);
            }
        }
    });
}
