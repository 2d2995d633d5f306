//! Who says that a message was sent.

use crate::{BridgeError, message::Message};
use zx::{
    crypto::{Signature, SignatureError},
    prelude::*,
};

/// Relayers that there can be: what checking their signatures may cost is bounded by it.
pub const MOST_RELAYERS: usize = 64;

/// Bytes of a signature: r, s, v.
const SIGNATURE: usize = 65;

zx::sol_interface! {
    /// A contract that knows whether messages were sent: a light client of the other chain, which takes a header and a
    /// proof of the receipt that has the bridge's `MessageSent` (`zx::proof`).
    pub interface IMessageVerifier {
        /// Whether the bridge `sender` on chain `sourceChain` sent the message with this digest. Reverts, or returns
        /// false, if that is not proved.
        function verifyMessage(uint64 sourceChain, address sender, bytes32 digest, bytes calldata proof) external view returns (bool);
    }
}

/// The relayers are others.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct RelayersChanged {
    /// Who they are.
    pub relayers: Vec<Address>,
    /// How many of them have to sign.
    pub threshold: u32,
}

/// Messages are verified by another contract, or by relayers again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct VerifierChanged {
    /// The contract; the zero address for the relayers.
    #[indexed]
    pub verifier: Address,
}

/// Why a message is taken for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum VerifierError {
    /// Nobody could, or everybody alone: there are no relayers, more than 64, or fewer than have to sign.
    InvalidRelayers {
        /// How many there would be.
        relayers: U256,
        /// How many would have to sign.
        threshold: u32,
    },
    /// A relayer is named twice, is the zero address, or the list is not in ascending order.
    RelayersNotAscending {
        /// Who should have come earlier, or not at all.
        relayer: Address,
    },
    /// Too few have signed.
    TooFewSignatures {
        /// How many have.
        given: U256,
        /// How many it takes.
        needed: u32,
    },
    /// Who signed is no relayer.
    NotARelayer {
        /// Who.
        signer: Address,
    },
    /// The signatures are not in the ascending order of their signers: one of them signed twice, perhaps.
    SignersNotAscending {
        /// Who should have come earlier, or not at all.
        signer: Address,
    },
    /// The verifier did not say that the message was sent.
    NotVerified {
        /// The verifier.
        verifier: Address,
    },
    /// A signature is none.
    Signature(SignatureError),
}

/// Says which messages were sent: by so many signatures of relayers, or by what another contract says.
#[zx::storage]
#[derive(Debug)]
pub struct Verifier {
    relayers: EnumerableSet<Address>,
    contract: Item<Address>,
    threshold: Item<u32>,
}

impl Verifier {
    /// Makes these the relayers, in ascending order, of whom so many have to sign; whoever calls.
    pub(crate) fn set_relayers(
        &mut self,
        cx: &mut Ctx,
        relayers: Vec<Address>,
        threshold: u32,
    ) -> Result<(), VerifierError> {
        let count = relayers.len();
        let valid = threshold > 0 && threshold as usize <= count && count <= MOST_RELAYERS;
        ensure!(
            valid,
            VerifierError::InvalidRelayers {
                relayers: U256::from(count as u64),
                threshold
            }
        );
        let before: Vec<_> = self.relayers.iter().collect();
        for relayer in &before {
            self.relayers.remove(relayer);
        }
        let mut last = Address::ZERO;
        for relayer in &relayers {
            ensure!(
                *relayer > last,
                VerifierError::RelayersNotAscending { relayer: *relayer }
            );
            last = *relayer;
            self.relayers.insert(*relayer);
        }
        self.threshold.set(threshold);
        cx.emit(RelayersChanged {
            relayers,
            threshold,
        });
        Ok(())
    }

    /// Has messages verified by a contract, or, for the zero address, by the relayers; whoever calls.
    pub(crate) fn set_contract(&mut self, cx: &mut Ctx, verifier: Address) {
        self.contract.set(verifier);
        cx.emit(VerifierChanged { verifier });
    }

    /// Goes on only if the message was sent to this contract.
    pub(crate) fn check(
        &self,
        cx: &Ctx,
        message: &Message,
        proof: &Bytes,
    ) -> Result<(), BridgeError> {
        let digest = message.digest(cx.address());
        let verifier = self.contract.get();
        if verifier.is_zero() {
            return Ok(self.check_signatures(digest, proof)?);
        }
        let sent = IMessageVerifier::at(verifier).verify_message(
            cx,
            message.source_chain,
            message.sender,
            digest,
            proof.clone(),
        )?;
        ensure!(sent, VerifierError::NotVerified { verifier });
        Ok(())
    }

    /// The signatures stand one after the other, in the ascending order of their signers, so that nobody counts twice. Of
    /// each only one form is taken (EIP-2).
    fn check_signatures(&self, digest: B256, signatures: &[u8]) -> Result<(), VerifierError> {
        let (given, needed) = (signatures.len() / SIGNATURE, self.threshold.get());
        ensure!(
            needed > 0 && given >= needed as usize,
            VerifierError::TooFewSignatures {
                given: U256::from(given as u64),
                needed
            }
        );
        let mut last = Address::ZERO;
        for signature in signatures.chunks(SIGNATURE) {
            let signer = Signature::from_bytes(signature)?.recover(digest)?;
            ensure!(signer > last, VerifierError::SignersNotAscending { signer });
            ensure!(
                self.relayers.contains(&signer),
                VerifierError::NotARelayer { signer }
            );
            last = signer;
        }
        Ok(())
    }
}

#[zx::component(events(RelayersChanged, VerifierChanged))]
impl Verifier {
    /// Who signs messages.
    pub fn relayers(&self, _cx: &Ctx) -> Vec<Address> {
        self.relayers.iter().collect()
    }

    /// How many of them have to.
    pub fn threshold(&self, _cx: &Ctx) -> u32 {
        self.threshold.get()
    }

    /// The contract that verifies messages; the zero address while the relayers do.
    pub fn verifier(&self, _cx: &Ctx) -> Address {
        self.contract.get()
    }
}
