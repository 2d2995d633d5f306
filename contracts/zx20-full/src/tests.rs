use super::*;
use k256::ecdsa::SigningKey;
use std::{cell::RefCell, collections::BTreeSet};
use zx::{
    Event as _,
    components::{
        AccessControlError, Erc20Error, PausableError, RoleGranted,
        erc20::{Approval, Transfer},
    },
    crypto::{Domain, PermitError, TypedData as _},
    testing::{Host, Invariants, Reverted},
};

const CAP: u64 = 1_000;

fn n(value: u64) -> U256 {
    U256::from(value)
}

/// A token of which the first account, who has all roles, holds 500.
fn token(host: &Host) -> Zx20FullClient<'_> {
    let token = host.deploy::<Zx20Full>(("Zexus".to_owned(), "ZX".to_owned(), 6, n(CAP)));
    let [owner] = host.accounts();
    token.mint(owner, n(500)).unwrap();
    token
}

fn lacks(account: Address, needed_role: B256) -> Reverted {
    AccessControlError::AccessControlUnauthorizedAccount {
        account,
        needed_role,
    }
    .into()
}

#[zx::test]
fn the_deployer_has_all_roles_and_the_token_its_names(host: &Host) {
    let [owner, alice] = host.accounts();
    let token = host.deploy::<Zx20Full>(("Zexus".to_owned(), "ZX".to_owned(), 6, n(CAP)));
    let granted = |role| {
        RoleGranted {
            role,
            account: owner,
            sender: owner,
        }
        .into_log()
    };
    host.assert_logs(
        token.address(),
        [DEFAULT_ADMIN_ROLE, MINTER_ROLE, PAUSER_ROLE].map(granted),
    );
    assert_eq!(
        (token.name(), token.symbol(), token.decimals()),
        ("Zexus".to_owned(), "ZX".to_owned(), 6)
    );
    assert_eq!((token.cap(), token.erc20().total_supply()), (n(CAP), n(0)));
    assert!(token.access().has_role(token.minter_role(), owner));
    assert!(!token.access().has_role(token.pauser_role(), alice));
    assert!(token.supports_interface(IAccessControl::INTERFACE_ID));
}

#[zx::test]
fn a_cap_of_nothing_or_of_too_much_is_refused(host: &Host) {
    let [owner] = host.accounts();
    for cap in [U256::ZERO, U256::ONE << 128, U256::MAX] {
        let made = host.try_deploy::<Zx20Full>(
            owner,
            U256::ZERO,
            ("Z".to_owned(), "Z".to_owned(), 18, cap),
        );
        assert_eq!(
            made.err(),
            Some(Zx20FullError::ERC20InvalidCap { cap }.into())
        );
    }
    let most = (U256::ONE << 128) - U256::ONE;
    let token = host.deploy::<Zx20Full>(("Z".to_owned(), "Z".to_owned(), 18, most));
    token.mint(owner, most).unwrap();
    assert_eq!(
        (token.cap(), token.erc20().total_supply()),
        (most, most),
        "neighbours in a slot"
    );
    token.burn(most).unwrap();
    assert_eq!((token.cap(), token.erc20().total_supply()), (most, n(0)));
}

#[zx::test]
fn minters_mint_up_to_the_cap(host: &Host) {
    let [owner, alice] = host.accounts();
    let token = token(host);
    assert_eq!(
        token.by(alice).mint(alice, n(1)),
        Err(lacks(alice, MINTER_ROLE))
    );
    token.access().grant_role(MINTER_ROLE, alice).unwrap();
    token.by(alice).mint(alice, n(CAP - 500)).unwrap();
    host.assert_logs(
        token.address(),
        [Transfer {
            from: Address::ZERO,
            to: alice,
            value: n(CAP - 500),
        }
        .into_log()],
    );
    let over = Zx20FullError::ERC20ExceededCap {
        increased_supply: n(CAP + 1),
        cap: n(CAP),
    };
    assert_eq!(token.by(alice).mint(alice, n(1)), Err(over.into()));
    assert_eq!(
        token.mint(alice, U256::MAX).unwrap_err().panic_code(),
        Some(0x11)
    );
    token.burn(n(1)).unwrap();
    token.by(alice).mint(owner, n(1)).unwrap();
    token.access().revoke_role(MINTER_ROLE, alice).unwrap();
    assert_eq!(
        token.by(alice).mint(alice, n(0)),
        Err(lacks(alice, MINTER_ROLE))
    );
}

#[zx::test]
fn a_paused_token_does_not_move(host: &Host) {
    let [owner, alice] = host.accounts();
    let token = token(host);
    token.erc20().approve(alice, n(50)).unwrap();
    assert_eq!(token.by(alice).pause(), Err(lacks(alice, PAUSER_ROLE)));
    token.pause().unwrap();
    let paused: Reverted = PausableError::EnforcedPause {}.into();
    assert_eq!(token.erc20().transfer(alice, n(1)), Err(paused.clone()));
    assert_eq!(
        token.by(alice).erc20().transfer_from(owner, alice, n(1)),
        Err(paused.clone())
    );
    assert_eq!(token.mint(alice, n(1)), Err(paused.clone()));
    assert_eq!(token.burn(n(1)), Err(paused.clone()));
    assert_eq!(token.by(alice).burn_from(owner, n(1)), Err(paused));
    assert_eq!(
        token.erc20().allowance(owner, alice),
        n(50),
        "what is refused spends nothing"
    );
    token.erc20().approve(alice, n(60)).unwrap();
    assert_eq!(token.by(alice).unpause(), Err(lacks(alice, PAUSER_ROLE)));
    token.unpause().unwrap();
    token
        .by(alice)
        .erc20()
        .transfer_from(owner, alice, n(60))
        .unwrap();
    assert_eq!(token.erc20().balance_of(alice), n(60));
}

#[zx::test]
fn tokens_move_and_burn_by_allowance(host: &Host) {
    let [owner, alice, bob] = host.accounts();
    let token = token(host);
    token.erc20().approve(alice, n(30)).unwrap();
    host.assert_logs(
        token.address(),
        [Approval {
            owner,
            spender: alice,
            value: n(30),
        }
        .into_log()],
    );
    assert_eq!(
        token.by(alice).erc20().transfer_from(owner, bob, n(20)),
        Ok(true)
    );
    token.by(alice).burn_from(owner, n(10)).unwrap();
    host.assert_logs(
        token.address(),
        [Transfer {
            from: owner,
            to: Address::ZERO,
            value: n(10),
        }
        .into_log()],
    );
    let spent = Erc20Error::ERC20InsufficientAllowance {
        spender: alice,
        allowance: n(0),
        needed: n(1),
    };
    assert_eq!(token.by(alice).burn_from(owner, n(1)), Err(spent.into()));
    assert_eq!(
        (
            token.erc20().balance_of(owner),
            token.erc20().balance_of(bob),
            token.erc20().total_supply()
        ),
        (n(470), n(20), n(490))
    );
    let poor = Erc20Error::ERC20InsufficientBalance {
        sender: bob,
        balance: n(20),
        needed: n(21),
    };
    assert_eq!(
        token.by(bob).erc20().transfer(alice, n(21)),
        Err(poor.into())
    );
    token.erc20().approve(alice, U256::MAX).unwrap();
    token
        .by(alice)
        .erc20()
        .transfer_from(owner, bob, n(70))
        .unwrap();
    assert_eq!(
        token.erc20().allowance(owner, alice),
        U256::MAX,
        "an infinite allowance stays"
    );
}

#[zx::test]
fn the_zero_address_is_refused(host: &Host) {
    let zero = Address::ZERO;
    let token = token(host);
    let receiver: Reverted = Erc20Error::ERC20InvalidReceiver { receiver: zero }.into();
    assert_eq!(token.erc20().transfer(zero, n(1)), Err(receiver.clone()));
    assert_eq!(token.mint(zero, n(1)), Err(receiver));
    assert_eq!(
        token.erc20().approve(zero, n(1)),
        Err(Erc20Error::ERC20InvalidSpender { spender: zero }.into())
    );
    let approver = Erc20Error::ERC20InvalidApprover { approver: zero };
    assert_eq!(
        token.erc20().transfer_from(zero, zero, n(0)),
        Err(approver.into())
    );
    assert_eq!(token.burn_from(zero, n(0)), Err(approver.into()));
}

/// What an owner signs.
#[derive(zx::TypedData)]
struct Permit {
    owner: Address,
    spender: Address,
    value: U256,
    nonce: U256,
    deadline: U256,
}

/// v, r and s of the first account.
fn sign(hash: B256) -> (u8, B256, B256) {
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

/// Sends what the first account has signed for a token on a chain.
fn permit(
    host: &Host,
    token: &Zx20FullClient<'_>,
    signed_for: (Address, u64),
    forge: impl FnOnce((u8, B256, B256)) -> (u8, B256, B256),
) -> Result<(), Reverted> {
    let [owner, _, spender] = host.accounts();
    let (nonce, deadline) = (token.nonces().nonces(owner), n(host.block().timestamp));
    let domain = Domain::new("Zexus", "1").separator_of(signed_for.1, signed_for.0);
    let hash = Permit {
        owner,
        spender,
        value: n(40),
        nonce,
        deadline,
    }
    .typed_hash(domain);
    let (v, r, s) = forge(sign(hash));
    token.permit(owner, spender, n(40), deadline, v, r, s)
}

#[zx::test]
fn a_permit_is_good_once_for_one_token_on_one_chain(host: &Host) {
    let [owner, alice, spender] = host.accounts();
    let token = token(host).by(alice);
    let (address, chain) = (token.address(), host.block().chain_id);
    let wrong = |sent: Result<(), Reverted>| {
        let error = sent
            .err()
            .and_then(|reverted| reverted.decode::<PermitError>());
        assert!(
            matches!(error, Some(PermitError::ERC2612InvalidSigner { owner: of, .. }) if of == owner),
            "{error:?}"
        );
    };
    wrong(permit(host, &token, (address, chain + 1), |signature| {
        signature
    }));
    wrong(permit(
        host,
        &token,
        (Address::repeat_byte(9), chain),
        |signature| signature,
    ));
    // The other form of the same signature (EIP-2).
    let order = U256::from_be_bytes(
        zx::b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").0,
    );
    let other = |(v, r, s): (u8, B256, B256)| {
        (
            55 - v,
            r,
            (order - U256::from_be_bytes(s.0)).to_be_bytes().into(),
        )
    };
    wrong(permit(host, &token, (address, chain), other));

    let mut sent = (0, B256::ZERO, B256::ZERO);
    permit(host, &token, (address, chain), |signature| {
        sent = signature;
        signature
    })
    .unwrap();
    host.assert_logs(
        address,
        [Approval {
            owner,
            spender,
            value: n(40),
        }
        .into_log()],
    );
    assert_eq!(
        (
            token.erc20().allowance(owner, spender),
            token.nonces().nonces(owner)
        ),
        (n(40), n(1))
    );
    wrong(permit(host, &token, (address, chain), |_| sent));
    let deadline = n(host.block().timestamp - 1);
    let late = token.permit(owner, spender, n(1), deadline, sent.0, sent.1, sent.2);
    assert_eq!(
        late,
        Err(PermitError::ERC2612ExpiredSignature { deadline }.into())
    );
}

/// An allowance that is changed while its spender watches can be spent twice: old, then new. What closes the race is to
/// set it to zero first and to look at what was spent.
#[zx::test]
fn an_allowance_set_to_zero_first_cannot_be_spent_twice(host: &Host) {
    let [owner, alice] = host.accounts();
    let token = token(host);
    token.erc20().approve(alice, n(100)).unwrap();
    token
        .by(alice)
        .erc20()
        .transfer_from(owner, alice, n(100))
        .unwrap();
    token.erc20().approve(alice, n(0)).unwrap();
    assert_eq!(
        token.erc20().balance_of(alice),
        n(100),
        "the owner sees that it was spent, and approves no more"
    );
    assert!(
        token
            .by(alice)
            .erc20()
            .transfer_from(owner, alice, n(1))
            .is_err()
    );
}

/// A token, and everybody who has ever received some.
struct Watched {
    token: Address,
    holders: RefCell<BTreeSet<Address>>,
}

impl Watched {
    /// Notes who received something in the last transaction, and adds up what all have.
    fn held(&self, host: &Host) -> U256 {
        let mut holders = self.holders.borrow_mut();
        let last = host
            .logs()
            .into_iter()
            .filter_map(|(_, log)| log.topics.get(2).copied());
        holders.extend(last.map(|topic| Address::from_word(topic.into())));
        holders
            .iter()
            .map(|holder| host.at::<Zx20Full>(self.token).erc20().balance_of(*holder))
            .sum()
    }
}

#[test]
fn balances_make_up_the_supply_and_the_supply_stays_below_the_cap() {
    Invariants::new(|host, targets| {
        let token = token(host).address();
        targets
            .contract::<Zx20Full>(token)
            .senders(host.accounts::<3>())
            .amounts(0u64..=600);
        Watched {
            token,
            holders: RefCell::new(host.accounts::<3>().into()),
        }
    })
    .hold(
        "balances make up the supply, which the cap bounds",
        |host, watched| {
            let token = host.at::<Zx20Full>(watched.token);
            assert_eq!(watched.held(host), token.erc20().total_supply());
            assert!(token.erc20().total_supply() <= token.cap());
        },
    )
    .check();
}

/// Without a role and without an allowance, nobody gets richer and nobody else poorer.
#[test]
fn a_stranger_takes_nothing() {
    Invariants::new(|host, targets| {
        let token = token(host).address();
        let [owner, stranger] = host.accounts();
        targets
            .contract::<Zx20Full>(token)
            .senders([stranger])
            .addresses([owner])
            .amounts(0u64..=600);
        token
    })
    .hold("the owner keeps what is the owner's", |host, token| {
        let token = host.at::<Zx20Full>(*token);
        let [owner, stranger] = host.accounts();
        assert_eq!(
            (
                token.erc20().balance_of(owner),
                token.erc20().balance_of(stranger)
            ),
            (n(500), n(0))
        );
        assert_eq!(
            (token.erc20().total_supply(), token.paused()),
            (n(500), false)
        );
        assert!(
            token.access().has_role(DEFAULT_ADMIN_ROLE, owner)
                && !token.access().has_role(MINTER_ROLE, stranger)
        );
    })
    .check();
}
