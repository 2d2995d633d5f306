use zx::prelude::*;

#[zx::contract]
pub struct Token {}

#[zx::public]
impl Token {
    #[constructor]
    pub fn new(&mut self, _cx: &mut Ctx) {}

    #[constructor]
    pub fn with_supply(&mut self, _cx: &mut Ctx, _supply: U256) {}
}

fn main() {}
