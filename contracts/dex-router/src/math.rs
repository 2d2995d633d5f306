//! What a pool gives for how much. Products have 512 bits: nothing overflows that has an answer.

use crate::RouterError;
use zx::prelude::*;

/// Of a thousand parts that come in, those that count: the fee is 0.3 %.
const COUNTED: u64 = 997;
const WHOLE: u64 = 1_000;

/// What so much of the one is worth of the other, at the price of the reserves: rounded down.
pub(crate) fn quote(amount: U256, reserve_a: U256, reserve_b: U256) -> Result<U256, RouterError> {
    has_a_price(amount, reserve_a, reserve_b)?;
    Ok(amount.mul_div(reserve_b, reserve_a, Rounding::Down))
}

/// The same; nothing, if it is more than can be counted.
pub(crate) fn worth(
    amount: U256,
    reserve_a: U256,
    reserve_b: U256,
) -> Result<Option<U256>, RouterError> {
    has_a_price(amount, reserve_a, reserve_b)?;
    Ok(amount.checked_mul_div(reserve_b, reserve_a, Rounding::Down))
}

/// What comes out for so much, after the fee: rounded down, against whoever trades.
pub(crate) fn amount_out(
    amount_in: U256,
    reserve_in: U256,
    reserve_out: U256,
) -> Result<U256, RouterError> {
    ensure!(!amount_in.is_zero(), RouterError::InsufficientInputAmount);
    has_both(reserve_in, reserve_out)?;
    let counted = amount_in * U256::from(COUNTED);
    let whole = reserve_in * U256::from(WHOLE) + counted;
    Ok(counted.mul_div(reserve_out, whole, Rounding::Down))
}

/// What has to come in for so much: one more than the quotient rounded down, as Uniswap has it, which is never too little.
pub(crate) fn amount_in(
    amount_out: U256,
    reserve_in: U256,
    reserve_out: U256,
) -> Result<U256, RouterError> {
    let minimum = U256::ONE;
    ensure!(
        !amount_out.is_zero(),
        RouterError::InsufficientOutputAmount {
            amount: amount_out,
            minimum
        }
    );
    has_both(reserve_in, reserve_out)?;
    ensure!(amount_out < reserve_out, RouterError::InsufficientLiquidity);
    let rest = (reserve_out - amount_out) * U256::from(COUNTED);
    let paid = reserve_in.mul_div(amount_out * U256::from(WHOLE), rest, Rounding::Down);
    Ok(paid + U256::ONE)
}

fn has_a_price(amount: U256, reserve_a: U256, reserve_b: U256) -> Result<(), RouterError> {
    ensure!(!amount.is_zero(), RouterError::InsufficientAmount);
    has_both(reserve_a, reserve_b)
}

fn has_both(reserve_a: U256, reserve_b: U256) -> Result<(), RouterError> {
    ensure!(
        !reserve_a.is_zero() && !reserve_b.is_zero(),
        RouterError::InsufficientLiquidity
    );
    Ok(())
}
