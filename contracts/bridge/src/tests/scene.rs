//! Two bridges that know each other, a token and the coin of the one chain, and what stands for them on the other.

use super::super::*;
use bridge_token::BridgeToken;
use k256::ecdsa::SigningKey;
use zx::{
    crypto::Signature,
    testing::{Block, Host, Reverted},
};
use zx20::Zx20;

/// The chain that the tokens are at home on.
pub(super) const HOME: u64 = 1;
/// The other.
pub(super) const AWAY: u64 = 2;

pub(super) fn n(value: u64) -> U256 {
    U256::from(value)
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_slice(&[number; 32]).expect("a key")
}

/// Address of the relayer with this number.
pub(super) fn relayer(number: u8) -> Address {
    let hash = B256::repeat_byte(1);
    let signed = Signature::from_bytes(&signature(number, hash)).expect("65 bytes");
    signed.recover(hash).expect("a signer")
}

/// 65 bytes of a relayer.
pub(super) fn signature(number: u8, digest: B256) -> [u8; 65] {
    let (signature, recovery) = key(number)
        .sign_prehash_recoverable(&digest.0)
        .expect("a hash");
    let mut bytes = [27 + recovery.to_byte(); 65];
    bytes[..64].copy_from_slice(&signature.to_bytes());
    bytes
}

pub(super) struct Scene<'h> {
    pub(super) host: &'h Host,
    pub(super) home: Address,
    pub(super) away: Address,
    /// At home: of it the second account has 1,000, which the bridge may take.
    pub(super) token: Address,
    /// Away, for the token.
    pub(super) wrapped: Address,
    /// Away, for the coin.
    pub(super) wrapped_coin: Address,
}

impl<'h> Scene<'h> {
    /// Three of four relayers have to sign. Limits are far away.
    pub(super) fn open(host: &'h Host) -> Self {
        let [owner, alice] = host.accounts();
        let mut relayers = [1, 2, 3, 4].map(relayer).to_vec();
        relayers.sort_unstable();
        let bridge = || {
            let arguments = (owner, relayers.clone(), 3);
            host.deploy::<Bridge>(arguments).address()
        };
        let (home, away) = (bridge(), bridge());
        let named = |name: &str| (name.to_owned(), name.to_owned(), 18);
        let token = {
            let (name, symbol, decimals) = named("Token");
            host.deploy::<Zx20>((name, symbol, decimals, n(2_000)))
        };
        token.transfer(alice, n(1_000)).unwrap();
        token.by(alice).approve(home, U256::MAX).unwrap();
        let wrapping = |name| {
            let (name, symbol, decimals) = named(name);
            host.deploy::<BridgeToken>((name, symbol, decimals, away))
                .address()
        };
        let scene = Self {
            host,
            home,
            away,
            token: token.address(),
            wrapped: wrapping("Wrapped"),
            wrapped_coin: wrapping("Coin"),
        };
        scene.introduce();
        scene
    }

    /// Makes the bridges known to each other, with the ways of the tokens.
    fn introduce(&self) {
        let routes = [(self.token, self.wrapped), (NATIVE, self.wrapped_coin)];
        self.home().set_peer(AWAY, self.away).unwrap();
        self.away().set_peer(HOME, self.home).unwrap();
        for (here, there) in routes {
            self.connect(here, there);
        }
    }

    /// A way for a token of the home chain.
    pub(super) fn connect(&self, here: Address, there: Address) {
        let home = self.home();
        home.set_route(AWAY, here, there, Kind::Locked).unwrap();
        home.set_limit(here, 1_000_000, 0).unwrap();
        let away = self.away();
        away.set_route(HOME, there, here, Kind::Minted).unwrap();
        away.set_limit(there, 1_000_000, 0).unwrap();
    }

    fn go(&self, chain_id: u64) {
        let block = self.host.block();
        if block.chain_id != chain_id {
            self.host.set_block(Block { chain_id, ..block });
        }
    }

    /// The bridge at home, where the host now is.
    pub(super) fn home(&self) -> BridgeClient<'h> {
        self.go(HOME);
        self.host.at::<Bridge>(self.home)
    }

    /// The other, where the host now is.
    pub(super) fn away(&self) -> BridgeClient<'h> {
        self.go(AWAY);
        self.host.at::<Bridge>(self.away)
    }

    /// What somebody has of a token.
    pub(super) fn held(&self, token: Address, who: Address) -> U256 {
        self.host.at::<BridgeToken>(token).erc20().balance_of(who)
    }

    /// How much there is of what stands for the token.
    pub(super) fn supply(&self) -> U256 {
        self.host
            .at::<BridgeToken>(self.wrapped)
            .erc20()
            .total_supply()
    }

    /// Sends from home, and returns the message.
    pub(super) fn send_away(
        &self,
        token: Address,
        from: Address,
        to: Address,
        amount: u64,
    ) -> Message {
        self.try_send(HOME, token, from, to, amount).expect("sent")
    }

    /// Sends home.
    pub(super) fn send_home(
        &self,
        token: Address,
        from: Address,
        to: Address,
        amount: u64,
    ) -> Message {
        self.try_send(AWAY, token, from, to, amount).expect("sent")
    }

    pub(super) fn try_send(
        &self,
        source_chain: u64,
        token: Address,
        from: Address,
        to: Address,
        amount: u64,
    ) -> Result<Message, Reverted> {
        let (bridge, destination_chain) = match source_chain {
            HOME => (self.home(), AWAY),
            _ => (self.away(), HOME),
        };
        let value = if token == NATIVE { n(amount) } else { n(0) };
        let nonce = bridge
            .by(from)
            .paying(value)
            .send(destination_chain, token, to, n(amount))?;
        let told = self
            .host
            .logs()
            .into_iter()
            .rfind(|(by, _)| *by == bridge.address());
        let (_, log) = told.expect("a message was told of");
        // The digest, then where the payload is, how long it is, and itself.
        let payload = log.data.get(96..).expect("a payload").to_vec().into();
        Ok(Message {
            source_chain,
            destination_chain,
            nonce,
            sender: bridge.address(),
            payload,
        })
    }

    /// Signatures of these relayers for a message to a bridge, in the order that the bridge wants.
    pub(super) fn sign(&self, message: &Message, destination: Address, relayers: &[u8]) -> Bytes {
        let mut relayers = relayers.to_vec();
        relayers.sort_unstable_by_key(|number| relayer(*number));
        let digest = message.digest(destination);
        let signatures = relayers
            .into_iter()
            .map(|number| signature(number, digest).to_vec());
        signatures.collect::<Vec<_>>().concat().into()
    }

    pub(super) fn deliver_away(&self, message: &Message) -> Result<(), Reverted> {
        let proof = self.sign(message, self.away, &[1, 2, 4]);
        self.away().deliver(message.clone(), proof)
    }

    pub(super) fn deliver_home(&self, message: &Message) -> Result<(), Reverted> {
        let proof = self.sign(message, self.home, &[2, 3, 4]);
        self.home().deliver(message.clone(), proof)
    }
}
