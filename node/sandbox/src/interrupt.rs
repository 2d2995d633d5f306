//! Ending guests from outside: those of calls that nobody waits for any more.
//!
//! Generated code looks at nothing but its fuel, and that it keeps in a register. So a thread whose guests may be ended
//! is sent a signal when it is time. The handler looks where the thread is: in the code of its innermost guest it goes
//! on as after a trap (see [`trap`]), anywhere else nothing happens, and the signal comes again a moment later. Threads
//! that make or import blocks are never sent one: what ends a guest of theirs is its fuel.
//!
//! On systems for which the traps are wasmer's the signals do nothing, and a guest's gas bounds its time.

use crate::trap;
use parking_lot::{Condvar, Mutex};
use std::{
    fmt,
    ops::Range,
    ptr,
    sync::{
        Arc, LazyLock, Once,
        atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering, compiler_fence},
    },
    thread,
    time::Duration,
};

/// Between two looks at whether guests are to be ended, and between two signals to a thread that was elsewhere.
const TICK: Duration = Duration::from_millis(5);
/// Nobody waits for it unless he asks, and a process that does not know it ignores it.
const SIGNAL: libc::c_int = libc::SIGURG;

/// What the signal handler knows of a thread's guests. It is only changed by the thread itself, but for `due`.
#[derive(Debug, Default)]
struct Run {
    /// Whether its guests are to be ended.
    due: AtomicBool,
    /// Whether one was.
    ended: AtomicBool,
    /// Native code of the innermost guest: first address, and the one after the last; 0 while there is none.
    start: AtomicUsize,
    end: AtomicUsize,
    /// Where the guest was.
    left_at: AtomicUsize,
}

thread_local! {
    /// The run of this thread; null, or kept alive by its [`Interruptible`].
    static CURRENT: AtomicPtr<Run> = const { AtomicPtr::new(ptr::null_mut()) };
}

impl Run {
    fn code(&self) -> Range<usize> {
        self.start.load(Ordering::Relaxed)..self.end.load(Ordering::Relaxed)
    }

    /// At no moment in between is the range a mixture of both.
    fn set_code(&self, code: &Range<usize>) {
        self.end.store(0, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        self.start.store(code.start, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        self.end.store(code.end, Ordering::Relaxed);
    }
}

/// The run of this thread, if its guests may be ended.
fn current<'a>() -> Option<&'a Run> {
    let run = CURRENT.with(|current| current.load(Ordering::Relaxed));
    // SAFETY: an `Interruptible` of this thread keeps it alive, and takes the pointer away first; it is not sent to other
    // threads, and what borrows the run here ends before the frame that holds it.
    unsafe { run.as_ref() }
}

/// The guests of this thread may be ended, as long as this is there.
pub struct Interruptible {
    run: Arc<Run>,
    before: *mut Run,
    number: u64,
}

impl Interruptible {
    /// From now on the guests that this thread runs end with [`Status::Fatal`](crate::Status::Fatal) some milliseconds
    /// after `due` has said so. It is asked from another thread.
    pub fn new(due: impl Fn() -> bool + Send + 'static) -> Self {
        listen();
        let run = Arc::new(Run::default());
        // SAFETY: it says who the thread is, and nothing else.
        let thread = unsafe { libc::pthread_self() };
        let number = WATCH.begin(Watched { run: Arc::clone(&run), thread, due: Box::new(due) });
        let pointer = Arc::as_ptr(&run).cast_mut();
        let before = CURRENT.with(|current| current.swap(pointer, Ordering::Relaxed));
        Self { run, before, number }
    }
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        CURRENT.with(|current| current.store(self.before, Ordering::Relaxed));
        // After this no signal is sent; one that is on its way finds nothing that is due.
        WATCH.end(self.number);
    }
}

impl fmt::Debug for Interruptible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Interruptible").field(&self.run).finish()
    }
}

/// Puts the code of the guest around this one back, when it is dropped.
pub(crate) struct Inside<'a>(Option<(&'a Run, Range<usize>)>);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        if let Some((run, before)) = &self.0 {
            run.set_code(before);
        }
    }
}

/// Says that a guest with this code is entered, until the result is dropped.
pub(crate) fn enter<'a>(code: &Range<usize>) -> Inside<'a> {
    Inside(current().map(|run| {
        let before = run.code();
        run.set_code(code);
        (run, before)
    }))
}

/// Whether a guest of this thread has been ended.
pub(crate) fn has_ended() -> bool {
    current().is_some_and(|run| run.ended.load(Ordering::Relaxed))
}

/// Has the signal come to [`on_signal`].
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: all zeros are an action, whose fields are then set; the handler only does what one may do.
        let installed = unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_signal as *const () as usize;
            // A guest may be at the end of its stack; and what waits in the kernel goes on waiting.
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
            libc::sigemptyset(&mut action.sa_mask);
            libc::sigaction(SIGNAL, &action, ptr::null_mut())
        };
        if installed != 0 {
            tracing::warn!("guests cannot be ended from outside: their gas bounds the time of calls");
        }
    });
}

extern "C" fn on_signal(_: libc::c_int, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let Some(run) = current().filter(|run| run.due.load(Ordering::Relaxed)) else { return };
    // SAFETY: the context is the kernel's, and in its own code a guest has nothing to drop.
    if unsafe { trap::leave_from(context.cast(), &run.code(), &run.left_at) } {
        run.ended.store(true, Ordering::Relaxed);
    }
}

/// A thread whose guests may be ended.
struct Watched {
    run: Arc<Run>,
    thread: libc::pthread_t,
    due: Box<dyn Fn() -> bool + Send>,
}

// SAFETY: the name of a thread may be used anywhere; on some systems it is a pointer.
unsafe impl Send for Watched {}

impl Watched {
    /// Called under the lock that [`Watch::end`] takes: the thread is there.
    fn look(&self) {
        if self.run.due.load(Ordering::Relaxed) || (self.due)() {
            self.run.due.store(true, Ordering::Relaxed);
            // SAFETY: the thread has not ended, and its handler is in place.
            unsafe { libc::pthread_kill(self.thread, SIGNAL) };
        }
    }
}

/// Every thread whose guests may be ended, and one that looks after them.
#[derive(Default)]
struct Watch {
    state: Mutex<State>,
    bell: Condvar,
}

#[derive(Default)]
struct State {
    last: u64,
    watched: Vec<(u64, Watched)>,
    /// Whether the thread that looks has nothing to do and waits for the bell.
    resting: bool,
}

static WATCH: LazyLock<Watch> = LazyLock::new(|| {
    let spawned = thread::Builder::new().name("zx-interrupt".to_owned()).spawn(|| WATCH.run());
    if let Err(error) = spawned {
        tracing::warn!(%error, "guests cannot be ended from outside: their gas bounds the time of calls");
    }
    Watch::default()
});

impl Watch {
    fn begin(&self, watched: Watched) -> u64 {
        let mut state = self.state.lock();
        state.last = state.last.wrapping_add(1);
        let number = state.last;
        state.watched.push((number, watched));
        if std::mem::take(&mut state.resting) {
            self.bell.notify_one();
        }
        number
    }

    fn end(&self, number: u64) {
        let mut state = self.state.lock();
        if let Some(place) = state.watched.iter().position(|(of, _)| *of == number) {
            state.watched.swap_remove(place);
        }
    }

    /// Looks after the threads, for as long as there is a process. It rests when a tick has gone by without any, so that
    /// calls that take microseconds do not wake it each time.
    fn run(&self) -> ! {
        let mut seen = 0;
        loop {
            thread::sleep(TICK);
            let mut state = self.state.lock();
            state.watched.iter().for_each(|(_, watched)| watched.look());
            if state.watched.is_empty() && state.last == seen {
                state.resting = true;
                self.bell.wait_while(&mut state, |state| state.resting);
            }
            seen = state.last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_guest_is_that_of_the_one_around_it_when_it_is_over() {
        assert!(!has_ended());
        let _outer = Interruptible::new(|| false);
        let run = current().unwrap();
        {
            let _guest = enter(&(16..32));
            {
                let _inner = enter(&(64..128));
                assert_eq!(run.code(), 64..128);
            }
            assert_eq!(run.code(), 16..32);
        }
        assert_eq!(run.code(), 0..0);
        {
            let _inner = Interruptible::new(|| true);
            assert!(!ptr::eq(run, current().unwrap()));
        }
        assert!(ptr::eq(run, current().unwrap()));
        assert!(!has_ended(), "no guest was running");
    }
}
