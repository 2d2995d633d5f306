//! Descriptions that say who may propose them.

use zx::prelude::*;

/// What comes before the address of the only account that may propose: `#proposer=0x...`, at the end of a description.
/// Otherwise somebody could see a proposal come, make it first, and take it back: its id would be used up.
const MARK: &str = "#proposer=0x";

/// Hexadecimal digits of an address.
const DIGITS: usize = 40;

/// Whether this account may propose what has this description.
pub(crate) fn allows(description: &str, proposer: Address) -> bool {
    named(description).is_none_or(|named| named == proposer)
}

/// Who is named as the proposer, if the end of the description is what it should be for that.
fn named(description: &str) -> Option<Address> {
    let (rest, digits) = description
        .as_bytes()
        .split_at_checked(description.len().checked_sub(DIGITS)?)?;
    if !rest.ends_with(MARK.as_bytes()) {
        return None;
    }
    let mut address = Address::ZERO;
    for (byte, pair) in address.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(address)
}

/// The value of a hexadecimal digit.
fn digit(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}
