//! What is tried against the admin of proxies, and fails.

use super::{
    tests::{ASK, DELAY, FIRST, SECOND, Scene, n, stranger, word},
    *,
};
use proxy_transparent::ProxyError;
use zx::{
    abi::Args as _,
    testing::{Host, Reverted},
};

/// All that the owner can do, tried by somebody.
fn all_refused(it: &Scene<'_>, account: Address) {
    let (admin, none) = (it.by(account), Bytes::new);
    let tries = [
        it.upgrade_by(account),
        admin.announce_upgrade(it.proxy, SECOND, "3.0".into(), none()),
        admin.withdraw_upgrade(it.proxy),
        admin.roll_back_to(it.proxy, "1.0".into()),
        admin.ownable().transfer_ownership(account),
        admin.ownable().renounce_ownership(),
    ];
    for refused in tries {
        assert_eq!(refused, Err(stranger(account)));
    }
}

#[zx::test]
fn strangers_upgrade_nothing(host: &Host) {
    let [owner, _, mallory] = host.accounts();
    let it = Scene::new(host, DELAY);
    it.announce("2.0");
    all_refused(&it, mallory);
    let accepted = it.by(mallory).ownable().accept_ownership();
    assert_eq!(accepted, Err(stranger(mallory)));
    assert_eq!(it.ask(it.proxy), Ok(word(1)));
    it.upgrade_by(owner).unwrap();
}

/// A new owner may turn out to have been mistyped, or not to want it: until they accept, they are nobody.
#[zx::test]
fn who_was_offered_it_upgrades_nothing_before_accepting(host: &Host) {
    let [owner, next] = host.accounts();
    let it = Scene::new(host, DELAY);
    it.announce("2.0");
    it.owner().ownable().transfer_ownership(next).unwrap();
    all_refused(&it, next);
    it.upgrade_by(owner).unwrap();
    it.owner()
        .ownable()
        .transfer_ownership(Address::ZERO)
        .unwrap();
    let late = it.by(next).ownable().accept_ownership();
    assert_eq!(late, Err(stranger(next)), "the offer was withdrawn");
}

/// Who owned it keeps nothing: not what they had announced, nor the offer that they had made.
#[zx::test]
fn who_owned_it_upgrades_nothing_after_handing_it_on(host: &Host) {
    let [owner, next] = host.accounts();
    let it = Scene::new(host, DELAY);
    it.announce("2.0");
    it.owner().ownable().transfer_ownership(next).unwrap();
    it.by(next).ownable().accept_ownership().unwrap();
    all_refused(&it, owner);
    let again = it.owner().ownable().accept_ownership();
    assert_eq!(again, Err(stranger(owner)));
    assert_eq!(it.ask(it.proxy), Ok(word(1)));
    it.by(next).withdraw_upgrade(it.proxy).unwrap();
}

/// The owner is no admin of the proxies, and what they call themselves runs the code.
#[zx::test]
fn the_owner_is_a_user_of_the_proxies(host: &Host) {
    let [owner] = host.accounts();
    let it = Scene::new(host, 0);
    let proxy = host.raw(it.proxy).by(owner);
    assert_eq!(proxy.transact(&ASK), Ok(word(1)));
    let mut upgrade = zx::selector("upgradeToAndCall(address,bytes)").to_vec();
    upgrade.extend((SECOND, Bytes::new()).encode());
    let unknown = Err(Reverted(Vec::new()));
    assert_eq!(proxy.transact(&upgrade), unknown, "the code has none");
    assert_eq!(it.ask(it.proxy), Ok(word(1)));
}

/// What the admin calls never reaches the code, whatever methods that has; and what others call always does.
#[zx::test]
fn no_method_of_the_code_stands_for_one_of_the_proxy(host: &Host) {
    let [owner, _, user] = host.accounts();
    let it = Scene::new(host, DELAY);
    let methods = [
        "upgradeToAndCall(address,bytes)",
        "announceUpgrade(address,string,bytes)",
        "withdrawUpgrade()",
        "rollBackTo(string)",
        "implementation()",
        "upgradeDelay()",
        "announcedUpgrade()",
        "versionCount()",
        "version(uint32)",
        "versionNamed(string)",
    ];
    for method in methods {
        let selector = zx::selector(method);
        host.mock(FIRST).returns(selector, n(7)).install();
        let used = host.raw(it.proxy).by(user).transact(&selector);
        assert_eq!(used, Ok(word(7)), "{method} is the code's");
    }
    let admin = it.owner();
    assert_eq!(
        (
            admin.implementation_of(it.proxy),
            admin.upgrade_delay_of(it.proxy),
            admin.version_count_of(it.proxy)
        ),
        (FIRST, DELAY, 1)
    );
    assert!(it.upgrade_by(owner).is_err(), "it was not announced");
    it.announce("2.0");
    it.upgrade_by(owner).unwrap();
    assert_eq!(it.ask(it.proxy), Ok(word(2)));
    admin.roll_back_to(it.proxy, "1.0".into()).unwrap();
}

/// The proxy takes no other call of its admin, with coins or without.
#[zx::test]
fn the_admin_does_not_reach_the_code(host: &Host) {
    let it = Scene::new(host, 0);
    for data in [&ASK[..], &[], &[1, 2, 3]] {
        let proxy = host.raw(it.proxy).by(it.admin);
        let denied = Err(ProxyError::ProxyDeniedAdminAccess {}.into());
        assert_eq!(proxy.transact(data), denied);
    }
}

/// Methods of the code with selectors of the admin's are the code's.
#[zx::test]
fn methods_of_the_admin_hide_none_of_the_code(host: &Host) {
    let [_, _, user] = host.accounts();
    let it = Scene::new(host, 0);
    for method in ["owner()", "upgradeAndCall(address,address,bytes)"] {
        let selector = zx::selector(method);
        let used = || host.raw(it.proxy).by(user).transact(&selector);
        assert_eq!(used(), Err(Reverted(Vec::new())), "{method} is unknown");
        host.mock(FIRST).returns(selector, n(7)).install();
        assert_eq!(used(), Ok(word(7)), "{method} is the code's");
    }
}
