//! A bridge: moves tokens, and the chain's own coin, between chains. A token is locked by the bridge of the chain that it is
//! at home on, and a ZX-20 that stands for it is minted by the bridge of the other chain (`bridge-token`); on the way back
//! that one is burned, and the original released. The same contract is both sides.
//!
//! - [`send`](Bridge::send) takes tokens and tells of a [`Message`]. [`deliver`](Bridge::deliver) takes a message, with a
//!   proof that it was sent, and hands tokens out. Anybody can deliver.
//! - A message names both chains, the bridge that sent it and its number in their lane. What is signed is bound to the chain
//!   and the bridge that it goes to. Each is delivered once, in any order: one that cannot be delivered yet does not keep
//!   others waiting.
//! - Who says that a message was sent is the [`Verifier`]: a quorum of relayers by their signatures, or a contract that
//!   knows the other chain, by [`IMessageVerifier`].
//! - What was locked for a chain is the most that ever comes back from it, whatever the verifier says. How fast is bounded
//!   for each token by [`Limits`]; the owner pauses everything.
//! - What a token takes for itself is not counted: the bridge counts what has arrived.
//!
//! The owner names the other bridges, the tokens, the relayers and the limits: a multi-signature wallet or a DAO.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
mod limits;
mod message;
#[cfg(test)]
mod tests;
mod verifier;

pub use interface::{
    BridgeError, IERC7802, Kind, MessageDelivered, MessageSent, PeerChanged, RouteChanged,
};
pub use limits::{LimitChanged, LimitError, Limits};
pub use message::{Message, Payload};
pub use verifier::{
    IMessageVerifier, MOST_RELAYERS, RelayersChanged, Verifier, VerifierChanged, VerifierError,
};

use zx::{
    components::{
        Ownable, Pausable,
        erc20::{self, IERC20},
    },
    prelude::*,
};

/// The token that is the chain's own coin.
pub const NATIVE: Address = Address::ZERO;

/// Where a token goes, and how it comes and goes here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, zx::StorageValue)]
struct Route {
    remote: Address,
    kind: Kind,
}

/// State of the bridge.
#[zx::contract]
#[derive(Debug)]
pub struct Bridge {
    #[component]
    ownable: Ownable,
    #[component]
    pausable: Pausable,
    #[component]
    verifier: Verifier,
    #[component]
    limits: Limits,
    /// The bridge of another chain, by the chain's id.
    #[view]
    peer: Map<u64, Address>,
    routes: Map<(u64, Address), Route>,
    /// What is outside, by the chain's id and the token here: locked here while it is there, or minted here while it is
    /// locked there.
    #[view]
    outside: Map<(u64, Address), U256>,
    /// Number of the next message to a chain.
    #[view]
    next_nonce: Map<u64, u64>,
    /// Whether a message was delivered, by the chain and the bridge that it came from, and its number.
    #[view]
    delivered: Map<(u64, Address, u64), bool>,
}

#[zx::public]
impl Bridge {
    /// Names the owner, the relayers in ascending order, and how many of them have to sign.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        owner: Address,
        relayers: Vec<Address>,
        threshold: u32,
    ) -> Result<(), BridgeError> {
        self.ownable.init(cx, owner)?;
        Ok(self.verifier.set_relayers(cx, relayers, threshold)?)
    }

    /// Where a token goes on a chain, and how it comes and goes here.
    pub fn route(&self, _cx: &Ctx, chain: u64, token: Address) -> (Address, Kind) {
        let route = self.routes.get((chain, token));
        (route.remote, route.kind)
    }

    /// What relayers of this bridge sign for a message to it.
    pub fn digest_of(&self, cx: &Ctx, message: Message) -> B256 {
        message.digest(cx.address())
    }

    /// Sends tokens of the caller to somebody on another chain: locks them, or burns what stands for those of the other
    /// chain. The chain's own coin, whose token is the zero address, comes with the call. Returns the message's number.
    #[payable]
    pub fn send(
        &mut self,
        cx: &mut Ctx,
        chain: u64,
        token: Address,
        to: Address,
        amount: U256,
    ) -> Result<u64, BridgeError> {
        self.pausable.when_not_paused()?;
        ensure!(
            !self.peer.get(chain).is_zero(),
            BridgeError::UnknownChain { chain }
        );
        let Route { remote, kind } = self.routes.get((chain, token));
        let needed = if token == NATIVE { amount } else { U256::ZERO };
        let value = cx.value();
        ensure!(value == needed, BridgeError::WrongValue { value, needed });
        let amount = match kind {
            Kind::Unknown => return Err(BridgeError::UnknownToken { chain, token }),
            Kind::Locked => self.lock(cx, chain, token, amount)?,
            Kind::Minted => self.burn(cx, chain, token, amount)?,
        };
        ensure!(
            !amount.is_zero() && !to.is_zero(),
            BridgeError::NothingToMove { amount, to }
        );
        ensure!(
            u128::try_from(amount).is_ok(),
            BridgeError::TooMuch { amount }
        );
        let token = remote;
        Ok(self.tell(cx, chain, Payload { token, to, amount }))
    }

    /// Delivers a message that was sent to this bridge, once: hands its tokens out. The proof is what the verifier wants:
    /// of relayers the signatures, 65 bytes each, in the ascending order of their addresses.
    pub fn deliver(
        &mut self,
        cx: &mut Ctx,
        message: Message,
        proof: Bytes,
    ) -> Result<(), BridgeError> {
        self.pausable.when_not_paused()?;
        self.accept(cx, &message, &proof)?;
        let payload = Payload::decode(&message.payload).ok_or(BridgeError::MalformedPayload)?;
        let (chain, Payload { token, to, amount }) = (message.source_chain, payload);
        self.limits.take(cx, token, amount)?;
        cx.emit(MessageDelivered {
            source_chain: chain,
            nonce: message.nonce,
            to,
            token,
            amount,
        });
        match self.routes.get((chain, token)).kind {
            Kind::Unknown => Err(BridgeError::UnknownToken { chain, token }),
            Kind::Locked => self.release(cx, chain, payload),
            Kind::Minted => {
                self.outside.add((chain, token), amount);
                Ok(IERC7802::at(token).crosschain_mint(cx, to, amount)?)
            }
        }
    }

    /// Names the bridge of another chain; the zero address for none. Only the owner can.
    pub fn set_peer(&mut self, cx: &mut Ctx, chain: u64, peer: Address) -> Result<(), BridgeError> {
        self.ownable.only_owner(cx)?;
        ensure!(chain != cx.chain_id(), BridgeError::OwnChain);
        self.peer.set(chain, peer);
        cx.emit(PeerChanged { chain, peer });
        Ok(())
    }

    /// Says where a token goes on a chain, and how it comes and goes here. It stays so while something is outside by it. What
    /// is minted must be a contract by then.
    /// Only the owner can. It needs a limit too, without which nothing is handed out.
    pub fn set_route(
        &mut self,
        cx: &mut Ctx,
        chain: u64,
        token: Address,
        remote: Address,
        kind: Kind,
    ) -> Result<(), BridgeError> {
        self.ownable.only_owner(cx)?;
        let outside = self.outside.get((chain, token));
        ensure!(outside.is_zero(), BridgeError::RouteInUse { outside });
        ensure!(
            token != NATIVE || kind != Kind::Minted,
            BridgeError::NotMintable
        );
        ensure!(
            kind != Kind::Minted || cx.has_code(token),
            BridgeError::NoContract { token }
        );
        self.routes.set((chain, token), Route { remote, kind });
        cx.emit(RouteChanged {
            chain,
            token,
            remote,
            kind,
        });
        Ok(())
    }

    /// Limits what can be handed out of a token at once, and a second. What was handed out before still counts until it has
    /// flown in again. Only the owner can.
    pub fn set_limit(
        &mut self,
        cx: &mut Ctx,
        token: Address,
        capacity: u128,
        per_second: u128,
    ) -> Result<(), BridgeError> {
        self.ownable.only_owner(cx)?;
        self.limits.set(cx, token, capacity, per_second);
        Ok(())
    }

    /// Makes these the relayers, in ascending order, of whom so many have to sign. Only the owner can.
    pub fn set_relayers(
        &mut self,
        cx: &mut Ctx,
        relayers: Vec<Address>,
        threshold: u32,
    ) -> Result<(), BridgeError> {
        self.ownable.only_owner(cx)?;
        Ok(self.verifier.set_relayers(cx, relayers, threshold)?)
    }

    /// Has messages verified by a contract, or, for the zero address, by the relayers. Only the owner can.
    pub fn set_verifier(&mut self, cx: &mut Ctx, verifier: Address) -> Result<(), BridgeError> {
        self.ownable.only_owner(cx)?;
        self.verifier.set_contract(cx, verifier);
        Ok(())
    }

    /// Stops everything. Only the owner can.
    pub fn pause(&mut self, cx: &mut Ctx) -> Result<(), BridgeError> {
        self.ownable.only_owner(cx)?;
        Ok(self.pausable.pause(cx)?)
    }

    /// Goes on. Only the owner can.
    pub fn unpause(&mut self, cx: &mut Ctx) -> Result<(), BridgeError> {
        self.ownable.only_owner(cx)?;
        Ok(self.pausable.unpause(cx)?)
    }

    /// Takes tokens of the caller, and says how many have come.
    fn lock(
        &mut self,
        cx: &mut Ctx,
        chain: u64,
        token: Address,
        amount: U256,
    ) -> Result<U256, BridgeError> {
        let mut arrived = amount;
        if token != NATIVE {
            let before = held(cx, token)?;
            erc20::pull(cx, token, cx.sender(), cx.address(), amount)?;
            arrived = held(cx, token)?.saturating_sub(before).min(amount);
        }
        self.outside.add((chain, token), arrived);
        Ok(arrived)
    }

    /// Destroys tokens of the caller.
    fn burn(
        &mut self,
        cx: &mut Ctx,
        chain: u64,
        token: Address,
        amount: U256,
    ) -> Result<U256, BridgeError> {
        self.come_back(chain, token, amount)?;
        IERC7802::at(token).crosschain_burn(cx, cx.sender(), amount)?;
        Ok(amount)
    }

    /// Hands out what was locked.
    fn release(&mut self, cx: &mut Ctx, chain: u64, payload: Payload) -> Result<(), BridgeError> {
        let Payload { token, to, amount } = payload;
        self.come_back(chain, token, amount)?;
        if token == NATIVE {
            return Ok(cx.send(to, amount)?);
        }
        Ok(erc20::send(cx, token, to, amount)?)
    }

    /// No more comes back than has left.
    fn come_back(&mut self, chain: u64, token: Address, needed: U256) -> Result<(), BridgeError> {
        match self.outside.try_sub((chain, token), needed) {
            Ok(_) => Ok(()),
            Err(rest) => Err(BridgeError::TooLittleOutside {
                token,
                outside: rest.available,
                needed,
            }),
        }
    }

    fn tell(&mut self, cx: &mut Ctx, chain: u64, payload: Payload) -> u64 {
        let mut entry = self.next_nonce.entry(chain);
        let nonce = entry.get();
        entry.set(nonce + 1);
        let message = Message {
            source_chain: cx.chain_id(),
            destination_chain: chain,
            nonce,
            sender: cx.address(),
            payload: payload.encode(),
        };
        cx.emit(MessageSent {
            destination_chain: chain,
            nonce,
            from: cx.sender(),
            digest: message.digest(self.peer.get(chain)),
            payload: message.payload,
        });
        nonce
    }

    /// Takes a message that was sent to this bridge by that of its chain, for the first and last time.
    fn accept(&mut self, cx: &Ctx, message: &Message, proof: &Bytes) -> Result<(), BridgeError> {
        let Message {
            source_chain: chain,
            destination_chain,
            nonce,
            sender,
            ..
        } = *message;
        ensure!(
            destination_chain == cx.chain_id(),
            BridgeError::WrongDestination {
                chain: destination_chain
            }
        );
        let known = !sender.is_zero() && sender == self.peer.get(chain);
        ensure!(known, BridgeError::WrongSender { chain, sender });
        let before = self.delivered.entry((chain, sender, nonce)).replace(true);
        ensure!(!before, BridgeError::AlreadyDelivered { chain, nonce });
        self.verifier.check(cx, message, proof)
    }
}

/// What this contract has of a token.
fn held(cx: &Ctx, token: Address) -> Result<U256, BridgeError> {
    Ok(IERC20::at(token).balance_of(cx, cx.address())?)
}
