use zx::prelude::*;

#[zx::contract]
pub struct Token {
    allowances: Map<Address, Map<Address, U256>>,
}

#[zx::public]
impl Token {
    pub fn allowance(&self, _cx: &Ctx, owner: Address, spender: Address) -> U256 {
        self.allowances.get(owner).get(spender)
    }
}

fn main() {}
