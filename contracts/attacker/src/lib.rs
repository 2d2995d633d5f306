//! What tests set on other contracts. It does harm to nobody by itself: it does what a test has planned.
//!
//! - Whenever it is called by something that is not its own method, or is paid, it takes the next steps of its plan: calls
//!   of whatever contract, within the call of whoever called it. What came of each it keeps.
//! - It answers what the test says: a hook's magic word, nothing, or nonsense.
//! - It is a token too, which keeps a tenth of what it moves ([`Leaky`]).
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

use zx::{
    components::{Erc20, Erc20Error, Ledger, erc20},
    prelude::*,
};

/// A call that is planned.
#[zx::storage]
#[derive(Debug)]
pub struct Step {
    target: Item<Address>,
    value: Item<U256>,
    data: Item<Bytes>,
}

/// State of the attacker.
#[zx::contract]
#[derive(Debug)]
pub struct Attacker {
    #[component]
    erc20: Erc20<Leaky>,
    steps: Map<u32, Step>,
    planned: Item<u32>,
    /// Steps that were taken.
    #[view]
    taken: Item<u32>,
    /// Whether a step succeeded, by its number.
    #[view]
    succeeded: Map<u32, bool>,
    /// What a step returned, or reverted with.
    #[view]
    returned: Map<u32, Bytes>,
    answer: Item<Bytes>,
}

#[zx::public]
impl Attacker {
    /// Plans a call, after those that are planned, with so many wei.
    pub fn plan(&mut self, _cx: &mut Ctx, target: Address, value: U256, data: Bytes) {
        let number = self.planned.get();
        let mut step = self.steps.at_mut(number);
        step.target.set(target);
        step.value.set(value);
        step.data.set(data);
        self.planned.set(number + 1);
    }

    /// Says what it answers from now on.
    pub fn answer_with(&mut self, _cx: &mut Ctx, answer: Bytes) {
        self.answer.set(answer);
    }

    /// Calls something now; what that reverts with goes on.
    #[payable]
    pub fn act(
        &mut self,
        cx: &mut Ctx,
        target: Address,
        value: U256,
        data: Bytes,
    ) -> Result<Bytes, CallError> {
        let answer = cx.call(target, &data, CallOptions::value(value))?;
        Ok(answer.into())
    }

    /// Makes tokens that leak.
    pub fn mint(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), Erc20Error> {
        self.erc20.mint(cx, to, value)
    }

    /// Takes what it is paid, and acts.
    #[receive]
    #[reentrant]
    pub fn receive(&mut self, cx: &mut Ctx) {
        self.strike(cx);
    }

    /// Whatever it is asked for: it acts, and answers.
    #[fallback]
    #[payable]
    #[reentrant]
    pub fn fallback(&mut self, cx: &mut Ctx, _calldata: Bytes) -> Bytes {
        self.strike(cx);
        self.answer.get()
    }

    /// Takes the steps that are left, each once: what they call may call here again.
    fn strike(&mut self, cx: &mut Ctx) {
        while self.taken.get() < self.planned.get() {
            let number = self.taken.get();
            self.taken.set(number + 1);
            let step = self.steps.at(number);
            let options = CallOptions::value(step.value.get());
            let outcome = cx.call(step.target.get(), &step.data.get(), options);
            self.succeeded.set(number, outcome.is_ok());
            let returned = match outcome {
                Ok(data) | Err(CallError::Revert(data)) => data,
                Err(_) => Vec::new(),
            };
            self.returned.set(number, returned.into());
        }
    }
}

/// Balances of a token that keeps a tenth of each transfer.
#[zx::storage]
#[derive(Debug)]
pub struct Leaky {
    total: Item<U256>,
    balances: Map<Address, U256>,
}

impl Ledger for Leaky {
    type Error = Erc20Error;

    fn total_supply(&self) -> U256 {
        self.total.get()
    }

    fn balance_of(&self, account: Address) -> U256 {
        self.balances.get(account)
    }

    fn mint(&mut self, _cx: &mut Ctx, to: Address, value: U256) -> Result<(), Erc20Error> {
        self.total.add(value);
        self.balances.add(to, value);
        Ok(())
    }

    fn burn(&mut self, _cx: &mut Ctx, from: Address, value: U256) -> Result<(), Erc20Error> {
        erc20::debit(&mut self.balances, from, value)?;
        self.total.sub(value);
        Ok(())
    }

    fn transfer(
        &mut self,
        _cx: &mut Ctx,
        from: Address,
        to: Address,
        value: U256,
    ) -> Result<(), Erc20Error> {
        let kept = value / U256::from(10u8);
        erc20::debit(&mut self.balances, from, value)?;
        self.balances.add(to, value - kept);
        self.total.sub(kept);
        Ok(())
    }
}
