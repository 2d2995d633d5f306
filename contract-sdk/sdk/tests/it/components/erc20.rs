use zx::{
    components::{
        Balances, Erc20, Erc20Error, Erc20VotesError, Ledger, Pausable, PausableError, Votes,
        erc20::{self, Approval, IERC20, TokenError, Transfer},
    },
    prelude::*,
    testing::{Host, Reverted},
};

/// Balances that do not move while they are paused.
#[zx::storage]
pub struct Stoppable {
    pausable: Pausable,
    balances: Balances,
}

#[derive(Debug, PartialEq, zx::Error)]
pub enum PointsError {
    Token(Erc20Error),
    Paused(PausableError),
    Other(TokenError),
    Call(CallError),
}

impl Ledger for Stoppable {
    type Error = PointsError;

    fn total_supply(&self) -> U256 {
        self.balances.total_supply()
    }

    fn balance_of(&self, account: Address) -> U256 {
        self.balances.balance_of(account)
    }

    fn mint(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), PointsError> {
        self.pausable.when_not_paused()?;
        Ok(self.balances.mint(cx, to, value)?)
    }

    fn burn(&mut self, cx: &mut Ctx, from: Address, value: U256) -> Result<(), PointsError> {
        self.pausable.when_not_paused()?;
        Ok(self.balances.burn(cx, from, value)?)
    }

    fn transfer(&mut self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> Result<(), PointsError> {
        self.pausable.when_not_paused()?;
        Ok(self.balances.transfer(cx, from, to, value)?)
    }
}

#[zx::contract]
pub struct Points {
    before: Item<U256>,
    #[component]
    erc20: Erc20<Stoppable>,
    behind: Item<U256>,
}

#[zx::public]
impl Points {
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, supply: U256) -> Result<(), PointsError> {
        self.before.set(U256::from(1u8));
        self.behind.set(U256::from(2u8));
        self.erc20.mint(cx, cx.sender(), supply)
    }

    pub fn pause(&mut self, cx: &mut Ctx) -> Result<(), PointsError> {
        Ok(self.erc20.ledger_mut().pausable.pause(cx)?)
    }

    pub fn burn_from(&mut self, cx: &mut Ctx, account: Address, value: U256) -> Result<(), PointsError> {
        self.erc20.burn_from(cx, account, value)
    }

    /// Of another token.
    pub fn send_other(&mut self, cx: &mut Ctx, token: Address, to: Address, value: U256) -> Result<(), PointsError> {
        erc20::approve(cx, token, to, value)?;
        erc20::pull(cx, token, cx.sender(), cx.address(), value)?;
        Ok(erc20::send(cx, token, to, value)?)
    }

    /// Asks itself, as somebody would whom it has called.
    pub fn ask(&mut self, cx: &mut Ctx) -> Result<U256, PointsError> {
        Ok(IERC20::at(cx.address()).total_supply(cx)?)
    }
}

/// The same, open to whoever is called.
#[zx::contract]
pub struct Open {
    #[component(reentrant)]
    erc20: Erc20,
}

#[zx::public]
impl Open {
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx) -> Result<(), Erc20Error> {
        self.erc20.mint(cx, cx.sender(), n(7))
    }

    pub fn ask(&mut self, cx: &mut Ctx) -> Result<U256, CallError> {
        let own = IERC20::at(cx.address());
        own.approve(cx, Address::repeat_byte(1), U256::ONE)?;
        own.total_supply(cx)
    }
}

/// One whose holders vote.
#[zx::contract]
pub struct Voting {
    #[component]
    erc20: Erc20<Votes>,
    #[component]
    votes: Votes,
}

#[zx::public]
impl Voting {
    pub fn mint(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), Erc20VotesError> {
        self.erc20.mint(cx, to, value)
    }

    pub fn burn(&mut self, cx: &mut Ctx, value: U256) -> Result<(), Erc20VotesError> {
        self.erc20.burn(cx, cx.sender(), value)
    }
}

fn n(number: u64) -> U256 {
    U256::from(number)
}

fn slot(number: u64) -> [u8; 32] {
    n(number).to_be_bytes()
}

#[zx::test]
fn tokens_move_where_the_ledger_lets_them(host: &Host) {
    let [alice, bob, carol] = host.accounts();
    let points = host.deploy::<Points>((n(100),));
    let token = points.erc20();
    token.approve(bob, n(50)).unwrap();
    assert!(host.emitted(Approval { owner: alice, spender: bob, value: n(50) }));
    token.by(bob).transfer_from(alice, carol, n(20)).unwrap();
    assert!(host.emitted(Transfer { from: alice, to: carol, value: n(20) }));
    points.by(bob).burn_from(alice, n(10)).unwrap();
    assert!(host.emitted(Transfer { from: alice, to: Address::ZERO, value: n(10) }));
    assert_eq!([alice, bob, carol].map(|who| token.balance_of(who)), [n(70), n(0), n(20)]);
    assert_eq!((token.total_supply(), token.allowance(alice, bob)), (n(90), n(20)));

    points.pause().unwrap();
    let paused: Reverted = PausableError::EnforcedPause {}.into();
    assert_eq!(token.transfer(bob, n(1)), Err(paused.clone()));
    assert_eq!(points.by(bob).burn_from(alice, n(1)), Err(paused));
    let (spender, allowance, needed) = (bob, n(20), n(21));
    let first = Erc20Error::ERC20InsufficientAllowance { spender, allowance, needed };
    assert_eq!(token.by(bob).transfer_from(alice, carol, n(21)), Err(first.into()), "before the ledger is asked");
    token.approve(bob, U256::MAX).unwrap();
    assert_eq!(token.allowance(alice, bob), U256::MAX, "allowances are not the ledger's");
}

/// Allowances, then the ledger: here a switch, the supply, and the balances.
#[zx::test]
fn a_token_lies_between_its_neighbours(host: &Host) {
    let points = host.deploy::<Points>((n(100),)).address();
    let words: Vec<_> = (0..6).map(|number| U256::from_be_bytes(host.slot(points, slot(number)))).collect();
    assert_eq!(words, [n(1), n(0), n(0), n(100), n(0), n(2)]);
}

#[zx::test]
fn a_component_is_open_to_who_is_called_if_the_contract_says_so(host: &Host) {
    let closed = host.deploy::<Points>((n(5),)).ask().unwrap_err();
    assert_eq!(closed.message().as_deref(), Some("reentrant call"));
    let open = host.deploy::<Open>(());
    assert_eq!(open.ask(), Ok(n(7)));
    assert_eq!(open.erc20().allowance(open.address(), Address::repeat_byte(1)), n(1));
}

#[zx::test]
fn votes_are_an_option(host: &Host) {
    let [alice, bob] = host.accounts();
    let token = host.deploy::<Voting>(());
    token.mint(alice, n(10)).unwrap();
    token.votes().delegate(bob).unwrap();
    token.erc20().transfer(bob, n(4)).unwrap();
    assert_eq!((token.votes().get_votes(bob), token.erc20().balance_of(bob)), (n(6), n(4)));
    token.burn(n(1)).unwrap();
    assert_eq!((token.votes().get_votes(bob), token.erc20().total_supply()), (n(5), n(9)));
    let poor = Erc20Error::ERC20InsufficientBalance { sender: alice, balance: n(5), needed: n(6) };
    assert_eq!(token.burn(n(6)), Err(poor.into()));
    let cap = (U256::ONE << 208) - U256::ONE;
    let over = Erc20VotesError::ERC20ExceededSafeSupply { increased_supply: cap + n(1), cap };
    assert_eq!(token.mint(alice, cap - n(8)), Err(over.into()));
    token.mint(alice, cap - n(9)).unwrap();
    assert_eq!(token.mint(alice, U256::MAX).unwrap_err().panic_code(), Some(0x11));
}

#[zx::test]
fn tokens_of_others_are_taken_at_their_word_if_they_have_one(host: &Host) {
    const ALL: [[u8; 4]; 3] = [
        zx::selector("approve(address,uint256)"),
        zx::selector("transferFrom(address,address,uint256)"),
        zx::selector("transfer(address,uint256)"),
    ];
    let [_, bob] = host.accounts();
    let points = host.deploy::<Points>((n(0),));
    let token = Address::repeat_byte(8);
    let failed: Reverted = TokenError::SafeERC20FailedOperation { token }.into();
    let send = || points.send_other(token, bob, n(1));
    assert_eq!(send(), Err(failed.clone()), "there is nothing");
    ALL.into_iter().fold(host.mock(token), |mock, method| mock.returns(method, true)).install();
    assert_eq!(send(), Ok(()));
    ALL.into_iter().fold(host.mock(token), |mock, method| mock.returns(method, ())).install();
    assert_eq!(send(), Ok(()), "old tokens return nothing");
    for wrong in ALL {
        let rest = |mock| ALL.into_iter().fold(mock, |mock: zx::testing::Mock<'_>, method| mock.returns(method, true));
        rest(host.mock(token).returns(wrong, false)).install();
        assert_eq!(send(), Err(failed.clone()));
        rest(host.mock(token).returns(wrong, n(2))).install();
        assert_eq!(send(), Err(failed.clone()), "nonsense");
        rest(host.mock(token).reverts(wrong, "not today")).install();
        assert_eq!(send().unwrap_err().message().as_deref(), Some("not today"));
    }
    host.mock(token).install();
    assert_eq!(send(), Err(failed), "it reverts without a word");
}
