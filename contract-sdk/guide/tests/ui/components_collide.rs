use zx::prelude::*;

#[zx::storage]
pub struct One {}

#[zx::component]
impl One {
    pub fn version() -> u64 {
        1
    }
}

#[zx::storage]
pub struct Two {}

#[zx::component]
impl Two {
    pub fn version() -> u64 {
        2
    }
}

#[zx::contract]
pub struct Token {
    #[component]
    one: One,
    #[component]
    two: Two,
}

#[zx::public]
impl Token {}

fn main() {}
