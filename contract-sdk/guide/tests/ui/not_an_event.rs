use zx::prelude::*;

pub struct Closed {
    pub by: Address,
}

#[zx::contract]
pub struct Bank {}

#[zx::public]
impl Bank {
    pub fn close(&mut self, cx: &mut Ctx) {
        cx.emit(Closed { by: cx.sender() });
    }
}

fn main() {}
