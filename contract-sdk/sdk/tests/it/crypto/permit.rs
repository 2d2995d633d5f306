use crate::wallet::{sign, sign_by};
use zx::{
    components::{Eip712, Nonces},
    crypto::{Permit, PermitError, Signature},
    prelude::*,
    testing::{Host, Reverted},
};

#[zx::contract]
pub struct Token {
    #[component]
    nonces: Nonces,
    #[component]
    domain: Eip712,
    #[view]
    allowance: Map<(Address, Address), U256>,
}

#[zx::public]
impl Token {
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx) {
        self.domain.init(cx, "Token".into(), "1".into());
    }

    #[allow(clippy::too_many_arguments)]
    pub fn permit(
        &mut self,
        cx: &mut Ctx,
        owner: Address,
        spender: Address,
        value: U256,
        deadline: U256,
        v: u8,
        r: B256,
        s: B256,
    ) -> Result<(), PermitError> {
        let domain = self.domain.domain().separator(cx);
        Permit { owner, spender, value, deadline }.check(cx, domain, &mut self.nonces, Signature { v, r, s })?;
        self.allowance.set((owner, spender), value);
        Ok(())
    }
}

/// The hash of a permit, by alloy.
fn hash(host: &Host, token: Address, permit: &Permit, nonce: u64) -> B256 {
    use alloy_sol_types::SolStruct as _;
    mod message {
        alloy_sol_types::sol! {
            struct Permit {
                address owner;
                address spender;
                uint256 value;
                uint256 nonce;
                uint256 deadline;
            }
        }
    }
    let domain = alloy_sol_types::eip712_domain! {
        name: "Token", version: "1", chain_id: host.block().chain_id, verifying_contract: token,
    };
    let Permit { owner, spender, value, deadline } = *permit;
    let message = message::Permit {
        owner,
        spender,
        value: value.into(),
        nonce: alloy_primitives::U256::from(nonce),
        deadline: deadline.into(),
    };
    message.eip712_signing_hash(&domain)
}

fn send(token: &TokenClient<'_>, permit: Permit, signature: Signature) -> Result<(), Reverted> {
    let Permit { owner, spender, value, deadline } = permit;
    token.permit(owner, spender, value, deadline, signature.v, signature.r, signature.s)
}

#[zx::test]
fn a_signed_allowance_is_set_once_and_until_its_deadline(host: &Host) {
    let [owner, spender, relayer] = host.accounts();
    let token = host.deploy::<Token>(()).by(relayer);
    let deadline = U256::from(host.block().timestamp);
    let permit = Permit { owner, spender, value: U256::from(50u8), deadline };
    let signature = sign(hash(host, token.address(), &permit, 0));
    let wrong = |error: Reverted| match error.decode::<PermitError>() {
        Some(PermitError::ERC2612InvalidSigner { signer, owner: of }) => of == owner && signer != owner,
        _ => false,
    };
    let more = Permit { value: U256::from(51u8), ..permit };
    assert!(send(&token, more, signature).is_err_and(wrong), "another amount");
    let other = sign_by(B256::repeat_byte(5), hash(host, token.address(), &permit, 0));
    assert!(send(&token, permit, other).is_err_and(wrong), "another's signature");
    let none = Signature { v: 0, ..signature };
    let nobody = PermitError::ERC2612InvalidSigner { signer: Address::ZERO, owner };
    assert_eq!(send(&token, permit, none), Err(nobody.into()));
    assert_eq!(token.nonces().nonces(owner), U256::ZERO, "what is refused uses no nonce");

    send(&token, permit, signature).unwrap();
    assert_eq!(token.allowance((owner, spender)), U256::from(50u8));
    assert_eq!(token.nonces().nonces(owner), U256::ONE);
    assert!(send(&token, permit, signature).is_err_and(wrong), "a second time");

    let next = sign(hash(host, token.address(), &permit, 1));
    host.pass(1);
    assert_eq!(send(&token, permit, next), Err(PermitError::ERC2612ExpiredSignature { deadline }.into()));
}

#[zx::test]
fn a_contract_permits_by_answering(host: &Host) {
    let [_, spender] = host.accounts();
    let token = host.deploy::<Token>(());
    let owner = Address::repeat_byte(0x77);
    let permit = Permit { owner, spender, value: U256::ONE, deadline: U256::MAX };
    let signature = Signature { v: 27, r: B256::repeat_byte(1), s: B256::repeat_byte(2) };
    let question = zx::selector("isValidSignature(bytes32,bytes)");
    let asked = (hash(host, token.address(), &permit, 0), Bytes::from(signature.to_bytes()));
    host.mock(owner).returns_to(question, asked, zx::FixedBytes(question)).install();
    send(&token, permit, signature).unwrap();
    assert_eq!(token.allowance((owner, spender)), U256::ONE);
    let refused = PermitError::ERC2612InvalidSigner { signer: Address::ZERO, owner };
    assert_eq!(send(&token, permit, signature), Err(refused.into()), "the contract answers for the first nonce only");
}
