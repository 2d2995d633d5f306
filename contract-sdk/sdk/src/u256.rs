//! A 256-bit unsigned integer whose operators are checked.

use crate::{
    math::{Checked, Overflow, Underflow},
    revert::{PANIC_DIVISION, PANIC_OVERFLOW, panic_code},
};
use alloy_primitives::U256 as Wrapping;
use core::{
    fmt,
    iter::Sum,
    ops::{
        Add, AddAssign, BitAnd, BitOr, BitXor, Div, DivAssign, Mul, MulAssign, Not, Rem, RemAssign, Shl, Shr, Sub,
        SubAssign,
    },
    str::FromStr,
};

/// Where a division that leaves a rest goes. What a contract pays is rounded down, what it is owed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

/// A 256-bit unsigned integer: Solidity's `uint256`.
///
/// `+ - * / %` revert with Solidity's `Panic(0x11)` on overflow and `Panic(0x12)` on division by zero. That is why it
/// is not alloy's type of this name, whose operators wrap around silently; [`From`] converts both ways. Where a
/// contract wants to decide itself, there are `checked_`, `wrapping_` and `saturating_` methods.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct U256(Wrapping);

/// The number of a limb's bytes.
const fn number(limb: [u8; 8]) -> u64 {
    big_endian(u64::from_ne_bytes(limb))
}

/// The bytes of a limb's number.
const fn bytes(limb: u64) -> [u8; 8] {
    big_endian(limb).to_ne_bytes()
}

/// Turns the bytes round where they are the wrong way round. WebAssembly has no instruction for that: a contract has this
/// once.
#[inline(always)]
const fn big_endian(limb: u64) -> u64 {
    u64::from_be(limb)
}

impl U256 {
    /// 0.
    pub const ZERO: Self = Self(Wrapping::ZERO);
    /// 1.
    pub const ONE: Self = Self(Wrapping::ONE);
    /// 2^256 - 1.
    pub const MAX: Self = Self(Wrapping::MAX);

    /// Reads 32 bytes, big endian.
    #[inline(never)]
    pub const fn from_be_bytes(bytes: [u8; 32]) -> Self {
        // By limbs: the library goes over the bytes twice.
        match bytes.as_chunks().0 {
            [a, b, c, d] => Self::from_limbs([number(*d), number(*c), number(*b), number(*a)]),
            _ => Self::ZERO,
        }
    }

    /// As 32 bytes, big endian.
    #[inline(never)]
    pub const fn to_be_bytes(self) -> [u8; 32] {
        let [a, b, c, d] = *self.0.as_limbs();
        let bytes = [bytes(d), bytes(c), bytes(b), bytes(a)];
        match bytes.as_flattened().first_chunk() {
            Some(bytes) => *bytes,
            None => [0; 32],
        }
    }

    /// Four limbs of 64 bits, the least significant first: the way to write a constant.
    #[inline]
    pub const fn from_limbs(limbs: [u64; 4]) -> Self {
        Self(Wrapping::from_limbs(limbs))
    }

    /// The largest number of so many bits.
    pub(crate) const fn low_bits(bits: usize) -> Self {
        Self(Wrapping::MAX.wrapping_shr(256 - bits))
    }

    /// Whether it is 0.
    #[inline]
    pub const fn is_zero(&self) -> bool {
        self.0.const_is_zero()
    }

    /// `self + other`, unless that overflows.
    #[inline]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        wrap(self.0.checked_add(other.0))
    }

    /// `self - other`, unless that is negative.
    #[inline]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        wrap(self.0.checked_sub(other.0))
    }

    /// `self + other`.
    ///
    /// # Errors
    /// It does not fit.
    pub fn try_add(self, other: Self) -> Result<Self, Overflow<Self>> {
        Checked::try_add(self, other)
    }

    /// `self - other`.
    ///
    /// # Errors
    /// It is negative.
    pub fn try_sub(self, other: Self) -> Result<Self, Underflow<Self>> {
        Checked::try_sub(self, other)
    }

    /// `self * other`, unless that overflows.
    #[inline]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        wrap(self.0.checked_mul(other.0))
    }

    /// `self / other`, rounded down, unless `other` is 0.
    #[inline]
    pub fn checked_div(self, other: Self) -> Option<Self> {
        wrap(self.0.checked_div(other.0))
    }

    /// `self % other`, unless `other` is 0.
    #[inline]
    pub fn checked_rem(self, other: Self) -> Option<Self> {
        wrap(self.0.checked_rem(other.0))
    }

    /// `self` to the power of `exponent`, unless that overflows.
    #[inline]
    pub fn checked_pow(self, exponent: u32) -> Option<Self> {
        wrap(self.0.checked_pow(Wrapping::from(exponent)))
    }

    /// `self` to the power of `exponent`; an overflow reverts.
    #[inline]
    pub fn pow(self, exponent: u32) -> Self {
        or_panic(self.checked_pow(exponent), PANIC_OVERFLOW)
    }

    /// `self * factor / divisor`, rounded as asked. The product has 512 bits, so that it cannot overflow. A result that does
    /// not fit reverts with `Panic(0x11)`, a divisor of 0 with `Panic(0x12)`: OpenZeppelin's `Math.mulDiv`.
    ///
    /// ```
    /// # extern crate zx_sdk as zx;
    /// use zx::prelude::*;
    ///
    /// let (two, three) = (U256::from(2u8), U256::from(3u8));
    /// assert_eq!(U256::MAX.mul_div(two, two, Rounding::Down), U256::MAX);
    /// assert_eq!(two.mul_div(two, three, Rounding::Down), U256::ONE);
    /// assert_eq!(two.mul_div(two, three, Rounding::Up), two);
    /// ```
    pub fn mul_div(self, factor: Self, divisor: Self, rounding: Rounding) -> Self {
        if divisor.is_zero() {
            panic_code(PANIC_DIVISION);
        }
        or_panic(self.checked_mul_div(factor, divisor, rounding), PANIC_OVERFLOW)
    }

    /// [`mul_div`](Self::mul_div), unless the divisor is 0 or the result does not fit.
    pub fn checked_mul_div(self, factor: Self, divisor: Self, rounding: Rounding) -> Option<Self> {
        let (quotient, rest) = match self.checked_mul(factor) {
            // Most products fit, and are divided for less. The rest is what the quotient leaves: to divide once more for it
            // would take as long again, and eight kilobytes of code.
            Some(product) => {
                let quotient = product.checked_div(divisor)?;
                (quotient, product.wrapping_sub(quotient.wrapping_mul(divisor)))
            }
            None => {
                let product = self.0.widening_mul::<256, 4, 512, 8>(factor.0);
                let [a, b, c, d, e, f, g, h] = *product.as_limbs();
                divide_wide(Self::from_limbs([e, f, g, h]), Self::from_limbs([a, b, c, d]), divisor)?
            }
        };
        match rounding {
            Rounding::Up if !rest.is_zero() => quotient.checked_add(Self::ONE),
            Rounding::Up | Rounding::Down => Some(quotient),
        }
    }

    /// The largest number whose square is at most `self` (Newton's method, from above).
    pub fn isqrt(self) -> Self {
        if self <= Self::ONE {
            return self;
        }
        // A power of two that is not below the root.
        let mut root = Self::ONE << self.0.bit_len().div_ceil(2) as u32;
        loop {
            let next = (self / root + root) >> 1;
            if next >= root {
                return root;
            }
            root = next;
        }
    }

    /// `self + other`, modulo 2^256.
    #[inline]
    pub const fn wrapping_add(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    /// `self - other`, modulo 2^256.
    #[inline]
    pub const fn wrapping_sub(self, other: Self) -> Self {
        Self(self.0.wrapping_sub(other.0))
    }

    /// `self * other`, modulo 2^256.
    #[inline]
    pub fn wrapping_mul(self, other: Self) -> Self {
        Self(self.0.wrapping_mul(other.0))
    }

    /// `self + other`, at most [`MAX`](Self::MAX).
    #[inline]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// `self - other`, at least 0.
    #[inline]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// Quotient and rest of a dividend of 512 bits, unless the quotient has more than 256. Bit by bit: some 15,000 instructions,
/// and a kilobyte of code where division by limbs takes sixteen. Few products need it.
#[cold]
#[inline(never)]
fn divide_wide(high: U256, low: U256, divisor: U256) -> Option<(U256, U256)> {
    // The quotient has more bits if the high half has as many as the divisor; so it does if that is 0.
    if high >= divisor {
        return None;
    }
    let (mut rest, mut quotient) = (high, U256::ZERO);
    for bit in (0..256).rev() {
        let carried = rest.0.bit(255);
        rest = rest << 1;
        if low.0.bit(bit) {
            rest = rest | U256::ONE;
        }
        quotient = quotient << 1;
        // With the bit that was carried out the rest is above every divisor; what is taken brings it back.
        if carried || rest >= divisor {
            rest = rest.wrapping_sub(divisor);
            quotient = quotient | U256::ONE;
        }
    }
    Some((quotient, rest))
}

const fn wrap(value: Option<Wrapping>) -> Option<U256> {
    match value {
        Some(value) => Some(U256(value)),
        None => None,
    }
}

#[inline]
fn or_panic(value: Option<U256>, code: u8) -> U256 {
    match value {
        Some(value) => value,
        None => panic_code(code),
    }
}

macro_rules! checked_operators {
    ($($op:ident $method:ident $assign:ident $assign_method:ident $checked:ident $code:ident;)+) => {
        $(
            impl $op for U256 {
                type Output = Self;

                #[inline]
                fn $method(self, other: Self) -> Self {
                    or_panic(self.$checked(other), $code)
                }
            }

            impl $assign for U256 {
                #[inline]
                fn $assign_method(&mut self, other: Self) {
                    *self = self.$method(other);
                }
            }
        )+
    };
}
checked_operators! {
    Add add AddAssign add_assign checked_add PANIC_OVERFLOW;
    Sub sub SubAssign sub_assign checked_sub PANIC_OVERFLOW;
    Mul mul MulAssign mul_assign checked_mul PANIC_OVERFLOW;
    Div div DivAssign div_assign checked_div PANIC_DIVISION;
    Rem rem RemAssign rem_assign checked_rem PANIC_DIVISION;
}

macro_rules! bit_operators {
    ($($op:ident $method:ident;)+) => {
        $(impl $op for U256 {
            type Output = Self;

            #[inline]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0))
            }
        })+
    };
}
bit_operators! {
    BitAnd bitand;
    BitOr bitor;
    BitXor bitxor;
}

/// As Solidity's: bits shifted out are gone, and no shift overflows.
impl Shl<u32> for U256 {
    type Output = Self;

    #[inline]
    fn shl(self, bits: u32) -> Self {
        Self(self.0 << bits as usize)
    }
}

/// As Solidity's: bits shifted out are gone, and no shift overflows.
impl Shr<u32> for U256 {
    type Output = Self;

    #[inline]
    fn shr(self, bits: u32) -> Self {
        Self(self.0 >> bits as usize)
    }
}

impl Not for U256 {
    type Output = Self;

    #[inline]
    fn not(self) -> Self {
        Self(!self.0)
    }
}

impl Sum for U256 {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::ZERO, Add::add)
    }
}

macro_rules! from_native {
    ($($ty:ty),+) => {
        $(
            impl From<$ty> for U256 {
                #[inline]
                fn from(value: $ty) -> Self {
                    Self(Wrapping::from(value))
                }
            }

            /// Fails if the value does not fit.
            impl TryFrom<U256> for $ty {
                type Error = TooLarge;

                #[inline]
                fn try_from(value: U256) -> Result<Self, TooLarge> {
                    // A u128 takes two limbs, the others one.
                    let [low, high, 0, 0] = *value.0.as_limbs() else { return Err(TooLarge) };
                    Self::try_from(u128::from(high) << 64 | u128::from(low)).map_err(|_| TooLarge)
                }
            }
        )+
    };
}
from_native!(u8, u16, u32, u64, u128);

/// A [`U256`] does not fit the smaller type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value is too large for the type")
    }
}

impl core::error::Error for TooLarge {}

impl From<Wrapping> for U256 {
    #[inline]
    fn from(value: Wrapping) -> Self {
        Self(value)
    }
}

impl From<U256> for Wrapping {
    #[inline]
    fn from(value: U256) -> Self {
        value.0
    }
}

impl FromStr for U256 {
    type Err = <Wrapping as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for U256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for U256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::LowerHex for U256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestHost;
    use alloy_primitives::U512;
    use proptest::prelude::*;

    fn code(f: impl FnOnce() -> U256) -> Option<u8> {
        TestHost::new().transact(|_| f()).err().and_then(|reverted| reverted.panic_code())
    }

    #[test]
    fn operators_revert_where_they_would_wrap() {
        let two = U256::from(2u8);
        assert_eq!(code(|| U256::MAX + U256::ONE), Some(PANIC_OVERFLOW));
        assert_eq!(code(|| U256::ZERO - U256::ONE), Some(PANIC_OVERFLOW));
        assert_eq!(code(|| U256::MAX * two), Some(PANIC_OVERFLOW));
        assert_eq!(code(|| two.pow(256)), Some(PANIC_OVERFLOW));
        assert_eq!(code(|| two / U256::ZERO), Some(PANIC_DIVISION));
        assert_eq!(code(|| two % U256::ZERO), Some(PANIC_DIVISION));
        assert_eq!(code(|| [U256::MAX, U256::ONE].into_iter().sum()), Some(PANIC_OVERFLOW));
        assert_eq!(code(|| two * two + two - U256::ONE), None);
    }

    #[test]
    fn bytes_and_native_integers_convert_back() {
        let value = U256::from(0x0102_u64);
        assert_eq!(value.to_be_bytes()[30..], [1, 2]);
        assert_eq!(U256::from_be_bytes(value.to_be_bytes()), value);
        assert_eq!(u16::try_from(value), Ok(0x0102));
        assert_eq!(u8::try_from(value), Err(TooLarge));
        assert_eq!("258".parse(), Ok(value));
        assert_eq!(value.to_string(), "258");
    }

    /// Numbers of all sizes.
    fn numbers() -> impl Strategy<Value = U256> {
        (any::<[u64; 4]>(), 0u32..=256).prop_map(|(limbs, shift)| U256::from_limbs(limbs) >> shift)
    }

    proptest! {
        /// Checked by what a division is: `quotient * divisor + rest == product`, `rest < divisor`, in 512 bits.
        #[test]
        fn a_product_is_divided_without_overflow(a in numbers(), b in numbers(), divisor in numbers()) {
            let down = a.checked_mul_div(b, divisor, Rounding::Down);
            let up = a.checked_mul_div(b, divisor, Rounding::Up);
            let wide = |value: U256| U512::from(value.0);
            let (product, limit) = (wide(a) * wide(b), wide(U256::MAX));
            match down {
                None => prop_assert!(divisor.is_zero() || wide(divisor) * (limit + wide(U256::ONE)) <= product),
                Some(quotient) => {
                    let rest = product - wide(quotient) * wide(divisor);
                    prop_assert!(rest < wide(divisor));
                    let expected = if rest.is_zero() { Some(quotient) } else { quotient.checked_add(U256::ONE) };
                    prop_assert_eq!(up, expected);
                }
            }
        }

        #[test]
        fn a_root_is_the_largest_whose_square_fits(value in numbers()) {
            let root = value.isqrt();
            prop_assert!(root.checked_mul(root).is_some_and(|square| square <= value));
            let above = root + U256::ONE;
            prop_assert!(above.checked_mul(above).is_none_or(|square| square > value));
        }
    }

    #[test]
    fn the_edges_are_divided_and_have_roots() {
        let two = U256::from(2u8);
        assert_eq!(code(|| U256::MAX.mul_div(two, U256::ZERO, Rounding::Up)), Some(PANIC_DIVISION));
        assert_eq!(code(|| U256::MAX.mul_div(two, U256::ONE, Rounding::Down)), Some(PANIC_OVERFLOW));
        assert_eq!(U256::MAX.mul_div(U256::MAX, U256::MAX, Rounding::Up), U256::MAX);
        // (2^256 - 1)^2 / (2^256 - 2) is 2^256 and a rest: it does not fit.
        assert_eq!(U256::MAX.checked_mul_div(U256::MAX, U256::MAX - U256::ONE, Rounding::Down), None);
        for (value, root) in [(0u64, 0u64), (1, 1), (2, 1), (3, 1), (4, 2), (8, 2), (9, 3), (u64::MAX, (1 << 32) - 1)] {
            assert_eq!(U256::from(value).isqrt(), U256::from(root));
        }
        assert_eq!(U256::MAX.isqrt(), (U256::ONE << 128) - U256::ONE);
    }
}
