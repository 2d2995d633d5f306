//! The real sandbox on the real executor, in a process beside the test.

use super::protocol::{self, Answer, CallOutcome, Request};
use std::{
    cell::RefCell,
    env, io,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, PoisonError},
};

/// The program that runs it: set by `cargo zx test`.
const PROGRAM: &str = "ZX_TEST_SANDBOX";

/// A running sandbox.
pub(super) struct Sandbox {
    child: Child,
    requests: ChildStdin,
    answers: ChildStdout,
}

/// Sandboxes that nobody uses: the test runner starts a thread for each test, and a process for each would be the slowest
/// thing in it.
static IDLE: Mutex<Vec<Sandbox>> = Mutex::new(Vec::new());

/// A thread's sandbox. When the thread ends, the next one takes it; each test begins it afresh.
#[derive(Default)]
struct Seat(Option<Sandbox>);

impl Drop for Seat {
    fn drop(&mut self) {
        IDLE.lock().unwrap_or_else(PoisonError::into_inner).extend(self.0.take());
    }
}

thread_local! {
    static SEAT: RefCell<Seat> = RefCell::default();
}

/// Whether tests run in the sandbox too.
pub(super) fn is_wanted() -> bool {
    env::var_os(PROGRAM).is_some()
}

/// Asks this thread's sandbox, starting it if it does not run yet.
pub(super) fn ask(request: &Request) -> Result<Answer, String> {
    SEAT.with(|seat| {
        let mut seat = seat.borrow_mut();
        let idle = || IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut running = match seat.0.take().or_else(idle) {
            Some(running) => running,
            None => Sandbox::start()?,
        };
        // One that does not answer is not asked again.
        let answer =
            running.exchange(request).map_err(|error| format!("the sandbox (`{PROGRAM}`) has stopped: {error}"))?;
        seat.0 = Some(running);
        match answer {
            Answer::Failed(why) => Err(why),
            answer => Ok(answer),
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
        // It ends by itself when its input does, at the latest with this process.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
