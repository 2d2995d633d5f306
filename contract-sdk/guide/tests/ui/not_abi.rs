use zx::prelude::*;

pub struct Point {
    x: u64,
    y: u64,
}

#[zx::contract]
pub struct Map2 {}

#[zx::public]
impl Map2 {
    pub fn put(&mut self, _cx: &mut Ctx, _point: Point) {}

    pub fn wide(&self, _cx: &Ctx, _size: usize) {}

    pub fn get(&self, _cx: &Ctx) -> Option<u64> {
        None
    }
}

fn main() {}
