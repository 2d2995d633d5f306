//! What a proxy has run, and what it is going to run.

use crate::{Address, B256, Ctx, Item, List, Map};
use alloc::string::String;

/// The versions of the code behind a proxy, each with its name; an upgrade is announced first, and can be made once its
/// delay is over. Versions are never forgotten: the proxy can go back to any of them, at once.
///
/// It keeps the books, in slots of its own (ERC-7201), and leaves to the contract who may do what, and the upgrade itself:
/// see `contracts/proxy-transparent` and `contracts/proxy-uups`.
///
/// Users are safe for the time of the delay from code that they do not know: who disagrees with what was announced can
/// leave. Going back is to code that they have trusted before.
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{components::{Versions, VersionsError}, prelude::*};
///
/// #[zx::contract]
/// pub struct Proxy {
///     #[component]
///     versions: Versions,
/// }
///
/// #[zx::public]
/// impl Proxy {
///     #[constructor]
///     pub fn constructor(&mut self, cx: &mut Ctx, code: Address) -> Result<(), VersionsError> {
///         self.versions.init(cx, 60, code, "1.0".into())
///     }
///
///     pub fn announce(&mut self, cx: &mut Ctx, code: Address) -> Result<(), VersionsError> {
///         self.versions.announce(cx, code, "1.1".into(), &[])
///     }
///
///     pub fn upgrade(&mut self, cx: &mut Ctx, code: Address) -> Result<(), VersionsError> {
///         self.versions.apply(cx, code, &[])
///     }
/// }
///
/// let host = zx::testing::Host::new();
/// let [old, new] = [1, 2].map(Address::with_last_byte);
/// let proxy = host.deploy::<Proxy>((old,));
/// proxy.announce(new).unwrap();
/// assert!(proxy.upgrade(new).is_err());
/// host.pass(60);
/// proxy.upgrade(new).unwrap();
/// assert_eq!(proxy.versions().version_count(), 2);
/// assert_eq!(proxy.versions().version_named("1.0".into()).implementation, old);
/// ```
#[zx::storage]
#[derive(Debug)]
pub struct Versions {
    #[slot(namespace = "zexus.storage.Versions")]
    state: State,
}

#[zx::storage]
#[derive(Debug)]
struct State {
    /// Seconds.
    delay: Item<u64>,
    announced: Item<Announced>,
    history: List<Version>,
    /// By the hash of the name: the number, from one on.
    numbers: Map<B256, u32>,
}

/// Code that a proxy runs, or has run.
#[derive(Clone, Debug, PartialEq, Eq, zx::StorageValue, zx::Abi)]
pub struct Version {
    /// Where it is.
    pub implementation: Address,
    /// When the proxy began to run it, for the first time, in seconds since 1970.
    pub since: u64,
    /// What it is called; empty if it was never announced.
    pub name: String,
}

/// Code that a proxy is going to run.
#[derive(Clone, Debug, PartialEq, Eq, zx::StorageValue, zx::Abi)]
pub struct Announced {
    /// Where it is; the zero address if there is none.
    pub implementation: Address,
    /// From when on it can be, in seconds since 1970.
    pub ready_at: u64,
    /// Hash of the calldata that it will be called with at first.
    pub data_hash: B256,
    /// What it will be called.
    pub name: String,
}

/// An upgrade is going to be made.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct UpgradeAnnounced {
    /// The new code.
    #[indexed]
    pub implementation: Address,
    /// What it will be called.
    pub name: String,
    /// Hash of the calldata that it will be called with at first.
    pub data_hash: B256,
    /// From when on it can be made, in seconds since 1970.
    pub ready_at: u64,
}

/// An upgrade that was announced will not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct UpgradeWithdrawn {
    /// The code.
    #[indexed]
    pub implementation: Address,
}

/// There is a new version. Of one without a name, `Upgraded` alone tells.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct VersionAdded {
    /// Its number, from one on.
    #[indexed]
    pub number: u32,
    /// The code.
    #[indexed]
    pub implementation: Address,
    /// What it is called.
    pub name: String,
}

/// The proxy goes back to an earlier version.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct RolledBack {
    /// Its number, from one on.
    #[indexed]
    pub number: u32,
    /// The code.
    #[indexed]
    pub implementation: Address,
    /// What it is called.
    pub name: String,
}

/// Why [`Versions`] refused a call.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum VersionsError {
    /// This code, with this calldata, was not announced.
    UpgradeNotAnnounced {
        /// The code.
        implementation: Address,
    },
    /// The upgrade has to wait.
    UpgradeNotReady {
        /// Until when, in seconds since 1970.
        ready_at: u64,
    },
    /// No upgrade was announced.
    NoUpgradeAnnounced {},
    /// A version needs a name.
    VersionWithoutName {},
    /// There is another version of this name.
    VersionNameTaken {
        /// Its number.
        number: u32,
    },
    /// There is no version of this name.
    UnknownVersion {
        /// The name.
        name: String,
    },
}

impl Versions {
    /// Enters the first version, and says how many seconds pass between the announcement of an upgrade and the upgrade: for
    /// ever, since whoever could change that could do without. With a delay of zero, upgrades need not be announced.
    ///
    /// # Errors
    /// There are versions already, or the first has no name: nobody could go back to it.
    pub fn init(
        &mut self,
        cx: &mut Ctx,
        delay: u64,
        implementation: Address,
        name: String,
    ) -> Result<(), VersionsError> {
        if !self.state.history.is_empty() {
            return Err(VersionsError::VersionNameTaken { number: 1 });
        }
        if name.is_empty() {
            return Err(VersionsError::VersionWithoutName {});
        }
        self.state.delay.set(delay);
        self.add(cx, implementation, name);
        Ok(())
    }

    /// Announces an upgrade, in place of the one that was announced, if there is one.
    ///
    /// # Errors
    /// The version has no name, or another's.
    pub fn announce(
        &mut self,
        cx: &mut Ctx,
        implementation: Address,
        name: String,
        data: &[u8],
    ) -> Result<(), VersionsError> {
        if name.is_empty() {
            return Err(VersionsError::VersionWithoutName {});
        }
        let number = self.state.numbers.get(cx.keccak256(name.as_bytes()));
        if number != 0 {
            return Err(VersionsError::VersionNameTaken { number });
        }
        let ready_at = cx.block_timestamp() + self.state.delay.get();
        let announced = Announced { implementation, ready_at, data_hash: cx.keccak256(data), name };
        self.state.announced.set(announced.clone());
        let Announced { name, data_hash, .. } = announced;
        cx.emit(UpgradeAnnounced { implementation, name, data_hash, ready_at });
        Ok(())
    }

    /// Withdraws what was announced.
    ///
    /// # Errors
    /// Nothing was.
    pub fn withdraw(&mut self, cx: &mut Ctx) -> Result<(), VersionsError> {
        let Announced { implementation, .. } = self.state.announced.get();
        if implementation.is_zero() {
            return Err(VersionsError::NoUpgradeAnnounced {});
        }
        self.state.announced.clear();
        cx.emit(UpgradeWithdrawn { implementation });
        Ok(())
    }

    /// Enters a version that the proxy runs from now on, and that will first be called with `data`: what was announced, or,
    /// without a delay, anything.
    ///
    /// # Errors
    /// It was not announced, or has to wait.
    pub fn apply(&mut self, cx: &mut Ctx, implementation: Address, data: &[u8]) -> Result<(), VersionsError> {
        let announced = self.state.announced.get();
        if announced.implementation != implementation || announced.data_hash != cx.keccak256(data) {
            if self.state.delay.get() == 0 {
                self.add(cx, implementation, String::new());
                return Ok(());
            }
            return Err(VersionsError::UpgradeNotAnnounced { implementation });
        }
        if announced.ready_at > cx.block_timestamp() {
            return Err(VersionsError::UpgradeNotReady { ready_at: announced.ready_at });
        }
        self.state.announced.clear();
        self.add(cx, implementation, announced.name);
        Ok(())
    }

    /// Goes back to the version of this name, and returns its code.
    ///
    /// # Errors
    /// There is none.
    pub fn roll_back(&mut self, cx: &mut Ctx, name: String) -> Result<Address, VersionsError> {
        let (number, version) = self.find(cx, name)?;
        let Version { implementation, name, .. } = version;
        cx.emit(RolledBack { number, implementation, name });
        Ok(implementation)
    }

    /// The version of this name, and its number.
    fn find(&self, cx: &Ctx, name: String) -> Result<(u32, Version), VersionsError> {
        let number = self.state.numbers.get(cx.keccak256(name.as_bytes()));
        match number.checked_sub(1).and_then(|index| self.state.history.get(index)) {
            Some(version) => Ok((number, version)),
            None => Err(VersionsError::UnknownVersion { name }),
        }
    }

    fn add(&mut self, cx: &mut Ctx, implementation: Address, name: String) {
        let version = Version { implementation, since: cx.block_timestamp(), name };
        self.state.history.push(version.clone());
        let Version { name, .. } = version;
        let number = self.state.history.len();
        if !name.is_empty() {
            self.state.numbers.set(cx.keccak256(name.as_bytes()), number);
            cx.emit(VersionAdded { number, implementation, name });
        }
    }
}

#[zx::component(events(UpgradeAnnounced, UpgradeWithdrawn, VersionAdded, RolledBack))]
impl Versions {
    /// Seconds that pass between the announcement of an upgrade and the upgrade.
    #[reentrant]
    pub fn upgrade_delay(&self, _cx: &Ctx) -> u64 {
        self.state.delay.get()
    }

    /// The upgrade that was announced; of the zero address, if none was.
    #[reentrant]
    pub fn announced_upgrade(&self, _cx: &Ctx) -> Announced {
        self.state.announced.get()
    }

    /// How many versions there are.
    #[reentrant]
    pub fn version_count(&self, _cx: &Ctx) -> u32 {
        self.state.history.len()
    }

    /// A version by its number, from one on. Reverts if there are not so many.
    #[reentrant]
    pub fn version(&self, _cx: &Ctx, number: u32) -> Result<Version, &'static str> {
        number
            .checked_sub(1)
            .and_then(|index| self.state.history.get(index))
            .ok_or("there is no version of this number")
    }

    /// A version by its name.
    #[reentrant]
    pub fn version_named(&self, cx: &Ctx, name: String) -> Result<Version, VersionsError> {
        self.find(cx, name).map(|(_, version)| version)
    }
}
