//! Transactions that nobody has signed: a development node sends them for accounts whose keys it does not have.
//!
//! They carry a mark in the place of a signature: the sender's address as `r`, and zero as `s`. No key makes such a
//! signature (SEC 1, section 4.1.4: `s` is at least 1), so none recovers, and no other node takes one for signed. The
//! address makes the hashes of two senders differ.

use crate::block::Tx;
use alloy_primitives::{Address, Signature, U256};

/// What stands in the place of a sender's signature.
pub fn mark(sender: Address) -> Signature {
    Signature::new(U256::from_be_slice(sender.as_slice()), U256::ZERO, false)
}

/// Whether a transaction has a mark in the place of a signature.
pub fn is_marked(tx: &Tx) -> bool {
    tx.signature().s().is_zero()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_consensus::{SignableTransaction, TxEip1559, transaction::SignerRecoverable};

    #[test]
    fn a_mark_is_no_signature_and_tells_senders_apart() {
        let unsigned = TxEip1559::default();
        let of = |sender| Tx::from(unsigned.clone().into_signed(mark(sender)));
        let (one, two) = (of(Address::repeat_byte(1)), of(Address::repeat_byte(2)));
        assert!(is_marked(&one));
        assert_ne!(one.tx_hash(), two.tx_hash());
        assert!(one.recover_signer().is_err());
        assert!(!is_marked(&Tx::from(unsigned.into_signed(Signature::test_signature()))));
    }
}
