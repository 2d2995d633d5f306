use zx::prelude::*;

#[derive(zx::Event)]
pub struct Voted {
    #[indexed]
    pub choices: Vec<u64>,
}

fn main() {}
