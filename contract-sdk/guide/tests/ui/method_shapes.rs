use zx::prelude::*;

#[zx::contract]
pub struct Bank {
    total: Item<U256>,
}

#[zx::public]
impl Bank {
    pub fn by_value(self, cx: &Ctx) {}

    pub fn no_context(&self) -> U256 {
        self.total.get()
    }

    pub fn acting_view(&self, cx: &mut Ctx) {}

    pub fn generic<T>(&self, cx: &Ctx, value: T) {}

    pub async fn later(&self, cx: &Ctx) {}

    pub fn borrowed(&self, cx: &Ctx, name: &str) {}

    pub fn unnamed(&self, cx: &Ctx, (a, b): (u8, u8)) {}

    #[payable]
    pub fn paid_view(&self, cx: &Ctx) {}

    #[payable]
    fn helper(&mut self, cx: &mut Ctx) {}

    pub fn pure_with_context(cx: &Ctx) {}

    #[constructor]
    #[receive]
    pub fn both(&mut self, cx: &mut Ctx) {}

    #[receive]
    pub fn receive(&mut self, cx: &mut Ctx, note: String) {}

    #[fallback]
    pub fn fallback(&mut self, cx: &mut Ctx) {}
}

fn main() {}
