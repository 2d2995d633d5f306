//! Roots and prices.

use zx::prelude::*;

/// The largest number whose square is at most `value` (Newton's method, from above).
pub(crate) fn square_root(value: U256) -> U256 {
    let one = U256::ONE;
    if value <= one {
        return value;
    }
    // A power of two that is not below the root.
    let mut root = one;
    let mut rest = value;
    while !rest.is_zero() {
        rest = rest >> 2;
        root = root << 1;
    }
    loop {
        let next = (value / root + root) >> 1;
        if next >= root {
            return root;
        }
        root = next;
    }
}

/// What a unit of the one costs in units of the other, as a fixed-point number with 112 binary places, rounded down.
pub(crate) fn price(of: Uint<112>, reserve: Uint<112>) -> U256 {
    (reserve.get() << 112) / of.get()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_root_is_the_largest_whose_square_fits(limbs in any::<[u64; 4]>(), shift in 0u32..256) {
            let value = U256::from_limbs(limbs) >> shift;
            let root = square_root(value);
            prop_assert!(root.checked_mul(root).is_some_and(|square| square <= value));
            let above = root + U256::ONE;
            prop_assert!(above.checked_mul(above).is_none_or(|square| square > value));
        }
    }

    #[test]
    fn the_edges_have_roots() {
        for (value, root) in [
            (0u64, 0u64),
            (1, 1),
            (2, 1),
            (3, 1),
            (4, 2),
            (8, 2),
            (9, 3),
            (u64::MAX, (1 << 32) - 1),
        ] {
            assert_eq!(square_root(U256::from(value)), U256::from(root));
        }
        assert_eq!(square_root(U256::MAX), (U256::ONE << 128) - U256::ONE);
    }

    #[test]
    fn a_price_has_112_binary_places() {
        let n = |number: u64| Uint::<112>::new(U256::from(number));
        assert_eq!(price(n(2), n(3)), U256::from(3u8) << 111);
        assert_eq!(price(n(3), n(1)), (U256::ONE << 112) / U256::from(3u8));
    }
}
