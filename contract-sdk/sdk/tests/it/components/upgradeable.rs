use zx::{
    components::{IMPLEMENTATION_SLOT, Ownable, OwnableError, UpgradeError, Upgradeable, Upgraded},
    prelude::*,
    selector,
    testing::{Host, Reverted},
};

/// An ERC-1967 proxy, which knows nothing of upgrades.
#[zx::contract]
pub struct Proxy {
    #[slot("eip1967.proxy.implementation")]
    implementation: Item<Address>,
}

#[zx::public]
impl Proxy {
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, implementation: Address, data: Bytes) -> Result<(), CallError> {
        self.implementation.set(implementation);
        cx.delegate_call(implementation, &data, u64::MAX).map(|_| ())
    }

    #[payable]
    #[reentrant]
    #[fallback]
    pub fn forward(&mut self, cx: &mut Ctx, calldata: Bytes) -> Result<Bytes, CallError> {
        cx.delegate_call(self.implementation.get(), &calldata, u64::MAX).map(Bytes::from)
    }
}

#[derive(Debug, PartialEq, zx::Error)]
pub enum WalletError {
    Ownable(OwnableError),
    Upgrade(UpgradeError),
}

macro_rules! wallet {
    ($name:ident, $version:literal) => {
        #[zx::contract]
        pub struct $name {
            #[component]
            upgradeable: Upgradeable,
            #[component]
            ownable: Ownable,
            #[view]
            count: Item<u64>,
        }

        #[zx::public]
        impl $name {
            pub fn initialize(&mut self, cx: &mut Ctx) -> Result<(), WalletError> {
                Ok(self.ownable.init(cx, cx.origin())?)
            }

            pub fn add(&mut self, _cx: &mut Ctx) {
                self.count.add($version);
            }

            pub fn version() -> u64 {
                $version
            }

            #[payable]
            pub fn fail(&mut self, _cx: &mut Ctx) -> Result<(), &'static str> {
                Err("as asked")
            }

            #[payable]
            pub fn pay(&mut self, _cx: &mut Ctx) {}

            #[payable]
            #[overrides]
            pub fn upgrade_to_and_call(
                &mut self,
                cx: &mut Ctx,
                new_implementation: Address,
                data: Bytes,
            ) -> Result<(), WalletError> {
                self.ownable.only_owner(cx)?;
                Ok(self.upgradeable.upgrade(cx, new_implementation, data)?)
            }
        }
    };
}
wallet!(First, 1);
wallet!(Second, 10);

/// Forgot to say who may upgrade.
#[zx::contract]
pub struct Closed {
    #[component]
    upgradeable: Upgradeable,
}

#[zx::public]
impl Closed {
    pub fn initialize(&mut self, _cx: &mut Ctx) {}
}

/// Keeps its address elsewhere.
#[zx::contract]
pub struct Elsewhere {}

#[zx::public]
impl Elsewhere {
    #[selector(name = "proxiableUUID")]
    pub fn proxiable_uuid() -> B256 {
        B256::repeat_byte(3)
    }
}

fn initialize() -> Bytes {
    selector("initialize()").into()
}

fn proxied(host: &Host) -> FirstClient<'_> {
    let code = host.deploy::<First>(()).address();
    let proxy = host.deploy::<Proxy>((code, initialize())).address();
    host.at::<First>(proxy)
}

#[zx::test]
fn the_owner_replaces_the_code_and_the_storage_stays(host: &Host) {
    let wallet = proxied(host);
    let [alice, bob] = host.accounts();
    wallet.add().unwrap();
    let second = host.deploy::<Second>(()).address();
    let refused: Reverted = OwnableError::OwnableUnauthorizedAccount { account: bob }.into();
    assert_eq!(wallet.by(bob).upgrade_to_and_call(second, Bytes::new()), Err(refused));

    wallet.upgrade_to_and_call(second, Bytes::new()).unwrap();
    assert!(host.emitted(Upgraded { implementation: second }));
    assert_eq!(host.slot(wallet.address(), IMPLEMENTATION_SLOT.0), second.into_word().0);
    assert_eq!(wallet.version(), 10);
    wallet.add().unwrap();
    assert_eq!((wallet.count(), wallet.ownable().owner()), (11, alice));

    let first = host.deploy::<First>(()).address();
    let add = Bytes::from(selector("add()"));
    wallet.upgrade_to_and_call(first, add).unwrap();
    assert_eq!((wallet.version(), wallet.count()), (1, 12), "the call ran the new code");
}

#[zx::test]
fn code_runs_behind_a_proxy_only(host: &Host) {
    let code = host.deploy::<First>(());
    code.initialize().unwrap();
    let second = host.deploy::<Second>(()).address();
    let context: Reverted = UpgradeError::UUPSUnauthorizedCallContext {}.into();
    assert_eq!(code.upgrade_to_and_call(second, Bytes::new()), Err(context.clone()), "on its own");
    assert_eq!(code.upgradeable().proxiable_uuid(), IMPLEMENTATION_SLOT);
    let wallet = proxied(host);
    assert_eq!(wallet.upgradeable().try_proxiable_uuid(), Err(context), "through a proxy");
    assert_eq!(wallet.upgradeable().upgrade_interface_version(), "5.0.0");
}

#[zx::test]
fn code_that_could_not_be_replaced_again_is_refused(host: &Host) {
    let wallet = proxied(host);
    let [_, nobody] = host.accounts();
    let other = host.deploy::<Elsewhere>(()).address();
    let invalid: Reverted = UpgradeError::ERC1967InvalidImplementation { implementation: nobody }.into();
    assert_eq!(wallet.upgrade_to_and_call(nobody, Bytes::new()), Err(invalid));
    let slot: Reverted = UpgradeError::UUPSUnsupportedProxiableUUID { slot: B256::repeat_byte(3) }.into();
    assert_eq!(wallet.upgrade_to_and_call(other, Bytes::new()), Err(slot));
    let proxy = proxied(host).address();
    let invalid: Reverted = UpgradeError::ERC1967InvalidImplementation { implementation: proxy }.into();
    assert_eq!(wallet.upgrade_to_and_call(proxy, Bytes::new()), Err(invalid), "a proxy of a proxy");
}

#[zx::test]
fn a_call_that_fails_undoes_the_upgrade(host: &Host) {
    let wallet = proxied(host);
    let second = host.deploy::<Second>(()).address();
    let refused = wallet.upgrade_to_and_call(second, selector("fail()").into()).unwrap_err();
    assert_eq!(refused.message().as_deref(), Some("as asked"));
    let refused = wallet.paying(U256::ONE).upgrade_to_and_call(second, Bytes::new());
    assert_eq!(refused, Err(UpgradeError::ERC1967NonPayable {}.into()));
    assert_eq!(wallet.version(), 1);
    wallet.paying(U256::ONE).upgrade_to_and_call(second, selector("pay()").into()).unwrap();
    assert_eq!((wallet.version(), host.balance(wallet.address())), (10, U256::ONE));
}

#[zx::test]
fn nobody_upgrades_unless_the_contract_says_who(host: &Host) {
    let code = host.deploy::<Closed>(()).address();
    let closed = host.at::<Closed>(host.deploy::<Proxy>((code, initialize())).address());
    let refused = closed.upgradeable().upgrade_to_and_call(code, Bytes::new());
    assert_eq!(refused, Err(UpgradeError::UpgradeDisabled {}.into()));
}
