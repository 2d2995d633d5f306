//! Tokens coming.

use crate::{IToken, StakingError};
use zx::{components::erc20, prelude::*};

/// Fetches tokens of the caller, who has allowed it; what has arrived, because some tokens keep a part.
pub(crate) fn fetch(cx: &mut Ctx, token: Address, amount: U256) -> Result<U256, StakingError> {
    let before = IToken::at(token).balance_of(cx, cx.address())?;
    erc20::pull(cx, token, cx.sender(), cx.address(), amount)?;
    let after = IToken::at(token).balance_of(cx, cx.address())?;
    Ok(after.saturating_sub(before))
}
