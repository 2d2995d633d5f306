//! Arithmetic that says what went wrong. Operators revert with `Panic(0x11)`, as in Solidity; `try_add` and `try_sub`
//! return an error that has the figures; what wraps around is asked for by name (`wrapping_add`).

use crate::{
    ContractError, I256, U256,
    abi::Encoder,
    revert::{PANIC_OVERFLOW, panic_data},
};
use core::ops::{Add, Sub};

/// A sum that does not fit its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overflow<T> {
    /// What there is.
    pub value: T,
    /// What was to be added.
    pub added: T,
}

/// A difference below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Underflow<T> {
    /// What there is.
    pub available: T,
    /// What was to be taken.
    pub needed: T,
}

/// Reverts with `Panic(0x11)`, as the operator would have.
impl<T> ContractError for Overflow<T> {
    fn write(self, out: &mut Encoder) {
        out.raw(&panic_data(PANIC_OVERFLOW));
    }
}

/// Reverts with `Panic(0x11)`, as the operator would have.
impl<T> ContractError for Underflow<T> {
    fn write(self, out: &mut Encoder) {
        out.raw(&panic_data(PANIC_OVERFLOW));
    }
}

/// A number whose sums and differences are checked.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a number", note = "U256, I256 and Rust's integers are")]
pub trait Checked: Copy + Add<Output = Self> + Sub<Output = Self> {
    /// `self + other`.
    ///
    /// # Errors
    /// It does not fit.
    fn try_add(self, other: Self) -> Result<Self, Overflow<Self>>;

    /// `self - other`.
    ///
    /// # Errors
    /// It does not fit.
    fn try_sub(self, other: Self) -> Result<Self, Underflow<Self>>;
}

macro_rules! checked {
    ($($ty:ty)+) => {
        $(impl Checked for $ty {
            fn try_add(self, other: Self) -> Result<Self, Overflow<Self>> {
                self.checked_add(other).ok_or(Overflow { value: self, added: other })
            }

            fn try_sub(self, other: Self) -> Result<Self, Underflow<Self>> {
                self.checked_sub(other).ok_or(Underflow { available: self, needed: other })
            }
        })+
    };
}
checked!(u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 U256 I256);
