use super::*;
use zx::{selector, testing::TestHost};

const ADMIN: Address = Address::repeat_byte(1);
const ALICE: Address = Address::repeat_byte(2);
const FIRST: Address = Address::repeat_byte(0x11);
const SECOND: Address = Address::repeat_byte(0x22);

/// An implementation: counts in slot 0.
#[zx::contract]
struct Counter {
    count: Item<U256>,
}

#[zx::public]
impl Counter {
    pub fn start(&mut self, _cx: &mut Ctx, at: U256) {
        self.count.set(at);
    }

    #[payable]
    pub fn add(&mut self, _cx: &mut Ctx) -> U256 {
        self.count.add(U256::ONE)
    }
}

/// Another, on the same storage.
#[zx::contract]
struct Doubler {
    count: Item<U256>,
}

#[zx::public]
impl Doubler {
    pub fn add(&mut self, _cx: &mut Ctx) -> U256 {
        self.count.add(self.count.get())
    }
}

fn word(number: u64) -> Vec<u8> {
    U256::from(number).to_be_bytes().to_vec()
}

fn start(at: u64) -> Bytes {
    [selector("start(uint256)").as_slice(), &word(at)]
        .concat()
        .into()
}

/// A proxy to a counter that starts at 5.
fn proxy() -> TestHost {
    let host = TestHost::new();
    host.register::<Counter>(FIRST);
    host.register::<Doubler>(SECOND);
    host.set_sender(ADMIN);
    assert_eq!(
        host.deploy::<Proxy, _>((FIRST, ADMIN, start(5))),
        Ok(Vec::new())
    );
    host
}

#[test]
fn calls_run_the_implementation_on_the_proxy_s_storage() {
    let host = proxy();
    host.set_sender(ALICE);
    assert_eq!(host.call_raw::<Proxy>(&selector("add()")), Ok(word(6)));
    assert_eq!(host.slot([0; 32]).to_vec(), word(6));
}

#[test]
fn the_admin_replaces_the_code_and_the_storage_stays() {
    let host = proxy();
    let upgrade = selector("upgradeToAndCall(address,bytes)");
    assert_eq!(
        host.call::<Proxy, _>(upgrade, (SECOND, Bytes::new())),
        Ok(Vec::new())
    );
    assert!(host.emitted_last(Upgraded {
        implementation: SECOND
    }));
    assert_eq!(host.call_raw::<Proxy>(&selector("add()")), Ok(word(10)));
    assert_eq!(
        host.contract::<Proxy>().implementation.get(),
        SECOND
    );
}

#[test]
fn nobody_else_does() {
    let host = proxy();
    host.set_sender(ALICE);
    let upgrade = selector("upgradeToAndCall(address,bytes)");
    let refused = host.call::<Proxy, _>(upgrade, (SECOND, Bytes::new()));
    assert_eq!(refused, Err(ProxyError::NotAdmin { account: ALICE }.into()));
    let refused = host.call::<Proxy, _>(selector("changeAdmin(address)"), (ALICE,));
    assert_eq!(refused, Err(ProxyError::NotAdmin { account: ALICE }.into()));
    assert_eq!(
        host.call_raw::<Proxy>(&selector("add()")),
        Ok(word(6)),
        "the code is as it was"
    );
}

#[test]
fn the_admin_can_leave() {
    let host = proxy();
    assert_eq!(
        host.call::<Proxy, _>(selector("changeAdmin(address)"), (ALICE,)),
        Ok(Vec::new())
    );
    assert_eq!(host.contract::<Proxy>().admin.get(), ALICE);
    let refused = host.call::<Proxy, _>(selector("changeAdmin(address)"), (ADMIN,));
    assert_eq!(refused, Err(ProxyError::NotAdmin { account: ADMIN }.into()));
}

#[test]
fn the_words_of_the_implementation_reach_the_caller() {
    let host = proxy();
    let refused = host
        .call_raw::<Proxy>(&[1, 2, 3, 4])
        .expect_err("no such method");
    assert_eq!(refused.message().as_deref(), Some("unknown selector"));
}

#[test]
fn the_slots_are_those_of_eip_1967() {
    let host = proxy();
    let before = |name: &[u8]| {
        let hash = host.look(|cx| cx.keccak256(name));
        (U256::from_be_bytes(hash.0) - U256::ONE).to_be_bytes()
    };
    let address_at = |name| Address::from_slice(&host.slot(before(name))[12..]);
    let proxy = host.contract::<Proxy>();
    assert_eq!(
        address_at(b"eip1967.proxy.implementation"),
        proxy.implementation.get()
    );
    assert_eq!(address_at(b"eip1967.proxy.admin"), proxy.admin.get());
    assert!(!proxy.implementation.get().is_zero());
}
