//! The fungible tokens against OpenZeppelin's.

use super::{
    driver::{Side, Step, Subject, equal},
    erc20::{self, call},
    random::Random,
    wallet,
    world::World,
};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall as _, SolStruct as _, SolValue as _, eip712_domain, sol};
use zx_tests::CHAIN_ID;

sol! {
    function cap() external view returns (uint256);
    function paused() external view returns (bool);
    function pause() external;
    function unpause() external;
    function hasRole(bytes32 role, address account) external view returns (bool);
    function getRoleAdmin(bytes32 role) external view returns (bytes32);
    function grantRole(bytes32 role, address account) external;
    function revokeRole(bytes32 role, address account) external;
    function renounceRole(bytes32 role, address callerConfirmation) external;
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
    function owner() external view returns (address);
    function pendingOwner() external view returns (address);
    function transferOwnership(address newOwner) external;
    function acceptOwnership() external;
    function delegates(address account) external view returns (address);
    function getVotes(address account) external view returns (uint256);
    function getPastVotes(address account, uint256 timepoint) external view returns (uint256);
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256);
    function delegate(address delegatee) external;
    function delegateBySig(address delegatee, uint256 nonce, uint256 expiry, uint8 v, bytes32 r, bytes32 s) external;
    function clock() external view returns (uint48);
    function CLOCK_MODE() external view returns (string);

    struct Delegation {
        address delegatee;
        uint256 nonce;
        uint256 expiry;
    }
}

const NAME: &str = "Zexus";

/// `contracts/zx20`.
pub(crate) const PLAIN: Subject = Subject {
    name: "zx20",
    original: "OpenZeppelin ERC20, ERC20Burnable, Ownable",
    deploy: |world, side| {
        let owner = wallet::accounts()?[0];
        let (name, symbol, supply) = (NAME.to_owned(), "ZX".to_owned(), U256::from(1_000));
        let token = match side {
            Side::Ours => world.deploy(owner, "zx20", &(name, symbol, U256::from(18), supply).abi_encode_params())?,
            Side::Theirs => world.original(owner, "Plain", &(name, symbol, supply).abi_encode_params())?,
        };
        erc20::endow(world, token)?;
        Ok(vec![token])
    },
    step: |random, _, contracts| erc20::operation(random, contracts[0]),
    views: |contracts| {
        let token = contracts[0];
        [erc20::views(token), vec![(token, ownerCall {}.abi_encode())]].concat()
    },
    same_error: equal,
    creates: &[],
    attacks: &[],
    dearer: &[],
};

/// `contracts/zx20-full`.
pub(crate) const FULL: Subject = Subject {
    name: "zx20-full",
    original: "OpenZeppelin ERC20, ERC20Burnable, ERC20Capped, ERC20Pausable, ERC20Permit, AccessControl",
    deploy: |world, side| deploy_full(world, side, "Full"),
    step: full_step,
    views: |contracts| {
        let token = contracts[0];
        let who = wallet::accounts().unwrap_or_default();
        let mut views = vec![
            capCall {}.abi_encode(),
            pausedCall {}.abi_encode(),
            getRoleAdminCall { role: erc20::role("MINTER_ROLE") }.abi_encode(),
            supportsInterfaceCall { interfaceId: [0x79, 0x65, 0xDB, 0x0B].into() }.abi_encode(),
            supportsInterfaceCall { interfaceId: [0xFF; 4].into() }.abi_encode(),
        ];
        for role in ROLES {
            let has = |account: &Address| hasRoleCall { role: role_id(role), account: *account }.abi_encode();
            views.extend(who.iter().map(has));
        }
        let views = views.into_iter().map(|data| (token, data)).collect();
        [erc20::views(token), erc20::permit_views(token), views].concat()
    },
    same_error: erc20::same_permit_error,
    creates: &[],
    attacks: &[],
    dearer: &[],
};

/// The roles of the token; the first is the admin's.
const ROLES: [&str; 3] = ["", "MINTER_ROLE", "PAUSER_ROLE"];

fn role_id(name: &str) -> B256 {
    if name.is_empty() { B256::ZERO } else { erc20::role(name) }
}

pub(crate) fn deploy_full(world: &mut World, side: Side, original: &str) -> eyre::Result<Vec<Address>> {
    let owner = wallet::accounts()?[0];
    let (name, symbol, cap) = (NAME.to_owned(), "ZX".to_owned(), U256::from(150_000));
    let token = match side {
        Side::Ours => world.deploy(owner, "zx20-full", &(name, symbol, U256::from(18), cap).abi_encode_params())?,
        Side::Theirs => world.original(owner, original, &(name, symbol, cap).abi_encode_params())?,
    };
    erc20::endow(world, token)?;
    Ok(vec![token])
}

fn full_step(random: &mut Random, world: &mut World, contracts: &[Address]) -> eyre::Result<Step> {
    let (token, from, other) = (contracts[0], erc20::somebody(random)?, erc20::anybody(random)?);
    let admin = if random.chance(70) { wallet::accounts()?[0] } else { from };
    let role = role_id(random.pick(&ROLES[1..]));
    Ok(match random.below(24) {
        0 => call("pause", admin, token, &pauseCall {}),
        // More often, so that the token is not always paused.
        1..=3 => call("unpause", admin, token, &unpauseCall {}),
        4 => call("grantRole", admin, token, &grantRoleCall { role, account: other }),
        5 => call("revokeRole", admin, token, &revokeRoleCall { role, account: other }),
        6 => {
            let who = if random.chance(80) { from } else { other };
            call("renounceRole", from, token, &renounceRoleCall { role, callerConfirmation: who })
        }
        7..=8 => Step::Pass(random.below(100)),
        9..=11 => erc20::permit(random, world, token, NAME)?,
        12..=13 => {
            let value = random.amount(erc20::LIKELY);
            call("burnFrom", from, token, &erc20::burnFromCall { account: other, value })
        }
        _ => erc20::operation(random, token)?,
    })
}

/// `contracts/zx20-votes`.
pub(crate) const VOTES: Subject = Subject {
    name: "zx20-votes",
    original: "OpenZeppelin ERC20, ERC20Burnable, ERC20Permit, ERC20Votes, Ownable2Step",
    deploy: |world, side| {
        let owner = wallet::accounts()?[0];
        let arguments = (NAME.to_owned(), "ZX".to_owned()).abi_encode_params();
        let token = match side {
            Side::Ours => world.deploy(owner, "zx20-votes", &arguments)?,
            Side::Theirs => world.original(owner, "Voting", &arguments)?,
        };
        erc20::endow(world, token)?;
        Ok(vec![token])
    },
    step: votes_step,
    views: |contracts| {
        let token = contracts[0];
        let mut views = vec![
            ownerCall {}.abi_encode(),
            pendingOwnerCall {}.abi_encode(),
            clockCall {}.abi_encode(),
            CLOCK_MODECall {}.abi_encode(),
        ];
        // In the middle of what there is, and in the future.
        for timepoint in [0u64, 1, 5, 50, 100_000] {
            views.push(getPastTotalSupplyCall { timepoint: U256::from(timepoint) }.abi_encode());
        }
        for account in wallet::accounts().unwrap_or_default() {
            views.push(delegatesCall { account }.abi_encode());
            views.push(getVotesCall { account }.abi_encode());
            views.push(getPastVotesCall { account, timepoint: U256::from(20) }.abi_encode());
        }
        let views = views.into_iter().map(|data| (token, data)).collect();
        [erc20::views(token), erc20::permit_views(token), views].concat()
    },
    same_error: erc20::same_permit_error,
    creates: &[],
    attacks: &[],
    dearer: &[],
};

fn votes_step(random: &mut Random, world: &mut World, contracts: &[Address]) -> eyre::Result<Step> {
    let (token, from, other) = (contracts[0], erc20::somebody(random)?, erc20::anybody(random)?);
    let owner = Address::abi_decode(&world.look(token, &ownerCall {}.abi_encode())?.data)?;
    Ok(match random.below(24) {
        0 => {
            let owner = if random.chance(80) { owner } else { from };
            call("transferOwnership", owner, token, &transferOwnershipCall { newOwner: other })
        }
        1..=2 => call("acceptOwnership", from, token, &acceptOwnershipCall {}),
        3..=5 => call("delegate", from, token, &delegateCall { delegatee: other }),
        6 => delegate_by_sig(random, world, token)?,
        7..=9 => Step::Pass(random.below(100)),
        10..=11 => erc20::permit(random, world, token, NAME)?,
        12 => {
            let value = random.amount(erc20::LIKELY);
            call("burnFrom", from, token, &erc20::burnFromCall { account: other, value })
        }
        13 => {
            let value = random.amount(erc20::LIKELY);
            call("mint", owner, token, &erc20::mintCall { to: other, value })
        }
        14 => {
            // A past block, of a transaction's own view.
            let timepoint = U256::from(random.below(world.block().0));
            call("getPastVotes", from, token, &getPastVotesCall { account: other, timepoint })
        }
        _ => erc20::operation(random, token)?,
    })
}

fn delegate_by_sig(random: &mut Random, world: &mut World, token: Address) -> eyre::Result<Step> {
    let (from, delegatee) = (erc20::somebody(random)?, erc20::anybody(random)?);
    let nonce = U256::abi_decode(&world.look(token, &erc20::noncesCall { owner: from }.abi_encode())?.data)?;
    let nonce = if random.chance(10) { nonce + U256::ONE } else { nonce };
    let now = U256::from(world.block().1);
    let expiry = if random.chance(10) { now - U256::ONE } else { now };
    let domain = eip712_domain! { name: NAME, version: "1", chain_id: CHAIN_ID, verifying_contract: token, };
    let hash = Delegation { delegatee, nonce, expiry }.eip712_signing_hash(&domain);
    let (v, r, s) = erc20::forge(random, wallet::sign(from, hash)?);
    Ok(call("delegateBySig", from, token, &delegateBySigCall { delegatee, nonce, expiry, v, r, s }))
}

#[test]
fn the_plain_token_does_what_openzeppelin_s_does() -> eyre::Result<()> {
    PLAIN.check().map(drop)
}

#[test]
fn the_full_token_does_what_openzeppelin_s_does() -> eyre::Result<()> {
    FULL.check().map(drop)
}

#[test]
fn the_voting_token_does_what_openzeppelin_s_does() -> eyre::Result<()> {
    VOTES.check().map(drop)
}

/// The harness itself: an original that loses a token in one transfer of seven is found, and shown shortly.
#[test]
fn a_difference_is_found_and_shrunk_to_the_operation_that_shows_it() -> eyre::Result<()> {
    let subject = Subject { deploy: |world, side| deploy_full(world, side, "Leaky"), ..FULL };
    let found = subject.campaign(7, 2_000).err().map(|e| e.to_string()).unwrap_or_default();
    let steps: Vec<_> = found.lines().filter(|line| line.contains(" calls 0x")).collect();
    assert_eq!(steps.len(), 1, "{found}");
    assert!(steps[0].contains("1. transfer: "), "{found}");
    Ok(())
}
