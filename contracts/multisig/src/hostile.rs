//! Contracts as owners and as targets, in tests.

use crate::Call;
use zx::prelude::*;

/// An owner that does what it is told, signs what it is told to, and is up to no good when it is paid.
#[zx::contract]
pub struct Clerk {
    wallet: Item<Address>,
    /// Whom batches are about.
    spare: Item<Address>,
    /// The hash that it has signed (EIP-1271).
    signed: Item<B256>,
    /// Which proposal it executes again when it is paid, and one more.
    again: Item<U256>,
    fooled: Item<bool>,
}

const PROPOSE: [u8; 4] = zx::selector("propose((address,uint256,bytes)[])");
const COUNT: [u8; 4] = zx::selector("proposalCount()");
const CONFIRM: [u8; 4] = zx::selector("confirm(uint256)");
const REVOKE: [u8; 4] = zx::selector("revoke(uint256)");
const EXECUTE: [u8; 4] = zx::selector("execute(uint256,(address,uint256,bytes)[])");

/// One of some batches.
pub fn batch(wallet: Address, spare: Address, which: u64) -> Vec<Call> {
    let call = |to, value: u64, data: Vec<u8>| Call {
        to,
        value: U256::from(value),
        data: data.into(),
    };
    let own = |selector: [u8; 4], arguments: Vec<u8>| {
        call(wallet, 0, [selector.to_vec(), arguments].concat())
    };
    let encode = |account: Address| zx::abi::Args::encode(&(account,));
    let add = own(zx::selector("addOwner(address)"), encode(spare));
    let remove = own(zx::selector("removeOwner(address)"), encode(spare));
    let threshold = |number: u32| {
        let arguments = zx::abi::Args::encode(&(number,));
        own(zx::selector("setThreshold(uint32)"), arguments)
    };
    match which {
        0 => vec![call(spare, 1, Vec::new())],
        1 => vec![add],
        2 => vec![remove],
        3 => vec![threshold(1)],
        4 => vec![threshold(3)],
        5 => vec![add, threshold(4)],
        // Fails after it has done something.
        _ => vec![call(spare, 1, Vec::new()), threshold(9)],
    }
}

#[zx::public]
impl Clerk {
    /// Whom batches are about.
    #[constructor]
    pub fn constructor(&mut self, _cx: &mut Ctx, spare: Address) {
        self.spare.set(spare);
    }

    /// From now on it is about this wallet.
    pub fn employ(&mut self, _cx: &mut Ctx, wallet: Address) {
        self.wallet.set(wallet);
    }

    /// Proposes a batch, or agrees with a proposal, or no more, or executes it. Which batch it is goes by the number of the
    /// proposal.
    pub fn act(&mut self, cx: &mut Ctx, what: u8, id: U256) -> Result<(), CallError> {
        let (wallet, options) = (self.wallet.get(), CallOptions::default());
        let calls = |id: U256| {
            let which = u64::try_from(id % U256::from(7u8)).unwrap_or(0);
            batch(wallet, self.spare.get(), which)
        };
        let next: U256 = cx.query(wallet, COUNT, ())?;
        let id = id % next.max(U256::ONE);
        match what % 8 {
            0 | 1 => cx
                .invoke::<_, U256>(wallet, PROPOSE, (calls(next),), options)
                .map(drop),
            2..=4 => cx.invoke(wallet, CONFIRM, (id,), options),
            5 => cx.invoke(wallet, REVOKE, (id,), options),
            _ => cx.invoke(wallet, EXECUTE, (id, calls(id)), options),
        }
    }

    /// Signs a hash, in that it says so.
    pub fn sign(&mut self, _cx: &mut Ctx, hash: B256) {
        self.signed.set(hash);
    }

    /// Whether it has signed a hash.
    #[reentrant]
    pub fn is_valid_signature(&self, _cx: &Ctx, hash: B256, _signature: Bytes) -> FixedBytes<4> {
        if hash == self.signed.get() {
            crate::VALID
        } else {
            crate::INVALID
        }
    }

    /// What it tries to execute again.
    pub fn aim(&mut self, _cx: &mut Ctx, id: U256) {
        self.again.set(id);
    }

    /// Whether that ever worked.
    pub fn has_fooled(&self, _cx: &Ctx) -> bool {
        self.fooled.get()
    }

    /// Is paid, and tries to be paid again.
    #[receive]
    #[reentrant]
    pub fn receive(&mut self, cx: &mut Ctx) {
        let (wallet, again) = (self.wallet.get(), self.again.get());
        let calls = vec![Call {
            to: cx.address(),
            value: cx.value(),
            data: Bytes::new(),
        }];
        for id in [again, again + U256::ONE] {
            let arguments = (id, calls.clone());
            let done = cx.invoke::<_, ()>(wallet, EXECUTE, arguments, CallOptions::default());
            if done.is_ok() {
                self.fooled.set(true);
            }
        }
    }
}
