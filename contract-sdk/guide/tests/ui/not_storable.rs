use zx::prelude::*;

pub enum Order {
    Market,
    Limit(u64),
}

#[zx::contract]
pub struct Book {
    price: Item<f64>,
    order: Item<Order>,
    plain: u64,
    by_price: Map<f32, U256>,
}

fn main() {}
