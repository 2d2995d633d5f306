//! Moving tokens of other contracts.

use crate::{Abi as _, Address, CallError, CallOptions, Ctx, U256, abi::Args, selector};

const TRANSFER: [u8; 4] = selector("transfer(address,uint256)");
const TRANSFER_FROM: [u8; 4] = selector("transferFrom(address,address,uint256)");
const BALANCE_OF: [u8; 4] = selector("balanceOf(address)");

/// A fungible token (ERC-20) of another contract, moved as OpenZeppelin's `SafeERC20` does: tokens that return nothing
/// count as moved, tokens that return `false` or have no code do not.
///
/// ```no_run
/// # extern crate zx_sdk as zx;
/// # use zx::{prelude::*, token::{Token, TokenError}};
/// # fn f(cx: &mut Ctx, usd: Address) -> Result<(), TokenError> {
/// let (payer, here) = (cx.sender(), cx.address());
/// Token::at(usd).transfer_from(cx, payer, here, U256::ONE)?;
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    address: Address,
}

/// Why tokens were not moved.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum TokenError {
    /// The token says no, without a word, or there is no such contract.
    SafeERC20FailedOperation {
        /// The token.
        token: Address,
    },
    /// The token refused, in its own words.
    Call(CallError),
}

impl Token {
    /// The token at this address.
    pub const fn at(address: Address) -> Self {
        Self { address }
    }

    /// Its address.
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Moves tokens of this contract.
    ///
    /// # Errors
    /// They were not moved.
    pub fn transfer(&self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), TokenError> {
        self.act(cx, TRANSFER, (to, value))
    }

    /// Moves tokens that their owner has allowed this contract to move.
    ///
    /// # Errors
    /// They were not moved.
    pub fn transfer_from(&self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> Result<(), TokenError> {
        self.act(cx, TRANSFER_FROM, (from, to, value))
    }

    /// Moves tokens of `from` to this contract, and returns how many arrived: fewer than were sent, if the token takes a
    /// fee.
    ///
    /// # Errors
    /// They were not moved, or the token's balances do not go up.
    pub fn pull(&self, cx: &mut Ctx, from: Address, value: U256) -> Result<U256, TokenError> {
        let here = cx.address();
        let before = self.balance_of(cx, here)?;
        self.transfer_from(cx, from, here, value)?;
        let arrived = self.balance_of(cx, here)?.checked_sub(before);
        arrived.ok_or(TokenError::SafeERC20FailedOperation { token: self.address })
    }

    /// Tokens that an account has.
    ///
    /// # Errors
    /// The token does not tell.
    pub fn balance_of(&self, cx: &Ctx, account: Address) -> Result<U256, TokenError> {
        Ok(cx.query(self.address, BALANCE_OF, (account,))?)
    }

    fn act(&self, cx: &mut Ctx, selector: [u8; 4], arguments: impl Args) -> Result<(), TokenError> {
        let data = crate::error::encode_error(selector, arguments);
        let answer = cx.call(self.address, &data, CallOptions::default())?;
        let done = if answer.is_empty() { cx.has_code(self.address) } else { bool::decode_return(&answer) == Some(true) };
        if done { Ok(()) } else { Err(TokenError::SafeERC20FailedOperation { token: self.address }) }
    }
}
