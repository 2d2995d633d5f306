use zx::prelude::*;

#[derive(zx::Event)]
pub struct Four {
    #[indexed]
    a: Address,
    #[indexed]
    b: Address,
    #[indexed]
    c: Address,
    #[indexed]
    d: Address,
}

#[derive(zx::Event)]
pub struct Unnamed(Address);

#[derive(zx::Event)]
pub enum Several {
    A,
    B,
}

fn main() {}
