//! Immutables and instances. `tests/tests/it/testbed` makes a package of this file, and runs its tests in the sandbox.

use zx::{Immutable, prelude::*};

/// A component with an immutable among its slots.
#[zx::storage]
#[derive(Debug)]
pub struct Fees {
    paid: Item<u128>,
    fee: Immutable<u16>,
    payers: Item<u64>,
}

#[zx::component]
impl Fees {
    pub fn pay(&mut self, _cx: &mut Ctx) -> u128 {
        self.paid.add(self.fee.get().into());
        self.payers.add(1);
        self.paid.get()
    }

    pub fn fee(&self, _cx: &Ctx) -> u16 {
        self.fee.get()
    }
}

#[zx::contract]
#[derive(Debug)]
pub struct Keeper {
    #[view]
    number: Immutable<u64>,
    #[view]
    count: Item<u64>,
    #[component]
    fees: Fees,
    #[view]
    maker: Immutable<Address>,
    #[view]
    never_set: Immutable<bool>,
}

#[zx::public]
impl Keeper {
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, number: u64, fee: u16) -> Result<(), &'static str> {
        ensure!(number != 13, "no thirteen");
        self.number.set(1);
        self.number.set(number);
        self.maker.set(cx.sender());
        self.fees.fee.set(fee);
        Ok(())
    }

    pub fn add(&mut self, _cx: &mut Ctx) -> u64 {
        self.count.add(self.number.get());
        self.count.get()
    }

    pub fn change(&mut self, _cx: &mut Ctx, number: u64) {
        self.number.set(number);
    }

    pub fn make(&mut self, cx: &mut Ctx, template: Address, number: u64) -> Result<Address, CallError> {
        cx.create(&zx::instance(template, (number, 5u16)), U256::ZERO)
    }

    /// An instance of an instance that the same transaction has made.
    pub fn make_twice(&mut self, cx: &mut Ctx, template: Address) -> Result<Address, CallError> {
        let first = self.make(cx, template, 8)?;
        self.make(cx, first, 9)
    }

    /// Runs the `add` of other code on this contract's storage.
    pub fn add_with(&mut self, cx: &mut Ctx, code: Address) -> Result<u64, CallError> {
        cx.delegate(code, zx::selector("add()"), (), u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zx::testing::Host;

    /// What a node says.
    const NO_TEMPLATE: &str = "the template is not a WASM contract of an earlier transaction";

    #[zx::test]
    fn what_the_constructor_sets_is_read_in_calls(host: &Host) {
        let [alice, bob] = host.accounts();
        let keeper = host.deploy::<Keeper>((7, 3));
        assert_eq!((keeper.number(), keeper.maker(), keeper.never_set()), (7, alice, false));
        assert_eq!((keeper.add().unwrap(), keeper.add().unwrap()), (7, 14));
        let other = host.deploy_by::<Keeper>(bob, (8, 4));
        assert_eq!((other.number(), other.maker(), other.count()), (8, bob, 0));
        assert_eq!(keeper.number(), 7);
    }

    #[zx::test]
    fn outside_of_a_constructor_they_cannot_be_written(host: &Host) {
        let keeper = host.deploy::<Keeper>((7, 3));
        let refused = keeper.change(8).unwrap_err();
        assert_eq!(refused.message().as_deref(), Some("wasm trap: immutable written outside of a constructor"));
        assert_eq!(keeper.number(), 7);
    }

    #[zx::test]
    fn a_component_has_its_own_and_its_slots_pack_around_them(host: &Host) {
        let keeper = host.deploy::<Keeper>((7, 3));
        assert_eq!(keeper.fees().fee(), 3);
        assert_eq!((keeper.fees().pay().unwrap(), keeper.fees().pay().unwrap()), (3, 6));
        keeper.add().unwrap();
        let slot = |number: u8| U256::from_be_bytes(host.slot(keeper.address(), U256::from(number).to_be_bytes()));
        assert_eq!(slot(0), U256::from(7u8), "the count, of which the number before it takes nothing");
        assert_eq!(slot(1), U256::from(6u8) + (U256::from(2u8) << 128), "what was paid, and by how many");
        assert_eq!(slot(2), U256::ZERO);
    }

    #[zx::test]
    fn a_factory_makes_instances_with_state_of_their_own(host: &Host) {
        let template = host.deploy::<Keeper>((7, 3));
        let factory = host.deploy::<Keeper>((1, 1));
        let instance = host.at::<Keeper>(factory.make(template.address(), 8).unwrap());
        assert_eq!((instance.number(), instance.fees().fee(), instance.maker()), (8, 5, factory.address()));
        assert_eq!((instance.add().unwrap(), template.add().unwrap(), instance.count()), (8, 7, 8));
        let second = host.at::<Keeper>(factory.make(instance.address(), 9).unwrap());
        assert_eq!((second.number(), second.count()), (9, 0), "an instance can be named as the template");
        let refused = factory.make(template.address(), 13).unwrap_err();
        assert_eq!(refused.message().as_deref(), Some("no thirteen"));
    }

    #[zx::test]
    fn a_template_is_a_contract_of_an_earlier_transaction(host: &Host) {
        let [alice] = host.accounts();
        let keeper = host.deploy::<Keeper>((7, 3));
        for refused in [keeper.make(alice, 8), keeper.make_twice(keeper.address())] {
            assert_eq!(refused.unwrap_err().message().as_deref(), Some(NO_TEMPLATE));
        }
        let itself = keeper.make(keeper.address(), 8).unwrap();
        assert_eq!(host.at::<Keeper>(itself).number(), 8);
    }

    #[zx::test]
    fn a_delegate_call_has_the_immutables_of_the_code(host: &Host) {
        let (keeper, code) = (host.deploy::<Keeper>((7, 3)), host.deploy::<Keeper>((100, 3)));
        assert_eq!(keeper.add_with(code.address()).unwrap(), 100);
        assert_eq!((keeper.count(), code.count(), keeper.number()), (100, 0, 7));
        let instance = host.at::<Keeper>(keeper.make(code.address(), 1_000).unwrap());
        assert_eq!(keeper.add_with(instance.address()).unwrap(), 1_100);
    }
}
