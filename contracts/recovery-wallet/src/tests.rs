use super::*;
use attacker::Attacker;
use zx::{
    Event as _,
    abi::Args,
    components::erc20::TokenError,
    testing::{Host, Invariants, Reverted},
};
use zx20_full::Zx20Full;

mod attacks;
mod campaign;
mod recoveries;

const RECOVERY: u64 = 50_000;
const OPERATION: u64 = 30_000;

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// An owner, three guardians of whom two must agree, and a stranger; the wallet has 1,000 wei, and can spend 100 a day.
struct Safe<'h> {
    host: &'h Host,
    wallet: Address,
    owner: Address,
    guardians: [Address; 3],
    stranger: Address,
}

impl<'h> Safe<'h> {
    fn new(host: &'h Host) -> Self {
        let [owner, a, b, c, stranger] = host.accounts();
        Self::of(host, owner, [a, b, c], stranger)
    }

    fn of(host: &'h Host, owner: Address, guardians: [Address; 3], stranger: Address) -> Self {
        let arguments = (owner, guardians.to_vec(), 2, RECOVERY, OPERATION, 100);
        let wallet = host.deploy::<RecoveryWallet>(arguments).address();
        host.set_balance(wallet, n(1_000));
        Self {
            host,
            wallet,
            owner,
            guardians,
            stranger,
        }
    }

    fn by(&self, account: Address) -> RecoveryWalletClient<'h> {
        self.host.at::<RecoveryWallet>(self.wallet).by(account)
    }

    fn owner(&self) -> RecoveryWalletClient<'h> {
        self.by(self.owner)
    }

    fn guardian(&self, number: usize) -> RecoveryWalletClient<'h> {
        self.by(self.guardians[number])
    }

    /// The owner schedules calls, and two guardians agree.
    fn run(&self, calls: Vec<Call>) -> Result<(), Reverted> {
        let id = self.owner().schedule(calls.clone())?;
        self.guardian(0).approve(id)?;
        self.guardian(1).approve(id)?;
        self.owner().execute(id, calls)
    }

    /// The wallet does something to itself.
    fn own(&self, method: &str, arguments: impl Args) -> Result<(), Reverted> {
        self.run(vec![call(self.wallet, method, arguments)])
    }

    /// A token of which the wallet has 1,000 and can spend 50 a day.
    fn token(&self) -> Address {
        let names = ("T".to_owned(), "T".to_owned(), 18, n(10_000));
        let token = self.host.deploy::<Zx20Full>(names);
        token.mint(self.wallet, n(1_000)).unwrap();
        let arguments = (token.address(), 50u128);
        self.own("setLimit(address,uint128)", arguments).unwrap();
        token.address()
    }

    fn tokens(&self, token: Address, account: Address) -> U256 {
        self.host.at::<Zx20Full>(token).erc20().balance_of(account)
    }

    /// To the beginning of the next day.
    fn tomorrow(&self) {
        let now = self.host.block().timestamp;
        self.host.pass(86_400 - now % 86_400);
    }
}

fn call(to: Address, method: &str, arguments: impl Args) -> Call {
    let data = [zx::selector(method).to_vec(), arguments.encode()].concat();
    Call {
        to,
        value: n(0),
        data: data.into(),
    }
}

fn pay(to: Address, value: u64) -> Call {
    Call {
        to,
        value: n(value),
        data: Bytes::new(),
    }
}

/// What the first call of an operation failed with.
fn inner(error: RecoveryError) -> Reverted {
    let reason = zx::ContractError::encode(error).into();
    RecoveryError::CallFailed { index: 0, reason }.into()
}

#[zx::test]
fn a_wallet_is_what_its_constructor_says(host: &Host) {
    let safe = Safe::new(host);
    let [a, b, c] = safe.guardians;
    let wallet = safe.owner();
    assert_eq!(
        (wallet.owner(), wallet.guardians(), wallet.threshold()),
        (safe.owner, vec![a, b, c], 2)
    );
    assert_eq!(wallet.delays(), (RECOVERY, OPERATION));
    assert_eq!(wallet.limit(COIN), (100, 100));
    assert_eq!(wallet.limit(a), (0, 0));
    assert_eq!(wallet.recovery(), (Address::ZERO, 0));
    assert!(!wallet.is_trusted(a));
    let refused = |owner: Address, guardians: Vec<Address>, threshold: u8, delays: (u64, u64)| {
        let arguments = (owner, guardians, threshold, delays.0, delays.1, 1);
        host.try_deploy::<RecoveryWallet>(a, n(0), arguments)
            .err()
            .and_then(|reverted| reverted.decode::<RecoveryError>())
            .expect("a refusal")
    };
    let nobody = RecoveryError::InvalidOwner { owner: COIN };
    assert_eq!(refused(COIN, vec![a], 1, (1, 1)), nobody);
    for guardian in [safe.owner, COIN, a] {
        let invalid = RecoveryError::InvalidGuardian { guardian };
        assert_eq!(refused(safe.owner, vec![a, guardian], 1, (1, 1)), invalid);
    }
    let threshold = |threshold, guardians| RecoveryError::InvalidThreshold {
        threshold,
        guardians,
    };
    assert_eq!(refused(b, vec![a], 0, (1, 1)), threshold(0, 1));
    assert_eq!(refused(b, vec![a], 2, (1, 1)), threshold(2, 1));
    assert_eq!(refused(b, vec![], 0, (1, 1)), threshold(0, 0));
    let delay = |seconds| RecoveryError::InvalidDelay { seconds };
    assert_eq!(refused(b, vec![a], 1, (0, 1)), delay(0));
    assert_eq!(refused(b, vec![a], 1, (1, 31_536_001)), delay(31_536_001));
    let many = (1..=17).map(Address::repeat_byte).collect();
    assert_eq!(refused(b, many, 1, (1, 1)), RecoveryError::TooManyGuardians);
}

#[zx::test]
fn the_owner_spends_up_to_a_limit_a_day(host: &Host) {
    let safe = Safe::new(host);
    let to = Address::repeat_byte(9);
    safe.tomorrow();
    let wallet = safe.owner();
    wallet.pay(to, n(60)).unwrap();
    let spent = Spent {
        token: COIN,
        to,
        amount: n(60),
    };
    host.assert_logs(safe.wallet, [spent.into_log()]);
    let over = |amount, left| RecoveryError::OverLimit {
        token: COIN,
        amount,
        left,
    };
    assert_eq!(wallet.pay(to, n(41)), Err(over(n(41), 40).into()));
    assert_eq!(wallet.pay(to, U256::MAX), Err(over(U256::MAX, 40).into()));
    wallet.pay(to, n(40)).unwrap();
    assert_eq!(wallet.limit(COIN), (100, 0));
    assert_eq!(wallet.pay(to, n(0)), Err(RecoveryError::ZeroAmount.into()));
    host.pass(86_399);
    assert_eq!(wallet.pay(to, n(1)), Err(over(n(1), 0).into()));
    host.pass(1);
    wallet.pay(to, n(100)).unwrap();
    assert_eq!(host.balance(to), n(200));
    let stranger = RecoveryError::NotOwner {
        account: safe.stranger,
    };
    assert_eq!(safe.by(safe.stranger).pay(to, n(1)), Err(stranger.into()));
}

#[zx::test]
fn tokens_have_limits_of_their_own(host: &Host) {
    let safe = Safe::new(host);
    let token = safe.token();
    assert!(host.emitted(LimitChanged { token, daily: 50 }));
    let wallet = safe.owner();
    wallet.transfer(token, safe.stranger, n(30)).unwrap();
    assert_eq!(safe.tokens(token, safe.stranger), n(30));
    assert_eq!(wallet.limit(token), (50, 20));
    let over = |token, amount, left| RecoveryError::OverLimit {
        token,
        amount,
        left,
    };
    assert_eq!(
        wallet.transfer(token, safe.stranger, n(21)),
        Err(over(token, n(21), 20).into())
    );
    wallet.pay(safe.stranger, n(100)).unwrap();
    wallet.transfer(token, safe.stranger, n(20)).unwrap();
    let other = safe.stranger;
    assert_eq!(
        wallet.transfer(other, safe.stranger, n(1)),
        Err(over(other, n(1), 0).into())
    );
    assert_eq!(
        wallet.transfer(other, safe.stranger, n(0)),
        Err(RecoveryError::ZeroAmount.into()),
        "a call of anything, for nothing"
    );
    // A lower limit holds for what was spent before.
    safe.own("setLimit(address,uint128)", (token, 10u128))
        .unwrap();
    assert_eq!(wallet.limit(token), (10, 0));
    safe.tomorrow();
    let transfer = zx::selector("transfer(address,uint256)");
    host.mock(token).returns(transfer, false).install();
    assert_eq!(
        wallet.transfer(token, safe.stranger, n(1)),
        Err(TokenError::SafeERC20FailedOperation { token }.into())
    );
    host.mock(token).reverts(transfer, "closed").install();
    let closed = wallet.transfer(token, safe.stranger, n(1)).unwrap_err();
    assert_eq!(closed.message().as_deref(), Some("closed"));
    assert_eq!(wallet.limit(token), (10, 10));
}

#[zx::test]
fn what_is_above_waits_or_is_agreed_with(host: &Host) {
    let safe = Safe::new(host);
    let to = Address::repeat_byte(9);
    let wallet = safe.owner();
    let calls = vec![pay(to, 700)];
    let ready = host.block().timestamp + OPERATION;
    assert_eq!(wallet.schedule(calls.clone()), Ok(n(0)));
    let scheduled = Scheduled {
        id: n(0),
        ready,
        calls: calls.clone(),
    };
    host.assert_logs(safe.wallet, [scheduled.into_log()]);
    let not_ready = |agree| RecoveryError::NotReady {
        ready,
        agree,
        threshold: 2,
    };
    assert_eq!(
        wallet.execute(n(0), calls.clone()),
        Err(not_ready(0).into())
    );
    let (id, guardian) = (n(0), safe.guardians[0]);
    safe.guardian(0).approve(id).unwrap();
    let spoken = Spoken {
        id,
        guardian,
        agrees: true,
    };
    host.assert_logs(safe.wallet, [spoken.into_log()]);
    let again: Reverted = RecoveryError::AlreadySpoken { id }.into();
    assert_eq!(safe.guardian(0).approve(id), Err(again.clone()));
    assert_eq!(safe.guardian(0).reject(id), Err(again));
    host.pass(OPERATION - 1);
    assert_eq!(wallet.execute(id, calls.clone()), Err(not_ready(1).into()));
    assert_eq!(wallet.operation(id), (true, ready, 1, 0));
    host.pass(1);
    wallet.execute(id, calls.clone()).unwrap();
    host.assert_logs(safe.wallet, [Executed { id }.into_log()]);
    assert_eq!(host.balance(to), n(700));
    let unknown: Reverted = RecoveryError::UnknownOperation { id }.into();
    assert_eq!(wallet.execute(id, calls), Err(unknown.clone()), "once");
    assert_eq!(safe.guardian(1).approve(id), Err(unknown));
    safe.run(vec![pay(to, 200), pay(to, 1)]).unwrap();
    assert_eq!(host.balance(to), n(901), "with guardians, at once");
}

#[zx::test]
fn an_operation_can_be_dropped_by_the_owner_and_by_guardians(host: &Host) {
    let safe = Safe::new(host);
    let wallet = safe.owner();
    let calls = vec![pay(safe.stranger, 700)];
    for _ in 0..2 {
        wallet.schedule(calls.clone()).unwrap();
    }
    wallet.cancel(n(0)).unwrap();
    host.assert_logs(safe.wallet, [Dropped { id: n(0) }.into_log()]);
    safe.guardian(0).reject(n(1)).unwrap();
    let spoken = Spoken {
        id: n(1),
        guardian: safe.guardians[0],
        agrees: false,
    };
    host.assert_logs(safe.wallet, [spoken.into_log()]);
    assert_eq!(wallet.operation(n(1)).3, 1);
    safe.guardian(2).reject(n(1)).unwrap();
    assert!(host.emitted(Dropped { id: n(1) }));
    host.pass(OPERATION);
    for id in [n(0), n(1)] {
        let unknown: Reverted = RecoveryError::UnknownOperation { id }.into();
        assert_eq!(wallet.execute(id, calls.clone()), Err(unknown.clone()));
        assert_eq!(wallet.cancel(id), Err(unknown.clone()));
        assert_eq!(safe.guardian(1).reject(id), Err(unknown));
    }
    assert_eq!(wallet.schedule(vec![]), Err(RecoveryError::NoCalls.into()));
    let id = wallet.schedule(calls).unwrap();
    assert_eq!(
        wallet.execute(id, vec![pay(safe.stranger, 701)]),
        Err(RecoveryError::OtherCalls { id }.into())
    );
}

#[zx::test]
fn everybody_keeps_to_their_part(host: &Host) {
    let safe = Safe::new(host);
    let calls = vec![pay(safe.stranger, 1)];
    let id = safe.owner().schedule(calls.clone()).unwrap();
    for account in [safe.stranger, safe.guardians[0]] {
        let wallet = safe.by(account);
        let not_owner: Reverted = RecoveryError::NotOwner { account }.into();
        let refusals = [
            wallet.pay(account, n(1)),
            wallet.transfer(account, account, n(1)),
            wallet.call(account, n(0), Bytes::new()),
            wallet.schedule(calls.clone()).map(drop),
            wallet.execute(id, calls.clone()),
            wallet.cancel(id),
            wallet.cancel_recovery(),
        ];
        for refusal in refusals {
            assert_eq!(refusal, Err(not_owner.clone()));
        }
    }
    for account in [safe.stranger, safe.owner] {
        let wallet = safe.by(account);
        let not_guardian: Reverted = RecoveryError::NotGuardian { account }.into();
        let refusals = [
            wallet.approve(id),
            wallet.reject(id),
            wallet.support_recovery(safe.stranger),
        ];
        for refusal in refusals {
            assert_eq!(refusal, Err(not_guardian.clone()));
        }
    }
    for account in [safe.stranger, safe.owner, safe.guardians[0]] {
        let wallet = safe.by(account);
        let not_self: Reverted = RecoveryError::NotSelf { account }.into();
        let refusals = [
            wallet.set_owner(account),
            wallet.add_guardian(account),
            wallet.remove_guardian(safe.guardians[0]),
            wallet.set_threshold(1),
            wallet.set_delays(1, 1),
            wallet.set_limit(COIN, 1_000),
            wallet.set_trusted(account, true),
        ];
        for refusal in refusals {
            assert_eq!(refusal, Err(not_self.clone()));
        }
    }
}

#[zx::test]
fn the_wallet_changes_itself(host: &Host) {
    let safe = Safe::new(host);
    let [a, b, c] = safe.guardians;
    let new = safe.stranger;
    safe.own("addGuardian(address)", (new,)).unwrap();
    assert!(host.emitted(GuardianAdded { guardian: new }));
    safe.own("removeGuardian(address)", (c,)).unwrap();
    assert!(host.emitted(GuardianRemoved { guardian: c }));
    assert_eq!(safe.owner().guardians(), [a, b, new]);
    safe.own("setDelays(uint64,uint64)", (7u64, 8u64)).unwrap();
    let changed = DelaysChanged {
        recovery: 7,
        operation: 8,
    };
    assert!(host.emitted(changed));
    assert_eq!(safe.owner().delays(), (7, 8));
    safe.own("setThreshold(uint8)", (1u8,)).unwrap();
    assert!(host.emitted(ThresholdChanged { threshold: 1 }));
    assert_eq!(safe.owner().threshold(), 1);
    let heir = Address::repeat_byte(0x11);
    let id = safe
        .owner()
        .schedule(vec![call(safe.wallet, "setOwner(address)", (heir,))])
        .unwrap();
    host.pass(8);
    safe.owner()
        .execute(id, vec![call(safe.wallet, "setOwner(address)", (heir,))])
        .unwrap();
    let changed = OwnerChanged {
        previous: safe.owner,
        owner: heir,
    };
    assert!(host.emitted(changed));
    assert_eq!(safe.owner().owner(), heir);
}

#[zx::test]
fn changes_that_would_lock_the_wallet_are_refused(host: &Host) {
    let safe = Safe::new(host);
    let threshold = |threshold, guardians| {
        inner(RecoveryError::InvalidThreshold {
            threshold,
            guardians,
        })
    };
    for number in [0u8, 4] {
        assert_eq!(
            safe.own("setThreshold(uint8)", (number,)),
            Err(threshold(number, 3))
        );
    }
    safe.own("removeGuardian(address)", (safe.guardians[2],))
        .unwrap();
    assert_eq!(
        safe.own("removeGuardian(address)", (safe.guardians[1],)),
        Err(threshold(2, 1))
    );
    let account = safe.stranger;
    assert_eq!(
        safe.own("removeGuardian(address)", (account,)),
        Err(inner(RecoveryError::NotGuardian { account }))
    );
    for guardian in [COIN, safe.wallet, safe.owner, safe.guardians[0]] {
        assert_eq!(
            safe.own("addGuardian(address)", (guardian,)),
            Err(inner(RecoveryError::InvalidGuardian { guardian }))
        );
    }
    for owner in [COIN, safe.wallet, safe.owner, safe.guardians[0]] {
        assert_eq!(
            safe.own("setOwner(address)", (owner,)),
            Err(inner(RecoveryError::InvalidOwner { owner }))
        );
    }
    assert_eq!(
        safe.own("setDelays(uint64,uint64)", (1u64, 0u64)),
        Err(inner(RecoveryError::InvalidDelay { seconds: 0 }))
    );
}

#[zx::test]
fn contracts_that_are_trusted_are_called_at_once(host: &Host) {
    let safe = Safe::new(host);
    let token = safe.token();
    let wallet = safe.owner();
    let target = Address::repeat_byte(0x44);
    host.mock(target)
        .returns(zx::selector("go()"), n(1))
        .install();
    let go = Bytes::copy_from_slice(&zx::selector("go()"));
    let not_trusted = RecoveryError::NotTrusted { target };
    assert_eq!(
        wallet.call(target, n(0), go.clone()),
        Err(not_trusted.into())
    );
    safe.own("setTrusted(address,bool)", (target, true))
        .unwrap();
    assert!(host.emitted(TrustChanged {
        target,
        trusted: true
    }));
    assert!(wallet.is_trusted(target));
    wallet.call(target, n(0), go.clone()).unwrap();
    let over = RecoveryError::OverLimit {
        token: COIN,
        amount: n(101),
        left: 100,
    };
    assert_eq!(wallet.call(target, n(101), go.clone()), Err(over.into()));
    for target in [token, safe.wallet] {
        assert_eq!(
            safe.own("setTrusted(address,bool)", (target, true)),
            Err(inner(RecoveryError::CannotTrust { target }))
        );
    }
    assert_eq!(
        safe.own("setLimit(address,uint128)", (target, 5u128)),
        Err(inner(RecoveryError::CannotTrust { target }))
    );
    safe.own("setTrusted(address,bool)", (target, false))
        .unwrap();
    assert_eq!(
        wallet.call(target, n(0), go),
        Err(RecoveryError::NotTrusted { target }.into())
    );
}

#[zx::test]
fn calls_that_fail_undo_the_operation(host: &Host) {
    let safe = Safe::new(host);
    let nobody = safe.stranger;
    let before = host.balance(nobody);
    let no_code = RecoveryError::NoCode { to: nobody };
    assert_eq!(
        safe.run(vec![pay(nobody, 1), call(nobody, "go()", ())]),
        Err(no_code.into())
    );
    let reason = Bytes::new();
    assert_eq!(
        safe.run(vec![pay(nobody, 1), pay(nobody, 1_000)]),
        Err(RecoveryError::CallFailed { index: 1, reason }.into())
    );
    assert_eq!(host.balance(nobody), before);
}

#[zx::test]
fn coins_and_tokens_come_in(host: &Host) {
    let safe = Safe::new(host);
    let from = safe.stranger;
    host.raw(safe.wallet)
        .by(from)
        .paying(n(7))
        .transact(&[])
        .unwrap();
    host.assert_logs(safe.wallet, [Received { from, value: n(7) }.into_log()]);
    let (wallet, data) = (safe.owner(), Bytes::new());
    let ids = || vec![n(1)];
    assert_eq!(
        wallet
            .receiver()
            .on_erc721_received(from, from, n(1), data.clone()),
        FixedBytes([0x15, 0x0b, 0x7a, 0x02])
    );
    assert_eq!(
        wallet
            .receiver()
            .on_erc1155_received(from, from, n(1), n(1), data.clone()),
        FixedBytes([0xf2, 0x3a, 0x6e, 0x61])
    );
    assert_eq!(
        wallet
            .receiver()
            .on_erc1155_batch_received(from, from, ids(), ids(), data),
        FixedBytes([0xbc, 0x19, 0x7c, 0x81])
    );
    for id in [0x01ff_c9a7_u32, 0x1626_ba7e, 0x150b_7a02, 0x4e23_12e0] {
        assert!(wallet.supports_interface(FixedBytes(id.to_be_bytes())));
    }
    assert!(!wallet.supports_interface(FixedBytes([0xFF; 4])));
}
