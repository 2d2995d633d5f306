//! Transfers, signed beforehand.

use alloy_consensus::{EthereumTxEnvelope, SignableTransaction, TxEip1559, TxEip4844, crypto::secp256k1::sign_message};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, TxKind, U256};
use alloy_signer_local::{MnemonicBuilder, coins_bip39::English};

/// The mnemonic that development nodes share: its accounts have coins on `zx-node dev`.
const MNEMONIC: &str = "test test test test test test test test test test test junk";

/// How much is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) transfers: u64,
    pub(crate) batch: usize,
    pub(crate) connections: u64,
}

impl Plan {
    pub(crate) fn from_environment() -> Self {
        let number = |name: &str, usual: u64| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual);
        Self {
            transfers: number("ZX_BENCH_SUBMITTED", 40_000),
            batch: usize::try_from(number("ZX_BENCH_BATCH", 200)).expect("a small number"),
            // Each has a sender of its own, and there are ten with coins.
            connections: number("ZX_BENCH_CONNECTIONS", 4).clamp(1, 10),
        }
    }

    /// Transfers of each connection's sender.
    pub(crate) fn signed(self) -> Vec<Vec<Vec<u8>>> {
        (0..self.connections).map(|nth| sign_all(nth, self.transfers / self.connections)).collect()
    }
}

/// A sender that has coins on a development node.
pub(crate) fn sender(nth: u64) -> (Address, B256) {
    let index = u32::try_from(nth).expect("a small number");
    let builder = MnemonicBuilder::<English>::default().phrase(MNEMONIC).index(index).expect("a path");
    let signer = builder.build().expect("a key");
    (signer.address(), signer.to_bytes())
}

fn sign_all(nth: u64, count: u64) -> Vec<Vec<u8>> {
    let (_, key) = sender(nth);
    (0..count).map(|nonce| sign(key, nonce)).collect()
}

fn sign(key: B256, nonce: u64) -> Vec<u8> {
    let tx = TxEip1559 {
        chain_id: 31_337,
        nonce,
        gas_limit: 21_000,
        // Blocks are full, so the base fee rises; the first few hundred blocks leave it below this.
        max_fee_per_gas: 10_000_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
        to: TxKind::Call(Address::from_word(B256::from(U256::from(nonce % 1_000 + 0x10_000)))),
        value: U256::from(1),
        ..Default::default()
    };
    let signature = sign_message(key, tx.signature_hash()).expect("signed");
    EthereumTxEnvelope::<TxEip4844>::from(tx.into_signed(signature)).encoded_2718()
}
