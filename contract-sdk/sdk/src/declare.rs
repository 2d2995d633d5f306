//! Names, selectors and declarations, all computed by the compiler.

use keccak_const::Keccak256;

/// Selector of a Solidity signature: the first four bytes of its Keccak-256.
///
/// ```
/// # use zx_sdk as zx;
/// assert_eq!(zx::selector("transfer(address,uint256)"), [0xa9, 0x05, 0x9c, 0xbb]);
/// ```
pub const fn selector(signature: &str) -> [u8; 4] {
    selector_of(&[signature])
}

/// [`selector`] of a signature in parts.
pub const fn selector_of(parts: &[&str]) -> [u8; 4] {
    let hash = keccak(parts);
    [hash[0], hash[1], hash[2], hash[3]]
}

/// Keccak-256 of the parts, one after the other.
pub const fn keccak(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Keccak256::new();
    let mut i = 0;
    while i < parts.len() {
        hasher = hasher.update(parts[i].as_bytes());
        i += 1;
    }
    hasher.finalize()
}

/// Bytes of the parts together.
pub const fn len(parts: &[&str]) -> usize {
    let (mut i, mut total) = (0, 0);
    while i < parts.len() {
        total += parts[i].len();
        i += 1;
    }
    total
}

/// The parts joined; `N` is their [`len`].
pub const fn join<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut out = [0; N];
    let (mut i, mut at) = (0, 0);
    while i < parts.len() {
        let part = parts[i].as_bytes();
        let mut j = 0;
        while j < part.len() {
            out[at] = part[j];
            at += 1;
            j += 1;
        }
        i += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_join_and_hash_as_one_text() {
        const PARTS: &[&str] = &["balance", "Of(", "address", ")"];
        assert_eq!(&join::<{ len(PARTS) }>(PARTS), b"balanceOf(address)");
        assert_eq!(selector_of(PARTS), [0x70, 0xa0, 0x82, 0x31]);
        assert_eq!(selector_of(PARTS), selector("balanceOf(address)"));
    }
}
