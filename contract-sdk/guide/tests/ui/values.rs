#[derive(zx::StorageValue)]
pub enum Order {
    Market,
    Limit(u64),
}

#[derive(zx::StorageValue)]
pub enum Numbered {
    A = 3,
}

#[derive(zx::Abi)]
pub struct Unit;

#[derive(zx::TypedData)]
pub enum Message {
    A,
}

#[derive(zx::TypedData)]
pub struct Unnamed(u64);

fn main() {}
