//! A lock for methods that can be called while the contract is already running.

use crate::{Ctx, declare::erc7201, host, storage::Slot};

/// A lock in transient storage (EIP-1153): OpenZeppelin's `ReentrancyGuardTransient`, in its slot.
///
/// A call of a contract that is already running is refused by itself, so that most contracts need no lock. One that opens
/// methods by `#[reentrant]`, to be called back, locks those parts that must not overlap. All guards of a contract are
/// one lock.
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{components::{ReentrancyGuard, ReentrancyGuardError}, prelude::*};
///
/// #[zx::contract]
/// pub struct Pool {
///     guard: ReentrancyGuard,
///     #[view]
///     count: Item<u64>,
/// }
///
/// #[zx::public]
/// impl Pool {
///     /// Anybody may call this at any time, while the pool waits for a borrower too.
///     #[reentrant]
///     pub fn repay(&mut self, _cx: &mut Ctx) {
///         self.count.add(1);
///     }
///
///     /// Of these, one at a time runs.
///     #[reentrant]
///     pub fn lend(&mut self, cx: &mut Ctx, borrower: Address) -> Result<(), LendError> {
///         let _lock = self.guard.lock(cx)?;
///         cx.call(borrower, &[], CallOptions::default())?;
///         Ok(())
///     }
/// }
///
/// /// Why nothing was lent.
/// #[derive(Debug, zx::Error)]
/// pub enum LendError {
///     /// Something is being lent.
///     Locked(ReentrancyGuardError),
///     /// The borrower failed.
///     Borrower(CallError),
/// }
/// ```
#[zx::storage]
#[derive(Debug)]
pub struct ReentrancyGuard {}

/// Why a [`ReentrancyGuard`] refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum ReentrancyGuardError {
    /// What is locked was called from below itself.
    ReentrancyGuardReentrantCall {},
}

const SLOT: Slot = erc7201("openzeppelin.storage.ReentrancyGuard");
const LOCKED: [u8; 32] = {
    let mut word = [0; 32];
    word[31] = 1;
    word
};

impl ReentrancyGuard {
    /// Locks, until what is returned goes out of scope: bind it to a name, `let _lock = self.guard.lock(cx)?;`.
    ///
    /// # Errors
    /// It is locked.
    pub fn lock(&self, cx: &mut Ctx) -> Result<Lock, ReentrancyGuardError> {
        self.when_unlocked(cx)?;
        cx.store_transient(SLOT, LOCKED);
        Ok(Lock(()))
    }

    /// Goes on only while nothing is locked: for views that must not be asked halfway through a change.
    ///
    /// # Errors
    /// It is locked.
    pub fn when_unlocked(&self, cx: &Ctx) -> Result<(), ReentrancyGuardError> {
        if cx.load_transient(SLOT) == [0; 32] {
            return Ok(());
        }
        Err(ReentrancyGuardError::ReentrancyGuardReentrantCall {})
    }
}

/// A locked [`ReentrancyGuard`]: unlocks it when it goes out of scope.
#[derive(Debug)]
#[must_use = "it unlocks at once unless it is bound to a name: `let _lock = ...`"]
pub struct Lock(());

impl Drop for Lock {
    fn drop(&mut self) {
        host::transient_write(&SLOT, &[0; 32]);
    }
}
