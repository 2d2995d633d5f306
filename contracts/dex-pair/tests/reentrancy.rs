//! Borrowers that pay back, too little, or call the pool while it waits for them.

use attacker::{Attacker, AttackerClient};
use dex_factory::DexFactory;
use dex_pair::{DexPair, DexPairClient, PairError};
use zx::{
    abi::Args,
    prelude::*,
    testing::{Host, Reverted},
};
use zx20::Zx20;

fn n(value: u64) -> U256 {
    U256::from(value)
}

fn call(signature: &str, arguments: impl Args) -> Bytes {
    [zx::selector(signature).to_vec(), arguments.encode()]
        .concat()
        .into()
}

/// A pool of 100,000 of its first token and 400,000 of its second, and a borrower that has 1,000 of the first.
struct Scene<'h> {
    pair: DexPairClient<'h>,
    token0: Address,
    borrower: AttackerClient<'h>,
}

impl<'h> Scene<'h> {
    fn open(host: &'h Host) -> Result<Self, Reverted> {
        let [alice] = host.accounts();
        let token = |name: &str| {
            let arguments = (name.to_owned(), name.to_owned(), 18, n(1_000_000));
            host.deploy::<Zx20>(arguments).address()
        };
        let (a, b) = (token("A"), token("B"));
        let code = host
            .deploy::<DexPair>((Address::ZERO, Address::ZERO))
            .address();
        let factory = host.deploy::<DexFactory>((alice, code));
        let pair = host.at::<DexPair>(factory.create_pair(a, b)?);
        let (token0, token1) = (a.min(b), a.max(b));
        let borrower = host.deploy::<Attacker>(());
        let give = |token, to, value| host.at::<Zx20>(token).transfer(to, n(value));
        give(token0, pair.address(), 100_000)?;
        give(token1, pair.address(), 400_000)?;
        give(token0, borrower.address(), 1_000)?;
        pair.mint(borrower.address())?;
        Ok(Self {
            pair,
            token0,
            borrower,
        })
    }

    /// Borrows 10,000 and pays so much back, after these calls of the pool.
    fn borrow(&self, pays: u64, before: &[Bytes]) -> Result<(), Reverted> {
        let (pair, borrower) = (self.pair.address(), self.borrower);
        for data in before {
            borrower.plan(pair, U256::ZERO, data.clone())?;
        }
        let pay = call("transfer(address,uint256)", (pair, n(pays)));
        borrower.plan(self.token0, U256::ZERO, pay)?;
        let data = Bytes::from_static(&[1]);
        self.pair.swap(n(10_000), n(0), borrower.address(), data)
    }

    fn reserves(&self) -> (U256, U256) {
        let (reserve0, reserve1, _) = self.pair.get_reserves();
        (reserve0.get(), reserve1.get())
    }
}

/// 10,000 / 0.997, rounded up.
const OWED: u64 = 10_031;

#[zx::test]
fn a_loan_is_paid_back_with_its_fee_or_has_not_been(host: &Host) {
    let scene = Scene::open(host).unwrap();
    let cheap = host.rehearse(|| scene.borrow(OWED - 1, &[]));
    let (amount0_in, amount1_in) = (n(OWED - 1), n(0));
    assert_eq!(
        cheap,
        Err(PairError::K {
            amount0_in,
            amount1_in
        }
        .into())
    );
    assert_eq!(scene.borrow(OWED, &[]), Ok(()));
    assert_eq!(scene.reserves(), (n(100_031), n(400_000)));
}

#[zx::test]
fn a_pool_that_waits_for_a_borrower_moves_shares_and_nothing_else(host: &Host) {
    let [alice] = host.accounts();
    let scene = Scene::open(host).unwrap();
    let to = scene.borrower.address();
    let refused = [
        call(
            "swap(uint256,uint256,address,bytes)",
            (n(1), n(0), to, Bytes::new()),
        ),
        call("mint(address)", (to,)),
        call("burn(address)", (to,)),
        call("skim(address)", (to,)),
        call("sync()", ()),
    ];
    let open = [
        call("getReserves()", ()),
        call("transfer(address,uint256)", (alice, n(7))),
    ];
    scene
        .borrow(OWED, &[&refused[..], &open[..]].concat())
        .unwrap();
    for step in 0..5 {
        assert!(!scene.borrower.succeeded(step), "method {step}");
        let why = Reverted(scene.borrower.returned(step).into());
        assert_eq!(
            why.message().as_deref(),
            Some("reentrant call"),
            "method {step}"
        );
    }
    let reserves = scene.borrower.returned(5);
    assert_eq!(
        reserves.get(..32),
        Some(&n(100_000).to_be_bytes()[..]),
        "the pool counts on what it had"
    );
    assert_eq!(scene.pair.shares().balance_of(alice), n(7));
    assert_eq!(scene.reserves(), (n(100_031), n(400_000)));
}
