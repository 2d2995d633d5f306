//! ZX-1155: many kinds of tokens in one contract, with the supply of each. Compatible with OpenZeppelin's `ERC1155` with
//! `ERC1155Supply`, `ERC1155Burnable` and `Ownable2Step`.
//!
//! The owner of the contract mints, and says where tokens are described: whoever deployed it, until they hand it on. A
//! receiver that is a contract is asked last, after everything has changed, and may call back.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod tests;

pub use interface::{ApprovalForAll, TransferBatch, TransferSingle, Zx1155Error};

use zx::{
    components::{IERC1155Receiver, Ownable, erc165},
    prelude::*,
};

/// What a receiver answers that takes tokens: the selector of the question.
const ACCEPTED: FixedBytes<4> = FixedBytes(zx::selector(
    "onERC1155Received(address,address,uint256,uint256,bytes)",
));
/// The same for a batch.
const BATCH_ACCEPTED: FixedBytes<4> = FixedBytes(zx::selector(
    "onERC1155BatchReceived(address,address,uint256[],uint256[],bytes)",
));

/// Interfaces (ERC-165): ERC-165 itself, ERC-1155, and its metadata.
const INTERFACES: [FixedBytes<4>; 3] = [
    erc165::INTERFACE_ID,
    FixedBytes([0xD9, 0xB6, 0x7A, 0x26]),
    FixedBytes([0x0E, 0x89, 0x34, 0x1C]),
];

/// State of the contract.
#[zx::contract]
#[derive(Debug)]
pub struct Zx1155 {
    #[component]
    ownable: Ownable,
    uri: Item<String>,
    /// By kind, then account.
    balances: Map<(U256, Address), U256>,
    operators: Map<(Address, Address), bool>,
    supply: Map<U256, U256>,
    /// Tokens of all kinds, which a `uint256` must be able to count.
    total: Item<U256>,
}

#[zx::public]
impl Zx1155 {
    /// Sets where tokens are described (`{id}` in it stands for the kind), and makes the deployer the owner.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, uri: String) -> Result<(), Zx1155Error> {
        self.uri.set(uri);
        Ok(self.ownable.init(cx, cx.sender())?)
    }

    /// Whether the contract has an interface (ERC-165).
    #[reentrant]
    pub fn supports_interface(&self, _cx: &Ctx, interface_id: FixedBytes<4>) -> bool {
        INTERFACES.contains(&interface_id)
    }

    /// Where a kind of tokens is described. Who reads it puts the kind in the place of `{id}`: 64 hexadecimal digits.
    #[reentrant]
    pub fn uri(&self, _cx: &Ctx, _id: U256) -> String {
        self.uri.get()
    }

    /// Tokens of a kind that an account holds.
    #[reentrant]
    pub fn balance_of(&self, _cx: &Ctx, account: Address, id: U256) -> U256 {
        self.balances.get((id, account))
    }

    /// The same for several accounts, each with a kind.
    #[reentrant]
    pub fn balance_of_batch(
        &self,
        _cx: &Ctx,
        accounts: Vec<Address>,
        ids: Vec<U256>,
    ) -> Result<Vec<U256>, Zx1155Error> {
        same_length(ids.len(), accounts.len())?;
        Ok(ids
            .into_iter()
            .zip(accounts)
            .map(|key| self.balances.get(key))
            .collect())
    }

    /// Tokens of a kind that exist.
    #[reentrant]
    #[selector(name = "totalSupply")]
    pub fn supply_of(&self, _cx: &Ctx, id: U256) -> U256 {
        self.supply.get(id)
    }

    /// Tokens of all kinds.
    #[reentrant]
    pub fn total_supply(&self, _cx: &Ctx) -> U256 {
        self.total.get()
    }

    /// Whether there are tokens of a kind.
    #[reentrant]
    pub fn exists(&self, _cx: &Ctx, id: U256) -> bool {
        !self.supply.get(id).is_zero()
    }

    /// Whether `operator` may move all tokens of `account`.
    #[reentrant]
    pub fn is_approved_for_all(&self, _cx: &Ctx, account: Address, operator: Address) -> bool {
        self.operators.get((account, operator))
    }

    /// Lets `operator` move all tokens of the caller, or no longer.
    #[reentrant]
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
    #[reentrant]
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
        between(from, to)?;
        self.take(from, id, value)?;
        self.balances.add((id, to), value);
        let operator = cx.sender();
        cx.emit(TransferSingle {
            operator,
            from,
            to,
            id,
            value,
        });
        ask(cx, from, to, id, value, data)
    }

    /// Moves tokens of several kinds.
    #[reentrant]
    pub fn safe_batch_transfer_from(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        ids: Vec<U256>,
        values: Vec<U256>,
        data: Bytes,
    ) -> Result<(), Zx1155Error> {
        self.authorise(cx, from)?;
        between(from, to)?;
        same_length(ids.len(), values.len())?;
        for (id, value) in ids.iter().zip(&values) {
            self.take(from, *id, *value)?;
            self.balances.add((*id, to), *value);
        }
        tell(cx, from, to, &ids, &values);
        ask_batch(cx, from, to, ids, values, data)
    }

    /// Makes tokens of a kind. Only the owner of the contract can.
    #[reentrant]
    pub fn mint(
        &mut self,
        cx: &mut Ctx,
        to: Address,
        id: U256,
        value: U256,
        data: Bytes,
    ) -> Result<(), Zx1155Error> {
        self.ownable.only_owner(cx)?;
        ensure!(
            !to.is_zero(),
            Zx1155Error::ERC1155InvalidReceiver { receiver: to }
        );
        self.total.add(value);
        self.create(to, id, value);
        let (operator, from) = (cx.sender(), Address::ZERO);
        cx.emit(TransferSingle {
            operator,
            from,
            to,
            id,
            value,
        });
        ask(cx, from, to, id, value, data)
    }

    /// Makes tokens of several kinds. Only the owner of the contract can.
    #[reentrant]
    pub fn mint_batch(
        &mut self,
        cx: &mut Ctx,
        to: Address,
        ids: Vec<U256>,
        values: Vec<U256>,
        data: Bytes,
    ) -> Result<(), Zx1155Error> {
        self.ownable.only_owner(cx)?;
        ensure!(
            !to.is_zero(),
            Zx1155Error::ERC1155InvalidReceiver { receiver: to }
        );
        same_length(ids.len(), values.len())?;
        self.total.add(values.iter().copied().sum());
        for (id, value) in ids.iter().zip(&values) {
            self.create(to, *id, *value);
        }
        tell(cx, Address::ZERO, to, &ids, &values);
        ask_batch(cx, Address::ZERO, to, ids, values, data)
    }

    /// Destroys tokens of a kind.
    #[reentrant]
    pub fn burn(
        &mut self,
        cx: &mut Ctx,
        account: Address,
        id: U256,
        value: U256,
    ) -> Result<(), Zx1155Error> {
        self.authorise(cx, account)?;
        self.destroy(account, id, value)?;
        self.total.sub(value);
        let operator = cx.sender();
        cx.emit(TransferSingle {
            operator,
            from: account,
            to: Address::ZERO,
            id,
            value,
        });
        Ok(())
    }

    /// Destroys tokens of several kinds.
    #[reentrant]
    pub fn burn_batch(
        &mut self,
        cx: &mut Ctx,
        account: Address,
        ids: Vec<U256>,
        values: Vec<U256>,
    ) -> Result<(), Zx1155Error> {
        self.authorise(cx, account)?;
        same_length(ids.len(), values.len())?;
        for (id, value) in ids.iter().zip(&values) {
            self.destroy(account, *id, *value)?;
        }
        // What was destroyed was there, so that the sum cannot overflow.
        self.total.sub(values.iter().copied().sum());
        tell(cx, account, Address::ZERO, &ids, &values);
        Ok(())
    }

    /// Says where tokens are described. Only the owner of the contract can.
    #[selector(name = "setURI")]
    pub fn set_uri(&mut self, cx: &mut Ctx, uri: String) -> Result<(), Zx1155Error> {
        self.ownable.only_owner(cx)?;
        self.uri.set(uri);
        Ok(())
    }

    /// Lets only those go on who may move tokens of `owner`.
    fn authorise(&self, cx: &Ctx, owner: Address) -> Result<(), Zx1155Error> {
        let operator = cx.sender();
        let allowed = operator == owner || self.operators.get((owner, operator));
        ensure!(
            allowed,
            Zx1155Error::ERC1155MissingApprovalForAll { operator, owner }
        );
        Ok(())
    }

    /// No balance overflows that is part of a total which does not.
    fn create(&mut self, to: Address, id: U256, value: U256) {
        self.supply.add(id, value);
        self.balances.add((id, to), value);
    }

    fn destroy(&mut self, from: Address, id: U256, value: U256) -> Result<(), Zx1155Error> {
        self.take(from, id, value)?;
        self.supply.sub(id, value);
        Ok(())
    }

    fn take(&mut self, sender: Address, id: U256, needed: U256) -> Result<(), Zx1155Error> {
        let taken = self.balances.try_sub((id, sender), needed);
        taken
            .map(drop)
            .map_err(|rest| Zx1155Error::ERC1155InsufficientBalance {
                sender,
                balance: rest.available,
                needed,
                token_id: id,
            })
    }
}

/// Tokens move between two that can have some.
fn between(from: Address, to: Address) -> Result<(), Zx1155Error> {
    ensure!(
        !to.is_zero(),
        Zx1155Error::ERC1155InvalidReceiver { receiver: to }
    );
    ensure!(
        !from.is_zero(),
        Zx1155Error::ERC1155InvalidSender { sender: from }
    );
    Ok(())
}

fn same_length(ids: usize, values: usize) -> Result<(), Zx1155Error> {
    let (ids_length, values_length) = (U256::from(ids as u64), U256::from(values as u64));
    ensure!(
        ids == values,
        Zx1155Error::ERC1155InvalidArrayLength {
            ids_length,
            values_length
        }
    );
    Ok(())
}

/// Of a batch of one kind, indexers hear as of any other transfer of one kind.
fn tell(cx: &mut Ctx, from: Address, to: Address, ids: &[U256], values: &[U256]) {
    let operator = cx.sender();
    match (ids, values) {
        ([id], [value]) => cx.emit(TransferSingle {
            operator,
            from,
            to,
            id: *id,
            value: *value,
        }),
        _ => cx.emit(TransferBatch {
            operator,
            from,
            to,
            ids: ids.to_vec(),
            values: values.to_vec(),
        }),
    }
}

/// Asks a receiver that is a contract; an account without code takes everything.
fn ask(
    cx: &mut Ctx,
    from: Address,
    receiver: Address,
    id: U256,
    value: U256,
    data: Bytes,
) -> Result<(), Zx1155Error> {
    if !cx.has_code(receiver) {
        return Ok(());
    }
    let answer =
        IERC1155Receiver::at(receiver).on_erc1155_received(cx, cx.sender(), from, id, value, data);
    judge(receiver, answer, ACCEPTED)
}

/// The same for a batch.
fn ask_batch(
    cx: &mut Ctx,
    from: Address,
    receiver: Address,
    ids: Vec<U256>,
    values: Vec<U256>,
    data: Bytes,
) -> Result<(), Zx1155Error> {
    if !cx.has_code(receiver) {
        return Ok(());
    }
    let answer = IERC1155Receiver::at(receiver).on_erc1155_batch_received(
        cx,
        cx.sender(),
        from,
        ids,
        values,
        data,
    );
    judge(receiver, answer, BATCH_ACCEPTED)
}

fn judge(
    receiver: Address,
    answer: Result<FixedBytes<4>, CallError>,
    accepted: FixedBytes<4>,
) -> Result<(), Zx1155Error> {
    match answer {
        Ok(answer) if answer == accepted => Ok(()),
        Err(CallError::Revert(why)) if !why.is_empty() => {
            Err(Zx1155Error::Receiver(CallError::Revert(why)))
        }
        _ => Err(Zx1155Error::ERC1155InvalidReceiver { receiver }),
    }
}
