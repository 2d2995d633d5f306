use super::*;
use wrapped_native::WrappedNative;
use zx::{
    Event as _,
    testing::{Host, Reverted},
};

const CODE: Address = Address::repeat_byte(0x11);
const INIT: [u8; 4] = zx::selector("init()");
const FAIL: [u8; 4] = zx::selector("fail()");

fn n(value: u64) -> U256 {
    U256::from(value)
}

fn create(host: &Host, code: Address, data: &[u8]) -> Result<Address, Reverted> {
    let [creator] = host.accounts();
    let arguments = (code, Bytes::copy_from_slice(data));
    host.try_deploy::<ProxyUups>(creator, U256::ZERO, arguments)
        .map(|proxy| proxy.address())
}

#[zx::test]
fn calls_run_the_code_on_the_storage_of_the_proxy(host: &Host) {
    let [alice] = host.accounts();
    let code = host.deploy::<WrappedNative>(()).address();
    let proxy = create(host, code, &zx::selector("deposit()")).unwrap();
    let upgraded = Upgraded {
        implementation: code,
    };
    assert!(host.emitted(upgraded));
    let coin = host.at::<WrappedNative>(proxy);
    coin.paying(n(70)).deposit().unwrap();
    host.raw(proxy).paying(n(5)).transact(&[]).unwrap();
    assert_eq!(
        (coin.balance_of(alice), host.balance(proxy)),
        (n(75), n(75))
    );
    let behind = host.at::<WrappedNative>(code);
    assert_eq!((behind.balance_of(alice), host.balance(code)), (n(0), n(0)));
    coin.withdraw(n(75)).unwrap();
    assert_eq!(coin.withdraw(n(1)), behind.withdraw(n(1)));
    let slot: B256 = "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc"
        .parse()
        .unwrap();
    assert_eq!(host.slot(proxy, slot.0), code.into_word().0);
}

/// A proxy that nobody has initialised would be whoever's comes first.
#[zx::test]
fn it_is_not_created_without_being_initialised(host: &Host) {
    host.mock(CODE)
        .returns(INIT, ())
        .reverts(FAIL, "as asked")
        .install();
    create(host, CODE, &INIT).unwrap();
    let upgraded = Upgraded {
        implementation: CODE,
    };
    assert_eq!(host.logs().len(), 1);
    assert_eq!(host.logs()[0].1, upgraded.into_log());
    let refused = |code, data: &[u8]| create(host, code, data).unwrap_err();
    assert_eq!(
        refused(CODE, &[]),
        ProxyError::ERC1967ProxyUninitialized {}.into()
    );
    let nowhere = Address::repeat_byte(0x99);
    assert_eq!(
        refused(nowhere, &INIT),
        ProxyError::ERC1967InvalidImplementation {
            implementation: nowhere
        }
        .into()
    );
    assert_eq!(refused(CODE, &FAIL).message().as_deref(), Some("as asked"));
    assert_eq!(refused(CODE, &[9]), ProxyError::FailedCall {}.into());
}

/// No method of the proxy stands for one of the code's: it has none.
#[zx::test]
fn it_has_no_method_and_no_words_of_its_own(host: &Host) {
    let words = "everything";
    host.mock(CODE).returns(INIT, ()).install();
    let proxy = create(host, CODE, &INIT).unwrap();
    for method in ["implementation()", "upgradeToAndCall(address,bytes)"] {
        let selector = zx::selector(method);
        let call = || host.raw(proxy).transact(&selector);
        assert_eq!(call(), Err(Reverted(Vec::new())));
        host.mock(CODE).reverts(selector, words).install();
        assert_eq!(call().unwrap_err().message().as_deref(), Some(words));
    }
}
