use zx::{
    b256,
    components::{Initializable, InitializableError, Initialized},
    prelude::*,
    testing::Host,
};

/// OpenZeppelin's slot.
const SLOT: B256 = b256!("f0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00");

#[zx::contract]
pub struct Safe {
    #[component]
    initializable: Initializable,
    #[view]
    value: Item<u64>,
}

#[zx::public]
impl Safe {
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, disable: bool) -> Result<(), InitializableError> {
        if disable { self.initializable.disable_initializers(cx) } else { Ok(()) }
    }

    pub fn initialize(&mut self, cx: &mut Ctx, value: u64) -> Result<(), InitializableError> {
        self.initializable.initializer(cx)?;
        self.value.set(value);
        Ok(())
    }

    pub fn migrate(&mut self, cx: &mut Ctx, version: u64) -> Result<(), InitializableError> {
        self.initializable.reinitializer(cx, version)
    }

    pub fn ready(&self, _cx: &Ctx) -> Result<u64, InitializableError> {
        self.initializable.when_initialized()?;
        Ok(self.initializable.version())
    }
}

/// Makes clones of the safe.
#[zx::contract]
pub struct Factory {}

#[zx::public]
impl Factory {
    pub fn make(&mut self, cx: &mut Ctx, code: Address) -> Result<Address, CallError> {
        cx.clone(code)
    }
}

#[zx::test]
fn an_initializer_runs_once_and_versions_grow(host: &Host) {
    let safe = host.deploy::<Safe>((false,));
    let invalid: zx::testing::Reverted = InitializableError::InvalidInitialization {}.into();
    assert_eq!(safe.try_ready(), Err(InitializableError::NotInitializing {}.into()));
    safe.initialize(5).unwrap();
    assert!(host.emitted(Initialized { version: 1 }));
    assert_eq!(safe.initialize(6), Err(invalid.clone()));
    assert_eq!((safe.value(), safe.ready()), (5, 1));
    safe.migrate(3).unwrap();
    assert!(host.emitted(Initialized { version: 3 }));
    for version in [0, 1, 2, 3] {
        assert_eq!(safe.migrate(version), Err(invalid.clone()), "{version}");
    }
    assert_eq!(host.slot(safe.address(), SLOT.0), U256::from(3u8).to_be_bytes(), "where OpenZeppelin's is");
}

#[zx::test]
fn code_that_clones_run_is_not_initialised_itself(host: &Host) {
    let code = host.deploy::<Safe>((true,));
    assert!(host.emitted(Initialized { version: u64::MAX }));
    assert_eq!(code.initialize(1), Err(InitializableError::InvalidInitialization {}.into()));
    let factory = host.deploy::<Factory>(());
    let [one, two] = [(); 2].map(|()| host.at::<Safe>(factory.make(code.address()).unwrap()));
    one.initialize(7).unwrap();
    two.initialize(8).unwrap();
    assert_eq!((one.value(), two.value(), code.value()), (7, 8, 0), "each has a storage of its own");
}
