//! The tokens of many kinds against OpenZeppelin's, with receivers that take, refuse, and call back.

use super::{
    driver::{Side, Step, Subject, equal},
    erc20::{anybody, call, somebody},
    random::Random,
    receivers, wallet,
    world::World,
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall as _, SolValue as _, sol};

sol! {
    interface IThings {
        function uri(uint256 id) external view returns (string);
        function balanceOf(address account, uint256 id) external view returns (uint256);
        function balanceOfBatch(address[] accounts, uint256[] ids) external view returns (uint256[]);
        function totalSupply(uint256 id) external view returns (uint256);
        function totalSupply() external view returns (uint256);
        function exists(uint256 id) external view returns (bool);
        function isApprovedForAll(address account, address operator) external view returns (bool);
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
        function setApprovalForAll(address operator, bool approved) external;
        function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes data) external;
        function safeBatchTransferFrom(address from, address to, uint256[] ids, uint256[] values, bytes data) external;
        function mint(address to, uint256 id, uint256 value, bytes data) external;
        function mintBatch(address to, uint256[] ids, uint256[] values, bytes data) external;
        function burn(address account, uint256 id, uint256 value) external;
        function burnBatch(address account, uint256[] ids, uint256[] values) external;
        function setURI(string uri) external;
    }
}
use IThings as I;

/// Ids of kinds are below this.
const IDS: u64 = 4;
/// Amounts are mostly below this.
const LIKELY: u64 = 50;

/// `contracts/zx1155`.
pub(crate) const SUBJECT: Subject = Subject {
    name: "zx1155",
    original: "OpenZeppelin ERC1155, ERC1155Supply, ERC1155Burnable, Ownable2Step",
    deploy: |world, side| {
        let owner = wallet::accounts()?[0];
        let arguments = ("https://things/{id}.json".to_owned(),).abi_encode_params();
        let things = match side {
            Side::Ours => world.deploy(owner, "zx1155", &arguments)?,
            Side::Theirs => world.original(owner, "Things", &arguments)?,
        };
        let ids: Vec<_> = (0..IDS).map(U256::from).collect();
        for to in wallet::accounts()? {
            let values = vec![U256::from(20 * LIKELY); ids.len()];
            let mint = I::mintBatchCall { to, ids: ids.clone(), values, data: Bytes::new() };
            world.must(owner, things, mint.abi_encode())?;
        }
        Ok([vec![things], receivers::deploy(world)?].concat())
    },
    step,
    views,
    same_error: equal,
    creates: &[],
    attacks: &[],
    dearer: &[],
};

/// Kinds and numbers; now and then not as many of one as of the other.
fn batch(random: &mut Random) -> (Vec<U256>, Vec<U256>) {
    let len = random.below(4);
    let ids = (0..len).map(|_| U256::from(random.below(IDS))).collect();
    let uneven = random.chance(4);
    let values = (0..len + u64::from(uneven)).map(|_| few(random)).collect();
    (ids, values)
}

/// Seldom more than there is: a batch fails with any of its parts.
fn few(random: &mut Random) -> U256 {
    if random.chance(6) { random.amount(LIKELY) } else { U256::from(random.below(LIKELY)) }
}

fn step(random: &mut Random, _: &mut World, contracts: &[Address]) -> eyre::Result<Step> {
    let things = contracts[0];
    let receiver = random.pick(&contracts[1..]);
    let from = if random.chance(10) { receiver } else { somebody(random)? };
    let by = if random.chance(80) { from } else { somebody(random)? };
    let to = if random.chance(30) { receiver } else { anybody(random)? };
    let admin = if random.chance(85) { wallet::accounts()?[0] } else { somebody(random)? };
    let (id, value) = (U256::from(random.below(IDS)), few(random));
    let (ids, values) = batch(random);
    let data = Bytes::from(vec![0xAB; random.below(40) as usize]);
    Ok(match random.below(20) {
        0..=4 => call("safeTransferFrom", by, things, &I::safeTransferFromCall { from, to, id, value, data }),
        5..=8 => {
            let send = I::safeBatchTransferFromCall { from, to, ids, values, data };
            call("safeBatchTransferFrom", by, things, &send)
        }
        9..=10 => call("mint", admin, things, &I::mintCall { to, id, value, data }),
        11..=12 => call("mintBatch", admin, things, &I::mintBatchCall { to, ids, values, data }),
        13..=14 => call("burn", by, things, &I::burnCall { account: from, id, value }),
        15 => call("burnBatch", by, things, &I::burnBatchCall { account: from, ids, values }),
        16..=17 => {
            let approved = random.chance(50);
            call("setApprovalForAll", by, things, &I::setApprovalForAllCall { operator: to, approved })
        }
        18 => {
            let uri = "https://other/".repeat(random.below(5) as usize);
            call("setURI", admin, things, &I::setURICall { uri })
        }
        _ => Step::Pass(random.below(100)),
    })
}

fn views(contracts: &[Address]) -> Vec<(Address, Vec<u8>)> {
    let who = wallet::accounts().unwrap_or_default();
    let mut views = vec![
        I::uriCall { id: U256::from(7) }.abi_encode(),
        I::totalSupply_1Call {}.abi_encode(),
        I::balanceOfBatchCall { accounts: who.clone(), ids: vec![U256::ZERO] }.abi_encode(),
    ];
    for interface in [0x01ff_c9a7u32, 0xd9b6_7a26, 0x0e89_341c, 0xffff_ffff] {
        views.push(I::supportsInterfaceCall { interfaceId: interface.to_be_bytes().into() }.abi_encode());
    }
    let everybody: Vec<_> = who.iter().chain(contracts).copied().collect();
    for id in (0..=IDS).map(U256::from) {
        views.push(I::totalSupply_0Call { id }.abi_encode());
        views.push(I::existsCall { id }.abi_encode());
        let ids = vec![id; everybody.len()];
        views.push(I::balanceOfBatchCall { accounts: everybody.clone(), ids }.abi_encode());
    }
    for account in everybody {
        views.push(I::balanceOfCall { account, id: U256::ONE }.abi_encode());
        views.push(I::isApprovedForAllCall { account, operator: who[1] }.abi_encode());
    }
    views.into_iter().map(|data| (contracts[0], data)).collect()
}

#[test]
fn the_tokens_of_many_kinds_do_what_openzeppelin_s_do() -> eyre::Result<()> {
    SUBJECT.check().map(drop)
}
