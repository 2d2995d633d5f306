//! What is tried against proxies, and fails.

use super::{
    tests::{ASK, DELAY, FIRST, Proxy, SECOND, denied, n, word},
    *,
};
use zx::{
    components::VersionsError,
    testing::{Host, Reverted},
};

/// What proxies had before their admin was for ever.
const CHANGE_ADMIN: [u8; 4] = zx::selector("changeAdmin(address)");

/// All that the admin can do, somebody else has the code do, if it can: and the code has other methods of these selectors.
#[zx::test]
fn no_method_of_the_proxy_hides_one_of_the_code(host: &Host) {
    let [_, stranger] = host.accounts();
    let methods = [
        "implementation()",
        "admin()",
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
    for data in [&ASK[..], &[], &[1, 2, 3], &CHANGE_ADMIN] {
        let call = host.raw(proxy.at).by(admin).transact(data);
        assert_eq!(call, Err(denied()));
    }
    let coins = host.raw(proxy.at).by(admin).paying(n(1)).transact(&[]);
    assert_eq!(coins, Err(denied()));
    let paid = proxy.admin().paying(n(1)).withdraw_upgrade().unwrap_err();
    let words = paid.message();
    assert_eq!(words.as_deref(), Some("withdrawUpgrade: not payable"));
}

/// Code that makes its caller the admin, where tools look for it.
#[zx::contract]
struct Usurper {
    #[slot("eip1967.proxy.admin")]
    admin: Item<Address>,
}

#[zx::public]
impl Usurper {
    /// Makes nobody the admin: the initializer.
    pub fn init(&mut self, _cx: &mut Ctx) {
        self.admin.clear();
    }

    /// Makes the caller the admin.
    pub fn usurp(&mut self, cx: &mut Ctx) {
        self.admin.set(cx.sender());
    }
}

/// The code writes where it likes, and not who the admin is. Natively: the code, a second contract of the package, has no
/// module.
#[test]
fn the_admin_is_not_who_the_slot_says() {
    let host = Host::new();
    if host.has_sandbox() {
        return;
    }
    let [_, mallory] = host.accounts();
    let proxy = Proxy::new(&host, 0);
    let code = host.deploy::<Usurper>(()).address();
    let none = Bytes::new;
    proxy.admin().upgrade_to_and_call(code, none()).unwrap();
    host.at::<Usurper>(proxy.at).by(mallory).usurp().unwrap();
    let taken = proxy
        .managed_by(mallory)
        .upgrade_to_and_call(SECOND, none());
    assert_eq!(
        taken.unwrap_err().message().as_deref(),
        Some("unknown selector"),
        "to the proxy mallory is a user"
    );
    proxy.admin().upgrade_to_and_call(SECOND, none()).unwrap();
    assert_eq!(proxy.ask(), Ok(word(2)), "and the admin still is");
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
