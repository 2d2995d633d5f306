//! Contracts that create contracts.

use zx::{address, b256, prelude::*, testing::Host};

/// What the factory makes. Any bytes stand for its module natively; the sandbox runs a module of its own.
const MODULE: &[u8] = b"\0asm the child's module";

#[zx::contract]
pub struct Child {
    #[view]
    owner: Item<Address>,
    #[view]
    number: Item<u64>,
}

#[zx::public]
impl Child {
    #[payable]
    #[constructor]
    pub fn constructor(&mut self, _cx: &mut Ctx, owner: Address, number: u64) -> Result<(), &'static str> {
        ensure!(number != 13, "no thirteen");
        self.owner.set(owner);
        self.number.set(number);
        Ok(())
    }

    pub fn set(&mut self, _cx: &mut Ctx, number: u64) {
        self.number.set(number);
    }
}

#[zx::contract]
pub struct Factory {}

#[zx::public]
impl Factory {
    #[payable]
    pub fn make(&mut self, cx: &mut Ctx, number: u64) -> Result<Address, CallError> {
        let code = zx::deployment(MODULE, (cx.sender(), number));
        cx.create(&code, cx.value())
    }

    pub fn make_at(&mut self, cx: &mut Ctx, number: u64, salt: B256) -> Result<(Address, Address), CallError> {
        let code = zx::deployment(MODULE, (cx.sender(), number));
        let foretold = cx.create2_address(cx.address(), salt, cx.keccak256(&code));
        Ok((cx.create2(&code, salt, U256::ZERO)?, foretold))
    }

    pub fn clone_of(&mut self, cx: &mut Ctx, code: Address) -> Result<Address, CallError> {
        cx.clone(code)
    }

    pub fn clone_at(&mut self, cx: &mut Ctx, code: Address, salt: B256) -> Result<(Address, Address), CallError> {
        let foretold = cx.clone2_address(cx.address(), code, salt);
        Ok((cx.clone2(code, salt)?, foretold))
    }

    pub fn address_of(&self, cx: &Ctx, creator: Address, salt: B256, code: Bytes) -> Address {
        cx.create2_address(creator, salt, cx.keccak256(&code))
    }
}

/// Natively: what has no module cannot be deployed in the sandbox.
fn natively() -> Option<Host> {
    let host = Host::new();
    (!host.has_sandbox()).then_some(host)
}

#[test]
fn a_factory_makes_contracts_with_their_constructors() {
    let Some(host) = natively() else { return };
    host.module::<Child>(MODULE);
    let [alice] = host.accounts();
    let factory = host.deploy::<Factory>(());
    let child = host.at::<Child>(factory.paying(U256::from(3u8)).make(7).unwrap());
    assert_eq!((child.owner(), child.number(), host.balance(child.address())), (alice, 7, U256::from(3u8)));
    let second = factory.make(8).unwrap();
    assert_ne!(second, child.address());
    assert_eq!(factory.make(13).unwrap_err().message().as_deref(), Some("no thirteen"));

    let salt = B256::repeat_byte(1);
    let (made, foretold) = factory.make_at(9, salt).unwrap();
    assert_eq!(made, foretold);
    assert_eq!(host.at::<Child>(made).number(), 9);
    assert_eq!(factory.make_at(9, salt).unwrap_err().message().as_deref(), Some("call failed"), "it is taken");
    let (other, _) = factory.make_at(10, salt).unwrap();
    assert_ne!(other, made, "other arguments, another address");
}

#[zx::test]
fn clones_share_code_and_nothing_else(host: &Host) {
    let [alice] = host.accounts();
    let code = host.deploy::<Child>((alice, 1));
    let factory = host.deploy::<Factory>(());
    let clone = host.at::<Child>(factory.clone_of(code.address()).unwrap());
    assert_eq!(clone.number(), 0, "no constructor ran");
    clone.set(5).unwrap();
    assert_eq!((clone.number(), code.number()), (5, 1));
    let salt = B256::repeat_byte(2);
    let (made, foretold) = factory.clone_at(code.address(), salt).unwrap();
    assert_eq!(made, foretold);
    assert!(factory.clone_at(code.address(), salt).is_err(), "it is taken");
}

/// The examples of EIP-1014.
#[zx::test]
fn addresses_are_foretold_as_the_eip_says(host: &Host) {
    let factory = host.deploy::<Factory>(());
    let beef = address!("deadbeef00000000000000000000000000000000");
    let feed = b256!("000000000000000000000000feed000000000000000000000000000000000000");
    for (creator, salt, code, address) in [
        (Address::ZERO, B256::ZERO, &[0u8][..], address!("4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38")),
        (beef, B256::ZERO, &[0], address!("B928f69Bb1D91Cd65274e3c79d8986362984fDA3")),
        (beef, feed, &[0], address!("D04116cDd17beBE565EB2422F2497E06cC1C9833")),
        (Address::ZERO, B256::ZERO, &[], address!("E33C0C7F7df4809055C3ebA6c09CFe4BaF1BD9e0")),
    ] {
        assert_eq!(factory.address_of(creator, salt, Bytes::copy_from_slice(code)), address);
    }
}
