use zx::prelude::*;

#[zx::storage]
pub struct Part {}

#[zx::component]
impl Part {
    #[constructor]
    pub fn constructor(&mut self, _cx: &mut Ctx) {}
}

#[zx::storage]
pub struct Other {}

#[zx::component(implements(IPart))]
impl Other {}

#[zx::storage]
pub struct Third {}

#[zx::component(event(A))]
impl Third {}

fn main() {}
