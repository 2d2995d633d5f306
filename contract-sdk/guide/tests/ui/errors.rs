use zx::prelude::*;

#[derive(zx::Error)]
pub struct One {
    account: Address,
}

#[derive(zx::Error)]
pub enum Unnamed {
    TooMany(U256, U256),
}

fn main() {}
