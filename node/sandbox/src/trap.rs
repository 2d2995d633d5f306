//! Traps that cost the same however deep they happen.
//!
//! wasmer walks the whole native stack for each trap, to word a trace that no contract may see. A guest that recurses
//! as deep as its stack allows and traps there, again and again, would make a node work a hundred times longer than it
//! pays for. So the fault is taken here, through the handler that wasmer calls first: the thread goes on in [`bail`],
//! which leaves the guest as a host function does.
//!
//! Taken are faults of the guest alone: at an address in its memory's reservation, or an instruction that traps, while
//! no host function runs. The guard page of the stack is wasmer's; a fault of a host function aborts. A fault in memory
//! that is the guest's, but not open yet, is no trap; see [`Window`].

use crate::{linker::Env, slot::Window};
use std::{
    ops::Range,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use wasmer::{
    BackendTrap, RuntimeError, Store,
    sys::vm::{Trap, raise_user_trap},
};
use wasmer_types::TrapCode;

/// Why the guest was left is in its [`Env`].
#[derive(Debug, thiserror::Error)]
#[error("the guest was stopped")]
struct Stopped;

/// Leaves the guest: the call that entered it returns an error.
///
/// # Safety
/// Only on the guest's stack, with nothing on it that has to be dropped.
pub(crate) unsafe fn leave() -> ! {
    // An error of wasmer's own kind is handed on as it is; of any other it would take a trace.
    let error = RuntimeError::new_from_source(BackendTrap::Sys(Trap::User(Box::new(Stopped))), Vec::new(), None);
    // SAFETY: the caller's promise.
    unsafe { raise_user_trap(Box::new(error)) }
}

/// Where a guest that faulted goes on.
extern "C-unwind" fn bail() -> ! {
    // SAFETY: the guest faulted on its own stack, and generated code has nothing to drop.
    unsafe { leave() }
}

/// What the generated code at `pc` traps with; `None` if it is not generated code.
pub(crate) fn code_at(pc: usize) -> Option<TrapCode> {
    let frames = wasmer_compiler::FRAME_INFO.read().ok()?;
    frames.lookup_trap_info(pc).map(|trap| trap.trap_code)
}

/// Takes the faults of the instance with this environment and memory.
pub(crate) fn take_over(store: &mut Store, env: &Rc<Env>, memory: Arc<Window>) {
    let env = EnvPtr(Rc::as_ptr(env));
    store.set_trap_handler(Some(Box::new(move |signal, info, context| {
        // SAFETY: the environment lives as long as the store, which runs. Only its atomics are used: this is a signal
        // handler. `info` and `context` are the kernel's.
        unsafe { handle(env.get(), &memory, signal, info, context.cast_mut()) }
    })));
}

struct EnvPtr(*const Env);

// SAFETY: the handler only runs on the thread that runs the store.
unsafe impl Send for EnvPtr {}
// SAFETY: as above.
unsafe impl Sync for EnvPtr {}

impl EnvPtr {
    /// # Safety
    /// The environment must be alive.
    unsafe fn get(&self) -> &Env {
        // SAFETY: the caller's promise.
        unsafe { &*self.0 }
    }
}

/// # Safety
/// In a signal handler, with what the kernel gave it.
unsafe fn handle(
    env: &Env,
    memory: &Window,
    signal: libc::c_int,
    info: *const libc::siginfo_t,
    context: *mut libc::c_void,
) -> bool {
    let guests = match signal {
        libc::SIGSEGV | libc::SIGBUS => {
            // SAFETY: the caller's promise.
            let address = unsafe { (*info).si_addr() }.addr();
            if memory.widen(address) {
                return true;
            }
            memory.reserved().contains(&address)
        }
        libc::SIGILL | libc::SIGFPE => true,
        _ => false,
    };
    // wasmer would take a fault of a host function, too, and leave it where it is, with all the locks that it holds.
    if env.in_host.load(Ordering::Relaxed) {
        // SAFETY: it may be called in a signal handler, and does not return.
        unsafe { libc::abort() }
    }
    // SAFETY: the caller's promise.
    guests && unsafe { registers::go_on_in_bail(context.cast(), &env.trapped_at) }
}

/// Lets the interrupted thread leave the guest, if it is in this code of it, and notes where it was. False if it is
/// elsewhere.
///
/// # Safety
/// In a signal handler, with the context that the kernel gave it; the code must be that of the innermost guest.
pub(crate) unsafe fn leave_from(context: *mut libc::ucontext_t, code: &Range<usize>, left_at: &AtomicUsize) -> bool {
    // SAFETY: the caller's promise.
    unsafe {
        registers::place(context).is_some_and(|pc| code.contains(&pc)) && registers::go_on_in_bail(context, left_at)
    }
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod registers {
    use super::bail;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Where the thread was.
    ///
    /// # Safety
    /// `context` is the interrupted thread's.
    pub(super) unsafe fn place(context: *const libc::ucontext_t) -> Option<usize> {
        // SAFETY: the caller's promise.
        Some(unsafe { (*context).uc_mcontext.gregs[libc::REG_RIP as usize] } as usize)
    }

    /// Notes where the thread was, and lets it go on in [`bail`] as if that had been called there.
    ///
    /// # Safety
    /// `context` is the interrupted thread's.
    pub(super) unsafe fn go_on_in_bail(context: *mut libc::ucontext_t, trapped_at: &AtomicUsize) -> bool {
        // SAFETY: the caller's promise.
        let registers = unsafe { &mut (*context).uc_mcontext.gregs };
        trapped_at.store(registers[libc::REG_RIP as usize] as usize, Ordering::Relaxed);
        // As after a call: sixteen bytes aligned, less a return address.
        registers[libc::REG_RSP as usize] = (registers[libc::REG_RSP as usize] & !15) - 8;
        registers[libc::REG_RIP as usize] = bail as *const () as libc::greg_t;
        true
    }
}

#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
mod registers {
    use super::bail;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// See the x86-64 one.
    ///
    /// # Safety
    /// `context` is the interrupted thread's.
    pub(super) unsafe fn place(context: *const libc::ucontext_t) -> Option<usize> {
        // SAFETY: the caller's promise.
        Some(unsafe { (*context).uc_mcontext.pc } as usize)
    }

    /// See the x86-64 one.
    ///
    /// # Safety
    /// `context` is the interrupted thread's.
    pub(super) unsafe fn go_on_in_bail(context: *mut libc::ucontext_t, trapped_at: &AtomicUsize) -> bool {
        // SAFETY: the caller's promise.
        let registers = unsafe { &mut (*context).uc_mcontext };
        trapped_at.store(registers.pc as usize, Ordering::Relaxed);
        registers.sp &= !15;
        registers.pc = bail as *const () as u64;
        true
    }
}

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod registers {
    use std::sync::atomic::AtomicUsize;

    /// Here nobody knows.
    pub(super) unsafe fn place(_: *const libc::ucontext_t) -> Option<usize> {
        None
    }

    /// Here wasmer handles the trap, at the price of a walk of the stack.
    pub(super) unsafe fn go_on_in_bail(_: *mut libc::ucontext_t, _: &AtomicUsize) -> bool {
        false
    }
}
