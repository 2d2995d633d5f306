//! The tokens that are told apart against OpenZeppelin's, with receivers that take, refuse, and call back.

use super::{
    driver::{Side, Step, Subject, equal},
    erc20::{anybody, call, somebody},
    random::Random,
    receivers, wallet,
    world::World,
};
use alloy_primitives::{Address, Bytes, U256, aliases::U96};
use alloy_sol_types::{SolCall as _, SolValue as _, sol};

sol! {
    interface ICollection {
        function name() external view returns (string);
        function symbol() external view returns (string);
        function totalSupply() external view returns (uint256);
        function balanceOf(address owner) external view returns (uint256);
        function ownerOf(uint256 tokenId) external view returns (address);
        function tokenURI(uint256 tokenId) external view returns (string);
        function getApproved(uint256 tokenId) external view returns (address);
        function isApprovedForAll(address owner, address operator) external view returns (bool);
        function tokenByIndex(uint256 index) external view returns (uint256);
        function tokenOfOwnerByIndex(address owner, uint256 index) external view returns (uint256);
        function royaltyInfo(uint256 tokenId, uint256 salePrice) external view returns (address, uint256);
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
        function approve(address to, uint256 tokenId) external;
        function setApprovalForAll(address operator, bool approved) external;
        function transferFrom(address from, address to, uint256 tokenId) external;
        function safeTransferFrom(address from, address to, uint256 tokenId) external;
        function safeTransferFrom(address from, address to, uint256 tokenId, bytes data) external;
        function mint(address to, uint256 tokenId, string uri) external;
        function safeMint(address to, uint256 tokenId, string uri, bytes data) external;
        function burn(uint256 tokenId) external;
        function setDefaultRoyalty(address receiver, uint96 feeNumerator) external;
        function deleteDefaultRoyalty() external;
        function setTokenRoyalty(uint256 tokenId, address receiver, uint96 feeNumerator) external;
        function resetTokenRoyalty(uint256 tokenId) external;
    }
}
use ICollection as I;

/// Ids of tokens are below this: few, so that the same ones come and go.
const IDS: u64 = 12;

/// `contracts/zx721`.
pub(crate) const SUBJECT: Subject = Subject {
    name: "zx721",
    original: "OpenZeppelin ERC721, ERC721Enumerable, ERC721URIStorage, ERC721Burnable, ERC2981, Ownable2Step",
    deploy: |world, side| {
        let owner = wallet::accounts()?[0];
        let arguments = ("Things".to_owned(), "THG".to_owned()).abi_encode_params();
        let tokens = match side {
            Side::Ours => world.deploy(owner, "zx721", &arguments)?,
            Side::Theirs => world.original(owner, "Collection", &arguments)?,
        };
        Ok([vec![tokens], receivers::deploy(world)?].concat())
    },
    step,
    views,
    same_error: equal,
    creates: &[],
    attacks: &[],
    dearer: &[],
};

fn step(random: &mut Random, world: &mut World, contracts: &[Address]) -> eyre::Result<Step> {
    let tokens = contracts[0];
    let id = U256::from(random.below(IDS));
    let owner = world.look(tokens, &I::ownerOfCall { tokenId: id }.abi_encode())?;
    // Mostly its owner; what is not there is anybody's.
    let holder = if owner.success { Address::abi_decode(&owner.data)? } else { somebody(random)? };
    let (by, from) = (if random.chance(75) { holder } else { somebody(random)? }, holder);
    let from = if random.chance(92) { from } else { somebody(random)? };
    let to = if random.chance(30) { random.pick(&contracts[1..]) } else { anybody(random)? };
    let admin = if random.chance(85) { wallet::accounts()?[0] } else { somebody(random)? };
    let data = Bytes::from(vec![0xAB; random.below(40) as usize]);
    let uri = "ipfs://token/".repeat(random.below(5) as usize);
    let parts = U96::from(random.below(10_400));
    Ok(match random.below(26) {
        0..=3 => call("transferFrom", by, tokens, &I::transferFromCall { from, to, tokenId: id }),
        4..=6 => call("safeTransferFrom", by, tokens, &I::safeTransferFrom_0Call { from, to, tokenId: id }),
        7..=8 => {
            call("safeTransferFrom with data", by, tokens, &I::safeTransferFrom_1Call { from, to, tokenId: id, data })
        }
        9..=10 => call("approve", by, tokens, &I::approveCall { to, tokenId: id }),
        11..=12 => {
            let approved = random.chance(50);
            call("setApprovalForAll", by, tokens, &I::setApprovalForAllCall { operator: to, approved })
        }
        13..=16 => call("mint", admin, tokens, &I::mintCall { to, tokenId: id, uri }),
        17..=18 => call("safeMint", admin, tokens, &I::safeMintCall { to, tokenId: id, uri, data }),
        19..=20 => call("burn", by, tokens, &I::burnCall { tokenId: id }),
        21 => call("setDefaultRoyalty", admin, tokens, &I::setDefaultRoyaltyCall { receiver: to, feeNumerator: parts }),
        22 => call("deleteDefaultRoyalty", admin, tokens, &I::deleteDefaultRoyaltyCall {}),
        23 => {
            let set = I::setTokenRoyaltyCall { tokenId: id, receiver: to, feeNumerator: parts };
            call("setTokenRoyalty", admin, tokens, &set)
        }
        24 => call("resetTokenRoyalty", admin, tokens, &I::resetTokenRoyaltyCall { tokenId: id }),
        _ => Step::Pass(random.below(100)),
    })
}

fn views(contracts: &[Address]) -> Vec<(Address, Vec<u8>)> {
    let mut views = vec![
        I::nameCall {}.abi_encode(),
        I::symbolCall {}.abi_encode(),
        I::totalSupplyCall {}.abi_encode(),
        I::balanceOfCall { owner: Address::ZERO }.abi_encode(),
        I::tokenOfOwnerByIndexCall { owner: Address::ZERO, index: U256::ZERO }.abi_encode(),
    ];
    for interface in [0x01ff_c9a7u32, 0x80ac_58cd, 0x5b5e_139f, 0x780e_9d63, 0x2a55_205a, 0x4906_4906, 0xffff_ffff] {
        views.push(I::supportsInterfaceCall { interfaceId: interface.to_be_bytes().into() }.abi_encode());
    }
    for token_id in (0..IDS).map(U256::from) {
        views.push(I::ownerOfCall { tokenId: token_id }.abi_encode());
        views.push(I::getApprovedCall { tokenId: token_id }.abi_encode());
        views.push(I::tokenURICall { tokenId: token_id }.abi_encode());
        views.push(I::tokenByIndexCall { index: token_id }.abi_encode());
        let price = U256::MAX >> (token_id.to::<usize>() * 20);
        views.push(I::royaltyInfoCall { tokenId: token_id, salePrice: price }.abi_encode());
    }
    let who = wallet::accounts().unwrap_or_default();
    for owner in who.iter().chain(contracts).copied() {
        views.push(I::balanceOfCall { owner }.abi_encode());
        views.push(I::isApprovedForAllCall { owner, operator: who[1] }.abi_encode());
        for index in (0..3).map(U256::from) {
            views.push(I::tokenOfOwnerByIndexCall { owner, index }.abi_encode());
        }
    }
    views.into_iter().map(|data| (contracts[0], data)).collect()
}

#[test]
fn the_collection_does_what_openzeppelin_s_does() -> eyre::Result<()> {
    SUBJECT.check().map(drop)
}
