use zx::prelude::*;

#[zx::interface]
pub trait IToken {
    fn total_supply(&self) -> U256;
    fn transfer(&mut self, to: Address, amount: U256) -> bool;
}

#[zx::contract]
pub struct Token {
    #[view]
    total_supply: Item<U256>,
}

#[zx::public(implements(IToken))]
impl Token {
    pub fn transfer(&mut self, _cx: &mut Ctx, _to: Address, _amount: u128) -> bool {
        false
    }
}

fn main() {}
