//! What is tried against code behind proxies, and fails.

use super::{
    tests::{DELAY, Upgrading, create, initializer, n},
    *,
};
use zx::{
    components::IMPLEMENTATION_SLOT,
    testing::{Host, Reverted},
};

/// Whoever initialises what nobody has yet, owns it. The code could then be had run whatever its owner likes.
#[zx::test]
fn nobody_takes_over_by_initialising(host: &Host) {
    let [_, mallory] = host.accounts();
    let it = Upgrading::new(host, DELAY);
    let done: Reverted = InitializableError::InvalidInitialization {}.into();
    for at in [it.first, it.proxy] {
        let taken = host
            .at::<Register>(at)
            .by(mallory)
            .initialize(mallory, 0, "mine".into());
        assert_eq!(taken, Err(done.clone()));
    }
    let empty =
        host.try_deploy::<proxy_uups::ProxyUups>(mallory, U256::ZERO, (it.first, Bytes::new()));
    let uninitialised = proxy_uups::ProxyError::ERC1967ProxyUninitialized {};
    assert_eq!(empty.err(), Some(uninitialised.into()));
}

#[zx::test]
fn strangers_upgrade_nothing(host: &Host) {
    let [_, mallory] = host.accounts();
    let it = Upgrading::new(host, DELAY);
    it.announce(it.second, "2.0");
    let register = it.register().by(mallory);
    let stranger: Reverted = OwnableError::OwnableUnauthorizedAccount { account: mallory }.into();
    let none = Bytes::new;
    let tries = [
        register.announce_upgrade(it.second, "3.0".into(), none()),
        register.withdraw_upgrade(),
        register.upgrade_to_and_call(it.second, none()),
        register.roll_back_to("1.0".into()),
        register.set_number(n(1)),
        register.ownable().transfer_ownership(mallory),
        register.ownable().accept_ownership(),
    ];
    for refused in tries {
        assert_eq!(refused, Err(stranger.clone()));
    }
    assert_eq!(it.runs(), it.first);
}

/// The code, called by itself, would upgrade itself, by whatever is delegated to: it could be made to destroy what all
/// proxies run.
#[zx::test]
fn the_code_is_not_upgraded_by_itself(host: &Host) {
    let it = Upgrading::new(host, 0);
    let code = host.at::<Register>(it.first);
    let context: Reverted = UpgradeError::UUPSUnauthorizedCallContext {}.into();
    let none = Bytes::new;
    assert_eq!(
        code.upgrade_to_and_call(it.second, none()),
        Err(context.clone())
    );
    assert_eq!(
        code.announce_upgrade(it.second, "2.0".into(), none()),
        Err(context.clone())
    );
    assert_eq!(code.withdraw_upgrade(), Err(context.clone()));
    assert_eq!(code.roll_back_to("1.0".into()), Err(context.clone()));
    assert_eq!(
        code.upgradeable().proxiable_uuid(),
        IMPLEMENTATION_SLOT,
        "it says that it can be put behind a proxy"
    );
    assert_eq!(
        it.register().upgradeable().try_proxiable_uuid(),
        Err(context),
        "and a proxy says that it cannot: two could be each other's code"
    );
}

/// Code that could not be replaced again would be for ever.
#[zx::test]
fn what_could_not_be_upgraded_again_is_refused(host: &Host) {
    let it = Upgrading::new(host, 0);
    let (plain, other) = (Address::repeat_byte(0x31), Address::repeat_byte(0x32));
    let slot = B256::repeat_byte(5);
    host.mock(plain).install();
    host.mock(other)
        .returns(zx::selector("proxiableUUID()"), slot)
        .install();
    let nowhere = Address::repeat_byte(0x99);
    for implementation in [nowhere, plain, it.proxy] {
        let invalid = UpgradeError::ERC1967InvalidImplementation { implementation };
        assert_eq!(it.upgrade(implementation), Err(invalid.into()));
    }
    let unsupported = UpgradeError::UUPSUnsupportedProxiableUUID { slot };
    assert_eq!(it.upgrade(other), Err(unsupported.into()));
    assert_eq!(it.register().versions().version_count(), 1);
}

/// Code that is put there when the delay is over could be read by nobody before.
#[zx::test]
fn what_is_announced_is_there_to_be_read(host: &Host) {
    let it = Upgrading::new(host, DELAY);
    let implementation = Address::repeat_byte(0x99);
    let announced = it
        .register()
        .announce_upgrade(implementation, "2.0".into(), Bytes::new());
    host.pass(DELAY);
    host.mock(implementation)
        .returns(zx::selector("proxiableUUID()"), IMPLEMENTATION_SLOT)
        .install();
    let unannounced = VersionsError::UpgradeNotAnnounced { implementation };
    assert_eq!(it.upgrade(implementation), Err(unannounced.into()));
    let invalid = UpgradeError::ERC1967InvalidImplementation { implementation };
    assert_eq!(announced, Err(invalid.into()));
}

/// What upgrades lies where no field of the code does: nor do fields of new code.
#[zx::test]
fn the_code_does_not_overwrite_what_upgrades(host: &Host) {
    let [owner] = host.accounts();
    let it = Upgrading::new(host, DELAY);
    it.register().set_number(U256::MAX).unwrap();
    assert_eq!(
        (it.runs(), it.register().ownable().owner()),
        (it.first, owner)
    );
    assert_eq!(it.register().versions().upgrade_delay(), DELAY);
    // Another proxy of the same code has its own.
    let other = create(host, it.first, owner, 0).unwrap();
    let other = host.at::<Register>(other);
    other.upgrade_to_and_call(it.second, Bytes::new()).unwrap();
    assert_eq!(other.versions().version_count(), 2);
    assert_eq!(
        (it.runs(), it.register().versions().version_count()),
        (it.first, 1)
    );
    let data = initializer(owner, DELAY);
    assert!(host.raw(it.proxy).transact(&data).is_err());
}
