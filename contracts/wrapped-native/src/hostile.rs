//! A contract that attacks, in tests.

use zx::prelude::*;

/// Withdraws again from within its own payment.
#[zx::contract]
pub struct Thief {
    coin: Item<Address>,
    tries: Item<u8>,
}

#[zx::public]
impl Thief {
    /// Whom it steals from.
    #[constructor]
    pub fn constructor(&mut self, _cx: &mut Ctx, coin: Address) {
        self.coin.set(coin);
    }

    /// Brings some, and takes it.
    #[payable]
    pub fn steal(&mut self, cx: &mut Ctx) -> Result<(), CallError> {
        let value = cx.value();
        cx.call(
            self.coin.get(),
            &zx::selector("deposit()"),
            CallOptions::value(value),
        )?;
        cx.invoke(
            self.coin.get(),
            zx::selector("withdraw(uint256)"),
            (value,),
            CallOptions::default(),
        )
    }

    /// Takes it once more.
    #[receive]
    #[reentrant]
    pub fn receive(&mut self, cx: &mut Ctx) {
        self.tries.add(1);
        let again = zx::selector("withdraw(uint256)");
        let stolen: Result<(), _> = cx.invoke(
            self.coin.get(),
            again,
            (cx.value(),),
            CallOptions::default(),
        );
        assert!(stolen.is_err(), "withdrawn twice");
    }

    /// How often it was paid.
    pub fn tries(&self, _cx: &Ctx) -> u8 {
        self.tries.get()
    }
}
