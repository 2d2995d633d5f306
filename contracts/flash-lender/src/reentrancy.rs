//! Borrowers that pay back, too little, or call the pool while it waits for them.

use crate::{FlashLender, FlashLenderClient, FlashLoan};
use attacker::{Attacker, AttackerClient};
use zx::{
    abi::Args,
    components::Erc20Error,
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

/// What a borrower answers (ERC-3156): `keccak256("ERC3156FlashBorrower.onFlashLoan")`.
const LENT: B256 = zx::b256!("439148f0bbc682ca079e46d6e2c2f0c1e3b820f1a291b069d8882abf8cf18dd9");

/// A pool that lends 100,000 for 0.05 %, and a borrower that has shares, and 1,000 besides.
struct Scene<'h> {
    pool: FlashLenderClient<'h>,
    token: Address,
    borrower: AttackerClient<'h>,
}

impl<'h> Scene<'h> {
    fn open(host: &'h Host) -> Self {
        let arguments = ("Token".to_owned(), "TKN".to_owned(), 18, n(1_000_000));
        let token = host.deploy::<Zx20>(arguments);
        let arguments = (token.address(), "Share".to_owned(), "SHR".to_owned(), 5);
        let pool = host.deploy::<FlashLender>(arguments);
        let borrower = host.deploy::<Attacker>(());
        token.approve(pool.address(), U256::MAX).unwrap();
        token.transfer(borrower.address(), n(1_000)).unwrap();
        pool.deposit(n(100_000), borrower.address()).unwrap();
        borrower.answer_with(LENT.0.to_vec().into()).unwrap();
        Self {
            pool,
            token: token.address(),
            borrower,
        }
    }

    /// Borrows 10,000 and lets so much be taken back, after these calls of the pool.
    fn borrow(&self, pays: u64, before: &[Bytes]) -> Result<bool, Reverted> {
        let (pool, borrower) = (self.pool.address(), self.borrower);
        let pay = call("approve(address,uint256)", (pool, n(pays)));
        borrower.plan(self.token, n(0), pay).unwrap();
        for data in before {
            borrower.plan(pool, n(0), data.clone()).unwrap();
        }
        self.pool
            .flash_loan(borrower.address(), self.token, n(10_000), Bytes::new())
    }
}

#[zx::test]
fn a_loan_comes_back_with_its_fee_or_has_not_been(host: &Host) {
    let [alice] = host.accounts();
    let scene = Scene::open(host);
    let cheap = host.rehearse(|| scene.borrow(10_004, &[]));
    let refused = Erc20Error::ERC20InsufficientAllowance {
        spender: scene.pool.address(),
        allowance: n(10_004),
        needed: n(10_005),
    };
    assert_eq!(cheap, Err(refused.into()));
    assert_eq!(scene.borrow(10_005, &[]), Ok(true));
    let loan = FlashLoan {
        initiator: alice,
        receiver: scene.borrower.address(),
        amount: n(10_000),
        fee: n(5),
    };
    assert!(host.emitted(loan));
    assert_eq!(scene.pool.total_assets(), n(100_005));
    assert_eq!(
        scene.pool.max_withdraw(scene.borrower.address()),
        n(100_004),
        "the fee is the shareholders'"
    );
}

/// While its balance is not there, shares would be cheap: they can be neither bought nor sold, nor asked for their price.
#[zx::test]
fn a_pool_that_waits_for_a_borrower_tells_its_fee_and_nothing_else(host: &Host) {
    let scene = Scene::open(host);
    let (here, token) = (scene.borrower.address(), scene.token);
    let refused = [
        call("deposit(uint256,address)", (n(9_000), here)),
        call("mint(uint256,address)", (n(9_000), here)),
        call("redeem(uint256,address,address)", (n(1), here, here)),
        call("withdraw(uint256,address,address)", (n(1), here, here)),
        call(
            "flashLoan(address,address,uint256,bytes)",
            (here, token, n(1), Bytes::new()),
        ),
        call("transfer(address,uint256)", (token, n(1))),
        call("convertToAssets(uint256)", (n(1),)),
        call("totalAssets()", ()),
    ];
    let open = [call("flashFee(address,uint256)", (token, n(10_000)))];
    let lent = scene.borrow(20_000, &[&refused[..], &open[..]].concat());
    assert_eq!(lent, Ok(true));
    for step in 1..=8 {
        assert!(!scene.borrower.succeeded(step), "method {step}");
        let why = Reverted(scene.borrower.returned(step).into());
        assert_eq!(
            why.message().as_deref(),
            Some("reentrant call"),
            "method {step}"
        );
    }
    let fee = scene.borrower.returned(9);
    assert_eq!(fee[..], n(5).to_be_bytes()[..]);
}
