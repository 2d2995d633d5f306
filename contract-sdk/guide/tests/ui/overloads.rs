use zx::prelude::*;

#[zx::contract]
pub struct Token {}

#[zx::public]
impl Token {
    pub fn safe_transfer(&mut self, _cx: &mut Ctx, _to: Address) {}

    #[allow(non_snake_case)]
    pub fn safeTransfer(&mut self, _cx: &mut Ctx, _to: Address, _data: Bytes) {}
}

fn main() {}
