use zx::prelude::*;

#[derive(Debug)]
pub enum BankError {
    Closed,
}

#[zx::contract]
pub struct Bank {}

#[zx::public]
impl Bank {
    pub fn close(&mut self, _cx: &mut Ctx) -> Result<(), BankError> {
        Err(BankError::Closed)
    }
}

fn main() {}
