//! The domain that messages are signed for.

use crate::{Address, B256, Ctx, FixedBytes, Item, U256, crypto::Domain, storage::DomainHashes};
use alloc::{string::String, vec::Vec};

/// Name and version of the domain (EIP-712) that users sign messages to this contract for, set when it is deployed. Where
/// they are known when it is built, a constant [`Domain`] costs less. OpenZeppelin's `EIP712`, in the slots of its
/// upgradeable contracts; the hashes are [immutable](crate::Immutable).
///
/// A contract has one domain, however many of its parts need it.
#[zx::storage]
#[derive(Debug)]
pub struct Eip712 {
    #[slot(namespace = "openzeppelin.storage.EIP712")]
    state: State,
    hashes: DomainHashes,
}

/// The hashes stand first, and are zero: OpenZeppelin's earlier versions had them.
#[zx::storage]
#[derive(Debug)]
struct State {
    _hashed_name: Item<B256>,
    _hashed_version: Item<B256>,
    name: Item<String>,
    version: Item<String>,
}

/// The domain changed (ERC-5267).
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct EIP712DomainChanged {}

/// What ERC-5267 returns.
type Parts = (FixedBytes<1>, String, String, U256, Address, B256, Vec<U256>);

/// What a domain has (ERC-5267): name, version, chain id and contract, but no salt.
const FIELDS: FixedBytes<1> = FixedBytes([0x0F]);

impl Eip712 {
    /// Names the domain: in the constructor. Behind a proxy it is [`init_proxied`](Self::init_proxied).
    pub fn init(&mut self, cx: &Ctx, name: String, version: String) {
        self.hashes.set(cx.address(), Domain::of(&name, &version));
        self.init_proxied(name, version);
    }

    /// Names the domain in the initializer of a contract behind a proxy. What is signed for it costs two slots more: the
    /// immutables are those of the code, which other proxies run too.
    pub fn init_proxied(&mut self, name: String, version: String) {
        self.state.name.set(name);
        self.state.version.set(version);
    }

    /// The domain.
    pub fn domain(&self) -> Domain {
        self.hashes.get().unwrap_or_else(|| Domain::of(&self.state.name.get(), &self.state.version.get()))
    }
}

#[zx::component(events(EIP712DomainChanged))]
impl Eip712 {
    /// What the domain consists of: which fields it has, name, version, chain id, contract, salt, extensions (ERC-5267).
    pub fn eip712_domain(&self, cx: &Ctx) -> Parts {
        let (name, version) = (self.state.name.get(), self.state.version.get());
        (FIELDS, name, version, U256::from(cx.chain_id()), cx.address(), B256::ZERO, Vec::new())
    }

    /// Hash of the domain (EIP-712).
    #[selector(name = "DOMAIN_SEPARATOR")]
    pub fn domain_separator(&self, cx: &Ctx) -> B256 {
        self.domain().separator(cx)
    }
}
