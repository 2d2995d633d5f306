//! What it asks of proxies, and why it refuses.

use zx::{
    components::{Announced, OwnableError, Version},
    prelude::*,
};

/// A transparent proxy, as its admin sees it.
#[zx::interface]
pub trait Proxy {
    /// Replaces the code, and calls it with `data`, unless they are empty.
    #[payable]
    fn upgrade_to_and_call(&mut self, new_implementation: Address, data: Bytes);
    /// Announces an upgrade.
    fn announce_upgrade(&mut self, new_implementation: Address, name: String, data: Bytes);
    /// Withdraws the upgrade that was announced.
    fn withdraw_upgrade(&mut self);
    /// Goes back to the version of this name.
    fn roll_back_to(&mut self, name: String);
    /// The code that the proxy runs.
    fn implementation(&self) -> Address;
    /// Seconds that pass between the announcement of an upgrade and the upgrade.
    fn upgrade_delay(&self) -> u64;
    /// The upgrade that was announced.
    fn announced_upgrade(&self) -> Announced;
    /// How many versions there are.
    fn version_count(&self) -> u32;
    /// A version by its number.
    fn version(&self, number: u32) -> Version;
    /// A version by its name.
    fn version_named(&self, name: String) -> Version;
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum AdminError {
    /// There is no contract at this address.
    NoProxy {
        /// The address.
        proxy: Address,
    },
    /// Somebody else owns the admin.
    Ownable(OwnableError),
    /// The proxy refused, in its own words.
    Call(CallError),
}
