use zx::prelude::*;

#[zx::contract]
pub struct Generic<T> {
    value: Item<T>,
}

#[zx::contract]
pub struct Unnamed(Item<U256>);

#[zx::contract]
pub struct Unit;

#[zx::contract(storage)]
pub struct WithArguments {}

#[zx::contract]
pub struct Both {
    #[view]
    #[component]
    part: Item<U256>,
}

#[zx::contract]
pub struct Twice {
    #[view]
    total: Item<U256>,
    #[view(name = "total")]
    sum: Item<U256>,
}

#[zx::contract]
pub struct Slots {
    #[slot]
    part: Item<U256>,
}

#[zx::storage]
pub struct Part {
    #[view]
    value: Item<U256>,
}

fn main() {}
