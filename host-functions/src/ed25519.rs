//! Which Ed25519 signatures are valid.
//!
//! RFC 8032 leaves room at its edges, and implementations differ there; consensus cannot. Here a signature (R, s) of a
//! message M under the key A is valid if and only if
//! - s is less than the order of the base point, so that nobody can make a second signature of one that he has seen;
//! - A and R are canonical encodings of points of the curve (RFC 8032, section 5.1.3): y is less than 2^255 - 19, and the
//!   sign of x = 0 is not set;
//! - neither A nor R is of small order: a key of small order signs everything;
//! - sB = R + kA with k = SHA-512(R, A, M), and not only after multiplication by the cofactor.

use ed25519_dalek::{Signature, VerifyingKey};

/// Whether `signature` (R, then s) of `message` is valid under `public_key`.
pub fn verify(message: &[u8], signature: &[u8; 64], public_key: &[u8; 32]) -> bool {
    // The library reduces y of a key; it compares R with bytes that it has written itself, and refuses small order.
    if !is_reduced(public_key) {
        return false;
    }
    let Ok(key) = VerifyingKey::from_bytes(public_key) else { return false };
    key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
}

/// Whether y (little endian, without the uppermost bit, which is the sign of x) is less than 2^255 - 19.
fn is_reduced(point: &[u8; 32]) -> bool {
    let [low, middle @ .., high] = point;
    *low < 0xED || middle.iter().any(|byte| *byte != 0xFF) || high & 0x7F != 0x7F
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        let bytes: Vec<_> = text
            .as_bytes()
            .chunks(2)
            .map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap())
            .collect();
        bytes.try_into().unwrap()
    }

    /// RFC 8032, section 7.1: key, message, signature.
    const VECTORS: [(&str, &str, &str); 3] = [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ];

    /// The key with which the signatures below were made, by an independent implementation.
    const KEY: &str = "ff6f43ab4e72e31b78049fcc5f97455becdd0ea428c1fd6c7a0fc66e991c7cb9";
    /// `KEY` and a point of order 8.
    const MIXED_KEY: &str = "bf0897a61d855442ee8ea10d40d5e4295cf6a0f9a153daecf3f162db13f2950a";

    fn message(text: &str) -> Vec<u8> {
        if text.is_empty() {
            vec![]
        } else {
            (0..text.len() / 2).map(|i| hex::<1>(&text[2 * i..2 * i + 2])[0]).collect()
        }
    }

    #[test]
    fn the_vectors_of_the_rfc_are_valid_and_nothing_next_to_them() {
        for (key, text, signature) in VECTORS {
            let (key, message, signature) = (hex(key), message(text), hex::<64>(signature));
            assert!(verify(&message, &signature, &key));
            assert!(!verify(&[&message[..], &[0]].concat(), &signature, &key), "another message");
            for byte in 0..64 {
                let mut other = signature;
                other[byte] ^= 1;
                assert!(!verify(&message, &other, &key), "byte {byte} of the signature");
            }
            for byte in 0..32 {
                let mut other = key;
                other[byte] ^= 1;
                assert!(!verify(&message, &signature, &other), "byte {byte} of the key");
            }
        }
    }

    #[test]
    fn s_has_one_way_to_be_written() {
        // 2^252 + 27742317777372353535851937790883648493.
        let order: [u8; 32] = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        let (key, _, signature) = VECTORS[0];
        let mut signature = hex::<64>(signature);
        let mut carry = 0;
        for (byte, more) in signature[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(more) + carry;
            (*byte, carry) = (sum as u8, sum >> 8);
        }
        assert_eq!(carry, 0, "it still fits");
        assert!(!verify(&[], &signature, &hex(key)));
    }

    #[test]
    fn a_key_of_small_order_signs_nothing() {
        let identity: [u8; 32] = hex("0100000000000000000000000000000000000000000000000000000000000000");
        let of_order_8: [u8; 32] = hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
        // R = the identity and s = 0 is right for any message, by the equation alone.
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&identity);
        for key in [identity, of_order_8, [0; 32]] {
            for byte in 0..64 {
                assert!(!verify(&[byte], &signature, &key));
            }
        }
    }

    #[test]
    fn the_cofactor_is_not_multiplied_away() {
        let mixed_r = "186ed2bdbd1a36f6437c5168b0221914018ea4f32a1c3fcd1c1794d64fbd596e7e083f86eb71e9318caa4b391379cb5b6fd8f0e1a0cf45d44ce9ebf9d1098e06";
        assert!(!verify(&[0], &hex(mixed_r), &hex(KEY)));
        let uneven = "b31b20f50426242514d81b383548bd90de72fd0b8cf2382a88f9f52ce5076b23857936b1a06fc9bac79043ec21f4da4f96df83eae2ab899cb4c97f932932170c";
        assert!(!verify(&[0], &hex(uneven), &hex(MIXED_KEY)));
        // Here k is a multiple of 8, and the point of order 8 in the key has no weight.
        let even = "b31b20f50426242514d81b383548bd90de72fd0b8cf2382a88f9f52ce5076b236269a2afba88304bdc1d397f58104e97e932ec2e11640e9f49045cefbd42f60d";
        assert!(verify(&[8], &hex(even), &hex(MIXED_KEY)));
    }

    #[test]
    fn a_key_has_one_way_to_be_written() {
        // y = 3, of large order, as itself and as 2^255 - 19 + 3: the library takes both.
        let mut plain = [0; 32];
        plain[0] = 3;
        let unreduced: [u8; 32] = hex("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
        assert!(VerifyingKey::from_bytes(&plain).is_ok() && VerifyingKey::from_bytes(&unreduced).is_ok());
        assert!(is_reduced(&plain) && !is_reduced(&unreduced));
        for (low, high, expected) in [(0xEC, 0x7F, true), (0xED, 0x7F, false), (0xED, 0xFF, false), (0xED, 0x7E, true)]
        {
            let mut point = [0xFF; 32];
            (point[0], point[31]) = (low, high);
            assert_eq!(is_reduced(&point), expected, "{low:x} {high:x}");
        }
    }

    #[test]
    fn what_is_no_point_is_no_key() {
        // No x belongs to y = 2.
        let mut key = [0; 32];
        key[0] = 2;
        assert!(!verify(&[], &[0; 64], &key));
        assert!(!verify(&[], &[0xFF; 64], &[0xFF; 32]));
    }
}
