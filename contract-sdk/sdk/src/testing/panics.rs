//! Panics of contracts: a module turns them into reverts, and so does the native host, without a word on standard error.

use super::Unwound;
use crate::{
    Outcome,
    revert::{self, PANIC_OVERFLOW},
};
use core::cell::{Cell, RefCell};
use std::{
    panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind, set_hook, take_hook},
    sync::Once,
};

thread_local! {
    /// How many calls of contracts this thread is in.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// Where the last panic was, as a module would say it.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs a contract's code; a panic becomes the data that a module would revert with. A revert unwinds on.
pub(super) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Vec<u8>> {
    quieten();
    DEPTH.set(DEPTH.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(run));
    DEPTH.set(DEPTH.get() - 1);
    result.map_err(|payload| match payload.downcast::<Unwound>() {
        Ok(unwound) => resume_unwind(unwound),
        Err(payload) => {
            let message = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let message = message.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
            if message.ends_with("with overflow") {
                return revert::panic_data(PANIC_OVERFLOW);
            }
            revert::error_string(&[&message, &PLACE.with(RefCell::take)])
        }
    })
}

/// Runs the code of a contract that a contract calls: its panic is its own revert, where one of a test is not.
pub(super) fn nested(run: impl FnOnce() -> Outcome) -> Outcome {
    if DEPTH.get() == 0 {
        return run();
    }
    caught(run).unwrap_or_else(Err)
}

/// From now on panics inside of contracts are noted, not told.
fn quieten() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = take_hook();
        set_hook(Box::new(move |info: &PanicHookInfo<'_>| match info.location() {
            Some(place) if DEPTH.get() > 0 => {
                PLACE.with(|text| *text.borrow_mut() = format!(", {}:{}", place.file(), place.line()));
            }
            _ => tell(info),
        }));
    });
}
