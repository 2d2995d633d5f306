//! What is told from chain to chain.

use zx::{
    abi::Args as _,
    crypto::{Domain, TypedData as _},
    prelude::*,
};

/// What relayers sign for: a bridge on a chain, by its address.
pub(crate) const DOMAIN: Domain = Domain::new("Zexus Bridge", "1");

/// A message of one bridge to another. Its lane is the way from the one to the other; each lane has a row of nonces.
#[derive(Clone, Debug, PartialEq, Eq, zx::Abi, zx::TypedData)]
pub struct Message {
    /// Id of the chain that it comes from.
    pub source_chain: u64,
    /// Id of the chain that it goes to.
    pub destination_chain: u64,
    /// Its number in the lane, from 0 on.
    pub nonce: u64,
    /// The bridge that sent it.
    pub sender: Address,
    /// What it says: a [`Payload`], ABI-encoded.
    pub payload: Bytes,
}

impl Message {
    /// What relayers sign, and a verifier checks (EIP-712): it is bound to the chain and the bridge that it goes to.
    pub fn digest(&self, destination: Address) -> B256 {
        self.typed_hash(DOMAIN.separator_of(self.destination_chain, destination))
    }
}

/// Tokens to be handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The token, by its address on the chain that the message goes to; the zero address is the chain's own coin.
    pub token: Address,
    /// Whom to.
    pub to: Address,
    /// How many.
    pub amount: U256,
}

impl Payload {
    /// As `abi.encode(token, to, amount)`.
    pub fn encode(&self) -> Bytes {
        (self.token, self.to, self.amount).encode().into()
    }

    /// What these bytes say, if they say that.
    pub fn decode(payload: &[u8]) -> Option<Self> {
        let (token, to, amount) = zx::abi::Args::decode(payload)?;
        Some(Self { token, to, amount })
    }
}
