//! What the bridge tells, why it refuses, and whom it asks.

use crate::{LimitError, VerifierError};
use zx::{
    components::{OwnableError, PausableError, erc20::TokenError},
    prelude::*,
};

/// How a token comes and goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, zx::Abi, zx::StorageValue)]
pub enum Kind {
    /// It does not.
    #[default]
    Unknown,
    /// It is at home here: it is locked when it leaves, and released when it comes back.
    Locked,
    /// It stands for a token of the other chain: it is minted when it comes, and burned when it goes back.
    Minted,
}

/// A message was sent: what relayers sign, and light clients prove by the receipt.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct MessageSent {
    /// Id of the chain that it goes to.
    #[indexed]
    pub destination_chain: u64,
    /// Its number in the lane.
    #[indexed]
    pub nonce: u64,
    /// Who sends tokens.
    #[indexed]
    pub from: Address,
    /// What it is signed by, for the bridge of the other chain.
    pub digest: B256,
    /// What it says.
    pub payload: Bytes,
}

/// A message was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct MessageDelivered {
    /// Id of the chain that it came from.
    #[indexed]
    pub source_chain: u64,
    /// Its number in the lane.
    #[indexed]
    pub nonce: u64,
    /// Who got tokens.
    #[indexed]
    pub to: Address,
    /// Which; the zero address is the chain's own coin.
    pub token: Address,
    /// How many.
    pub amount: U256,
}

/// The bridge of another chain is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct PeerChanged {
    /// Id of the chain.
    #[indexed]
    pub chain: u64,
    /// The bridge there; the zero address for none.
    #[indexed]
    pub peer: Address,
}

/// A token can be moved, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct RouteChanged {
    /// Id of the other chain.
    #[indexed]
    pub chain: u64,
    /// The token here; the zero address is the chain's own coin.
    #[indexed]
    pub token: Address,
    /// The token there.
    #[indexed]
    pub remote: Address,
    /// How it comes and goes here.
    pub kind: Kind,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum BridgeError {
    /// There is no bridge that is known on this chain.
    UnknownChain {
        /// Its id.
        chain: u64,
    },
    /// The token does not go to this chain.
    UnknownToken {
        /// Id of the chain.
        chain: u64,
        /// The token here.
        token: Address,
    },
    /// Nothing would be moved, or to nobody.
    NothingToMove {
        /// How many.
        amount: U256,
        /// Whom to.
        to: Address,
    },
    /// Limits count to 2^128 - 1: that much could never be handed out.
    TooMuch {
        /// How many.
        amount: U256,
    },
    /// The value that came along is not what was to be sent.
    WrongValue {
        /// What came, in wei.
        value: U256,
        /// What should have, in wei.
        needed: U256,
    },
    /// The message goes to another chain.
    WrongDestination {
        /// Id of the chain.
        chain: u64,
    },
    /// The message is not the known bridge's of that chain.
    WrongSender {
        /// Id of the chain.
        chain: u64,
        /// Who sent it.
        sender: Address,
    },
    /// The message was delivered before.
    AlreadyDelivered {
        /// Id of the chain that it came from.
        chain: u64,
        /// Its number in the lane.
        nonce: u64,
    },
    /// The message does not say what a bridge says.
    MalformedPayload,
    /// More would come back than ever left.
    TooLittleOutside {
        /// The token here.
        token: Address,
        /// What is outside: locked here, or minted here for what is locked there.
        outside: U256,
        /// What would come back.
        needed: U256,
    },
    /// A route stays what it is while something is outside by it.
    RouteInUse {
        /// What is.
        outside: U256,
    },
    /// A coin of the chain itself cannot be minted.
    NotMintable,
    /// What would be minted is no contract: nothing would be, and anybody could burn it.
    NoContract {
        /// The token.
        token: Address,
    },
    /// The bridge of this chain is this one.
    OwnChain,
    /// Somebody else owns the bridge.
    Ownable(OwnableError),
    /// The bridge is paused.
    Paused(PausableError),
    /// The message was not verified.
    Verifier(VerifierError),
    /// Too much at once.
    Limit(LimitError),
    /// A token did not move.
    Token(TokenError),
    /// A receiver, a wrapped token or a verifier failed, in its own words.
    Call(CallError),
}

zx::sol_interface! {
    /// A token that the bridge makes and destroys (ERC-7802).
    pub interface IERC7802 {
        function crosschainMint(address to, uint256 amount) external;
        function crosschainBurn(address from, uint256 amount) external;
    }
}
