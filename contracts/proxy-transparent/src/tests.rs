use super::{management::ManagementClient, *};
use wrapped_native::{WrappedNative, WrappedNativeClient};
use zx::{
    Event as _,
    components::{
        Announced, RolledBack, UpgradeAnnounced, UpgradeWithdrawn, Version, VersionAdded,
        VersionsClient, VersionsError,
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

/// A proxy of the first account.
#[derive(Clone, Copy)]
pub(crate) struct Proxy<'h> {
    pub(crate) host: &'h Host,
    pub(crate) at: Address,
}

impl<'h> Proxy<'h> {
    /// To the code that answers one.
    pub(crate) fn new(host: &'h Host, delay: u64) -> Self {
        for (code, answer) in [(FIRST, 1), (SECOND, 2)] {
            host.mock(code)
                .returns(ASK, n(answer))
                .returns(INIT, ())
                .reverts(FAIL, "as asked")
                .install();
        }
        let [admin] = host.accounts();
        let at = deploy(host, FIRST, admin, &INIT, delay).unwrap();
        Self { host, at }
    }

    /// Who manages it, as the admin; or who tries.
    pub(crate) fn managed_by(&self, account: Address) -> ManagementClient<'h> {
        ManagementClient::from(self.host.raw(self.at).by(account))
    }

    pub(crate) fn admin(&self) -> ManagementClient<'h> {
        self.managed_by(self.host.accounts::<1>()[0])
    }

    pub(crate) fn versions(&self) -> VersionsClient<'h> {
        VersionsClient::from(self.host.raw(self.at))
    }

    /// What a stranger is answered.
    pub(crate) fn ask(&self) -> Result<Vec<u8>, Reverted> {
        let [_, stranger] = self.host.accounts();
        self.host.raw(self.at).by(stranger).transact(&ASK)
    }

    /// Announces the second code, and lets the delay pass.
    pub(crate) fn announce(&self, name: &str) {
        let none = Bytes::new();
        self.admin()
            .announce_upgrade(SECOND, name.into(), none)
            .unwrap();
        self.host.pass(DELAY);
    }
}

pub(crate) fn deploy(
    host: &Host,
    code: Address,
    admin: Address,
    data: &[u8],
    delay: u64,
) -> Result<Address, Reverted> {
    let arguments = (
        code,
        admin,
        Bytes::copy_from_slice(data),
        delay,
        "1.0".to_owned(),
    );
    host.try_deploy::<ProxyTransparent>(admin, U256::ZERO, arguments)
        .map(|proxy| proxy.address())
}

pub(crate) fn denied() -> Reverted {
    ProxyError::ProxyDeniedAdminAccess {}.into()
}

#[zx::test]
fn calls_run_the_code_on_the_storage_of_the_proxy(host: &Host) {
    let [admin, alice] = host.accounts();
    let code = host.deploy::<WrappedNative>(()).address();
    let deposit = zx::selector("deposit()");
    let at = deploy(host, code, admin, &deposit, 0).unwrap();
    let coin = |at| -> WrappedNativeClient<'_> { host.at::<WrappedNative>(at).by(alice) };
    coin(at).paying(n(70)).deposit().unwrap();
    assert_eq!(coin(at).balance_of(alice), n(70));
    host.raw(at).by(alice).paying(n(5)).transact(&[]).unwrap();
    assert_eq!(coin(at).balance_of(alice), n(75), "without calldata");
    assert_eq!((host.balance(at), host.balance(code)), (n(75), n(0)));
    assert_eq!(coin(code).balance_of(alice), n(0));
    coin(at).withdraw(n(75)).unwrap();
    assert_eq!(host.balance(at), n(0));
    let poor = coin(at).withdraw(n(1)).unwrap_err();
    assert_eq!(poor, coin(code).withdraw(n(1)).unwrap_err());
}

/// In the sandbox the second code is EVM bytecode. What the first has stored is still there when it comes back.
#[zx::test]
fn webassembly_and_evm_bytecode_replace_each_other(host: &Host) {
    let [admin, alice] = host.accounts();
    let code = host.deploy::<WrappedNative>(()).address();
    let deposit = zx::selector("deposit()");
    host.mock(SECOND).returns(ASK, n(2)).install();
    let at = deploy(host, code, admin, &deposit, 0).unwrap();
    let proxy = Proxy { host, at };
    let coin = host.at::<WrappedNative>(at).by(alice);
    coin.paying(n(70)).deposit().unwrap();
    proxy
        .admin()
        .upgrade_to_and_call(SECOND, Bytes::new())
        .unwrap();
    assert_eq!(proxy.ask(), Ok(word(2)));
    assert!(coin.withdraw(n(1)).is_err(), "it knows no such call");
    proxy.admin().roll_back_to("1.0".into()).unwrap();
    assert_eq!(coin.balance_of(alice), n(70));
    assert!(proxy.ask().is_err());
}

#[zx::test]
fn it_is_created_with_its_code_and_its_admin(host: &Host) {
    let [admin] = host.accounts();
    let proxy = Proxy::new(host, DELAY);
    let version = |number, implementation, name: &str| VersionAdded {
        number,
        implementation,
        name: name.into(),
    };
    let proxy = Proxy {
        at: deploy(host, FIRST, admin, &INIT, DELAY).unwrap(),
        ..proxy
    };
    let changed = AdminChanged {
        previous_admin: Address::ZERO,
        new_admin: admin,
    };
    let upgraded = Upgraded {
        implementation: FIRST,
    };
    host.assert_logs(
        proxy.at,
        [
            version(1, FIRST, "1.0").into_log(),
            upgraded.into_log(),
            changed.into_log(),
        ],
    );
    assert_eq!(
        (
            proxy.admin().implementation(),
            proxy.admin().admin(),
            proxy.versions().upgrade_delay()
        ),
        (FIRST, admin, DELAY)
    );
    // The slot before the hash of the name, as EIP-1967 gives them.
    let slots = [
        (
            "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc",
            FIRST,
        ),
        (
            "b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103",
            admin,
        ),
    ];
    for (slot, address) in slots {
        let slot: B256 = slot.parse().unwrap();
        assert_eq!(host.slot(proxy.at, slot.0), address.into_word().0);
    }
    let refused = |code, admin, data: &[u8]| deploy(host, code, admin, data, DELAY).unwrap_err();
    assert_eq!(
        refused(FIRST, admin, &[]),
        ProxyError::ERC1967ProxyUninitialized {}.into()
    );
    let nowhere = Address::repeat_byte(0x99);
    assert_eq!(
        refused(nowhere, admin, &INIT),
        ProxyError::ERC1967InvalidImplementation {
            implementation: nowhere
        }
        .into()
    );
    let nobody = Address::ZERO;
    assert_eq!(
        refused(FIRST, nobody, &INIT),
        ProxyError::ERC1967InvalidAdmin { admin: nobody }.into()
    );
    assert_eq!(
        refused(FIRST, admin, &FAIL).message().as_deref(),
        Some("as asked")
    );
    assert_eq!(
        refused(FIRST, admin, &[1, 2, 3, 4]),
        ProxyError::FailedCall {}.into()
    );
}

#[zx::test]
fn an_upgrade_is_announced_and_made_after_its_delay(host: &Host) {
    let proxy = Proxy::new(host, DELAY);
    let data = Bytes::from(INIT);
    let upgrade = |data: &Bytes| proxy.admin().upgrade_to_and_call(SECOND, data.clone());
    let unannounced: Reverted = VersionsError::UpgradeNotAnnounced {
        implementation: SECOND,
    }
    .into();
    assert_eq!(upgrade(&data), Err(unannounced.clone()));
    proxy
        .admin()
        .announce_upgrade(SECOND, "2.0".into(), data.clone())
        .unwrap();
    let ready_at = host.block().timestamp + DELAY;
    let announced = proxy.versions().announced_upgrade();
    let data_hash = announced.data_hash;
    host.assert_logs(
        proxy.at,
        [UpgradeAnnounced {
            implementation: SECOND,
            name: "2.0".into(),
            data_hash,
            ready_at,
        }
        .into_log()],
    );
    let expected = Announced {
        implementation: SECOND,
        ready_at,
        data_hash,
        name: "2.0".into(),
    };
    assert_eq!(announced, expected);
    let early: Reverted = VersionsError::UpgradeNotReady { ready_at }.into();
    assert_eq!(upgrade(&data), Err(early.clone()));
    host.pass(DELAY - 1);
    assert_eq!(upgrade(&data), Err(early));
    host.pass(1);
    assert_eq!(
        upgrade(&Bytes::new()),
        Err(unannounced.clone()),
        "what initialises it was announced too"
    );
    assert_eq!(proxy.ask(), Ok(word(1)));
    upgrade(&data).unwrap();
    let added = VersionAdded {
        number: 2,
        implementation: SECOND,
        name: "2.0".into(),
    };
    let upgraded = Upgraded {
        implementation: SECOND,
    };
    host.assert_logs(proxy.at, [added.into_log(), upgraded.into_log()]);
    assert_eq!(proxy.ask(), Ok(word(2)));
    assert_eq!(upgrade(&data), Err(unannounced), "a second time");
    assert_eq!(
        proxy.versions().announced_upgrade().implementation,
        Address::ZERO
    );
}

#[zx::test]
fn what_was_announced_can_be_withdrawn_or_replaced(host: &Host) {
    let proxy = Proxy::new(host, DELAY);
    let nothing: Reverted = VersionsError::NoUpgradeAnnounced {}.into();
    assert_eq!(proxy.admin().withdraw_upgrade(), Err(nothing.clone()));
    proxy.announce("2.0");
    proxy.admin().withdraw_upgrade().unwrap();
    host.assert_logs(
        proxy.at,
        [UpgradeWithdrawn {
            implementation: SECOND,
        }
        .into_log()],
    );
    assert_eq!(proxy.admin().withdraw_upgrade(), Err(nothing));
    let upgrade = || proxy.admin().upgrade_to_and_call(SECOND, Bytes::new());
    assert!(upgrade().is_err());
    proxy.announce("2.0");
    let again = proxy
        .admin()
        .announce_upgrade(SECOND, "2.1".into(), Bytes::new());
    again.unwrap();
    let ready_at = host.block().timestamp + DELAY;
    let early: Reverted = VersionsError::UpgradeNotReady { ready_at }.into();
    assert_eq!(upgrade(), Err(early), "it waits anew");
    let refused = |code, name: &str| {
        let none = Bytes::new();
        proxy.admin().announce_upgrade(code, name.into(), none)
    };
    assert_eq!(
        refused(SECOND, ""),
        Err(VersionsError::VersionWithoutName {}.into())
    );
    assert_eq!(
        refused(SECOND, "1.0"),
        Err(VersionsError::VersionNameTaken { number: 1 }.into())
    );
    let nowhere = Address::repeat_byte(0x99);
    assert_eq!(
        refused(nowhere, "3.0"),
        Err(ProxyError::ERC1967InvalidImplementation {
            implementation: nowhere
        }
        .into())
    );
}

#[zx::test]
fn the_proxy_goes_back_to_a_version_by_its_name(host: &Host) {
    let proxy = Proxy::new(host, DELAY);
    let began = host.block().timestamp;
    proxy.announce("2.0");
    proxy
        .admin()
        .upgrade_to_and_call(SECOND, Bytes::new())
        .unwrap();
    proxy.admin().roll_back_to("1.0".into()).unwrap();
    let back = RolledBack {
        number: 1,
        implementation: FIRST,
        name: "1.0".into(),
    };
    let upgraded = Upgraded {
        implementation: FIRST,
    };
    host.assert_logs(proxy.at, [back.into_log(), upgraded.into_log()]);
    assert_eq!(
        (proxy.ask(), proxy.admin().implementation()),
        (Ok(word(1)), FIRST)
    );
    proxy.admin().roll_back_to("2.0".into()).unwrap();
    assert_eq!(proxy.ask(), Ok(word(2)));
    let versions = proxy.versions();
    let first = Version {
        implementation: FIRST,
        since: began,
        name: "1.0".into(),
    };
    let second = Version {
        implementation: SECOND,
        since: began + DELAY,
        name: "2.0".into(),
    };
    assert_eq!(
        versions.version_count(),
        2,
        "nothing is forgotten, or doubled"
    );
    assert_eq!(
        (versions.version(1), versions.version(2)),
        (first, second.clone())
    );
    assert_eq!(versions.version_named("2.0".into()), second);
    assert!(versions.try_version(0).is_err() && versions.try_version(3).is_err());
    let unknown: Reverted = VersionsError::UnknownVersion { name: "3".into() }.into();
    assert_eq!(proxy.admin().roll_back_to("3".into()), Err(unknown.clone()));
    assert_eq!(versions.try_version_named("3".into()), Err(unknown));
}

#[zx::test]
fn without_a_delay_an_upgrade_need_not_be_announced(host: &Host) {
    let proxy = Proxy::new(host, 0);
    let none = Bytes::new;
    proxy.admin().upgrade_to_and_call(SECOND, none()).unwrap();
    assert_eq!(proxy.versions().version(2).name, "");
    let unnamed = proxy.admin().roll_back_to(String::new()).unwrap_err();
    assert!(matches!(
        unnamed.decode(),
        Some(VersionsError::UnknownVersion { .. })
    ));
    proxy
        .admin()
        .announce_upgrade(FIRST, "3.0".into(), none())
        .unwrap();
    proxy.admin().upgrade_to_and_call(FIRST, none()).unwrap();
    assert_eq!(
        proxy.versions().version_named("3.0".into()).implementation,
        FIRST
    );
}

#[zx::test]
fn an_upgrade_that_the_new_code_refuses_is_undone(host: &Host) {
    let proxy = Proxy::new(host, 0);
    let upgrade = |data: Vec<u8>| proxy.admin().upgrade_to_and_call(SECOND, data.into());
    let refused = upgrade(FAIL.to_vec()).unwrap_err();
    assert_eq!(refused.message().as_deref(), Some("as asked"));
    assert_eq!(
        upgrade(vec![1, 2, 3, 4]),
        Err(ProxyError::FailedCall {}.into())
    );
    let paid = proxy
        .admin()
        .paying(n(1))
        .upgrade_to_and_call(SECOND, Bytes::new());
    assert_eq!(paid, Err(ProxyError::ERC1967NonPayable {}.into()));
    assert_eq!(
        (proxy.ask(), proxy.versions().version_count()),
        (Ok(word(1)), 1)
    );
    proxy
        .admin()
        .paying(n(1))
        .upgrade_to_and_call(SECOND, Bytes::from(INIT))
        .unwrap();
    assert_eq!(host.balance(proxy.at), n(1));
}

/// Nobody could go back to it.
#[zx::test]
fn the_first_version_has_a_name(host: &Host) {
    let [admin] = host.accounts();
    host.mock(FIRST).returns(INIT, ()).install();
    for delay in [0, DELAY] {
        let data = Bytes::copy_from_slice(&INIT);
        let arguments = (FIRST, admin, data, delay, String::new());
        let nameless = host.try_deploy::<ProxyTransparent>(admin, U256::ZERO, arguments);
        let refused = VersionsError::VersionWithoutName {};
        assert_eq!(nameless.err(), Some(refused.into()));
    }
}
