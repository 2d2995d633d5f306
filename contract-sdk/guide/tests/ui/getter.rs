use zx::prelude::*;

#[zx::contract]
pub struct Book {
    #[view]
    notes: Item<Borsh<u64>>,
    #[view]
    members: EnumerableSet<Address>,
}

#[zx::public]
impl Book {}

fn main() {}
