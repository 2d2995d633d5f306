//! An owner that is up to no good, in tests.

use zx::prelude::*;

/// Owns a wallet, and when it is paid by it asks for the same again.
#[zx::contract]
pub struct Taker {
    wallet: Item<Address>,
    fooled: Item<bool>,
}

const PAY: [u8; 4] = zx::selector("pay(address,uint256)");

#[zx::public]
impl Taker {
    /// Has a wallet pay it.
    pub fn take(&mut self, cx: &mut Ctx, wallet: Address, amount: U256) -> Result<(), CallError> {
        self.wallet.set(wallet);
        cx.invoke(wallet, PAY, (cx.address(), amount), CallOptions::default())
    }

    /// Whether it was ever paid from within.
    pub fn has_fooled(&self, _cx: &Ctx) -> bool {
        self.fooled.get()
    }

    /// Is paid.
    #[receive]
    #[reentrant]
    pub fn receive(&mut self, cx: &mut Ctx) {
        let arguments = (cx.address(), cx.value());
        let again: Result<(), _> =
            cx.invoke(self.wallet.get(), PAY, arguments, CallOptions::default());
        if again.is_ok() {
            self.fooled.set(true);
        }
    }
}
