//! ZX-1155: many kinds of tokens in one contract, compatible with ERC-1155.
//!
//! The errors are those of EIP-6093. One account, the owner of the contract, can mint: whoever deployed it, until they
//! hand it on.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod tests;

pub use interface::{
    ApprovalForAll, IERC1155, IERC1155MetadataURI, IERC1155Receiver, TransferBatch, TransferSingle,
    Zx1155Error,
};

use zx::{components::Ownable, prelude::*};

/// What a contract answers that takes tokens: the selector of the question.
const RECEIVED: [u8; 4] = zx::selector("onERC1155Received(address,address,uint256,uint256,bytes)");
/// The same for a batch.
const BATCH_RECEIVED: [u8; 4] =
    zx::selector("onERC1155BatchReceived(address,address,uint256[],uint256[],bytes)");

/// State of the contract.
#[zx::contract]
#[derive(Debug)]
pub struct Zx1155 {
    uri: Item<String>,
    balances: Map<(U256, Address), U256>,
    operators: Map<(Address, Address), bool>,
    #[component]
    ownable: Ownable,
}

#[zx::public(implements(IERC1155, IERC1155MetadataURI))]
impl Zx1155 {
    /// Sets where tokens are described (`{id}` in it stands for the kind), and makes the deployer the owner.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, uri: String) -> Result<(), Zx1155Error> {
        self.uri.set(uri);
        Ok(self.ownable.init(cx, cx.sender())?)
    }

    /// Where the kinds of tokens are described.
    pub fn uri(&self, _cx: &Ctx, _id: U256) -> String {
        self.uri.get()
    }

    /// Tokens of a kind that an account holds.
    pub fn balance_of(&self, _cx: &Ctx, account: Address, id: U256) -> U256 {
        self.balances.get((id, account))
    }

    /// The same for several accounts, each with a kind.
    pub fn balance_of_batch(
        &self,
        _cx: &Ctx,
        accounts: Vec<Address>,
        ids: Vec<U256>,
    ) -> Result<Vec<U256>, Zx1155Error> {
        same_length(ids.len(), accounts.len())?;
        let balance = |(id, account)| self.balances.get((id, account));
        Ok(ids.into_iter().zip(accounts).map(balance).collect())
    }

    /// Whether `operator` may move all tokens of `account`.
    pub fn is_approved_for_all(&self, _cx: &Ctx, account: Address, operator: Address) -> bool {
        self.operators.get((account, operator))
    }

    /// Lets `operator` move all tokens of the caller, or no longer.
    pub fn set_approval_for_all(
        &mut self,
        cx: &mut Ctx,
        operator: Address,
        approved: bool,
    ) -> Result<(), Zx1155Error> {
        ensure!(
            !operator.is_zero(),
            Zx1155Error::ERC1155InvalidOperator { operator }
        );
        let account = cx.sender();
        self.operators.set((account, operator), approved);
        cx.emit(ApprovalForAll {
            account,
            operator,
            approved,
        });
        Ok(())
    }

    /// Moves tokens of a kind, and asks the receiver, if it is a contract, whether it takes them.
    pub fn safe_transfer_from(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        id: U256,
        value: U256,
        data: Bytes,
    ) -> Result<(), Zx1155Error> {
        self.authorise(cx, from)?;
        self.take(from, id, value)?;
        self.give(cx, from, to, id, value, data)
    }

    /// Moves tokens of several kinds.
    pub fn safe_batch_transfer_from(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        ids: Vec<U256>,
        values: Vec<U256>,
        data: Bytes,
    ) -> Result<(), Zx1155Error> {
        same_length(ids.len(), values.len())?;
        let operator = self.authorise(cx, from)?;
        can_receive(to)?;
        for (id, value) in ids.iter().zip(&values) {
            self.take(from, *id, *value)?;
            self.balances.add((*id, to), *value);
        }
        cx.emit(TransferBatch {
            operator,
            from,
            to,
            ids: ids.clone(),
            values: values.clone(),
        });
        if cx.has_code(to) {
            let receiver = IERC1155Receiver::at(to);
            let answer =
                receiver.on_erc1155_batch_received(cx, operator, from, ids, values, data)?;
            accepted(to, answer, BATCH_RECEIVED)?;
        }
        Ok(())
    }

    /// Makes tokens of a kind. Only the owner of the contract can.
    pub fn mint(
        &mut self,
        cx: &mut Ctx,
        to: Address,
        id: U256,
        value: U256,
        data: Bytes,
    ) -> Result<(), Zx1155Error> {
        self.ownable.only_owner(cx)?;
        self.give(cx, Address::ZERO, to, id, value, data)
    }

    /// Destroys tokens of the caller.
    pub fn burn(&mut self, cx: &mut Ctx, id: U256, value: U256) -> Result<(), Zx1155Error> {
        let from = cx.sender();
        self.take(from, id, value)?;
        cx.emit(TransferSingle {
            operator: from,
            from,
            to: Address::ZERO,
            id,
            value,
        });
        Ok(())
    }

    /// Who acts, if they may move tokens of `owner`.
    fn authorise(&self, cx: &Ctx, owner: Address) -> Result<Address, Zx1155Error> {
        let operator = cx.sender();
        ensure!(
            operator == owner || self.operators.get((owner, operator)),
            Zx1155Error::ERC1155MissingApprovalForAll { operator, owner }
        );
        Ok(operator)
    }

    fn take(&mut self, sender: Address, id: U256, needed: U256) -> Result<(), Zx1155Error> {
        let taken = self.balances.try_sub((id, sender), needed);
        taken.map_err(|rest| Zx1155Error::ERC1155InsufficientBalance {
            sender,
            balance: rest.available,
            needed,
            token_id: id,
        })?;
        Ok(())
    }

    /// Gives tokens that were taken from `from`, or made, and asks the receiver last: whatever it does, they have moved.
    fn give(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        id: U256,
        value: U256,
        data: Bytes,
    ) -> Result<(), Zx1155Error> {
        can_receive(to)?;
        self.balances.add((id, to), value);
        let operator = cx.sender();
        cx.emit(TransferSingle {
            operator,
            from,
            to,
            id,
            value,
        });
        if cx.has_code(to) {
            let receiver = IERC1155Receiver::at(to);
            let answer = receiver.on_erc1155_received(cx, operator, from, id, value, data)?;
            accepted(to, answer, RECEIVED)?;
        }
        Ok(())
    }
}

fn same_length(ids: usize, values: usize) -> Result<(), Zx1155Error> {
    ensure!(
        ids == values,
        Zx1155Error::ERC1155InvalidArrayLength {
            ids_length: U256::from(ids as u64),
            values_length: U256::from(values as u64),
        }
    );
    Ok(())
}

fn can_receive(receiver: Address) -> Result<(), Zx1155Error> {
    ensure!(
        !receiver.is_zero(),
        Zx1155Error::ERC1155InvalidReceiver { receiver }
    );
    Ok(())
}

fn accepted(
    receiver: Address,
    answer: FixedBytes<4>,
    expected: [u8; 4],
) -> Result<(), Zx1155Error> {
    ensure!(
        answer == expected,
        Zx1155Error::ERC1155InvalidReceiver { receiver }
    );
    Ok(())
}
