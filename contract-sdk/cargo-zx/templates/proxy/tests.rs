use super::*;
use zx::{
    Event as _, selector,
    testing::{Host, TestHost},
};

const FIRST: Address = Address::repeat_byte(0x11);
const SECOND: Address = Address::repeat_byte(0x22);
const ADD: [u8; 4] = selector("add()");

fn word(number: u64) -> Vec<u8> {
    U256::from(number).to_be_bytes().to_vec()
}

/// A proxy of the first account to an implementation that answers one; another, which answers two, is there too.
fn proxy(host: &Host) -> ProxyClient<'_> {
    let [admin] = host.accounts();
    for (address, answer) in [(FIRST, 1u8), (SECOND, 2)] {
        host.mock(address)
            .returns(ADD, U256::from(answer))
            .install();
    }
    let proxy = host.deploy::<Proxy>((FIRST, admin, Bytes::new()));
    let previous_admin = Address::ZERO;
    host.assert_logs(
        proxy.address(),
        [
            AdminChanged {
                previous_admin,
                new_admin: admin,
            }
            .into_log(),
            Upgraded {
                implementation: FIRST,
            }
            .into_log(),
        ],
    );
    proxy
}

#[zx::test]
fn calls_run_the_implementation_until_the_admin_replaces_it(host: &Host) {
    let [_, stranger] = host.accounts();
    let proxy = proxy(host);
    let add = || host.raw(proxy.address()).by(stranger).transact(&ADD);
    assert_eq!(add(), Ok(word(1)));

    proxy.upgrade_to_and_call(SECOND, Bytes::new()).unwrap();
    assert!(host.emitted(Upgraded {
        implementation: SECOND
    }));
    assert_eq!(proxy.implementation(), SECOND);
    assert_eq!(add(), Ok(word(2)));
}

#[zx::test]
fn nobody_else_does(host: &Host) {
    let [_, stranger] = host.accounts();
    let proxy = proxy(host).by(stranger);
    let refused = ProxyError::NotAdmin { account: stranger };
    assert_eq!(
        proxy.upgrade_to_and_call(SECOND, Bytes::new()),
        Err(refused.clone().into())
    );
    assert_eq!(proxy.change_admin(stranger), Err(refused.into()));
    assert_eq!(proxy.implementation(), FIRST);
}

#[zx::test]
fn the_admin_can_leave(host: &Host) {
    let [admin, successor] = host.accounts();
    let proxy = proxy(host);
    proxy.change_admin(successor).unwrap();
    assert_eq!(proxy.admin(), successor);
    let refused = ProxyError::NotAdmin { account: admin };
    assert_eq!(proxy.change_admin(admin), Err(refused.into()));
}

#[zx::test]
fn an_upgrade_that_the_new_code_refuses_is_undone(host: &Host) {
    let proxy = proxy(host);
    let migrate = selector("migrate()");
    host.mock(SECOND).reverts(migrate, "not yet").install();
    let refused = proxy.upgrade_to_and_call(SECOND, migrate.into());
    let words = refused.unwrap_err().message();
    assert_eq!(words.as_deref(), Some("not yet"));
    assert_eq!(proxy.implementation(), FIRST);
}

#[zx::test]
fn an_address_without_code_is_refused(host: &Host) {
    let [admin, nobody] = host.accounts();
    let proxy = proxy(host);
    for implementation in [nobody, Address::ZERO] {
        let refused = ProxyError::NoImplementation { implementation };
        assert_eq!(
            proxy.upgrade_to_and_call(implementation, Bytes::new()),
            Err(refused.clone().into())
        );
        let deployed =
            host.try_deploy::<Proxy>(admin, U256::ZERO, (implementation, admin, Bytes::new()));
        assert_eq!(deployed.err(), Some(refused.into()));
    }
    assert_eq!(proxy.implementation(), FIRST);
}

#[zx::test]
fn the_slots_are_those_of_eip_1967(host: &Host) {
    let proxy = proxy(host);
    // The slot before the hash of the name, as the EIP gives them.
    let slots = [
        (
            "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc",
            proxy.implementation(),
        ),
        (
            "b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103",
            proxy.admin(),
        ),
    ];
    for (slot, address) in slots {
        let slot: B256 = slot.parse().unwrap();
        let stored = host.slot(proxy.address(), slot.0);
        assert_eq!(stored, address.into_word().0, "{slot}");
    }
}

/// An implementation with a storage: counts in slot 0.
#[zx::contract]
struct Counter {
    count: Item<U256>,
}

#[zx::public]
impl Counter {
    #[payable]
    pub fn add(&mut self, _cx: &mut Ctx) -> U256 {
        self.count.add(U256::ONE)
    }
}

/// In place, on the native host: a module of the test's own is not built.
#[test]
fn the_storage_is_the_proxy_s() {
    let host = TestHost::new();
    host.register::<Counter>(FIRST);
    let deployed = host.deploy::<Proxy, _>((FIRST, host.sender(), Bytes::from(ADD)));
    assert_eq!(deployed, Ok(Vec::new()));
    assert_eq!(host.call_raw::<Proxy>(&ADD), Ok(word(2)));
    assert_eq!(host.slot([0; 32]).to_vec(), word(2));
}
