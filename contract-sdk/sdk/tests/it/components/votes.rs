use crate::wallet::sign;
use zx::{
    components::{
        Checkpoints, CheckpointsError, DelegateChanged, DelegateVotesChanged, Eip712, Nonces, NoncesError, Votes,
        VotesError,
    },
    crypto::{Domain, SignatureError, TypedData as _},
    prelude::*,
    testing::{Host, Reverted},
};

#[zx::contract]
pub struct Shares {
    #[component]
    votes: Votes,
    #[component]
    nonces: Nonces,
    #[component]
    domain: Eip712,
}

#[zx::public]
impl Shares {
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx) {
        self.domain.init(cx, "Shares".into(), "2".into());
    }

    pub fn shift(&mut self, cx: &mut Ctx, from: Address, to: Address, amount: U256) -> Result<(), VotesError> {
        self.votes.move_units(cx, from, to, amount)
    }

    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        self.votes.units(account)
    }

    pub fn total_supply(&self, _cx: &Ctx) -> U256 {
        self.votes.total_units()
    }
}

fn n(number: u64) -> U256 {
    U256::from(number)
}

const NOBODY: Address = Address::ZERO;

#[zx::test]
fn votes_follow_units_and_delegates(host: &Host) {
    let [alice, bob, carol] = host.accounts();
    let shares = host.deploy::<Shares>(());
    let votes = shares.votes();
    let power = || [alice, bob, carol].map(|who| votes.get_votes(who));
    shares.shift(NOBODY, alice, n(100)).unwrap();
    assert_eq!(power(), [n(0); 3], "not delegated");
    votes.delegate(alice).unwrap();
    assert!(host.emitted(DelegateChanged { delegator: alice, from_delegate: NOBODY, to_delegate: alice }));
    assert!(host.emitted(DelegateVotesChanged { delegate: alice, previous_votes: n(0), new_votes: n(100) }));
    votes.by(bob).delegate(carol).unwrap();
    assert_eq!(power(), [n(100), n(0), n(0)]);
    shares.shift(alice, bob, n(30)).unwrap();
    assert!(host.emitted(DelegateVotesChanged { delegate: alice, previous_votes: n(100), new_votes: n(70) }));
    assert!(host.emitted(DelegateVotesChanged { delegate: carol, previous_votes: n(0), new_votes: n(30) }));
    assert_eq!(power(), [n(70), n(0), n(30)]);
    votes.delegate(carol).unwrap();
    assert_eq!(power(), [n(0), n(0), n(100)]);
    shares.shift(bob, NOBODY, n(10)).unwrap();
    assert_eq!((power()[2], shares.total_supply(), shares.balance_of(bob)), (n(90), n(90), n(20)));
    votes.delegate(NOBODY).unwrap();
    assert_eq!((power()[2], votes.delegates(alice)), (n(20), NOBODY));
    assert_eq!(shares.shift(bob, alice, n(21)).unwrap_err().panic_code(), Some(0x11), "more than there is");
    shares.shift(NOBODY, NOBODY, n(5)).unwrap();
    assert_eq!(shares.total_supply(), n(90));
}

#[zx::test]
fn the_past_is_known_and_the_present_is_not_past(host: &Host) {
    let [alice] = host.accounts();
    let shares = host.deploy::<Shares>(());
    let votes = shares.votes();
    votes.delegate(alice).unwrap();
    let mut history = Vec::new();
    for block in 1..20u64 {
        if block % 3 == 0 {
            shares.shift(NOBODY, alice, n(block)).unwrap();
            shares.shift(NOBODY, alice, n(1)).unwrap();
        }
        history.push((host.block().number, shares.total_supply()));
        host.mine(1);
    }
    for (block, total) in history {
        assert_eq!(votes.get_past_votes(alice, n(block)), total, "block {block}");
        assert_eq!(votes.get_past_total_supply(n(block)), total, "block {block}");
    }
    let now = host.block().number;
    assert_eq!(U256::from(votes.clock()), n(now));
    assert_eq!(votes.clock_mode(), "mode=blocknumber&from=default");
    for timepoint in [n(now), n(now + 1), U256::MAX] {
        let future: Reverted = VotesError::ERC5805FutureLookup { timepoint, clock: Uint::new(n(now)) }.into();
        assert_eq!(votes.try_get_past_votes(alice, timepoint), Err(future.clone()));
        assert_eq!(votes.try_get_past_total_supply(timepoint), Err(future));
    }
}

/// What ERC-5805 has signed.
#[derive(zx::TypedData)]
struct Delegation {
    delegatee: Address,
    nonce: U256,
    expiry: U256,
}

#[zx::test]
fn units_are_delegated_by_signature_once(host: &Host) {
    let [alice, bob, relayer] = host.accounts();
    let shares = host.deploy::<Shares>(());
    shares.shift(NOBODY, alice, n(7)).unwrap();
    let (chain_id, expiry) = (host.block().chain_id, n(host.block().timestamp));
    let separator = Domain::of("Shares", "2").separator_of(chain_id, shares.address());
    assert_eq!(shares.domain().domain_separator(), separator);
    let signed = sign(Delegation { delegatee: bob, nonce: n(0), expiry }.typed_hash(separator));
    let votes = shares.votes().by(relayer);
    let delegate = |nonce, s| votes.delegate_by_sig(bob, nonce, expiry, signed.v, signed.r, s);

    let high = SignatureError::ECDSAInvalidSignatureS { s: B256::repeat_byte(0xEE) };
    assert_eq!(delegate(n(0), B256::repeat_byte(0xEE)), Err(high.into()));
    delegate(n(0), signed.s).unwrap();
    assert_eq!((shares.votes().get_votes(bob), shares.votes().delegates(alice)), (n(7), bob));
    assert_eq!(shares.nonces().nonces(alice), n(1), "the contract and the component count together");
    let used = NoncesError::InvalidAccountNonce { account: alice, current_nonce: n(1) };
    assert_eq!(delegate(n(0), signed.s), Err(used.into()));
    host.pass(1);
    assert_eq!(delegate(n(0), signed.s), Err(VotesError::VotesExpiredSignature { expiry }.into()));
}

/// A history of its own.
#[zx::contract]
pub struct Rate {
    rate: Checkpoints,
}

#[zx::public]
impl Rate {
    pub fn push(&mut self, _cx: &mut Ctx, key: u64, value: U256) -> Result<(U256, U256), CheckpointsError> {
        self.rate.push(key, value)
    }

    pub fn value_at(&self, _cx: &Ctx, key: u64) -> U256 {
        self.rate.value_at(key)
    }

    pub fn all(&self, _cx: &Ctx) -> Vec<zx::components::Checkpoint> {
        (0..self.rate.len()).filter_map(|i| self.rate.get(i)).collect()
    }
}

#[zx::test]
fn a_checkpoint_takes_one_slot_as_openzeppelin_s(host: &Host) {
    let rate = host.deploy::<Rate>(());
    assert_eq!(rate.push(3, n(30)), Ok((n(0), n(30))));
    assert_eq!(rate.push(3, n(31)), Ok((n(30), n(31))), "the same key: overwritten");
    assert_eq!(rate.push(9, n(90)), Ok((n(31), n(90))));
    assert_eq!(rate.push(8, n(80)), Err(CheckpointsError::CheckpointUnorderedInsertion {}.into()));
    let found = [0, 2, 3, 8, 9, u64::MAX].map(|key| rate.value_at(key));
    assert_eq!(found, [0, 0, 31, 31, 90, 90].map(n));
    assert_eq!(rate.all().len(), 2);
    // key in the low-order six bytes, value above them
    let first = alloy_primitives::keccak256([0; 32]).0;
    let word = host.slot(rate.address(), first);
    assert_eq!((word[31], word[25], word[26]), (3, 31, 0));
}

#[zx::test]
fn what_does_not_fit_is_told(host: &Host) {
    let rate = host.deploy::<Rate>(());
    let most = U256::from(Uint::<208>::MAX);
    let value = most + U256::ONE;
    assert_eq!(rate.push(1, value), Err(CheckpointsError::SafeCastOverflowedUintDowncast { bits: 208, value }.into()));
    rate.push(1, most).unwrap();
    assert_eq!(rate.value_at(1), most);
    let value = U256::from(1u64 << 48);
    let refused = CheckpointsError::SafeCastOverflowedUintDowncast { bits: 48, value };
    assert_eq!(rate.push(1 << 48, n(1)), Err(refused.into()));
}

#[zx::test]
fn the_domain_is_told(host: &Host) {
    let shares = host.deploy::<Shares>(());
    let (fields, name, version, chain, contract, salt, extensions) = shares.domain().eip712_domain();
    assert_eq!((fields.0, name.as_str(), version.as_str()), ([0x0F], "Shares", "2"));
    assert_eq!((chain, contract, salt), (n(host.block().chain_id), shares.address(), B256::ZERO));
    assert!(extensions.is_empty());
}
