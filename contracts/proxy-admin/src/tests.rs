use super::*;
use proxy_transparent::{AdminChanged, ProxyError, ProxyTransparent, Upgraded};
use zx::{
    Event as _,
    components::{
        OwnershipTransferStarted, OwnershipTransferred, RolledBack, UpgradeAnnounced,
        UpgradeWithdrawn, VersionAdded, VersionsError,
    },
    testing::{Host, Reverted},
};

pub(crate) const DELAY: u64 = 1_000;
/// Code that answers one, and code that answers two.
pub(crate) const FIRST: Address = Address::repeat_byte(0x11);
pub(crate) const SECOND: Address = Address::repeat_byte(0x22);
pub(crate) const ASK: [u8; 4] = zx::selector("ask()");
pub(crate) const INIT: [u8; 4] = zx::selector("init()");
const FAIL: [u8; 4] = zx::selector("fail()");

pub(crate) fn n(value: u64) -> U256 {
    U256::from(value)
}

pub(crate) fn word(value: u64) -> Vec<u8> {
    n(value).to_be_bytes().to_vec()
}

/// An admin of the first account, and two proxies that it manages.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'h> {
    pub(crate) host: &'h Host,
    pub(crate) admin: Address,
    pub(crate) proxy: Address,
    pub(crate) other: Address,
}

impl<'h> Scene<'h> {
    /// Both run the code that answers one.
    pub(crate) fn new(host: &'h Host, delay: u64) -> Self {
        for (code, answer) in [(FIRST, 1), (SECOND, 2)] {
            host.mock(code)
                .returns(ASK, n(answer))
                .returns(INIT, ())
                .reverts(FAIL, "as asked")
                .install();
        }
        let [owner] = host.accounts();
        let admin = host.deploy::<ProxyAdmin>((owner,)).address();
        let [proxy, other] = [(); 2].map(|()| deploy(host, admin, delay));
        Self {
            host,
            admin,
            proxy,
            other,
        }
    }

    pub(crate) fn by(&self, account: Address) -> ProxyAdminClient<'h> {
        self.host.at::<ProxyAdmin>(self.admin).by(account)
    }

    pub(crate) fn owner(&self) -> ProxyAdminClient<'h> {
        let [owner] = self.host.accounts();
        self.by(owner)
    }

    /// Upgrades the proxy to the second code, or tries.
    pub(crate) fn upgrade_by(&self, account: Address) -> Result<(), Reverted> {
        self.by(account)
            .upgrade_and_call(self.proxy, SECOND, Bytes::new())
    }

    /// What a stranger is answered.
    pub(crate) fn ask(&self, proxy: Address) -> Result<Vec<u8>, Reverted> {
        let [_, _, stranger] = self.host.accounts();
        self.host.raw(proxy).by(stranger).transact(&ASK)
    }

    /// Announces the second code, and lets the delay pass.
    pub(crate) fn announce(&self, name: &str) {
        let none = Bytes::new();
        self.owner()
            .announce_upgrade(self.proxy, SECOND, name.into(), none)
            .unwrap();
        self.host.pass(DELAY);
    }
}

fn deploy(host: &Host, admin: Address, delay: u64) -> Address {
    let [creator] = host.accounts();
    let arguments = (FIRST, admin, Bytes::from(INIT), delay, "1.0".to_owned());
    host.try_deploy::<ProxyTransparent>(creator, U256::ZERO, arguments)
        .unwrap()
        .address()
}

pub(crate) fn stranger(account: Address) -> Reverted {
    OwnableError::OwnableUnauthorizedAccount { account }.into()
}

#[zx::test]
fn it_has_an_owner_and_is_the_admin_of_its_proxies(host: &Host) {
    let [owner] = host.accounts();
    let admin = host.deploy::<ProxyAdmin>((owner,));
    let transferred = OwnershipTransferred {
        previous_owner: Address::ZERO,
        new_owner: owner,
    };
    host.assert_logs(admin.address(), [transferred.into_log()]);
    assert_eq!(admin.ownable().owner(), owner);
    assert_eq!(ProxyAdmin::upgrade_interface_version(), "5.0.0");
    assert_eq!(admin.upgrade_interface_version(), "5.0.0");
    let nobody = Address::ZERO;
    let refused = host.try_deploy::<ProxyAdmin>(owner, U256::ZERO, (nobody,));
    let invalid = OwnableError::OwnableInvalidOwner { owner: nobody };
    assert_eq!(refused.err(), Some(invalid.into()));
    let it = Scene::new(host, DELAY);
    assert!(host.emitted(AdminChanged {
        previous_admin: nobody,
        new_admin: it.admin
    }));
    assert_eq!(it.owner().implementation_of(it.proxy), FIRST);
}

#[zx::test]
fn an_upgrade_of_one_proxy_leaves_the_others(host: &Host) {
    let it = Scene::new(host, DELAY);
    let upgrade = || {
        it.owner()
            .upgrade_and_call(it.proxy, SECOND, Bytes::from(INIT))
    };
    let unannounced = VersionsError::UpgradeNotAnnounced {
        implementation: SECOND,
    };
    assert_eq!(upgrade(), Err(unannounced.clone().into()));
    it.owner()
        .announce_upgrade(it.proxy, SECOND, "2.0".into(), Bytes::from(INIT))
        .unwrap();
    let ready_at = host.block().timestamp + DELAY;
    let announced = it.owner().announced_upgrade_of(it.proxy);
    let Announced {
        implementation,
        data_hash,
        name,
        ..
    } = announced.clone();
    assert_eq!(
        (implementation, announced.ready_at, name.as_str()),
        (SECOND, ready_at, "2.0")
    );
    host.assert_logs(
        it.proxy,
        [UpgradeAnnounced {
            implementation,
            name,
            data_hash,
            ready_at,
        }
        .into_log()],
    );
    let early = VersionsError::UpgradeNotReady { ready_at };
    assert_eq!(upgrade(), Err(early.into()));
    host.pass(DELAY);
    upgrade().unwrap();
    let added = VersionAdded {
        number: 2,
        implementation: SECOND,
        name: "2.0".into(),
    };
    let upgraded = Upgraded {
        implementation: SECOND,
    };
    host.assert_logs(it.proxy, [added.into_log(), upgraded.into_log()]);
    assert_eq!(
        (it.ask(it.proxy), it.ask(it.other)),
        (Ok(word(2)), Ok(word(1)))
    );
    let other = it
        .owner()
        .upgrade_and_call(it.other, SECOND, Bytes::from(INIT));
    assert_eq!(other, Err(unannounced.into()), "each has its own");
}

#[zx::test]
fn it_withdraws_goes_back_and_tells_the_versions(host: &Host) {
    let it = Scene::new(host, DELAY);
    let began = host.block().timestamp;
    it.announce("2.0");
    it.owner().withdraw_upgrade(it.proxy).unwrap();
    let withdrawn = UpgradeWithdrawn {
        implementation: SECOND,
    };
    host.assert_logs(it.proxy, [withdrawn.into_log()]);
    let nothing = VersionsError::NoUpgradeAnnounced {};
    assert_eq!(it.owner().withdraw_upgrade(it.proxy), Err(nothing.into()));
    it.announce("2.0");
    let [owner] = host.accounts();
    it.upgrade_by(owner).unwrap();
    it.owner().roll_back_to(it.proxy, "1.0".into()).unwrap();
    let back = RolledBack {
        number: 1,
        implementation: FIRST,
        name: "1.0".into(),
    };
    let upgraded = Upgraded {
        implementation: FIRST,
    };
    host.assert_logs(it.proxy, [back.into_log(), upgraded.into_log()]);
    let admin = it.by(host.accounts::<3>()[2]);
    assert_eq!(
        (
            admin.implementation_of(it.proxy),
            admin.upgrade_delay_of(it.proxy),
            admin.version_count_of(it.proxy),
            admin.version_count_of(it.other)
        ),
        (FIRST, DELAY, 2, 1),
        "anybody may ask"
    );
    let first = Version {
        implementation: FIRST,
        since: began,
        name: "1.0".into(),
    };
    assert_eq!(admin.version_of(it.proxy, 1), first);
    assert_eq!(admin.version_named_of(it.proxy, "1.0".into()), first);
    assert_eq!(admin.version_of(it.proxy, 2).implementation, SECOND);
    let unknown: Reverted = VersionsError::UnknownVersion { name: "3".into() }.into();
    let asked = admin.try_version_named_of(it.proxy, "3".into());
    assert_eq!(asked, Err(unknown.clone()));
    let gone = it.owner().roll_back_to(it.proxy, "3".into());
    assert_eq!(gone, Err(unknown));
}

#[zx::test]
fn what_a_proxy_refuses_it_refuses_in_its_words(host: &Host) {
    let it = Scene::new(host, 0);
    let upgrade = |code, data: &[u8]| {
        let data = Bytes::copy_from_slice(data);
        it.owner().upgrade_and_call(it.proxy, code, data)
    };
    let said = upgrade(SECOND, &FAIL).unwrap_err().message();
    assert_eq!(said.as_deref(), Some("as asked"));
    let silent = upgrade(SECOND, &[1, 2, 3, 4]);
    assert_eq!(silent, Err(ProxyError::FailedCall {}.into()));
    let nowhere = Address::repeat_byte(0x99);
    let invalid = ProxyError::ERC1967InvalidImplementation {
        implementation: nowhere,
    };
    assert_eq!(upgrade(nowhere, &[]), Err(invalid.clone().into()));
    let none = Bytes::new;
    let announced = it
        .owner()
        .announce_upgrade(it.proxy, nowhere, "2.0".into(), none());
    assert_eq!(announced, Err(invalid.into()));
    let paid = it
        .owner()
        .paying(n(1))
        .upgrade_and_call(it.proxy, SECOND, none());
    assert_eq!(paid, Err(ProxyError::ERC1967NonPayable {}.into()));
    assert_eq!(it.ask(it.proxy), Ok(word(1)));
    it.owner()
        .paying(n(1))
        .upgrade_and_call(it.proxy, SECOND, Bytes::from(INIT))
        .unwrap();
    assert_eq!(
        (host.balance(it.proxy), host.balance(it.admin)),
        (n(1), n(0))
    );
}

#[zx::test]
fn what_is_no_contract_is_no_proxy(host: &Host) {
    let it = Scene::new(host, 0);
    let proxy = Address::repeat_byte(0x99);
    let none = Bytes::new;
    let owner = it.owner();
    let tries = [
        owner.paying(n(1)).upgrade_and_call(proxy, SECOND, none()),
        owner.announce_upgrade(proxy, SECOND, "2.0".into(), none()),
        owner.withdraw_upgrade(proxy),
        owner.roll_back_to(proxy, "1.0".into()),
    ];
    for refused in tries {
        assert_eq!(refused, Err(AdminError::NoProxy { proxy }.into()));
    }
    assert_eq!(host.balance(proxy), n(0));
    let asked = owner.try_implementation_of(proxy);
    assert_eq!(asked, Err(CallError::Malformed.into()));
}

#[zx::test]
fn it_is_handed_on_in_two_steps(host: &Host) {
    let [owner, next] = host.accounts();
    let it = Scene::new(host, 0);
    it.owner().ownable().transfer_ownership(next).unwrap();
    let started = OwnershipTransferStarted {
        previous_owner: owner,
        new_owner: next,
    };
    host.assert_logs(it.admin, [started.into_log()]);
    assert_eq!(it.owner().ownable().pending_owner(), next);
    it.by(next).ownable().accept_ownership().unwrap();
    let transferred = OwnershipTransferred {
        previous_owner: owner,
        new_owner: next,
    };
    host.assert_logs(it.admin, [transferred.into_log()]);
    it.upgrade_by(next).unwrap();
    assert_eq!(it.ask(it.proxy), Ok(word(2)));
    it.by(next).ownable().renounce_ownership().unwrap();
    assert_eq!(it.upgrade_by(next), Err(stranger(next)), "nobody, for ever");
    assert_eq!(it.ask(it.proxy), Ok(word(2)));
}
