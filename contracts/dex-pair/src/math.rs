//! Prices.

use zx::prelude::*;

/// What a unit of the one costs in units of the other, as a fixed-point number with 112 binary places, rounded down.
pub(crate) fn price(of: Uint<112>, reserve: Uint<112>) -> U256 {
    (reserve.get() << 112) / of.get()
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
