//! A 256-bit signed integer whose operators are checked.

use crate::{
    U256,
    math::{Checked, Overflow, Underflow},
    revert::{PANIC_DIVISION, PANIC_OVERFLOW, panic_code},
    u256::TooLarge,
};
use alloy_primitives::ruint::{BaseConvertError, ParseError};
use core::{
    cmp::Ordering,
    fmt,
    iter::Sum,
    ops::{
        Add, AddAssign, BitAnd, BitOr, BitXor, Div, DivAssign, Mul, MulAssign, Neg, Not, Rem, RemAssign, Shl, Shr, Sub,
        SubAssign,
    },
    str::FromStr,
};

/// A 256-bit signed integer: Solidity's `int256`, from -2^255 to 2^255 - 1.
///
/// Operators revert as Solidity's do: with `Panic(0x11)` on overflow, the negation of [`MIN`](Self::MIN) and its division
/// by -1 included, and with `Panic(0x12)` on division by zero. Division rounds towards zero, and a remainder has the sign
/// of what was divided. What wraps around is asked for by name, as with [`U256`].
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct I256(U256);

impl I256 {
    /// 0.
    pub const ZERO: Self = Self(U256::ZERO);
    /// 1.
    pub const ONE: Self = Self(U256::ONE);
    /// -1.
    pub const MINUS_ONE: Self = Self(U256::MAX);
    /// 2^255 - 1.
    pub const MAX: Self = Self(U256::low_bits(255));
    /// -2^255.
    pub const MIN: Self = Self(U256::low_bits(255).wrapping_add(U256::ONE));

    /// The number with these bits in two's complement: Solidity's `int256(value)`.
    pub const fn from_bits(bits: U256) -> Self {
        Self(bits)
    }

    /// Its bits in two's complement: Solidity's `uint256(value)`.
    pub const fn to_bits(self) -> U256 {
        self.0
    }

    /// Reads 32 bytes, big endian, two's complement.
    pub const fn from_be_bytes(bytes: [u8; 32]) -> Self {
        Self(U256::from_be_bytes(bytes))
    }

    /// As 32 bytes, big endian, two's complement.
    pub const fn to_be_bytes(self) -> [u8; 32] {
        self.0.to_be_bytes()
    }

    /// Whether it is 0.
    pub const fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether it is below 0.
    pub fn is_negative(&self) -> bool {
        self.0 > Self::MAX.0
    }

    /// How far it is from 0.
    pub fn unsigned_abs(self) -> U256 {
        if self.is_negative() { U256::ZERO.wrapping_sub(self.0) } else { self.0 }
    }

    /// How far it is from 0; that of [`MIN`](Self::MIN) reverts.
    pub fn abs(self) -> Self {
        if self.is_negative() { -self } else { self }
    }

    /// The number so far from 0 on this side, if there is one.
    fn signed(negative: bool, magnitude: U256) -> Option<Self> {
        let value = Self(if negative { U256::ZERO.wrapping_sub(magnitude) } else { magnitude });
        (magnitude.is_zero() || value.is_negative() == negative).then_some(value)
    }

    /// `self + other`, unless that overflows.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let sum = self.wrapping_add(other);
        let overflows = self.is_negative() == other.is_negative() && sum.is_negative() != self.is_negative();
        (!overflows).then_some(sum)
    }

    /// `self - other`, unless that overflows.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let difference = self.wrapping_sub(other);
        let overflows = self.is_negative() != other.is_negative() && difference.is_negative() != self.is_negative();
        (!overflows).then_some(difference)
    }

    /// `self * other`, unless that overflows.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let magnitude = self.unsigned_abs().checked_mul(other.unsigned_abs())?;
        Self::signed(self.is_negative() != other.is_negative(), magnitude)
    }

    /// `self / other`, rounded towards 0, unless `other` is 0, or that overflows.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        let magnitude = self.unsigned_abs().checked_div(other.unsigned_abs())?;
        Self::signed(self.is_negative() != other.is_negative(), magnitude)
    }

    /// What `self / other` leaves, with the sign of `self`, unless `other` is 0.
    pub fn checked_rem(self, other: Self) -> Option<Self> {
        let magnitude = self.unsigned_abs().checked_rem(other.unsigned_abs())?;
        Self::signed(self.is_negative(), magnitude)
    }

    /// `-self`, unless `self` is [`MIN`](Self::MIN).
    pub fn checked_neg(self) -> Option<Self> {
        Self::ZERO.checked_sub(self)
    }

    /// `self` to the power of `exponent`, unless that overflows.
    pub fn checked_pow(self, exponent: u32) -> Option<Self> {
        let magnitude = self.unsigned_abs().checked_pow(exponent)?;
        Self::signed(self.is_negative() && exponent % 2 == 1, magnitude)
    }

    /// `self` to the power of `exponent`; an overflow reverts.
    pub fn pow(self, exponent: u32) -> Self {
        or_panic(self.checked_pow(exponent), PANIC_OVERFLOW)
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
    /// It does not fit.
    pub fn try_sub(self, other: Self) -> Result<Self, Underflow<Self>> {
        Checked::try_sub(self, other)
    }

    /// `self + other`, modulo 2^256.
    pub const fn wrapping_add(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    /// `self - other`, modulo 2^256.
    pub const fn wrapping_sub(self, other: Self) -> Self {
        Self(self.0.wrapping_sub(other.0))
    }

    /// `self * other`, modulo 2^256.
    pub fn wrapping_mul(self, other: Self) -> Self {
        Self(self.0.wrapping_mul(other.0))
    }
}

fn or_panic(value: Option<I256>, code: u8) -> I256 {
    match value {
        Some(value) => value,
        None => panic_code(code),
    }
}

impl PartialOrd for I256 {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for I256 {
    fn cmp(&self, other: &Self) -> Ordering {
        // With the sign turned over, negative numbers come first.
        (self.0 ^ Self::MIN.0).cmp(&(other.0 ^ Self::MIN.0))
    }
}

macro_rules! operators {
    ($($op:ident $method:ident $assign:ident $assign_method:ident |$a:ident, $b:ident| $value:expr;)+) => {
        $(
            impl $op for I256 {
                type Output = Self;

                fn $method(self, other: Self) -> Self {
                    let ($a, $b) = (self, other);
                    $value
                }
            }

            impl $assign for I256 {
                fn $assign_method(&mut self, other: Self) {
                    *self = self.$method(other);
                }
            }
        )+
    };
}
operators! {
    Add add AddAssign add_assign |a, b| or_panic(a.checked_add(b), PANIC_OVERFLOW);
    Sub sub SubAssign sub_assign |a, b| or_panic(a.checked_sub(b), PANIC_OVERFLOW);
    Mul mul MulAssign mul_assign |a, b| or_panic(a.checked_mul(b), PANIC_OVERFLOW);
    Div div DivAssign div_assign |a, b| {
        or_panic(a.checked_div(b), if b.is_zero() { PANIC_DIVISION } else { PANIC_OVERFLOW })
    };
    Rem rem RemAssign rem_assign |a, b| or_panic(a.checked_rem(b), PANIC_DIVISION);
}

macro_rules! bit_operators {
    ($($op:ident $method:ident;)+) => {
        $(impl $op for I256 {
            type Output = Self;

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

impl Neg for I256 {
    type Output = Self;

    fn neg(self) -> Self {
        or_panic(self.checked_neg(), PANIC_OVERFLOW)
    }
}

impl Not for I256 {
    type Output = Self;

    fn not(self) -> Self {
        Self(!self.0)
    }
}

/// As Solidity's: bits shifted out are gone, and no shift overflows.
impl Shl<u32> for I256 {
    type Output = Self;

    fn shl(self, bits: u32) -> Self {
        Self(self.0 << bits)
    }
}

/// As Solidity's: the sign stays, so that it is a division by a power of two that rounds down.
impl Shr<u32> for I256 {
    type Output = Self;

    fn shr(self, bits: u32) -> Self {
        if self.is_negative() { Self(!(!self.0 >> bits)) } else { Self(self.0 >> bits) }
    }
}

impl Sum for I256 {
    fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
        values.fold(Self::ZERO, Add::add)
    }
}

macro_rules! from_native {
    ($($unsigned:ty, $signed:ty;)+) => {
        $(
            impl From<$unsigned> for I256 {
                fn from(value: $unsigned) -> Self {
                    Self(U256::from(value))
                }
            }

            impl From<$signed> for I256 {
                fn from(value: $signed) -> Self {
                    let magnitude = U256::from(value.unsigned_abs());
                    Self(if value < 0 { U256::ZERO.wrapping_sub(magnitude) } else { magnitude })
                }
            }

            /// Fails if the value does not fit.
            impl TryFrom<I256> for $signed {
                type Error = TooLarge;

                fn try_from(value: I256) -> Result<Self, TooLarge> {
                    // The low bits are the number, if it is one of this type.
                    let low = U256::low_bits(<$unsigned>::BITS as usize) & value.0;
                    let number = <$unsigned>::try_from(low)?.cast_signed();
                    if I256::from(number) == value { Ok(number) } else { Err(TooLarge) }
                }
            }
        )+
    };
}
from_native! {
    u8, i8;
    u16, i16;
    u32, i32;
    u64, i64;
    u128, i128;
}

/// Fails if the value is above [`I256::MAX`].
impl TryFrom<U256> for I256 {
    type Error = TooLarge;

    fn try_from(value: U256) -> Result<Self, TooLarge> {
        Self::signed(false, value).ok_or(TooLarge)
    }
}

/// Fails if the value is negative.
impl TryFrom<I256> for U256 {
    type Error = TooLarge;

    fn try_from(value: I256) -> Result<Self, TooLarge> {
        if value.is_negative() { Err(TooLarge) } else { Ok(value.0) }
    }
}

impl FromStr for I256 {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some("") => return Err(ParseError::InvalidDigit('-')),
            Some(digits) => (true, digits),
            None => (false, text),
        };
        Self::signed(negative, digits.parse()?).ok_or(ParseError::BaseConvertError(BaseConvertError::Overflow))
    }
}

impl fmt::Display for I256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_negative() {
            f.write_str("-")?;
        }
        fmt::Display::fmt(&self.unsigned_abs(), f)
    }
}

impl fmt::Debug for I256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestHost;
    use alloy_primitives::I256 as Alloy;
    use proptest::prelude::*;

    /// Numbers of all sizes, and those at the edges.
    fn number() -> impl Strategy<Value = I256> {
        let edges = [I256::ZERO, I256::ONE, I256::MINUS_ONE, I256::MAX, I256::MIN, I256::MIN + I256::ONE];
        prop_oneof![
            (any::<[u8; 32]>(), 0u32..256).prop_map(|(bytes, bits)| I256::from_be_bytes(bytes) >> bits),
            prop::sample::select(edges.to_vec()),
        ]
    }

    fn alloy(value: I256) -> Alloy {
        Alloy::from_be_bytes(value.to_be_bytes())
    }

    fn ours(value: Alloy) -> I256 {
        I256::from_be_bytes(value.to_be_bytes())
    }

    proptest! {
        #[test]
        fn alloy_s_numbers_agree(a in number(), b in number(), bits in 0u32..300, exponent in 0u32..9) {
            let (x, y) = (alloy(a), alloy(b));
            prop_assert_eq!(a.checked_add(b), x.checked_add(y).map(ours));
            prop_assert_eq!(a.checked_sub(b), x.checked_sub(y).map(ours));
            prop_assert_eq!(a.checked_mul(b), x.checked_mul(y).map(ours));
            prop_assert_eq!(a.checked_div(b), x.checked_div(y).map(ours));
            prop_assert_eq!(a.checked_neg(), x.checked_neg().map(ours));
            prop_assert_eq!(a.checked_pow(exponent), x.checked_pow(alloy_primitives::U256::from(exponent)).map(ours));
            if b != I256::MINUS_ONE {
                prop_assert_eq!(a.checked_rem(b), x.checked_rem(y).map(ours));
            }
            prop_assert_eq!(a.cmp(&b), x.cmp(&y));
            prop_assert_eq!(a >> bits, ours(x.asr(bits as usize)));
            prop_assert_eq!(a.to_string(), x.to_string());
            prop_assert_eq!(a.to_string().parse(), Ok(a));
            prop_assert_eq!(i64::try_from(a).ok(), i64::try_from(x).ok());
            prop_assert_eq!(I256::try_from(a.unsigned_abs()).is_ok(), a != I256::MIN);
        }

        #[test]
        fn native_numbers_convert_there_and_back(wide in any::<i128>(), narrow in any::<i8>(), unsigned in any::<u64>()) {
            prop_assert_eq!(i128::try_from(I256::from(wide)), Ok(wide));
            prop_assert_eq!(i8::try_from(I256::from(narrow)), Ok(narrow));
            prop_assert_eq!(i8::try_from(I256::from(wide)).ok(), i8::try_from(wide).ok());
            prop_assert_eq!(I256::from(unsigned), I256::from(i128::from(unsigned)));
            prop_assert_eq!(I256::from(wide).to_string(), wide.to_string());
        }
    }

    fn code(f: impl FnOnce() -> I256) -> Option<u8> {
        TestHost::new().transact(|_| f()).err().and_then(|reverted| reverted.panic_code())
    }

    /// The codes are Solidity's; so is the remainder by -1, which does not overflow.
    #[test]
    fn operators_revert_as_solidity_s_do() {
        let two = I256::from(2i8);
        assert_eq!(code(|| I256::MAX + I256::ONE), Some(PANIC_OVERFLOW));
        assert_eq!(code(|| I256::MIN - I256::ONE), Some(PANIC_OVERFLOW));
        assert_eq!(code(|| I256::MIN * I256::MINUS_ONE), Some(PANIC_OVERFLOW));
        assert_eq!(code(|| I256::MIN / I256::MINUS_ONE), Some(PANIC_OVERFLOW));
        assert_eq!(code(|| -I256::MIN), Some(PANIC_OVERFLOW));
        assert_eq!(code(|| I256::MIN.abs()), Some(PANIC_OVERFLOW));
        assert_eq!(code(|| two.pow(255)), Some(PANIC_OVERFLOW));
        assert_eq!(code(|| two / I256::ZERO), Some(PANIC_DIVISION));
        assert_eq!(code(|| two % I256::ZERO), Some(PANIC_DIVISION));
        assert_eq!(code(|| (-two).pow(255) % I256::MINUS_ONE), None);
        assert_eq!(I256::MIN % I256::MINUS_ONE, I256::ZERO);
        assert_eq!(I256::from(-7i8) / two, I256::from(-3i8));
        assert_eq!(I256::from(-7i8) % two, I256::MINUS_ONE);
        assert_eq!(I256::from(-7i8) >> 1, I256::from(-4i8));
    }

    #[test]
    fn what_is_no_number_does_not_parse() {
        for text in
            ["-", "--1", "1-", "one", "57896044618658097711785492504343953926634992332820282019728792003956564819968"]
        {
            assert!(text.parse::<I256>().is_err(), "{text}");
        }
        assert_eq!("-0x10".parse(), Ok(I256::from(-16i8)));
    }
}
