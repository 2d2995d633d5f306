use zx::{Immutable, prelude::*};

#[derive(zx::StorageValue)]
pub struct Terms {
    fee: u16,
}

#[zx::contract]
pub struct Token {
    name: Immutable<String>,
    terms: Immutable<Terms>,
}

fn main() {}
