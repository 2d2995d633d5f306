use super::*;
use k256::ecdsa::SigningKey;
use std::{cell::RefCell, collections::BTreeSet};
use zx::{
    Event as _,
    components::{
        DelegateVotesChanged, Erc20Error, Erc20VotesError, NoncesError, OwnableError, VotesError,
        erc20::Transfer,
    },
    crypto::{Domain, TypedData},
    testing::{Host, Invariants, Reverted},
};

/// The most tokens that there can be: 2^208 - 1.
const MAX_SUPPLY: U256 = U256::from_limbs([u64::MAX, u64::MAX, u64::MAX, 0xFFFF]);

pub(crate) fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A token of which the first account, its owner, holds 1,000.
pub(crate) fn token(host: &Host) -> Zx20VotesClient<'_> {
    let token = host.deploy::<Zx20Votes>(("Zexus".to_owned(), "ZX".to_owned()));
    let [owner] = host.accounts();
    token.mint(owner, n(1_000)).unwrap();
    token
}

#[zx::test]
fn tokens_vote_once_they_are_delegated(host: &Host) {
    let [owner, alice, bob] = host.accounts();
    let token = token(host);
    assert_eq!(
        (token.name(), token.symbol(), token.decimals()),
        ("Zexus".to_owned(), "ZX".to_owned(), 18)
    );
    assert_eq!(token.votes().get_votes(owner), n(0));
    token.votes().delegate(alice).unwrap();
    assert_eq!(token.votes().get_votes(alice), n(1_000));
    token.erc20().transfer(bob, n(300)).unwrap();
    let moved = Transfer {
        from: owner,
        to: bob,
        value: n(300),
    }
    .into_log();
    let votes = DelegateVotesChanged {
        delegate: alice,
        previous_votes: n(1_000),
        new_votes: n(700),
    }
    .into_log();
    host.assert_logs(token.address(), [moved, votes]);
    assert_eq!(
        (token.votes().get_votes(alice), token.votes().get_votes(bob)),
        (n(700), n(0))
    );
    token.by(bob).votes().delegate(bob).unwrap();
    token.by(bob).burn(n(100)).unwrap();
    assert_eq!(
        (token.votes().get_votes(bob), token.erc20().total_supply()),
        (n(200), n(900))
    );
}

/// Tokens that are bought or borrowed after a proposal was made do not vote on it.
#[zx::test]
fn what_was_is_not_changed_by_what_comes_after(host: &Host) {
    let [owner, alice] = host.accounts();
    let token = token(host);
    token.votes().delegate(owner).unwrap();
    let then = n(host.block().number);
    host.mine(1);
    token.erc20().transfer(alice, n(999)).unwrap();
    token.by(alice).votes().delegate(alice).unwrap();
    token.mint(alice, n(5)).unwrap();
    assert_eq!(token.votes().get_past_votes(owner, then), n(1_000));
    assert_eq!(token.votes().get_past_votes(alice, then), n(0));
    assert_eq!(token.votes().get_past_total_supply(then), n(1_000));
    let now = n(host.block().number);
    let refused = token.votes().try_get_past_votes(alice, now).unwrap_err();
    assert!(
        matches!(refused.decode(), Some(VotesError::ERC5805FutureLookup { timepoint, .. }) if timepoint == now)
    );
}

#[zx::test]
fn the_owner_mints_up_to_what_a_checkpoint_holds(host: &Host) {
    let [_, alice] = host.accounts();
    let token = token(host);
    let stranger = OwnableError::OwnableUnauthorizedAccount { account: alice };
    assert_eq!(token.by(alice).mint(alice, n(1)), Err(stranger.into()));
    token.mint(alice, MAX_SUPPLY - n(1_000)).unwrap();
    let over = Erc20VotesError::ERC20ExceededSafeSupply {
        increased_supply: MAX_SUPPLY + n(1),
        cap: MAX_SUPPLY,
    };
    assert_eq!(token.mint(alice, n(1)), Err(over.into()));
    assert_eq!(
        token.mint(alice, U256::MAX).unwrap_err().panic_code(),
        Some(0x11)
    );
    token.ownable().transfer_ownership(alice).unwrap();
    assert_eq!(
        token.by(alice).mint(alice, n(1)),
        Err(stranger.into()),
        "it has to be accepted"
    );
    token.by(alice).ownable().accept_ownership().unwrap();
    token.by(alice).burn(n(1)).unwrap();
    token.by(alice).mint(alice, n(1)).unwrap();
}

#[zx::test]
fn too_little_and_nobody_are_refused(host: &Host) {
    let [owner, alice, bob] = host.accounts();
    let token = token(host);
    let poor: Reverted = Erc20Error::ERC20InsufficientBalance {
        sender: owner,
        balance: n(1_000),
        needed: n(1_001),
    }
    .into();
    assert_eq!(token.erc20().transfer(alice, n(1_001)), Err(poor.clone()));
    assert_eq!(token.burn(n(1_001)), Err(poor));
    let receiver: Reverted = Erc20Error::ERC20InvalidReceiver {
        receiver: Address::ZERO,
    }
    .into();
    assert_eq!(
        token.erc20().transfer(Address::ZERO, n(1)),
        Err(receiver.clone())
    );
    assert_eq!(token.mint(Address::ZERO, n(1)), Err(receiver));
    let spender = Erc20Error::ERC20InvalidSpender {
        spender: Address::ZERO,
    };
    assert_eq!(
        token.erc20().approve(Address::ZERO, n(1)),
        Err(spender.into())
    );
    token.erc20().approve(alice, n(10)).unwrap();
    assert_eq!(
        token.by(alice).erc20().transfer_from(owner, bob, n(4)),
        Ok(true)
    );
    token.by(alice).burn_from(owner, n(6)).unwrap();
    let spent = Erc20Error::ERC20InsufficientAllowance {
        spender: alice,
        allowance: n(0),
        needed: n(1),
    };
    assert_eq!(
        token.by(alice).erc20().transfer_from(owner, bob, n(1)),
        Err(spent.into())
    );
    assert_eq!(
        (
            token.erc20().balance_of(owner),
            token.erc20().balance_of(bob),
            token.erc20().total_supply()
        ),
        (n(990), n(4), n(994))
    );
}

#[derive(zx::TypedData)]
pub(crate) struct Permit {
    pub(crate) owner: Address,
    pub(crate) spender: Address,
    pub(crate) value: U256,
    pub(crate) nonce: U256,
    pub(crate) deadline: U256,
}

#[derive(zx::TypedData)]
pub(crate) struct Delegation {
    pub(crate) delegatee: Address,
    pub(crate) nonce: U256,
    pub(crate) expiry: U256,
}

/// v, r and s of the first account, for the token.
pub(crate) fn sign(host: &Host, token: Address, message: &impl TypedData) -> (u8, B256, B256) {
    sign_for("Zexus", host.block().chain_id, token, message)
}

/// The same for any token on any chain.
pub(crate) fn sign_for(
    name: &str,
    chain_id: u64,
    token: Address,
    message: &impl TypedData,
) -> (u8, B256, B256) {
    let hash = message.typed_hash(Domain::new(name, "1").separator_of(chain_id, token));
    let key = zx::b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
    let key = SigningKey::from_slice(&key.0).expect("a key");
    let (signature, recovery) = key.sign_prehash_recoverable(&hash.0).expect("a hash");
    let (r, s) = signature.split_bytes();
    (
        27 + recovery.to_byte(),
        B256::from_slice(&r),
        B256::from_slice(&s),
    )
}

#[zx::test]
fn permits_and_delegations_are_signed_with_one_row_of_nonces(host: &Host) {
    let [owner, alice] = host.accounts();
    let token = token(host).by(alice);
    let deadline = n(host.block().timestamp);
    let (v, r, s) = sign(
        host,
        token.address(),
        &Permit {
            owner,
            spender: alice,
            value: n(7),
            nonce: n(0),
            deadline,
        },
    );
    token.permit(owner, alice, n(7), deadline, v, r, s).unwrap();
    assert_eq!(token.erc20().allowance(owner, alice), n(7));

    let signed = |nonce: u64| {
        let nonce = n(nonce);
        (
            nonce,
            sign(
                host,
                token.address(),
                &Delegation {
                    delegatee: alice,
                    nonce,
                    expiry: deadline,
                },
            ),
        )
    };
    let send = |(nonce, (v, r, s))| {
        token
            .votes()
            .delegate_by_sig(alice, nonce, deadline, v, r, s)
    };
    let used: Reverted = NoncesError::InvalidAccountNonce {
        account: owner,
        current_nonce: n(1),
    }
    .into();
    assert_eq!(send(signed(0)), Err(used), "the permit has used the first");
    send(signed(1)).unwrap();
    assert_eq!(
        (
            token.votes().delegates(owner),
            token.votes().get_votes(alice)
        ),
        (alice, n(1_000))
    );
    assert!(send(signed(1)).is_err(), "a second time");
    host.pass(1);
    assert_eq!(
        send(signed(2)),
        Err(VotesError::VotesExpiredSignature { expiry: deadline }.into())
    );
}

/// A token, and everybody who has ever received some, or votes of some.
struct Watched {
    token: Address,
    people: RefCell<BTreeSet<Address>>,
}

impl Watched {
    /// Everybody, with those whom the last transaction names.
    fn people(&self, host: &Host) -> BTreeSet<Address> {
        let mut people = self.people.borrow_mut();
        let topics = host
            .logs()
            .into_iter()
            .flat_map(|(_, log)| log.topics.into_iter().skip(1));
        people.extend(topics.map(|topic| Address::from_word(topic.into())));
        people.clone()
    }
}

#[test]
fn votes_are_the_delegated_tokens_and_balances_the_supply_whatever_happens() {
    Invariants::new(|host, targets| {
        let token = token(host).address();
        let who = host.accounts::<3>();
        targets
            .contract::<Zx20Votes>(token)
            .senders(who)
            .amounts(0u64..=600)
            .passing(20);
        Watched {
            token,
            people: RefCell::new(who.into()),
        }
    })
    .hold(
        "each votes with what is delegated to them",
        |host, watched| {
            let (token, people) = (host.at::<Zx20Votes>(watched.token), watched.people(host));
            for delegate in people.iter().filter(|delegate| !delegate.is_zero()) {
                let theirs = people
                    .iter()
                    .filter(|holder| token.votes().delegates(**holder) == *delegate);
                let delegated: U256 = theirs.map(|holder| token.erc20().balance_of(*holder)).sum();
                assert_eq!(token.votes().get_votes(*delegate), delegated);
            }
        },
    )
    .hold(
        "votes are conserved: nobody's are counted twice",
        |host, watched| {
            let (token, people) = (host.at::<Zx20Votes>(watched.token), watched.people(host));
            let votes: U256 = people
                .iter()
                .map(|delegate| token.votes().get_votes(*delegate))
                .sum();
            let undelegated: U256 = people
                .iter()
                .filter(|holder| token.votes().delegates(**holder).is_zero())
                .map(|holder| token.erc20().balance_of(*holder))
                .sum();
            assert_eq!(votes + undelegated, token.erc20().total_supply());
        },
    )
    .hold("balances make up the supply", |host, watched| {
        let token = host.at::<Zx20Votes>(watched.token);
        let held: U256 = watched
            .people(host)
            .iter()
            .map(|holder| token.erc20().balance_of(*holder))
            .sum();
        assert_eq!(held, token.erc20().total_supply());
    })
    .check();
}
