//! Tokens coming and going.

use crate::{IToken, StakingError};
use zx::prelude::*;

/// Fetches tokens of the caller, who has allowed it; what has arrived, because some tokens keep a part.
pub(crate) fn fetch(cx: &mut Ctx, token: Address, amount: U256) -> Result<U256, StakingError> {
    const TRANSFER_FROM: [u8; 4] = zx::selector("transferFrom(address,address,uint256)");
    let before = IToken::at(token).balance_of(cx, cx.address())?;
    let arguments = (cx.sender(), cx.address(), amount);
    ask(cx, token, TRANSFER_FROM, arguments)?;
    let after = IToken::at(token).balance_of(cx, cx.address())?;
    Ok(after.saturating_sub(before))
}

/// Sends tokens.
pub(crate) fn send(
    cx: &mut Ctx,
    token: Address,
    to: Address,
    amount: U256,
) -> Result<(), StakingError> {
    const TRANSFER: [u8; 4] = zx::selector("transfer(address,uint256)");
    ask(cx, token, TRANSFER, (to, amount))
}

/// Some tokens return nothing; what counts then is that they did not revert.
fn ask(
    cx: &mut Ctx,
    token: Address,
    selector: [u8; 4],
    arguments: impl zx::abi::Args,
) -> Result<(), StakingError> {
    let mut data = selector.to_vec();
    data.extend(arguments.encode());
    let answer = cx.call(token, &data, CallOptions::default())?;
    let done = answer.is_empty() || <bool as zx::Abi>::decode_return(&answer) == Some(true);
    ensure!(done, StakingError::TransferFailed { token });
    Ok(())
}
