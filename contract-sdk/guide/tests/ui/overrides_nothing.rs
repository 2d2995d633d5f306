use zx::{components::Ownable, prelude::*};

#[zx::contract]
pub struct Token {
    #[component]
    ownable: Ownable,
}

#[zx::public]
impl Token {
    #[overrides]
    pub fn transfer_ownership(&mut self, _cx: &mut Ctx, _to: Address, _why: String) {}
}

fn main() {}
