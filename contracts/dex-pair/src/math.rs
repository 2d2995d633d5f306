//! Prices and fees.

use zx::prelude::*;

/// What a unit of the one costs in units of the other, as a fixed-point number with 112 binary places, rounded down.
pub(crate) fn price(of: Uint<112>, reserve: Uint<112>) -> U256 {
    (reserve.get() << 112) / of.get()
}

/// A balance in thousandths, without the fee of what came in.
pub(crate) fn after_fee(balance: U256, amount_in: U256) -> U256 {
    balance * U256::from(1_000u64) - amount_in * U256::from(3u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_has_112_binary_places() {
        let n = |number: u64| Uint::<112>::new(U256::from(number));
        assert_eq!(price(n(2), n(3)), U256::from(3u8) << 111);
        assert_eq!(price(n(3), n(1)), (U256::ONE << 112) / U256::from(3u8));
    }
}
