//! A wallet of one owner, whom guardians can replace.
//!
//! # What the owner can do at once
//! [`pay`](RecoveryWallet::pay) coins and [`transfer`](RecoveryWallet::transfer) tokens up to a limit a day (of the UTC
//! calendar, so that twice as much can go around midnight), and [`call`](RecoveryWallet::call) contracts that the wallet
//! trusts. A token without a limit has the limit zero.
//!
//! # What has to wait
//! Everything else, approvals of tokens among it, is an operation: it is [scheduled](RecoveryWallet::schedule), and can be
//! executed after a delay, or as soon as enough guardians [agree](RecoveryWallet::approve). Until then the owner can drop
//! it, and so can as many guardians ([`reject`](RecoveryWallet::reject)); no more than sixteen wait at once, so that a thief
//! cannot schedule more than guardians can reject. Owner, guardians, limits, delays and trust change by operations only. A
//! change of owner or guardians voids what was scheduled before.
//!
//! # Recovery
//! When enough guardians want the same new owner ([`support_recovery`](RecoveryWallet::support_recovery)), a delay begins.
//! The owner can [cancel](RecoveryWallet::cancel_recovery); otherwise anybody can finish it. A thief with the owner's key
//! can cancel too, but takes no more than the limits while guardians reject what they schedule.
//!
//! # Signatures
//! The wallet signs (EIP-1271) by its owner and enough guardians together: tokens take such a signature for a permit
//! (EIP-2612), so that the owner's alone would be a way around the limits. `signature` is
//! `abi.encode(bytes ownerSignature, Approval[] guardians)` of [`Message`], for this wallet on this chain, guardians by
//! ascending address.
//!
//! The wallet makes calls; no foreign code ever runs on its storage. Everything is set by the constructor: there is no
//! initializer. Loops are over guardians (16 at most) and the calls of an operation, which the owner chooses.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod authority;
mod interface;
mod limits;
mod recovery;
#[cfg(test)]
mod tests;

pub use interface::*;

use authority::Authority;
use limits::Limit;
use recovery::Recovery;
use zx::{
    abi::Args as _,
    components::{IERC721Receiver, IERC1155Receiver, TokenReceiver, erc20},
    crypto::{Domain, IERC1271, TypedData as _, is_valid_signature},
    prelude::*,
};

/// What is signed for: a wallet on a chain.
pub(crate) const DOMAIN: Domain = Domain::new("Zexus Recovery Wallet", "1");

/// The longest delay, in seconds: a year.
const MAXIMUM_DELAY: u64 = 365 * 86_400;

/// Stands for the chain's own coin where tokens are named.
const COIN: Address = Address::ZERO;

/// What EIP-1271 has a contract answer for its own signature, and for any other.
const VALID: FixedBytes<4> = FixedBytes(zx::selector("isValidSignature(bytes32,bytes)"));
const INVALID: FixedBytes<4> = FixedBytes([0xFF; 4]);

/// In seconds: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
struct Delays {
    recovery: u64,
    operation: u64,
}

/// What was scheduled: two slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
struct Operation {
    /// Hash of its calls; zero if it was executed or dropped.
    hash: B256,
    /// When it can be executed without guardians, in seconds since 1970.
    ready: u64,
    /// The era in which it was scheduled.
    era: u64,
    /// Guardians who agree, and who do not.
    agree: u8,
    disagree: u8,
}

/// State of a wallet.
#[zx::contract]
#[derive(Debug)]
pub struct RecoveryWallet {
    authority: Authority,
    delays: Item<Delays>,
    limits: Map<Address, Limit>,
    trusted: Map<Address, bool>,
    operation_count: Item<U256>,
    operations: Map<U256, Operation>,
    /// By operation and guardian: whether they have spoken.
    spoken: Map<(U256, Address), bool>,
    recovery: Recovery,
    #[component]
    receiver: TokenReceiver,
}

#[zx::public(implements(IERC1271, IERC721Receiver, IERC1155Receiver))]
impl RecoveryWallet {
    /// Names the owner, the guardians, how many of them must agree, the delays of a recovery and of an operation in
    /// seconds, and how much can be spent in a day, in wei.
    #[constructor]
    #[expect(clippy::too_many_arguments, reason = "all that a wallet is")]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        owner: Address,
        guardians: Vec<Address>,
        threshold: u8,
        recovery_delay: u64,
        operation_delay: u64,
        daily_limit: u128,
    ) -> Result<(), RecoveryError> {
        self.authority.set_owner(cx, owner)?;
        for guardian in guardians {
            self.authority.add(cx, guardian)?;
        }
        self.authority.set_threshold(cx, threshold)?;
        self.change_delays(cx, recovery_delay, operation_delay)?;
        self.change_limit(cx, COIN, daily_limit);
        Ok(())
    }

    /// Takes coins.
    #[receive]
    #[reentrant]
    pub fn receive(&mut self, cx: &mut Ctx) {
        let (from, value) = (cx.sender(), cx.value());
        cx.emit(Received { from, value });
    }

    /// Whose the wallet is.
    #[reentrant]
    pub fn owner(&self, _cx: &Ctx) -> Address {
        self.authority.owner()
    }

    /// Who watches over it.
    #[reentrant]
    pub fn guardians(&self, _cx: &Ctx) -> Vec<Address> {
        self.authority.guardians()
    }

    /// How many of them must agree.
    #[reentrant]
    pub fn threshold(&self, _cx: &Ctx) -> u8 {
        self.authority.threshold()
    }

    /// Delays of a recovery and of an operation, in seconds.
    #[reentrant]
    pub fn delays(&self, _cx: &Ctx) -> (u64, u64) {
        let delays = self.delays.get();
        (delays.recovery, delays.operation)
    }

    /// What can be spent in a day of a token (the zero address is for coins), and what is left of that today.
    #[reentrant]
    pub fn limit(&self, cx: &Ctx, token: Address) -> (u128, u128) {
        let limit = self.limits.get(token);
        (limit.daily, limit.left(cx.block_timestamp()))
    }

    /// Whether a contract can be called without delay.
    #[reentrant]
    pub fn is_trusted(&self, _cx: &Ctx, target: Address) -> bool {
        self.trusted.get(target)
    }

    /// An operation: whether it can still be executed, when without guardians (in seconds since 1970), and how many of them
    /// agree and disagree.
    #[reentrant]
    pub fn operation(&self, _cx: &Ctx, id: U256) -> (bool, u64, u8, u8) {
        let operation = self.operations.get(id);
        let pending = self.pending(id).is_ok();
        (
            pending,
            operation.ready,
            operation.agree,
            operation.disagree,
        )
    }

    /// Who will be the owner, and when (in seconds since 1970); nobody if there is no recovery.
    #[reentrant]
    pub fn recovery(&self, _cx: &Ctx) -> (Address, u64) {
        self.recovery.running().unwrap_or_default()
    }

    /// How many guardians want somebody to be the owner.
    #[reentrant]
    pub fn recovery_support(&self, _cx: &Ctx, candidate: Address) -> u8 {
        self.recovery.support_of(candidate)
    }

    /// What owner and guardians sign for the wallet to have signed a hash: that of [`Message`], by EIP-712.
    #[reentrant]
    pub fn message_hash(&self, cx: &Ctx, hash: B256) -> B256 {
        Message { hash }.typed_hash(DOMAIN.separator(cx))
    }

    /// Pays coins within the limit. Only the owner can.
    pub fn pay(&mut self, cx: &mut Ctx, to: Address, amount: U256) -> Result<(), RecoveryError> {
        self.authority.only_owner(cx)?;
        self.spend(cx, COIN, to, amount)?;
        make_one(cx, 0, to, amount, &[])
    }

    /// Sends tokens within their limit. Only the owner can.
    pub fn transfer(
        &mut self,
        cx: &mut Ctx,
        token: Address,
        to: Address,
        amount: U256,
    ) -> Result<(), RecoveryError> {
        self.authority.only_owner(cx)?;
        self.spend(cx, token, to, amount)?;
        Ok(erc20::send(cx, token, to, amount)?)
    }

    /// Calls a contract that the wallet trusts, with coins within the limit. Only the owner can.
    pub fn call(
        &mut self,
        cx: &mut Ctx,
        target: Address,
        value: U256,
        data: Bytes,
    ) -> Result<(), RecoveryError> {
        self.authority.only_owner(cx)?;
        ensure!(
            self.trusted.get(target),
            RecoveryError::NotTrusted { target }
        );
        if !value.is_zero() {
            self.spend(cx, COIN, target, value)?;
        }
        make_one(cx, 0, target, value, &data)
    }

    /// Schedules calls, whatever they are; the number of the operation. Only the owner can.
    pub fn schedule(&mut self, cx: &mut Ctx, calls: Vec<Call>) -> Result<U256, RecoveryError> {
        self.authority.only_owner(cx)?;
        ensure!(!calls.is_empty(), RecoveryError::NoCalls);
        self.authority.begin_operation()?;
        let id = self.operation_count.get();
        self.operation_count.set(id + U256::ONE);
        let ready = cx.block_timestamp() + self.delays.get().operation;
        let operation = Operation {
            hash: hash_of(cx, &calls),
            ready,
            era: self.authority.era(),
            agree: 0,
            disagree: 0,
        };
        self.operations.set(id, operation);
        cx.emit(Scheduled { id, ready, calls });
        Ok(id)
    }

    /// Makes the calls of an operation: after its delay, or when enough guardians agree. Only the owner can.
    pub fn execute(
        &mut self,
        cx: &mut Ctx,
        id: U256,
        calls: Vec<Call>,
    ) -> Result<(), RecoveryError> {
        self.authority.only_owner(cx)?;
        let Operation {
            hash, ready, agree, ..
        } = self.pending(id)?;
        ensure!(
            hash == hash_of(cx, &calls),
            RecoveryError::OtherCalls { id }
        );
        let threshold = self.authority.threshold();
        ensure!(
            cx.block_timestamp() >= ready || agree >= threshold,
            RecoveryError::NotReady {
                ready,
                agree,
                threshold
            }
        );
        self.end(id);
        cx.emit(Executed { id });
        for (index, call) in (0..).zip(calls) {
            make_one(cx, index, call.to, call.value, &call.data)?;
        }
        Ok(())
    }

    /// Drops an operation. Only the owner can.
    pub fn cancel(&mut self, cx: &mut Ctx, id: U256) -> Result<(), RecoveryError> {
        self.authority.only_owner(cx)?;
        self.pending(id)?;
        self.end(id);
        cx.emit(Dropped { id });
        Ok(())
    }

    /// Agrees with an operation. Each guardian speaks once about it.
    pub fn approve(&mut self, cx: &mut Ctx, id: U256) -> Result<(), RecoveryError> {
        let operation = self.speak(cx, id, true)?;
        self.operations.set(
            id,
            Operation {
                agree: operation.agree + 1,
                ..operation
            },
        );
        Ok(())
    }

    /// Disagrees with an operation: with enough guardians who do, it is dropped.
    pub fn reject(&mut self, cx: &mut Ctx, id: U256) -> Result<(), RecoveryError> {
        let operation = self.speak(cx, id, false)?;
        let disagree = operation.disagree + 1;
        if disagree >= self.authority.threshold() {
            self.end(id);
            cx.emit(Dropped { id });
        } else {
            self.operations.set(
                id,
                Operation {
                    disagree,
                    ..operation
                },
            );
        }
        Ok(())
    }

    /// Wants the wallet to have another owner. Only guardians can; who wanted somebody else wants them no more.
    pub fn support_recovery(
        &mut self,
        cx: &mut Ctx,
        candidate: Address,
    ) -> Result<(), RecoveryError> {
        let guardian = self.authority.only_guardian(cx)?;
        self.authority.check_candidate(cx, candidate)?;
        let (threshold, delay) = (self.authority.threshold(), self.delays.get().recovery);
        self.recovery
            .want(cx, guardian, candidate, threshold, delay)
    }

    /// Says that the owner is there: guardians would have to begin again. Only the owner can.
    pub fn cancel_recovery(&mut self, cx: &mut Ctx) -> Result<(), RecoveryError> {
        self.authority.only_owner(cx)?;
        let running = self.recovery.running();
        let (candidate, _) = running.ok_or(RecoveryError::NoRecovery)?;
        self.recovery.end();
        cx.emit(RecoveryCancelled { candidate });
        Ok(())
    }

    /// Makes the candidate of a recovery the owner, when the delay is over. Anybody can.
    pub fn finish_recovery(&mut self, cx: &mut Ctx) -> Result<(), RecoveryError> {
        let running = self.recovery.running();
        let (candidate, ready) = running.ok_or(RecoveryError::NoRecovery)?;
        ensure!(
            cx.block_timestamp() >= ready,
            RecoveryError::TooEarly { ready }
        );
        self.recovery.end();
        self.authority.set_owner(cx, candidate)
    }

    /// Whether the wallet has signed a hash (EIP-1271): 0x1626ba7e, or 0xffffffff.
    #[reentrant]
    pub fn is_valid_signature(&self, cx: &Ctx, hash: B256, signature: Bytes) -> FixedBytes<4> {
        let Some((by_owner, approvals)) = <(Bytes, Vec<Approval>)>::decode(&signature) else {
            return INVALID;
        };
        let hash = self.message_hash(cx, hash);
        let owner = self.authority.owner();
        if is_valid_signature(cx, owner, hash, &by_owner) && self.agree(cx, hash, &approvals) {
            VALID
        } else {
            INVALID
        }
    }

    /// Hands the wallet to another owner. Only the wallet itself can.
    #[reentrant]
    pub fn set_owner(&mut self, cx: &mut Ctx, owner: Address) -> Result<(), RecoveryError> {
        only_self(cx)?;
        self.recovery.end();
        self.authority.set_owner(cx, owner)
    }

    /// Makes an account a guardian. Only the wallet itself can.
    #[reentrant]
    pub fn add_guardian(&mut self, cx: &mut Ctx, guardian: Address) -> Result<(), RecoveryError> {
        only_self(cx)?;
        self.recovery.end();
        self.authority.add(cx, guardian)
    }

    /// Makes a guardian one no more; enough must remain. Only the wallet itself can.
    #[reentrant]
    pub fn remove_guardian(
        &mut self,
        cx: &mut Ctx,
        guardian: Address,
    ) -> Result<(), RecoveryError> {
        only_self(cx)?;
        self.recovery.end();
        self.authority.remove(cx, guardian)
    }

    /// Sets how many guardians must agree. Only the wallet itself can.
    #[reentrant]
    pub fn set_threshold(&mut self, cx: &mut Ctx, threshold: u8) -> Result<(), RecoveryError> {
        only_self(cx)?;
        self.recovery.end();
        self.authority.set_threshold(cx, threshold)
    }

    /// Sets the delays of a recovery and of an operation, in seconds; what has begun keeps its own. Only the wallet itself
    /// can.
    #[reentrant]
    pub fn set_delays(
        &mut self,
        cx: &mut Ctx,
        recovery: u64,
        operation: u64,
    ) -> Result<(), RecoveryError> {
        only_self(cx)?;
        self.change_delays(cx, recovery, operation)
    }

    /// Sets what can be spent in a day of a token, or of coins (the zero address). Only the wallet itself can.
    #[reentrant]
    pub fn set_limit(
        &mut self,
        cx: &mut Ctx,
        token: Address,
        daily: u128,
    ) -> Result<(), RecoveryError> {
        only_self(cx)?;
        ensure!(
            !self.trusted.get(token),
            RecoveryError::CannotTrust { target: token }
        );
        self.change_limit(cx, token, daily);
        Ok(())
    }

    /// Says whether a contract can be called without delay, whatever it is told. Only the wallet itself can.
    #[reentrant]
    pub fn set_trusted(
        &mut self,
        cx: &mut Ctx,
        target: Address,
        trusted: bool,
    ) -> Result<(), RecoveryError> {
        only_self(cx)?;
        // By a call of the wallet, it would do to itself what only operations may.
        let possible = target != cx.address() && self.limits.get(target).daily == 0;
        ensure!(possible || !trusted, RecoveryError::CannotTrust { target });
        self.trusted.set(target, trusted);
        cx.emit(TrustChanged { target, trusted });
        Ok(())
    }
}

impl RecoveryWallet {
    /// Takes an amount off what is left of a limit today.
    fn spend(
        &mut self,
        cx: &mut Ctx,
        token: Address,
        to: Address,
        amount: U256,
    ) -> Result<(), RecoveryError> {
        // A call of anything could be made for nothing.
        ensure!(!amount.is_zero(), RecoveryError::ZeroAmount);
        let mut limit = self.limits.entry(token);
        let spent = limit.get().spend(cx.block_timestamp(), token, amount)?;
        limit.set(spent);
        cx.emit(Spent { token, to, amount });
        Ok(())
    }

    /// An operation that was neither executed nor dropped, of the owner and guardians that there are.
    fn pending(&self, id: U256) -> Result<Operation, RecoveryError> {
        let operation = self.operations.get(id);
        ensure!(
            !operation.hash.is_zero() && operation.era == self.authority.era(),
            RecoveryError::UnknownOperation { id }
        );
        Ok(operation)
    }

    /// Takes an operation off the books that was pending.
    fn end(&mut self, id: U256) {
        self.operations.clear(id);
        self.authority.end_operation();
    }

    /// Notes that a guardian speaks about an operation.
    fn speak(&mut self, cx: &mut Ctx, id: U256, agrees: bool) -> Result<Operation, RecoveryError> {
        let guardian = self.authority.only_guardian(cx)?;
        let operation = self.pending(id)?;
        let spoken = self.spoken.entry((id, guardian)).replace(true);
        ensure!(!spoken, RecoveryError::AlreadySpoken { id });
        cx.emit(Spoken {
            id,
            guardian,
            agrees,
        });
        Ok(operation)
    }

    /// Whether these are signatures of a hash by enough guardians, each once.
    fn agree(&self, cx: &Ctx, hash: B256, approvals: &[Approval]) -> bool {
        if approvals.len() < usize::from(self.authority.threshold()) {
            return false;
        }
        // No guardian is the zero address.
        let mut last = Address::ZERO;
        approvals.iter().all(|approval| {
            let guardian = approval.guardian;
            let ascends = guardian > core::mem::replace(&mut last, guardian);
            ascends
                && self.authority.is_guardian(guardian)
                && is_valid_signature(cx, guardian, hash, &approval.signature)
        })
    }

    fn change_delays(
        &mut self,
        cx: &mut Ctx,
        recovery: u64,
        operation: u64,
    ) -> Result<(), RecoveryError> {
        for seconds in [recovery, operation] {
            ensure!(
                (1..=MAXIMUM_DELAY).contains(&seconds),
                RecoveryError::InvalidDelay { seconds }
            );
        }
        self.delays.set(Delays {
            recovery,
            operation,
        });
        cx.emit(DelaysChanged {
            recovery,
            operation,
        });
        Ok(())
    }

    fn change_limit(&mut self, cx: &mut Ctx, token: Address, daily: u128) {
        self.limits
            .entry(token)
            .update(|limit| limit.with_daily(daily));
        cx.emit(LimitChanged { token, daily });
    }
}

fn only_self(cx: &Ctx) -> Result<(), RecoveryError> {
    let account = cx.sender();
    ensure!(account == cx.address(), RecoveryError::NotSelf { account });
    Ok(())
}

/// Hash of calls.
fn hash_of(cx: &Ctx, calls: &[Call]) -> B256 {
    let hashes: Vec<[u8; 32]> = calls.iter().map(|call| call.struct_hash().0).collect();
    cx.keccak256(hashes.as_flattened())
}

/// Makes a call, the one with this number.
fn make_one(
    cx: &mut Ctx,
    index: u32,
    to: Address,
    value: U256,
    data: &[u8],
) -> Result<(), RecoveryError> {
    // A call of nobody succeeds, and does nothing.
    ensure!(
        data.is_empty() || cx.has_code(to),
        RecoveryError::NoCode { to }
    );
    let made = cx.call(to, data, CallOptions::value(value));
    made.map(drop).map_err(|error| failed(index, error))
}

fn failed(index: u32, error: CallError) -> RecoveryError {
    let reason = match error {
        CallError::Revert(data) => data.into(),
        CallError::Failed | CallError::Malformed => Bytes::new(),
    };
    RecoveryError::CallFailed { index, reason }
}
