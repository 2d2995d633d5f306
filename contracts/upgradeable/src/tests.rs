use super::*;
use proxy_uups::ProxyUups;
use zx::{
    Event as _,
    abi::Args,
    components::{
        OwnershipTransferred, RolledBack, UpgradeAnnounced, UpgradeWithdrawn, Upgraded, Version,
        VersionAdded,
    },
    testing::{Host, Reverted},
};

pub(crate) const DELAY: u64 = 1_000;

pub(crate) fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A register of the first account behind a proxy, and another instance of its code.
#[derive(Clone, Copy)]
pub(crate) struct Upgrading<'h> {
    pub(crate) host: &'h Host,
    pub(crate) proxy: Address,
    pub(crate) first: Address,
    pub(crate) second: Address,
}

impl<'h> Upgrading<'h> {
    pub(crate) fn new(host: &'h Host, delay: u64) -> Self {
        let [owner] = host.accounts();
        let first = host.deploy::<Register>(()).address();
        let second = host.deploy::<Register>(()).address();
        let proxy = create(host, first, owner, delay).unwrap();
        Self {
            host,
            proxy,
            first,
            second,
        }
    }

    pub(crate) fn register(&self) -> RegisterClient<'h> {
        self.host.at::<Register>(self.proxy)
    }

    pub(crate) fn upgrade(&self, to: Address) -> Result<(), Reverted> {
        self.register().upgrade_to_and_call(to, Bytes::new())
    }

    /// Announces some code, and lets the delay pass.
    pub(crate) fn announce(&self, code: Address, name: &str) {
        self.register()
            .announce_upgrade(code, name.into(), Bytes::new())
            .unwrap();
        self.host.pass(DELAY);
    }

    /// What the proxy runs.
    pub(crate) fn runs(&self) -> Address {
        let slot = zx::components::IMPLEMENTATION_SLOT;
        Address::from_word(self.host.slot(self.proxy, slot.0).into())
    }
}

pub(crate) fn initializer(owner: Address, delay: u64) -> Vec<u8> {
    let mut data = zx::selector("initialize(address,uint64,string)").to_vec();
    data.extend((owner, delay, "1.0".to_owned()).encode());
    data
}

pub(crate) fn create(
    host: &Host,
    code: Address,
    owner: Address,
    delay: u64,
) -> Result<Address, Reverted> {
    let data = initializer(owner, delay).into();
    host.try_deploy::<ProxyUups>(owner, U256::ZERO, (code, data))
        .map(|proxy| proxy.address())
}

#[zx::test]
fn it_is_initialised_behind_its_proxy(host: &Host) {
    let [owner] = host.accounts();
    let code = host.deploy::<Register>(()).address();
    let proxy = create(host, code, owner, DELAY).unwrap();
    let previous_owner = Address::ZERO;
    assert!(host.emitted(OwnershipTransferred {
        previous_owner,
        new_owner: owner
    }));
    assert!(host.emitted(VersionAdded {
        number: 1,
        implementation: code,
        name: "1.0".into()
    }));
    let register = host.at::<Register>(proxy);
    assert_eq!(register.ownable().owner(), owner);
    assert_eq!(register.versions().upgrade_delay(), DELAY);
    register.set_number(n(7)).unwrap();
    assert_eq!(register.number(), n(7));
    assert_eq!(host.at::<Register>(code).number(), n(0));
    assert_eq!(register.upgradeable().upgrade_interface_version(), "5.0.0");
    let nobody = create(host, code, Address::ZERO, DELAY).unwrap_err();
    let invalid = OwnableError::OwnableInvalidOwner {
        owner: Address::ZERO,
    };
    assert_eq!(nobody, invalid.into());
}

#[zx::test]
fn an_upgrade_is_announced_made_and_undone(host: &Host) {
    let it = Upgrading::new(host, DELAY);
    let register = it.register();
    register.set_number(n(7)).unwrap();
    let none = Bytes::new;
    let unannounced: Reverted = VersionsError::UpgradeNotAnnounced {
        implementation: it.second,
    }
    .into();
    assert_eq!(it.upgrade(it.second), Err(unannounced.clone()));
    register
        .announce_upgrade(it.second, "2.0".into(), none())
        .unwrap();
    let ready_at = host.block().timestamp + DELAY;
    let data_hash = register.versions().announced_upgrade().data_hash;
    let announced = UpgradeAnnounced {
        implementation: it.second,
        name: "2.0".into(),
        data_hash,
        ready_at,
    };
    host.assert_logs(it.proxy, [announced.into_log()]);
    host.pass(DELAY - 1);
    let early: Reverted = VersionsError::UpgradeNotReady { ready_at }.into();
    assert_eq!(it.upgrade(it.second), Err(early));
    host.pass(1);
    it.upgrade(it.second).unwrap();
    let added = VersionAdded {
        number: 2,
        implementation: it.second,
        name: "2.0".into(),
    };
    let upgraded = Upgraded {
        implementation: it.second,
    };
    host.assert_logs(it.proxy, [added.into_log(), upgraded.into_log()]);
    assert_eq!((it.runs(), register.number()), (it.second, n(7)));

    register.roll_back_to("1.0".into()).unwrap();
    let back = RolledBack {
        number: 1,
        implementation: it.first,
        name: "1.0".into(),
    };
    let upgraded = Upgraded {
        implementation: it.first,
    };
    host.assert_logs(it.proxy, [back.into_log(), upgraded.into_log()]);
    assert_eq!((it.runs(), register.number()), (it.first, n(7)));
    register.roll_back_to("2.0".into()).unwrap();
    assert_eq!(it.runs(), it.second);
    let versions = register.versions();
    let Version {
        implementation,
        since,
        name,
    } = versions.version(2);
    assert_eq!(
        (implementation, since, name, versions.version_count()),
        (it.second, ready_at, "2.0".into(), 2)
    );
    let unknown = register.roll_back_to("3.0".into()).unwrap_err();
    assert_eq!(
        unknown,
        VersionsError::UnknownVersion { name: "3.0".into() }.into()
    );
}

#[zx::test]
fn what_was_announced_can_be_withdrawn(host: &Host) {
    let it = Upgrading::new(host, DELAY);
    it.announce(it.second, "2.0");
    it.register().withdraw_upgrade().unwrap();
    let withdrawn = UpgradeWithdrawn {
        implementation: it.second,
    };
    host.assert_logs(it.proxy, [withdrawn.into_log()]);
    let unannounced: Reverted = VersionsError::UpgradeNotAnnounced {
        implementation: it.second,
    }
    .into();
    assert_eq!(it.upgrade(it.second), Err(unannounced));
    let nothing = it.register().withdraw_upgrade();
    assert_eq!(nothing, Err(VersionsError::NoUpgradeAnnounced {}.into()));
}

#[zx::test]
fn new_code_is_called_as_announced(host: &Host) {
    let [owner] = host.accounts();
    let it = Upgrading::new(host, DELAY);
    let mut data = zx::selector("setNumber(uint256)").to_vec();
    data.extend((n(9),).encode());
    let data = Bytes::from(data);
    it.register()
        .announce_upgrade(it.second, "2.0".into(), data.clone())
        .unwrap();
    host.pass(DELAY);
    it.register().upgrade_to_and_call(it.second, data).unwrap();
    assert_eq!(it.register().number(), n(9));
    // A second initialisation is none.
    let it = Upgrading::new(host, 0);
    let again = it
        .register()
        .upgrade_to_and_call(it.second, initializer(owner, 0).into());
    assert_eq!(
        again,
        Err(InitializableError::InvalidInitialization {}.into())
    );
    assert_eq!(it.runs(), it.first, "the upgrade was undone");
    let paid = it
        .register()
        .paying(n(1))
        .upgrade_to_and_call(it.second, Bytes::new());
    assert_eq!(paid, Err(UpgradeError::ERC1967NonPayable {}.into()));
    it.upgrade(it.second).unwrap();
    assert_eq!(it.runs(), it.second, "without a delay");
}

#[zx::test]
fn another_owner_has_to_accept(host: &Host) {
    let [_, next] = host.accounts();
    let it = Upgrading::new(host, 0);
    let register = it.register();
    register.ownable().transfer_ownership(next).unwrap();
    assert_eq!(register.ownable().pending_owner(), next);
    it.register().set_number(n(1)).unwrap();
    register.by(next).ownable().accept_ownership().unwrap();
    assert!(register.set_number(n(2)).is_err());
    register
        .by(next)
        .upgrade_to_and_call(it.second, Bytes::new())
        .unwrap();
    assert_eq!((it.runs(), register.number()), (it.second, n(1)));
}
