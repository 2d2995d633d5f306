//! Attacks, each of which must fail.

use super::*;
use tests::{Delegation, Permit, n, sign, sign_for, token};
use zx::{
    components::{NoncesError, VotesError},
    crypto::{PermitError, SignatureError},
    testing::{Host, Reverted},
};

/// v, r and s.
type Signed = (u8, B256, B256);

/// The same signature in its other form (EIP-2).
fn other_form((v, r, s): Signed) -> Signed {
    let order = zx::b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    let s = U256::from_be_bytes(order.0) - U256::from_be_bytes(s.0);
    (55 - v, r, s.to_be_bytes().into())
}

/// What the first account signs: that the third may move 40 of its tokens, or that it votes with them.
struct Papers {
    permit: Permit,
    delegation: Delegation,
}

impl Papers {
    fn new(host: &Host, nonce: u64) -> Self {
        let [owner, _, thief] = host.accounts();
        let (nonce, deadline) = (n(nonce), n(host.block().timestamp));
        Self {
            permit: Permit {
                owner,
                spender: thief,
                value: n(40),
                nonce,
                deadline,
            },
            delegation: Delegation {
                delegatee: thief,
                nonce,
                expiry: deadline,
            },
        }
    }

    fn send_permit(
        &self,
        token: &Zx20VotesClient<'_>,
        (v, r, s): Signed,
    ) -> Result<(), Option<PermitError>> {
        let Permit {
            owner,
            spender,
            value,
            deadline,
            ..
        } = self.permit;
        let sent = token.permit(owner, spender, value, deadline, v, r, s);
        sent.map_err(|reverted| reverted.decode())
    }

    fn send_delegation(
        &self,
        token: &Zx20VotesClient<'_>,
        (v, r, s): Signed,
    ) -> Result<(), Reverted> {
        let Delegation {
            delegatee,
            nonce,
            expiry,
        } = self.delegation;
        token
            .votes()
            .delegate_by_sig(delegatee, nonce, expiry, v, r, s)
    }
}

/// The owner still has everything, and votes with nobody.
fn assert_untouched(host: &Host, token: &Zx20VotesClient<'_>) {
    let [owner, _, thief] = host.accounts();
    assert_eq!(token.erc20().allowance(owner, thief), n(0));
    assert_eq!(
        (
            token.votes().delegates(owner),
            token.votes().get_votes(thief)
        ),
        (Address::ZERO, n(0))
    );
}

#[zx::test]
fn a_signature_in_its_other_form_is_none(host: &Host) {
    let [owner, _, thief] = host.accounts();
    let token = token(host).by(thief);
    let papers = Papers::new(host, 0);
    let permit = sign(host, token.address(), &papers.permit);
    let delegation = sign(host, token.address(), &papers.delegation);
    let signer = Address::ZERO;
    assert_eq!(
        papers.send_permit(&token, other_form(permit)),
        Err(Some(PermitError::ERC2612InvalidSigner { signer, owner }))
    );
    let (v, r, s) = other_form(delegation);
    let error = VotesError::Signature(SignatureError::ECDSAInvalidSignatureS { s });
    assert_eq!(papers.send_delegation(&token, (v, r, s)), Err(error.into()));
    assert_untouched(host, &token);
    // The form that is one.
    papers.send_delegation(&token, delegation).unwrap();
    assert_eq!(token.votes().get_votes(thief), n(1_000));
}

/// For the same token on another chain, another token on this one, and one that has another name. What is recovered is
/// somebody without tokens.
#[zx::test]
fn what_is_signed_for_one_token_on_one_chain_is_not_good_for_another(host: &Host) {
    let [owner, _, thief] = host.accounts();
    let token = token(host).by(thief);
    let papers = Papers::new(host, 0);
    let (chain, address) = (host.block().chain_id, token.address());
    let other = host.deploy::<Zx20Votes>(("Zexus".to_owned(), "ZX".to_owned()));
    for (name, chain, address) in [
        ("Zexus", chain + 1, address),
        ("Zexus", chain, other.address()),
        ("Another", chain, address),
    ] {
        let permit = sign_for(name, chain, address, &papers.permit);
        let refused = papers.send_permit(&token, permit);
        assert!(
            matches!(refused, Err(Some(PermitError::ERC2612InvalidSigner { signer, .. })) if signer != owner),
            "{refused:?}"
        );
        let delegation = sign_for(name, chain, address, &papers.delegation);
        papers.send_delegation(&token, delegation).unwrap();
        assert_untouched(host, &token);
    }
    assert_eq!(token.nonces().nonces(owner), n(0));
}

/// A delegation that was withdrawn does not come back by being sent again, nor does a permit's allowance.
#[zx::test]
fn what_is_signed_is_used_once(host: &Host) {
    let [owner, _, thief] = host.accounts();
    let token = token(host).by(thief);
    let first = Papers::new(host, 0);
    let second = Papers::new(host, 1);
    let delegation = sign(host, token.address(), &first.delegation);
    let permit = sign(host, token.address(), &second.permit);
    first.send_delegation(&token, delegation).unwrap();
    second.send_permit(&token, permit).unwrap();
    token.by(owner).votes().delegate(Address::ZERO).unwrap();
    token.by(owner).erc20().approve(thief, n(0)).unwrap();
    let used = NoncesError::InvalidAccountNonce {
        account: owner,
        current_nonce: n(2),
    };
    assert_eq!(first.send_delegation(&token, delegation), Err(used.into()));
    assert!(second.send_permit(&token, permit).is_err());
    assert_untouched(host, &token);
}

/// An allowance that is changed while its spender watches is spent twice: old, then new. What closes the race is to set it
/// to zero first, and to look at what was spent.
#[zx::test]
fn an_allowance_that_is_set_to_zero_first_is_not_spent_twice(host: &Host) {
    let [owner, _, thief] = host.accounts();
    let token = token(host);
    let spend = |value| {
        token
            .by(thief)
            .erc20()
            .transfer_from(owner, thief, n(value))
    };
    token.erc20().approve(thief, n(100)).unwrap();
    host.rehearse(|| {
        spend(100).unwrap();
        token.erc20().approve(thief, n(50)).unwrap();
        spend(50).unwrap();
        assert_eq!(token.erc20().balance_of(thief), n(150), "the race");
    });
    spend(100).unwrap();
    token.erc20().approve(thief, n(0)).unwrap();
    assert_eq!(
        token.erc20().balance_of(thief),
        n(100),
        "the owner sees that it was spent, and approves no more"
    );
    assert!(spend(1).is_err());
}

/// Votes are not multiplied by what moves in circles: to oneself, or by delegating again and again.
#[zx::test]
fn votes_are_not_multiplied(host: &Host) {
    let [owner, alice, _] = host.accounts();
    let token = token(host);
    let votes = || [owner, alice].map(|who| token.votes().get_votes(who));
    for _ in 0..3 {
        token.votes().delegate(owner).unwrap();
        token.erc20().transfer(owner, n(1_000)).unwrap();
    }
    assert_eq!(votes(), [n(1_000), n(0)]);
    for _ in 0..3 {
        token.votes().delegate(alice).unwrap();
        token.votes().delegate(owner).unwrap();
    }
    assert_eq!(votes(), [n(1_000), n(0)]);
    // The same tokens, for both of them, within a block.
    token.erc20().transfer(alice, n(1_000)).unwrap();
    token.by(alice).votes().delegate(alice).unwrap();
    assert_eq!(votes(), [n(0), n(1_000)]);
    let now = n(host.block().number);
    host.mine(1);
    let then = [owner, alice].map(|who| token.votes().get_past_votes(who, now));
    assert_eq!(then, [n(0), n(1_000)], "what counts is how the block ended");
}
