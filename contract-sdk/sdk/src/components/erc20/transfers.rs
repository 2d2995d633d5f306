//! Tokens of others, as they are and not as they should be.

use crate::{Abi as _, Address, CallOptions, Ctx, U256, abi::Args, call::CallError, error::encode_error};

// Constants, so that they are hashed by the compiler.
const TRANSFER: [u8; 4] = crate::selector("transfer(address,uint256)");
const TRANSFER_FROM: [u8; 4] = crate::selector("transferFrom(address,address,uint256)");
const APPROVE: [u8; 4] = crate::selector("approve(address,uint256)");

/// Why tokens of another contract did not move.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum TokenError {
    /// The token said no without a reason, answered nonsense, or is none: OpenZeppelin's error.
    SafeERC20FailedOperation {
        /// The token.
        token: Address,
    },
    /// The token refused, in its own words.
    Refused(CallError),
}

/// Sends tokens that this contract holds. A token that returns nothing is taken at its word, as OpenZeppelin's `SafeERC20`
/// does; an account without code is no token.
///
/// # Errors
/// They were not sent.
pub fn send(cx: &mut Ctx, token: Address, to: Address, value: U256) -> Result<(), TokenError> {
    ask(cx, token, TRANSFER, (to, value))
}

/// Takes tokens of `from` that this contract was allowed to move. What arrives can be less where the token takes a fee:
/// count it by the balance.
///
/// # Errors
/// They were not sent.
pub fn pull(cx: &mut Ctx, token: Address, from: Address, to: Address, value: U256) -> Result<(), TokenError> {
    ask(cx, token, TRANSFER_FROM, (from, to, value))
}

/// Lets `spender` move so many tokens of this contract.
///
/// # Errors
/// The token refused.
pub fn approve(cx: &mut Ctx, token: Address, spender: Address, value: U256) -> Result<(), TokenError> {
    ask(cx, token, APPROVE, (spender, value))
}

fn ask(cx: &mut Ctx, token: Address, selector: [u8; 4], arguments: impl Args) -> Result<(), TokenError> {
    let failed = Err(TokenError::SafeERC20FailedOperation { token });
    match cx.call(token, &encode_error(selector, arguments), CallOptions::default()) {
        Ok(answer) if answer.is_empty() => {
            if cx.has_code(token) {
                Ok(())
            } else {
                failed
            }
        }
        Ok(answer) if bool::decode_return(&answer) == Some(true) => Ok(()),
        Ok(_) => failed,
        Err(CallError::Revert(data)) if data.is_empty() => failed,
        Err(refused) => Err(refused.into()),
    }
}
