//! A pool of one token that lends all of it, to anybody, for the length of one call: the borrower has it back with a fee
//! when the call ends, or nothing of it has happened (ERC-3156). Who brings tokens gets shares of the pool (ERC-4626), and
//! the fees are theirs. Compatible with OpenZeppelin's `ERC4626`.
//!
//! - What the pool has is its balance: what somebody gives it is its shareholders'.
//! - Shares and tokens are converted as if there were a token and 1,000 shares more than there are. So the first to come
//!   cannot make a share worth so much that the next one's tokens buy none: what they give away for it is a thousand times
//!   what the next one loses.
//! - All conversions round against the caller: tokens in and shares burned up, tokens out and shares made down, the fee up.
//! - While the pool waits for a borrower, it can be asked for its fee and nothing else. Its balance is not there then, so
//!   that shares would be cheap, and who asked for their price would be told a wrong one.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod reentrancy;
#[cfg(test)]
mod tests;

pub use interface::{Deposit, FlashLoan, IERC3156FlashBorrower, IToken, LenderError, Withdraw};
use zx::{
    components::{
        Erc20, Ledger as _,
        erc20::{self, IERC20},
    },
    prelude::*,
};

/// Decimal places that shares have beyond the token's.
const OFFSET: u8 = 3;

/// Shares that there are besides, when they are converted: ten to the power of `OFFSET`.
const VIRTUAL_SHARES: u64 = 1_000;

/// 100 %, in hundredths of a percent.
const ALL: u16 = 10_000;

/// What a borrower returns (ERC-3156): `keccak256("ERC3156FlashBorrower.onFlashLoan")`.
const LENT: B256 = zx::b256!("439148f0bbc682ca079e46d6e2c2f0c1e3b820f1a291b069d8882abf8cf18dd9");

/// State of the lender.
#[zx::contract]
#[derive(Debug)]
pub struct FlashLender {
    #[component]
    shares: Erc20,
    /// Name of the shares.
    #[view]
    name: Item<String>,
    /// Their short name.
    #[view]
    symbol: Item<String>,
    /// The token.
    #[view]
    asset: Immutable<Address>,
    /// Its decimal places.
    asset_decimals: Immutable<u8>,
    /// In hundredths of a percent of what is lent.
    fee: Immutable<u16>,
}

#[zx::public]
impl FlashLender {
    /// Says what is lent, how shares are called, and what a loan costs, in hundredths of a percent.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        asset: Address,
        name: String,
        symbol: String,
        fee: u16,
    ) -> Result<(), LenderError> {
        ensure!(fee <= ALL, LenderError::InvalidFee { fee });
        let decimals = IToken::at(asset).decimals(cx).unwrap_or(18);
        self.asset.set(asset);
        self.asset_decimals.set(decimals);
        self.fee.set(fee);
        self.name.set(name);
        self.symbol.set(symbol);
        Ok(())
    }

    /// Decimal places with which shares are shown.
    pub fn decimals(&self, _cx: &Ctx) -> u8 {
        self.asset_decimals.get().saturating_add(OFFSET)
    }

    /// Tokens that the pool has.
    pub fn total_assets(&self, cx: &Ctx) -> Result<U256, LenderError> {
        self.has(cx, self.asset.get())
    }

    /// Shares that so many tokens are worth, rounded down.
    pub fn convert_to_shares(&self, cx: &Ctx, assets: U256) -> Result<U256, LenderError> {
        self.to_shares(cx, assets, Rounding::Down)
    }

    /// Tokens that so many shares are worth, rounded down.
    pub fn convert_to_assets(&self, cx: &Ctx, shares: U256) -> Result<U256, LenderError> {
        self.to_assets(cx, shares, Rounding::Down)
    }

    /// Tokens that somebody can bring: any.
    pub fn max_deposit(_receiver: Address) -> U256 {
        U256::MAX
    }

    /// Shares that somebody can be made: any.
    pub fn max_mint(_receiver: Address) -> U256 {
        U256::MAX
    }

    /// Tokens that somebody has in the pool.
    pub fn max_withdraw(&self, cx: &Ctx, owner: Address) -> Result<U256, LenderError> {
        self.to_assets(cx, self.shares.ledger().balance_of(owner), Rounding::Down)
    }

    /// Shares that somebody has.
    pub fn max_redeem(&self, _cx: &Ctx, owner: Address) -> U256 {
        self.shares.ledger().balance_of(owner)
    }

    /// Shares that so many tokens would bring.
    pub fn preview_deposit(&self, cx: &Ctx, assets: U256) -> Result<U256, LenderError> {
        self.to_shares(cx, assets, Rounding::Down)
    }

    /// Tokens that so many shares would cost.
    pub fn preview_mint(&self, cx: &Ctx, shares: U256) -> Result<U256, LenderError> {
        self.to_assets(cx, shares, Rounding::Up)
    }

    /// Shares that so many tokens would cost.
    pub fn preview_withdraw(&self, cx: &Ctx, assets: U256) -> Result<U256, LenderError> {
        self.to_shares(cx, assets, Rounding::Up)
    }

    /// Tokens that so many shares would bring.
    pub fn preview_redeem(&self, cx: &Ctx, shares: U256) -> Result<U256, LenderError> {
        self.to_assets(cx, shares, Rounding::Down)
    }

    /// Brings so many tokens, for shares of `receiver`.
    pub fn deposit(
        &mut self,
        cx: &mut Ctx,
        assets: U256,
        receiver: Address,
    ) -> Result<U256, LenderError> {
        let shares = self.to_shares(cx, assets, Rounding::Down)?;
        self.take(cx, receiver, assets, shares)?;
        Ok(shares)
    }

    /// Brings what so many shares of `receiver` cost.
    pub fn mint(
        &mut self,
        cx: &mut Ctx,
        shares: U256,
        receiver: Address,
    ) -> Result<U256, LenderError> {
        let assets = self.to_assets(cx, shares, Rounding::Up)?;
        self.take(cx, receiver, assets, shares)?;
        Ok(assets)
    }

    /// Gives so many tokens to `receiver`, for shares of `owner`.
    pub fn withdraw(
        &mut self,
        cx: &mut Ctx,
        assets: U256,
        receiver: Address,
        owner: Address,
    ) -> Result<U256, LenderError> {
        let max = self.max_withdraw(cx, owner)?;
        ensure!(
            assets <= max,
            LenderError::ERC4626ExceededMaxWithdraw { owner, assets, max }
        );
        let shares = self.to_shares(cx, assets, Rounding::Up)?;
        self.give(cx, receiver, owner, assets, shares)?;
        Ok(shares)
    }

    /// Gives what so many shares of `owner` are worth to `receiver`.
    pub fn redeem(
        &mut self,
        cx: &mut Ctx,
        shares: U256,
        receiver: Address,
        owner: Address,
    ) -> Result<U256, LenderError> {
        let max = self.shares.ledger().balance_of(owner);
        ensure!(
            shares <= max,
            LenderError::ERC4626ExceededMaxRedeem { owner, shares, max }
        );
        let assets = self.to_assets(cx, shares, Rounding::Down)?;
        self.give(cx, receiver, owner, assets, shares)?;
        Ok(assets)
    }

    /// What can be lent of a token.
    pub fn max_flash_loan(&self, cx: &Ctx, token: Address) -> Result<U256, LenderError> {
        if token != self.asset.get() {
            return Ok(U256::ZERO);
        }
        self.has(cx, token)
    }

    /// What a loan costs, rounded up.
    #[reentrant]
    pub fn flash_fee(&self, _cx: &Ctx, token: Address, amount: U256) -> Result<U256, LenderError> {
        ensure!(
            token == self.asset.get(),
            LenderError::ERC3156UnsupportedToken { token }
        );
        Ok(amount.mul_div(U256::from(self.fee.get()), U256::from(ALL), Rounding::Up))
    }

    /// Lends tokens to `receiver`, who is called with `data`, and takes them back with the fee: they have to be allowed to
    /// the pool by then. Anybody can make a receiver borrow; it should look at who the initiator is.
    pub fn flash_loan(
        &mut self,
        cx: &mut Ctx,
        receiver: Address,
        token: Address,
        amount: U256,
        data: Bytes,
    ) -> Result<bool, LenderError> {
        let max_loan = self.max_flash_loan(cx, token)?;
        ensure!(
            amount <= max_loan,
            LenderError::ERC3156ExceededMaxLoan { max_loan }
        );
        let fee = self.flash_fee(cx, token, amount)?;
        let (initiator, here, asset) = (cx.sender(), cx.address(), IERC20::at(token));
        erc20::send(cx, token, receiver, amount)?;
        let borrower = IERC3156FlashBorrower::at(receiver);
        let answer = borrower.on_flash_loan(cx, initiator, token, amount, fee, data)?;
        ensure!(
            answer == LENT,
            LenderError::ERC3156InvalidReceiver { receiver }
        );
        erc20::pull(cx, token, receiver, here, amount + fee)?;
        let (balance, owed) = (asset.balance_of(cx, here)?, max_loan + fee);
        ensure!(balance >= owed, LenderError::NotPaidBack { balance, owed });
        cx.emit(FlashLoan {
            initiator,
            receiver,
            amount,
            fee,
        });
        Ok(true)
    }

    fn has(&self, cx: &Ctx, asset: Address) -> Result<U256, LenderError> {
        Ok(IERC20::at(asset).balance_of(cx, cx.address())?)
    }

    /// Tokens that there are, with the virtual one, and shares with the virtual ones.
    fn rate(&self, cx: &Ctx) -> Result<(U256, U256), LenderError> {
        let assets = self.has(cx, self.asset.get())? + U256::ONE;
        Ok((
            assets,
            self.shares.ledger().total_supply() + U256::from(VIRTUAL_SHARES),
        ))
    }

    fn to_shares(&self, cx: &Ctx, assets: U256, rounding: Rounding) -> Result<U256, LenderError> {
        let (all, shares) = self.rate(cx)?;
        Ok(assets.mul_div(shares, all, rounding))
    }

    fn to_assets(&self, cx: &Ctx, shares: U256, rounding: Rounding) -> Result<U256, LenderError> {
        let (all, made) = self.rate(cx)?;
        Ok(shares.mul_div(all, made, rounding))
    }

    /// Takes the caller's tokens, then makes the shares. Whatever the token calls finds the pool closed.
    fn take(
        &mut self,
        cx: &mut Ctx,
        owner: Address,
        assets: U256,
        shares: U256,
    ) -> Result<(), LenderError> {
        let (sender, here) = (cx.sender(), cx.address());
        erc20::pull(cx, self.asset.get(), sender, here, assets)?;
        self.shares.mint(cx, owner, shares)?;
        cx.emit(Deposit {
            sender,
            owner,
            assets,
            shares,
        });
        Ok(())
    }

    /// Destroys shares that the caller has or may move, then gives the tokens.
    fn give(
        &mut self,
        cx: &mut Ctx,
        receiver: Address,
        owner: Address,
        assets: U256,
        shares: U256,
    ) -> Result<(), LenderError> {
        let sender = cx.sender();
        if sender != owner {
            self.shares.spend(owner, sender, shares)?;
        }
        self.shares.burn(cx, owner, shares)?;
        erc20::send(cx, self.asset.get(), receiver, assets)?;
        cx.emit(Withdraw {
            sender,
            receiver,
            owner,
            assets,
            shares,
        });
        Ok(())
    }
}
