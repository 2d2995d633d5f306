use zx::prelude::*;

#[zx::contract]
pub struct Token {
    #[component]
    supply: Item<U256>,
}

#[zx::public]
impl Token {}

fn main() {}
