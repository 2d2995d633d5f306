use zx::{Immutable, prelude::*};

#[zx::storage]
pub struct Position {
    owner: Immutable<Address>,
    amount: Item<U256>,
}

#[zx::contract]
pub struct Listed {
    positions: List<Position>,
}

fn main() {}
