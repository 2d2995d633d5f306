use super::*;
use k256::ecdsa::SigningKey;
use zx::{
    Event as _,
    testing::{Host, Invariants, Reverted},
};

mod attacks;
mod laws;
mod signed;

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// Three owners, two of whom must agree, and a stranger; the wallet has 1,000 wei.
struct Team<'h> {
    host: &'h Host,
    wallet: Address,
    owners: [Address; 3],
    stranger: Address,
}

impl<'h> Team<'h> {
    fn new(host: &'h Host) -> Self {
        let [a, b, c, stranger] = host.accounts();
        Self::of(host, [a, b, c], stranger)
    }

    fn of(host: &'h Host, owners: [Address; 3], stranger: Address) -> Self {
        let wallet = host.deploy::<Multisig>((owners.to_vec(), 2)).address();
        host.set_balance(wallet, n(1_000));
        Self {
            host,
            wallet,
            owners,
            stranger,
        }
    }

    fn by(&self, account: Address) -> MultisigClient<'h> {
        self.host.at::<Multisig>(self.wallet).by(account)
    }

    fn owner(&self, number: usize) -> MultisigClient<'h> {
        self.by(self.owners[number])
    }

    /// The first two owners agree on a batch, and execute it.
    fn run(&self, calls: Vec<Call>) -> Result<(), Reverted> {
        let id = self.owner(0).propose(calls.clone())?;
        self.owner(1).confirm(id)?;
        self.owner(0).execute(id, calls)
    }
}

fn pay(to: Address, value: u64) -> Call {
    Call {
        to,
        value: n(value),
        data: Bytes::new(),
        gas: 0,
    }
}

/// A call of a method.
fn call(to: Address, method: &str, arguments: impl zx::abi::Args) -> Call {
    let data = [zx::selector(method).to_vec(), arguments.encode()].concat();
    Call {
        to,
        value: n(0),
        data: data.into(),
        gas: 0,
    }
}

#[zx::test]
fn a_wallet_is_what_its_constructor_says(host: &Host) {
    let [a, b, c] = host.accounts();
    let wallet = host.deploy::<Multisig>((vec![a, b, c], 2));
    let added = |owner| OwnerAdded { owner }.into_log();
    let threshold = ThresholdChanged { threshold: 2 };
    host.assert_logs(
        wallet.address(),
        [added(a), added(b), added(c), threshold.into_log()],
    );
    assert_eq!((wallet.owners(), wallet.threshold()), (vec![a, b, c], 2));
    assert!(wallet.is_owner(a) && !wallet.is_owner(wallet.address()));
    assert_eq!((wallet.nonce(), wallet.proposal_count()), (n(0), n(0)));
    let refused = |owners: Vec<Address>, threshold: u32| {
        host.try_deploy::<Multisig>(a, n(0), (owners, threshold))
            .err()
            .and_then(|reverted| reverted.decode::<MultisigError>())
            .expect("a refusal")
    };
    let invalid = |owner| MultisigError::InvalidOwner { owner };
    assert_eq!(refused(vec![a, a], 1), invalid(a));
    assert_eq!(refused(vec![a, Address::ZERO], 1), invalid(Address::ZERO));
    let threshold = |threshold, owners| MultisigError::InvalidThreshold { threshold, owners };
    assert_eq!(refused(vec![a, b], 0), threshold(0, 2));
    assert_eq!(refused(vec![a, b], 3), threshold(3, 2));
    assert_eq!(refused(vec![], 0), threshold(0, 0));
    let many = (1..=33).map(Address::repeat_byte).collect();
    assert_eq!(refused(many, 1), MultisigError::TooManyOwners);
}

#[zx::test]
fn enough_owners_make_the_wallet_pay(host: &Host) {
    let team = Team::new(host);
    let receiver = Address::repeat_byte(9);
    let calls = vec![pay(receiver, 300), pay(receiver, 50)];
    assert_eq!(team.owner(0).propose(calls.clone()), Ok(n(0)));
    let (id, owner) = (n(0), team.owners[0]);
    let proposed = Proposed {
        id,
        owner,
        calls: calls.clone(),
    };
    let confirmed = |owner| Confirmed { id, owner }.into_log();
    host.assert_logs(team.wallet, [proposed.into_log(), confirmed(owner)]);
    let few: Reverted = MultisigError::TooFew {
        agree: 1,
        threshold: 2,
    }
    .into();
    assert_eq!(team.owner(0).execute(id, calls.clone()), Err(few.clone()));
    team.owner(2).confirm(id).unwrap();
    host.assert_logs(team.wallet, [confirmed(team.owners[2])]);
    team.owner(2).revoke(id).unwrap();
    let revoked = Revoked {
        id,
        owner: team.owners[2],
    };
    host.assert_logs(team.wallet, [revoked.into_log()]);
    assert_eq!(team.owner(0).execute(id, calls.clone()), Err(few));
    team.owner(1).confirm(id).unwrap();
    assert_eq!(
        team.owner(0).confirmations(id),
        [team.owners[0], team.owners[1]]
    );
    team.owner(2).execute(id, calls).unwrap();
    host.assert_logs(team.wallet, [Executed { id }.into_log()]);
    assert_eq!(
        (host.balance(receiver), host.balance(team.wallet)),
        (n(350), n(650))
    );
}

#[zx::test]
fn what_is_not_an_owners_or_not_the_proposals_is_refused(host: &Host) {
    let team = Team::new(host);
    let calls = vec![pay(team.stranger, 1)];
    team.owner(0).propose(calls.clone()).unwrap();
    let stranger = team.by(team.stranger);
    let not_owner: Reverted = MultisigError::NotOwner {
        account: team.stranger,
    }
    .into();
    assert_eq!(
        stranger.propose(calls.clone()),
        Err(not_owner.clone()),
        "so that nobody fills it with proposals"
    );
    assert_eq!(stranger.confirm(n(0)), Err(not_owner.clone()));
    assert_eq!(stranger.revoke(n(0)), Err(not_owner.clone()));
    assert_eq!(stranger.execute(n(0), calls.clone()), Err(not_owner));
    let owner = team.owner(0);
    let id = n(0);
    assert_eq!(owner.propose(vec![]), Err(MultisigError::NoCalls.into()));
    assert_eq!(
        owner.confirm(id),
        Err(MultisigError::AlreadyConfirmed { id }.into())
    );
    assert_eq!(
        team.owner(1).revoke(id),
        Err(MultisigError::NotConfirmed { id }.into())
    );
    assert_eq!(
        owner.execute(id, vec![pay(team.stranger, 2)]),
        Err(MultisigError::OtherCalls { id }.into())
    );
    let unknown: Reverted = MultisigError::UnknownProposal { id: n(1) }.into();
    assert_eq!(owner.confirm(n(1)), Err(unknown.clone()));
    assert_eq!(owner.revoke(n(1)), Err(unknown.clone()));
    assert_eq!(owner.execute(n(1), calls.clone()), Err(unknown));
    team.owner(1).confirm(id).unwrap();
    owner.execute(id, calls.clone()).unwrap();
    let unknown: Reverted = MultisigError::UnknownProposal { id }.into();
    assert_eq!(owner.execute(id, calls), Err(unknown.clone()), "once");
    assert_eq!(team.owner(2).confirm(id), Err(unknown));
}

#[zx::test]
fn a_batch_is_all_or_nothing(host: &Host) {
    let team = Team::new(host);
    let angry = Address::repeat_byte(0x66);
    host.mock(angry)
        .reverts(zx::selector("go()"), "not today")
        .install();
    let failed = |error: Result<(), Reverted>| {
        error
            .unwrap_err()
            .decode::<MultisigError>()
            .expect("a refusal")
    };
    let calls = vec![pay(team.stranger, 10), call(angry, "go()", ())];
    let before = host.balance(team.stranger);
    let MultisigError::CallFailed { index: 1, reason } = failed(team.run(calls)) else {
        panic!("the second call fails");
    };
    assert_eq!(
        Reverted(reason.to_vec()).message().as_deref(),
        Some("not today")
    );
    assert_eq!(host.balance(team.stranger), before);
    let poor = failed(team.run(vec![pay(team.stranger, 1_001)]));
    assert_eq!(
        poor,
        MultisigError::CallFailed {
            index: 0,
            reason: Bytes::new()
        }
    );
    let nobody = team.stranger;
    assert_eq!(
        failed(team.run(vec![call(nobody, "go()", ())])),
        MultisigError::NoCode { to: nobody },
        "it would seem to have succeeded"
    );
}

#[zx::test]
fn owners_change_by_the_wallet_itself_alone(host: &Host) {
    let team = Team::new(host);
    let [a, b, c] = team.owners;
    let (wallet, new) = (team.wallet, team.stranger);
    for account in [a, new] {
        let client = team.by(account);
        let not_self: Reverted = MultisigError::NotSelf { account }.into();
        assert_eq!(client.add_owner(account), Err(not_self.clone()));
        assert_eq!(client.remove_owner(a), Err(not_self.clone()));
        assert_eq!(client.replace_owner(a, new), Err(not_self.clone()));
        assert_eq!(client.set_threshold(1), Err(not_self));
    }
    team.run(vec![
        call(wallet, "addOwner(address)", (new,)),
        call(wallet, "setThreshold(uint32)", (3u32,)),
    ])
    .unwrap();
    assert!(host.emitted(OwnerAdded { owner: new }));
    assert!(host.emitted(ThresholdChanged { threshold: 3 }));
    assert_eq!(
        (team.owner(0).owners(), team.owner(0).threshold()),
        (vec![a, b, c, new], 3)
    );
    let three = |calls: Vec<Call>| {
        let id = team.owner(0).propose(calls.clone())?;
        team.by(c).confirm(id)?;
        team.by(new).confirm(id)?;
        team.by(new).execute(id, calls)
    };
    three(vec![call(wallet, "removeOwner(address)", (a,))]).unwrap();
    assert!(host.emitted(OwnerRemoved { owner: a }));
    assert_eq!(team.by(new).owners(), [new, b, c]);
    let reason = |error: MultisigError| {
        let reverted: Reverted = MultisigError::CallFailed {
            index: 0,
            reason: zx::ContractError::encode(error).into(),
        }
        .into();
        reverted
    };
    let three = |calls: Vec<Call>| {
        let id = team.by(b).propose(calls.clone())?;
        team.by(c).confirm(id)?;
        team.by(new).confirm(id)?;
        team.by(new).execute(id, calls)
    };
    let too_few = MultisigError::InvalidThreshold {
        threshold: 3,
        owners: 2,
    };
    assert_eq!(
        three(vec![call(wallet, "removeOwner(address)", (b,))]),
        Err(reason(too_few)),
        "nobody could ever agree again"
    );
    assert_eq!(
        three(vec![call(wallet, "removeOwner(address)", (a,))]),
        Err(reason(MultisigError::NotOwner { account: a }))
    );
    for owner in [b, Address::ZERO, wallet] {
        let invalid = MultisigError::InvalidOwner { owner };
        assert_eq!(
            three(vec![call(wallet, "addOwner(address)", (owner,))]),
            Err(reason(invalid))
        );
    }
    three(vec![call(
        wallet,
        "replaceOwner(address,address)",
        (new, a),
    )])
    .unwrap();
    assert_eq!(team.by(b).owners(), [c, b, a]);
}

#[zx::test]
fn coins_and_tokens_come_in(host: &Host) {
    let team = Team::new(host);
    let from = team.stranger;
    host.raw(team.wallet)
        .by(from)
        .paying(n(7))
        .transact(&[])
        .unwrap();
    let received = Received { from, value: n(7) };
    host.assert_logs(team.wallet, [received.into_log()]);
    assert_eq!(host.balance(team.wallet), n(1_007));
    let wallet = team.owner(0);
    let data = Bytes::new();
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
