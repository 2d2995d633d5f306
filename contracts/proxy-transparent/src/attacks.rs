//! What is tried against proxies, and fails.

use super::{
    tests::{ASK, DELAY, FIRST, Proxy, SECOND, denied, n, word},
    *,
};
use zx::{
    components::VersionsError,
    testing::{Host, Reverted},
};

/// All that the admin can do, somebody else has the code do, if it can: and the code has other methods of these selectors.
#[zx::test]
fn no_method_of_the_proxy_hides_one_of_the_code(host: &Host) {
    let [_, stranger] = host.accounts();
    let methods = [
        "implementation()",
        "admin()",
        "pendingAdmin()",
        "changeAdmin(address)",
        "announceUpgrade(address,string,bytes)",
        "withdrawUpgrade()",
        "upgradeToAndCall(address,bytes)",
        "rollBackTo(string)",
        "upgradeDelay()",
        "announcedUpgrade()",
        "versionCount()",
        "version(uint32)",
        "versionNamed(string)",
        "acceptAdmin()",
    ];
    let proxy = Proxy::new(host, DELAY);
    for method in methods {
        let selector = zx::selector(method);
        let call = || host.raw(proxy.at).by(stranger).transact(&selector);
        assert_eq!(call(), Err(Reverted(Vec::new())), "{method} is unknown");
        host.mock(FIRST).returns(selector, n(7)).install();
        assert_eq!(call(), Ok(word(7)), "{method} is the code's");
    }
}

/// What the admin calls never runs the code: it could have a method with the selector of the proxy's, made to be called by
/// mistake.
#[zx::test]
fn the_admin_reaches_the_proxy_alone(host: &Host) {
    let proxy = Proxy::new(host, DELAY);
    let [admin] = host.accounts();
    for data in [&ASK[..], &[], &[1, 2, 3], &ACCEPT_ADMIN] {
        let call = host.raw(proxy.at).by(admin).transact(data);
        assert_eq!(call, Err(denied()));
    }
    let coins = host.raw(proxy.at).by(admin).paying(n(1)).transact(&[]);
    assert_eq!(coins, Err(denied()));
    let paid = proxy.admin().paying(n(1)).change_admin(SECOND).unwrap_err();
    assert_eq!(paid.message().as_deref(), Some("changeAdmin: not payable"));
}

/// Who was offered the proxy may accept, and no more: for everything else they are a user.
#[zx::test]
fn who_was_offered_the_proxy_is_not_its_admin_yet(host: &Host) {
    let [_, next] = host.accounts();
    let proxy = Proxy::new(host, DELAY);
    proxy.admin().change_admin(next).unwrap();
    let upgrade = proxy
        .managed_by(next)
        .upgrade_to_and_call(SECOND, Bytes::new());
    assert_eq!(
        upgrade,
        Err(Reverted(Vec::new())),
        "the code knows no such call"
    );
    assert_eq!(host.raw(proxy.at).by(next).transact(&ASK), Ok(word(1)));
}

/// The delay cannot be gone around: not by another calldata, by another code, or by a name that is there.
#[zx::test]
fn nothing_but_what_was_announced_is_made(host: &Host) {
    let proxy = Proxy::new(host, DELAY);
    proxy.announce("2.0");
    let evil = Address::repeat_byte(0xEE);
    host.mock(evil).returns(ASK, n(666)).install();
    for (code, data) in [(evil, Bytes::new()), (SECOND, Bytes::from(ASK))] {
        let refused: Reverted = VersionsError::UpgradeNotAnnounced {
            implementation: code,
        }
        .into();
        let upgrade = proxy.admin().upgrade_to_and_call(code, data);
        assert_eq!(upgrade, Err(refused));
    }
    assert!(
        proxy.admin().roll_back_to("2.0".into()).is_err(),
        "what is announced is no version yet"
    );
    assert_eq!(proxy.ask(), Ok(word(1)));
}
