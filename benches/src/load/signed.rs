//! Transactions, signed beforehand and in the bytes in which they are sent.

use crate::wire;
use alloy_consensus::{EthereumTxEnvelope, SignableTransaction, TxEip1559, TxEip4844, crypto::secp256k1::sign_message};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex, keccak256};
use alloy_signer_local::{MnemonicBuilder, coins_bip39::English};
use rayon::prelude::*;
use std::fmt::Write as _;

/// The mnemonic that development nodes share, and anvil: ten of its accounts have coins.
const MNEMONIC: &str = "test test test test test test test test test test test junk";
/// Senders of transfers: the funded accounts but for the first, which deploys.
pub(crate) const SENDERS: usize = 9;
/// Accounts that are paid.
const RECIPIENTS: u64 = 1_000;
/// Full blocks raise the base fee by an eighth: this is some 80 of them away.
const MAX_FEE: u128 = 10_000_000_000_000;

/// What a transaction does.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) to: TxKind,
    pub(crate) value: U256,
    pub(crate) input: Bytes,
    pub(crate) gas: u64,
}

/// What transfers move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Native,
    /// Tokens of the contract at an address.
    Token(Address),
}

impl Kind {
    fn act(self, nth: u64) -> Act {
        let to = recipient(nth);
        match self {
            Self::Native => Act { to: TxKind::Call(to), value: U256::ONE, input: Bytes::new(), gas: 21_000 },
            Self::Token(token) => {
                let input = zx_tests::artifacts::transfer(to, U256::ONE);
                Act { to: TxKind::Call(token), value: U256::ZERO, input, gas: 60_000 }
            }
        }
    }
}

/// The `nth` account that is paid.
pub(crate) fn recipient(nth: u64) -> Address {
    Address::from_word(B256::from(U256::from(nth % RECIPIENTS + 0x10_000)))
}

/// An account that signs.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    pub(crate) address: Address,
    key: B256,
    /// Of its next transaction.
    nonce: u64,
}

impl Sender {
    fn new(index: u32) -> eyre::Result<Self> {
        let signer = MnemonicBuilder::<English>::default().phrase(MNEMONIC).index(index)?.build()?;
        Ok(Self { address: signer.address(), key: signer.to_bytes(), nonce: 0 })
    }

    /// Somebody else has used its next nonce.
    pub(crate) fn skip(&mut self) {
        self.nonce += 1;
    }

    /// Signs the next transaction.
    pub(crate) fn sign(&mut self, act: &Act) -> Vec<u8> {
        self.nonce += 1;
        sign(self.key, self.nonce - 1, act)
    }
}

/// The funded accounts.
#[derive(Debug)]
pub(crate) struct Senders {
    /// Deploys, and does what is not measured.
    pub(crate) first: Sender,
    pub(crate) others: Vec<Sender>,
}

/// Batches of one sender, one after the other.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) batches: Vec<Vec<u8>>,
    pub(crate) hashes: Vec<B256>,
    /// Transactions in a batch.
    size: usize,
}

impl Stream {
    /// The last transaction of each batch.
    pub(crate) fn last_hashes(&self) -> impl Iterator<Item = B256> {
        self.hashes.chunks(self.size).filter_map(|batch| batch.last().copied())
    }
}

impl Senders {
    pub(crate) fn new() -> eyre::Result<Self> {
        let others = (1..=SENDERS).map(|index| Sender::new(u32::try_from(index)?)).collect::<eyre::Result<_>>()?;
        Ok(Self { first: Sender::new(0)?, others })
    }

    /// Transfers in batches, of so many senders.
    pub(crate) fn streams(&mut self, kind: Kind, senders: usize, transfers: usize, batch: usize) -> Vec<Stream> {
        let each = transfers / senders;
        self.others.iter_mut().take(senders).map(|sender| stream(sender, kind, each, batch)).collect()
    }
}

fn stream(sender: &mut Sender, kind: Kind, transfers: usize, batch: usize) -> Stream {
    let (first, key) = (sender.nonce, sender.key);
    sender.nonce += transfers as u64;
    let signed: Vec<Vec<u8>> =
        (first..sender.nonce).into_par_iter().map(|nonce| sign(key, nonce, &kind.act(nonce))).collect();
    let hashes = signed.iter().map(keccak256).collect();
    Stream { batches: signed.chunks(batch).map(|batch| wire::request(&body(batch))).collect(), hashes, size: batch }
}

fn sign(key: B256, nonce: u64, act: &Act) -> Vec<u8> {
    let tx = TxEip1559 {
        chain_id: zx_tests::CHAIN_ID,
        nonce,
        gas_limit: act.gas,
        max_fee_per_gas: MAX_FEE,
        max_priority_fee_per_gas: 1_000_000_000,
        to: act.to,
        value: act.value,
        input: act.input.clone(),
        ..Default::default()
    };
    let signature = sign_message(key, tx.signature_hash()).expect("a key that was derived signs");
    EthereumTxEnvelope::<TxEip4844>::from(tx.into_signed(signature)).encoded_2718()
}

/// A JSON-RPC batch that hands transactions in.
fn body(transactions: &[Vec<u8>]) -> String {
    let mut body = String::from("[");
    for (id, tx) in transactions.iter().enumerate() {
        let comma = if id == 0 { "" } else { "," };
        let tx = hex::encode(tx);
        let _ = write!(
            body,
            r#"{comma}{{"jsonrpc":"2.0","id":{id},"method":"eth_sendRawTransaction","params":["0x{tx}"]}}"#,
        );
    }
    body + "]"
}
