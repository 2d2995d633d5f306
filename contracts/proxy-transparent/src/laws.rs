//! What holds whatever anybody does. Natively: the driver, a second contract of the package, has no module.

use super::{
    management::ManagementClient,
    tests::{FIRST, INIT, SECOND, deploy},
};
use core::cell::RefCell;
use zx::{
    components::{Version, VersionsClient},
    prelude::*,
    testing::{Host, Invariants},
};

/// Seconds.
const DELAY: u64 = 20;

zx::sol_interface! {
    interface IProxy {
        function announceUpgrade(address code, string calldata name, bytes calldata data) external;
        function withdrawUpgrade() external;
        function upgradeToAndCall(address code, bytes calldata data) external payable;
        function rollBackTo(string calldata name) external;
    }
}

/// An admin that does what anybody asks, with a few versions of a few names.
#[zx::contract]
pub struct Admin {
    proxy: Item<Address>,
    /// Since when each code can be run; 0 if it was not announced.
    due: Map<Address, u64>,
    /// Whether code was run too early.
    #[view]
    early: Item<bool>,
}

#[zx::public]
impl Admin {
    /// Names the proxy, once.
    pub fn manage(&mut self, _cx: &mut Ctx, proxy: Address) {
        if self.proxy.get().is_zero() {
            self.proxy.set(proxy);
        }
    }

    /// Announces one of two codes, by one of four names.
    pub fn announce(&mut self, cx: &mut Ctx, second: bool, name: u8) -> Result<(), CallError> {
        let code = code(second);
        IProxy::at(self.proxy.get()).announce_upgrade(cx, code, called(name), Bytes::new())?;
        self.due.set(FIRST, 0);
        self.due.set(SECOND, 0);
        self.due.set(code, cx.block_timestamp() + DELAY);
        Ok(())
    }

    /// Withdraws it.
    pub fn withdraw(&mut self, cx: &mut Ctx) -> Result<(), CallError> {
        IProxy::at(self.proxy.get()).withdraw_upgrade(cx)?;
        self.due.set(FIRST, 0);
        self.due.set(SECOND, 0);
        Ok(())
    }

    /// Upgrades to one of them.
    pub fn upgrade(&mut self, cx: &mut Ctx, second: bool) -> Result<(), CallError> {
        let (code, proxy) = (code(second), IProxy::at(self.proxy.get()));
        proxy.upgrade_to_and_call(cx, U256::ZERO, code, Bytes::new())?;
        let due = self.due.entry(code).take();
        if due == 0 || due > cx.block_timestamp() {
            self.early.set(true);
        }
        Ok(())
    }

    /// Goes back to one of the names.
    pub fn roll_back(&mut self, cx: &mut Ctx, name: u8) -> Result<(), CallError> {
        IProxy::at(self.proxy.get()).roll_back_to(cx, called(name))
    }
}

fn code(second: bool) -> Address {
    if second { SECOND } else { FIRST }
}

fn called(name: u8) -> String {
    ["1.0", "2.0", "3.0", "4.0"][usize::from(name % 4)].into()
}

/// The proxy, its admin, and the history as it was.
type Seen = (Address, Address, RefCell<Vec<Version>>);

#[test]
fn history_only_grows_and_nothing_runs_before_its_delay() {
    if Host::new().has_sandbox() {
        return;
    }
    let history = |host: &Host, (proxy, admin, _): &Seen| -> Vec<Version> {
        let versions = VersionsClient::from(host.raw(*proxy).by(*admin));
        (1..=versions.version_count())
            .map(|number| versions.version(number))
            .collect()
    };
    Invariants::new(|host, targets| {
        for code in [FIRST, SECOND] {
            host.mock(code).returns(INIT, ()).install();
        }
        let admin = host.deploy::<Admin>(());
        let proxy = deploy(host, FIRST, admin.address(), &INIT, DELAY).unwrap();
        admin.manage(proxy).unwrap();
        targets
            .contract::<Admin>(admin.address())
            .except(&["manage"])
            .senders(host.accounts::<1>())
            .passing(30);
        (proxy, admin.address(), RefCell::default())
    })
    .hold("the history is only added to", move |host, seen| {
        let now = history(host, seen);
        let before = seen.2.replace(now.clone());
        assert!(now.starts_with(&before) && !now.is_empty());
        let mut names: Vec<_> = now.iter().map(|version| &version.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), now.len(), "each name is of one version");
    })
    .hold("what runs is a version", move |host, seen| {
        let runs = ManagementClient::from(host.raw(seen.0).by(seen.1)).implementation();
        assert!(
            history(host, seen)
                .iter()
                .any(|version| version.implementation == runs)
        );
    })
    .hold("nothing runs before its delay", |host, (_, admin, _)| {
        assert!(!host.at::<Admin>(*admin).early());
    })
    .runs(128)
    .check();
}
