use zx::{components::Ownable, prelude::*};

#[zx::contract]
pub struct Token {
    #[component]
    ownable: Ownable,
}

#[zx::public]
impl Token {
    pub fn owner(&self, _cx: &Ctx) -> Address {
        Address::ZERO
    }
}

fn main() {}
