use zx::prelude::*;

#[zx::contract]
pub struct Token {}

// Both are 0x42966c68.
#[zx::public]
impl Token {
    pub fn burn(&mut self, _cx: &mut Ctx, _amount: U256) {}

    #[selector(name = "collate_propagate_storage")]
    pub fn collate(&mut self, _cx: &mut Ctx, _id: FixedBytes<16>) {}
}

fn main() {}
