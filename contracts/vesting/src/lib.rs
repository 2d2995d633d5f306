//! Holds coins and tokens for a beneficiary, whose they become little by little: nothing until the cliff, then as much as
//! the time since the start is of the duration, all of it at the end. Compatible with OpenZeppelin's `VestingWallet` and
//! `VestingWalletCliff`.
//!
//! - Whatever comes, whenever it comes, is treated as if it had been there from the start.
//! - The beneficiary owns the wallet, and can hand it on. Anybody can have released what is theirs: it goes to them.
//! - If the wallet was made with a revoker, that account can stop it once: what has become the beneficiary's by then stays
//!   theirs, released or not, and the rest goes back to the revoker. Without one, nobody can.
//! - What has become the beneficiary's is rounded down.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod tests;

pub use interface::{ERC20Released, EtherReleased, Reclaimed, Revoked, VestingError};

use zx::{
    components::{
        Ownable,
        erc20::{self, IERC20, TokenError},
    },
    prelude::*,
};

/// The chain's coin, where a token is meant.
const COIN: Address = Address::ZERO;

/// What there was of a token, and what is there.
#[derive(Clone, Copy, Debug)]
struct Holdings {
    here: U256,
    released: U256,
    reclaimed: U256,
    /// When it was revoked, in seconds since 1970; the end of time, if it was not.
    revoked: u64,
}

/// What has gone of a token.
#[zx::storage]
#[derive(Debug)]
pub struct Gone {
    released: Item<U256>,
    reclaimed: Item<U256>,
}

/// State of the wallet.
#[zx::contract]
#[derive(Debug)]
pub struct Vesting {
    #[component]
    ownable: Ownable,
    /// In seconds since 1970.
    start: Immutable<u64>,
    /// In seconds, from the start to the end.
    duration: Immutable<u64>,
    /// In seconds since 1970.
    cliff: Immutable<u64>,
    /// Who may revoke; the zero address if nobody may.
    #[view]
    revoker: Immutable<Address>,
    /// When it was revoked, in seconds since 1970; zero, if it was not.
    #[view]
    revoked_at: Item<u64>,
    gone: Map<Address, Gone>,
}

#[zx::public]
impl Vesting {
    /// Says whose it becomes and when (start since 1970, and from the start to the end and to the cliff, in seconds), and who
    /// may revoke it; the zero address for nobody.
    #[constructor]
    #[payable]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        beneficiary: Address,
        start: u64,
        duration_seconds: u64,
        cliff_seconds: u64,
        revoker: Address,
    ) -> Result<(), VestingError> {
        ensure!(
            cliff_seconds <= duration_seconds,
            VestingError::InvalidCliffDuration {
                cliff_seconds,
                duration_seconds
            }
        );
        ensure!(
            start.checked_add(duration_seconds).is_some(),
            VestingError::InvalidDuration { duration_seconds }
        );
        self.ownable.init(cx, beneficiary)?;
        self.start.set(start);
        self.duration.set(duration_seconds);
        self.cliff.set(start + cliff_seconds);
        self.revoker.set(revoker);
        Ok(())
    }

    /// Takes coins.
    #[receive]
    pub fn receive(&mut self, _cx: &mut Ctx) {}

    /// When it starts, in seconds since 1970.
    pub fn start(&self, _cx: &Ctx) -> U256 {
        U256::from(self.start.get())
    }

    /// Seconds from the start to the end.
    pub fn duration(&self, _cx: &Ctx) -> U256 {
        U256::from(self.duration.get())
    }

    /// When it ends, in seconds since 1970.
    pub fn end(&self, _cx: &Ctx) -> U256 {
        U256::from(self.start.get() + self.duration.get())
    }

    /// Before when there is nothing, in seconds since 1970.
    pub fn cliff(&self, _cx: &Ctx) -> U256 {
        U256::from(self.cliff.get())
    }

    /// Coins that the beneficiary was given.
    pub fn released(&self, _cx: &Ctx) -> U256 {
        self.gone.at(COIN).released.get()
    }

    /// Tokens that the beneficiary was given.
    #[selector(name = "released")]
    pub fn released_of(&self, _cx: &Ctx, token: Address) -> U256 {
        self.gone.at(token).released.get()
    }

    /// Coins that are the beneficiary's, and not given yet.
    pub fn releasable(&self, cx: &Ctx) -> Result<U256, VestingError> {
        Ok(self.due(cx, COIN)?.0)
    }

    /// Tokens that are the beneficiary's, and not given yet.
    #[selector(name = "releasable")]
    pub fn releasable_of(&self, cx: &Ctx, token: Address) -> Result<U256, VestingError> {
        Ok(self.due(cx, token)?.0)
    }

    /// Coins that are the beneficiary's at a time, given or not.
    pub fn vested_amount(&self, cx: &Ctx, timestamp: u64) -> Result<U256, VestingError> {
        self.vested(cx, COIN, timestamp)
    }

    /// Tokens that are the beneficiary's at a time, given or not.
    #[selector(name = "vestedAmount")]
    pub fn vested_amount_of(
        &self,
        cx: &Ctx,
        token: Address,
        timestamp: u64,
    ) -> Result<U256, VestingError> {
        self.vested(cx, token, timestamp)
    }

    /// What would go back of a token, or of coins (the zero address), to who revoked it.
    pub fn reclaimable(&self, cx: &Ctx, token: Address) -> Result<U256, VestingError> {
        let holdings = self.holdings(cx, token)?;
        if holdings.revoked == u64::MAX {
            return Ok(U256::ZERO);
        }
        let total = holdings.total();
        let rest = total - self.part(total, holdings.revoked);
        // As of what is due.
        let rest = rest.saturating_sub(holdings.reclaimed);
        Ok(rest.min(holdings.here))
    }

    /// Gives the beneficiary the coins that are theirs.
    pub fn release(&mut self, cx: &mut Ctx) -> Result<(), VestingError> {
        let (to, amount) = self.take_due(cx, COIN)?;
        cx.emit(EtherReleased { amount });
        pay(cx, COIN, to, amount)
    }

    /// Gives the beneficiary the tokens that are theirs.
    #[selector(name = "release")]
    pub fn release_of(&mut self, cx: &mut Ctx, token: Address) -> Result<(), VestingError> {
        ensure!(
            token != COIN,
            TokenError::SafeERC20FailedOperation { token }
        );
        let (to, amount) = self.take_due(cx, token)?;
        cx.emit(ERC20Released { token, amount });
        pay(cx, token, to, amount)
    }

    /// Stops it: nothing more becomes the beneficiary's.
    pub fn revoke(&mut self, cx: &mut Ctx) -> Result<(), VestingError> {
        self.only_revoker(cx)?;
        ensure!(self.revoked_at.get() == 0, VestingError::AlreadyRevoked);
        self.revoked_at.set(cx.block_timestamp());
        cx.emit(Revoked { by: cx.sender() });
        Ok(())
    }

    /// Takes back, once it is revoked, what has not become the beneficiary's of a token, or of coins (the zero address).
    pub fn reclaim(&mut self, cx: &mut Ctx, token: Address) -> Result<U256, VestingError> {
        self.only_revoker(cx)?;
        ensure!(self.revoked_at.get() != 0, VestingError::NotRevoked);
        let amount = self.reclaimable(cx, token)?;
        self.gone.at_mut(token).reclaimed.add(amount);
        cx.emit(Reclaimed { token, amount });
        pay(cx, token, cx.sender(), amount)?;
        Ok(amount)
    }

    fn only_revoker(&self, cx: &Ctx) -> Result<(), VestingError> {
        let account = cx.sender();
        ensure!(
            account == self.revoker.get() && !account.is_zero(),
            VestingError::NotRevoker { account }
        );
        Ok(())
    }

    /// What nobody can revoke was not: that costs no slot.
    fn revoked(&self) -> u64 {
        if self.revoker.get().is_zero() {
            return u64::MAX;
        }
        match self.revoked_at.get() {
            0 => u64::MAX,
            at => at,
        }
    }

    fn holdings(&self, cx: &Ctx, token: Address) -> Result<Holdings, VestingError> {
        let (gone, revoked) = (self.gone.at(token), self.revoked());
        let reclaimed = match revoked {
            u64::MAX => U256::ZERO,
            _ => gone.reclaimed.get(),
        };
        Ok(Holdings {
            here: has(cx, token)?,
            released: gone.released.get(),
            reclaimed,
            revoked,
        })
    }

    fn vested(&self, cx: &Ctx, token: Address, timestamp: u64) -> Result<U256, VestingError> {
        let holdings = self.holdings(cx, token)?;
        Ok(self.part(holdings.total(), timestamp.min(holdings.revoked)))
    }

    /// What is due, and what was given.
    fn due(&self, cx: &Ctx, token: Address) -> Result<(U256, U256), VestingError> {
        let holdings = self.holdings(cx, token)?;
        let time = cx.block_timestamp().min(holdings.revoked);
        let vested = self.part(holdings.total(), time);
        // Of a token that takes from balances, less may be there than was given, or than is due.
        let due = vested.saturating_sub(holdings.released);
        Ok((due.min(holdings.here), holdings.released))
    }

    /// Counts what is due as given, and says whom to give it.
    fn take_due(&mut self, cx: &Ctx, token: Address) -> Result<(Address, U256), VestingError> {
        let to = self.ownable.owner(cx);
        ensure!(!to.is_zero(), VestingError::NoBeneficiary);
        let (amount, released) = self.due(cx, token)?;
        self.gone.at_mut(token).released.set(released + amount);
        Ok((to, amount))
    }

    /// Of so much, what is the beneficiary's at a time before it was revoked.
    fn part(&self, total: U256, timestamp: u64) -> U256 {
        let start = self.start.get();
        if timestamp < self.cliff.get() || timestamp < start {
            return U256::ZERO;
        }
        let (passed, duration) = (timestamp - start, self.duration.get());
        if passed >= duration {
            return total;
        }
        total.mul_div(U256::from(passed), U256::from(duration), Rounding::Down)
    }
}

impl Holdings {
    /// All that ever came.
    fn total(&self) -> U256 {
        self.here + self.released + self.reclaimed
    }
}

/// What the wallet has of a token.
fn has(cx: &Ctx, token: Address) -> Result<U256, VestingError> {
    if token == COIN {
        return Ok(cx.balance());
    }
    Ok(IERC20::at(token).balance_of(cx, cx.address())?)
}

fn pay(cx: &mut Ctx, token: Address, to: Address, value: U256) -> Result<(), VestingError> {
    if token == COIN {
        return cx
            .send(to, value)
            .map_err(|_| VestingError::NotSent { to, value });
    }
    Ok(erc20::send(cx, token, to, value)?)
}
