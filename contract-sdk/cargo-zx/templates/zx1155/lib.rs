//! ZX-1155: many kinds of tokens in one contract, compatible with ERC-1155.
//!
//! The errors are those of EIP-6093. One account, the owner of the contract, can mint: whoever deployed it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod tests;

pub use interface::{ApprovalForAll, TransferBatch, TransferSingle, Zx1155Error};

use zx::prelude::*;

/// What a receiver that is a contract is asked, and answers.
const ON_RECEIVED: [u8; 4] =
    zx::selector("onERC1155Received(address,address,uint256,uint256,bytes)");
/// The same for a batch.
const ON_BATCH_RECEIVED: [u8; 4] =
    zx::selector("onERC1155BatchReceived(address,address,uint256[],uint256[],bytes)");
/// Interface ids (ERC-165): of ERC-165 itself, ERC-1155, and its metadata.
const INTERFACES: [[u8; 4]; 3] = [
    [0x01, 0xFF, 0xC9, 0xA7],
    [0xD9, 0xB6, 0x7A, 0x26],
    [0x0E, 0x89, 0x34, 0x1C],
];

/// State of the contract.
#[zx::contract]
#[derive(Debug)]
pub struct Zx1155 {
    uri: Item<String>,
    owner: Item<Address>,
    balances: Map<(U256, Address), U256>,
    operators: Map<(Address, Address), bool>,
}

#[zx::public]
impl Zx1155 {
    /// Sets where tokens are described (`{id}` in it stands for the kind), and makes the deployer the owner.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, uri: String) {
        self.uri.set(uri);
        self.owner.set(cx.sender());
    }

    /// Where the kinds of tokens are described.
    pub fn uri(&self, _cx: &Ctx, _id: U256) -> String {
        self.uri.get()
    }

    /// Who can mint.
    pub fn owner(&self, _cx: &Ctx) -> Address {
        self.owner.get()
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
        Ok(accounts
            .into_iter()
            .zip(ids)
            .map(|(account, id)| self.balances.get((id, account)))
            .collect())
    }

    /// Whether `operator` may move all tokens of `account`.
    pub fn is_approved_for_all(&self, _cx: &Ctx, account: Address, operator: Address) -> bool {
        self.operators.get((account, operator))
    }

    /// Whether the contract has an interface (ERC-165).
    pub fn supports_interface(&self, _cx: &Ctx, interface_id: FixedBytes<4>) -> bool {
        INTERFACES.contains(&interface_id.0)
    }

    /// Lets `operator` move all tokens of the caller, or no longer.
    pub fn set_approval_for_all(
        &mut self,
        cx: &mut Ctx,
        operator: Address,
        approved: bool,
    ) -> Result<(), Zx1155Error> {
        if operator.is_zero() {
            return Err(Zx1155Error::ERC1155InvalidOperator { operator });
        }
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
        let operator = self.authorise(cx, from, to)?;
        self.move_tokens(from, to, id, value)?;
        cx.emit(TransferSingle {
            operator,
            from,
            to,
            id,
            value,
        });
        ask(cx, to, ON_RECEIVED, &(operator, from, id, value, data))
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
        let operator = self.authorise(cx, from, to)?;
        for (id, value) in ids.iter().zip(&values) {
            self.move_tokens(from, to, *id, *value)?;
        }
        cx.emit(TransferBatch {
            operator,
            from,
            to,
            ids: ids.clone(),
            values: values.clone(),
        });
        ask(
            cx,
            to,
            ON_BATCH_RECEIVED,
            &(operator, from, ids, values, data),
        )
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
        let operator = cx.sender();
        if operator != self.owner.get() {
            return Err(Zx1155Error::OwnableUnauthorizedAccount { account: operator });
        }
        if to.is_zero() {
            return Err(Zx1155Error::ERC1155InvalidReceiver { receiver: to });
        }
        self.balances.add((id, to), value);
        let from = Address::ZERO;
        cx.emit(TransferSingle {
            operator,
            from,
            to,
            id,
            value,
        });
        ask(cx, to, ON_RECEIVED, &(operator, from, id, value, data))
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

    /// Who acts, if they may move tokens of `from`.
    fn authorise(&self, cx: &Ctx, from: Address, to: Address) -> Result<Address, Zx1155Error> {
        let operator = cx.sender();
        if to.is_zero() {
            return Err(Zx1155Error::ERC1155InvalidReceiver { receiver: to });
        }
        if operator != from && !self.operators.get((from, operator)) {
            return Err(Zx1155Error::ERC1155MissingApprovalForAll {
                operator,
                owner: from,
            });
        }
        Ok(operator)
    }

    fn move_tokens(
        &mut self,
        from: Address,
        to: Address,
        id: U256,
        value: U256,
    ) -> Result<(), Zx1155Error> {
        self.take(from, id, value)?;
        self.balances.add((id, to), value);
        Ok(())
    }

    fn take(&mut self, sender: Address, id: U256, needed: U256) -> Result<(), Zx1155Error> {
        let mut entry = self.balances.entry((id, sender));
        let balance = entry.get();
        let Some(rest) = balance.checked_sub(needed) else {
            return Err(Zx1155Error::ERC1155InsufficientBalance {
                sender,
                balance,
                needed,
                token_id: id,
            });
        };
        entry.set(rest);
        Ok(())
    }
}

fn same_length(ids: usize, values: usize) -> Result<(), Zx1155Error> {
    if ids == values {
        return Ok(());
    }
    let (ids_length, values_length) = (U256::from(ids as u64), U256::from(values as u64));
    Err(Zx1155Error::ERC1155InvalidArrayLength {
        ids_length,
        values_length,
    })
}

/// A contract answers with the selector; an account without code takes everything and answers nothing.
fn ask(
    cx: &mut Ctx,
    receiver: Address,
    selector: [u8; 4],
    args: &impl zx::abi::Args,
) -> Result<(), Zx1155Error> {
    let mut calldata = selector.to_vec();
    calldata.extend(zx::abi::Args::encode(args));
    let answer = cx.call(receiver, &calldata, CallOptions::default())?;
    if answer.is_empty() || answer.starts_with(&selector) {
        return Ok(());
    }
    Err(Zx1155Error::ERC1155InvalidReceiver { receiver })
}
