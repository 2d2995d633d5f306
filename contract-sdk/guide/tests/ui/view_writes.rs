use zx::prelude::*;

#[zx::contract]
pub struct Bank {
    total: Item<U256>,
    balances: Map<Address, U256>,
    allowances: Map<Address, Map<Address, U256>>,
    members: List<Address>,
}

#[derive(zx::Event)]
pub struct Looked {
    by: Address,
}

#[zx::public]
impl Bank {
    pub fn total(&self, cx: &Ctx) -> U256 {
        self.total.set(U256::ONE);
        self.balances.add(cx.sender(), U256::ONE);
        self.members.push(cx.sender());
        self.allowances.at(cx.sender()).set(cx.address(), U256::ONE);
        cx.emit(Looked { by: cx.sender() });
        U256::ONE
    }
}

fn main() {}
