//! Operations that every fungible token has, and what it must say of itself.

use super::{
    driver::Step,
    random::Random,
    wallet,
    world::{Call, World},
};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolCall, SolError as _, SolStruct as _, SolValue as _, eip712_domain, sol};
use zx_tests::CHAIN_ID;

sol! {
    function name() external view returns (string);
    function symbol() external view returns (string);
    function decimals() external view returns (uint8);
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function transfer(address to, uint256 value) external returns (bool);
    function approve(address spender, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
    function mint(address to, uint256 value) external;
    function burn(uint256 value) external;
    function burnFrom(address account, uint256 value) external;
    function nonces(address owner) external view returns (uint256);
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    function eip712Domain() external view;
    function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;

    struct Permit {
        address owner;
        address spender;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }

    error ECDSAInvalidSignature();
    error ECDSAInvalidSignatureS(bytes32 s);
    error ERC2612InvalidSigner(address signer, address owner);
}

/// Amounts are mostly below this; accounts begin with twenty times as much.
pub(crate) const LIKELY: u64 = 1_000;

/// The accounts, and now and then the zero address or somebody without a key.
pub(crate) fn anybody(random: &mut Random) -> eyre::Result<Address> {
    Ok(match random.below(25) {
        0 => Address::ZERO,
        1 => Address::repeat_byte(0x77),
        _ => random.pick(&wallet::accounts()?),
    })
}

pub(crate) fn somebody(random: &mut Random) -> eyre::Result<Address> {
    Ok(random.pick(&wallet::accounts()?))
}

/// A transaction without value.
pub(crate) fn call(what: &'static str, from: Address, to: Address, method: &impl SolCall) -> Step {
    Step::Call(Call { what, from, to, value: U256::ZERO, data: method.abi_encode().into() })
}

/// One of transfer, approve, transferFrom, burn and mint.
pub(crate) fn operation(random: &mut Random, token: Address) -> eyre::Result<Step> {
    let (from, other, third) = (somebody(random)?, anybody(random)?, anybody(random)?);
    let value = random.amount(LIKELY);
    Ok(match random.below(12) {
        0..=3 => call("transfer", from, token, &transferCall { to: other, value }),
        4..=5 => {
            call("approve", from, token, &approveCall { spender: other, value: value.saturating_mul(U256::from(4)) })
        }
        6..=8 => call("transferFrom", from, token, &transferFromCall { from: other, to: third, value }),
        9 => call("burn", from, token, &burnCall { value }),
        _ => {
            let minter = if random.chance(80) { wallet::accounts()?[0] } else { from };
            call("mint", minter, token, &mintCall { to: other, value })
        }
    })
}

/// A permit of the token that has this name: mostly right, else expired, used, signed by another, or in its other form.
pub(crate) fn permit(random: &mut Random, world: &mut World, token: Address, name: &'static str) -> eyre::Result<Step> {
    let (owner, spender) = (somebody(random)?, anybody(random)?);
    let value = random.amount(4 * LIKELY);
    let nonce = U256::abi_decode(&world.look(token, &noncesCall { owner }.abi_encode())?.data)?;
    let now = U256::from(world.block().1);
    let deadline = if random.chance(10) { now - U256::ONE } else { now + U256::from(random.below(2)) };
    let nonce = if random.chance(10) { nonce.wrapping_sub(U256::ONE) } else { nonce };
    let signer = if random.chance(10) { somebody(random)? } else { owner };
    let domain = eip712_domain! { name: name, version: "1", chain_id: CHAIN_ID, verifying_contract: token, };
    let hash = Permit { owner, spender, value, nonce, deadline }.eip712_signing_hash(&domain);
    let (v, r, s) = forge(random, wallet::sign(signer, hash)?);
    Ok(call("permit", owner, token, &permitCall { owner, spender, value, deadline, v, r, s }))
}

/// Now and then the signature's other form, or one of nobody.
pub(crate) fn forge(random: &mut Random, (v, r, s): (u8, B256, B256)) -> (u8, B256, B256) {
    const ORDER: B256 = alloy_primitives::b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    match random.below(12) {
        0 => (55 - v, r, (U256::from_be_bytes(ORDER.0) - U256::from_be_bytes(s.0)).into()),
        1 => (0, r, s),
        _ => (v, r, s),
    }
}

/// Where nobody has signed, ours says that this nobody is not the owner, and OpenZeppelin that there is no signature.
pub(crate) fn same_permit_error(ours: &[u8], theirs: &[u8]) -> bool {
    let none = ECDSAInvalidSignature::abi_decode(theirs).is_ok() || ECDSAInvalidSignatureS::abi_decode(theirs).is_ok();
    let nobody = |e: ERC2612InvalidSigner| e.signer.is_zero() && !e.owner.is_zero();
    ours == theirs || (none && ERC2612InvalidSigner::abi_decode(ours).is_ok_and(nobody))
}

/// What everybody can ask a token.
pub(crate) fn views(token: Address) -> Vec<(Address, Vec<u8>)> {
    let who = wallet::accounts().unwrap_or_default();
    let mut views = vec![
        nameCall {}.abi_encode(),
        symbolCall {}.abi_encode(),
        decimalsCall {}.abi_encode(),
        totalSupplyCall {}.abi_encode(),
        balanceOfCall { account: Address::repeat_byte(0x77) }.abi_encode(),
    ];
    for (i, owner) in who.iter().enumerate() {
        views.push(balanceOfCall { account: *owner }.abi_encode());
        let spender = who[(i + 1) % who.len()];
        views.push(allowanceCall { owner: *owner, spender }.abi_encode());
    }
    views.into_iter().map(|data| (token, data)).collect()
}

/// What a token with permits says besides.
pub(crate) fn permit_views(token: Address) -> Vec<(Address, Vec<u8>)> {
    let who = wallet::accounts().unwrap_or_default();
    let nonces = who.into_iter().map(|owner| noncesCall { owner }.abi_encode());
    let domain = [DOMAIN_SEPARATORCall {}.abi_encode(), eip712DomainCall {}.abi_encode()];
    nonces.chain(domain).map(|data| (token, data)).collect()
}

/// Gives each account something to begin with.
pub(crate) fn endow(world: &mut World, token: Address) -> eyre::Result<()> {
    let who = wallet::accounts()?;
    for to in &who {
        let value = U256::from(20 * LIKELY);
        world.must(who[0], token, mintCall { to: *to, value }.abi_encode())?;
    }
    Ok(())
}

/// The id of a role.
pub(crate) fn role(name: &str) -> B256 {
    keccak256(name)
}
