//! The real sandbox on the real executor, in a process beside the test.

use super::protocol::{self, Answer, CallOutcome, Request};
use std::{
    cell::RefCell,
    env, io,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// The program that runs it: set by `cargo zx test`.
const PROGRAM: &str = "ZX_TEST_SANDBOX";

/// A running sandbox.
pub(super) struct Sandbox {
    child: Child,
    requests: ChildStdin,
    answers: ChildStdout,
}

thread_local! {
    /// One for each thread that tests, begun afresh by each test.
    static SANDBOX: RefCell<Option<Sandbox>> = const { RefCell::new(None) };
}

/// Whether tests run in the sandbox too.
pub(super) fn is_wanted() -> bool {
    env::var_os(PROGRAM).is_some()
}

/// Asks this thread's sandbox, starting it if it does not run yet.
pub(super) fn ask(request: &Request) -> Result<Answer, String> {
    SANDBOX.with(|sandbox| {
        let mut sandbox = sandbox.borrow_mut();
        if sandbox.is_none() {
            *sandbox = Some(Sandbox::start()?);
        }
        let Some(running) = sandbox.as_mut() else { return Err("the sandbox did not start".to_owned()) };
        let answer = running.exchange(request);
        match answer {
            Ok(Answer::Failed(why)) => Err(why),
            Ok(answer) => Ok(answer),
            Err(error) => {
                *sandbox = None;
                Err(format!("the sandbox (`{PROGRAM}`) has stopped: {error}"))
            }
        }
    })
}

/// Asks for what is answered with an outcome.
pub(super) fn run(request: &Request) -> Result<CallOutcome, String> {
    match ask(request)? {
        Answer::Outcome(outcome) => Ok(outcome),
        other => Err(format!("the sandbox answered {other:?} to {request:?}")),
    }
}

impl Sandbox {
    fn start() -> Result<Self, String> {
        let program = env::var_os(PROGRAM).unwrap_or_default();
        let mut child = Command::new(&program)
            .args(["test-sandbox", "--protocol", &protocol::VERSION.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("cannot run {} (`{PROGRAM}`): {e}", program.display()))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(requests), Some(answers)) => Ok(Self { child, requests, answers }),
            _ => Err("the sandbox has no streams".to_owned()),
        }
    }

    fn exchange(&mut self, request: &Request) -> io::Result<Answer> {
        protocol::write(&mut self.requests, request)?;
        protocol::read(&mut self.answers)?.ok_or_else(|| io::Error::other("it closed its output"))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // It ends by itself when its input does; a test that ends must not leave it behind in any case.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
