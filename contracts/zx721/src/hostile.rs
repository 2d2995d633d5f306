//! A contract that attacks, in tests.

use crate::ACCEPTED;
use zx::prelude::*;

/// What a receiver does in its hook: it takes a token, gives it on at once, and tries to take more.
#[zx::contract]
pub struct Grabber {
    heir: Item<Address>,
    grabs: Item<U256>,
}

zx::sol_interface! {
    interface IZx721 {
        function transferFrom(address from, address to, uint256 tokenId) external;
        function ownerOf(uint256 tokenId) external view returns (address);
        function burn(uint256 tokenId) external;
    }
}

#[zx::public]
impl Grabber {
    /// Whom it gives tokens to, and which it tries to take.
    #[constructor]
    pub fn constructor(&mut self, _cx: &mut Ctx, heir: Address, grabs: U256) {
        self.heir.set(heir);
        self.grabs.set(grabs);
    }

    /// Takes a token.
    #[selector(name = "onERC721Received")]
    pub fn on_received(
        &mut self,
        cx: &mut Ctx,
        _operator: Address,
        from: Address,
        token_id: U256,
        _data: Bytes,
    ) -> Result<FixedBytes<4>, CallError> {
        let tokens = IZx721::at(cx.sender());
        assert!(
            tokens.owner_of(cx, token_id)? == cx.address(),
            "the token has not arrived yet"
        );
        tokens.transfer_from(cx, cx.address(), self.heir.get(), token_id)?;
        // A second time, and one that is still the sender's: neither is this contract's to move.
        assert!(
            tokens
                .transfer_from(cx, cx.address(), self.heir.get(), token_id)
                .is_err(),
            "given twice"
        );
        assert!(
            tokens
                .transfer_from(cx, from, self.heir.get(), self.grabs.get())
                .is_err(),
            "grabbed"
        );
        assert!(
            tokens.burn(cx, token_id).is_err(),
            "burned what was given on"
        );
        Ok(ACCEPTED)
    }
}
