//! The lender of flash loans and the vesting wallet against OpenZeppelin's.

use super::{
    driver::{Side, Step, Subject, equal},
    erc20::{self, LIKELY, anybody, call, somebody, transferCall},
    random::Random,
    wallet,
    world::{Call, World},
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{Revert, SolCall as _, SolError as _, SolValue as _, sol};

sol! {
    interface ILender {
        function asset() external view returns (address);
        function totalAssets() external view returns (uint256);
        function convertToShares(uint256 assets) external view returns (uint256);
        function convertToAssets(uint256 shares) external view returns (uint256);
        function maxDeposit(address receiver) external view returns (uint256);
        function maxMint(address receiver) external view returns (uint256);
        function maxWithdraw(address owner) external view returns (uint256);
        function maxRedeem(address owner) external view returns (uint256);
        function previewDeposit(uint256 assets) external view returns (uint256);
        function previewMint(uint256 shares) external view returns (uint256);
        function previewWithdraw(uint256 assets) external view returns (uint256);
        function previewRedeem(uint256 shares) external view returns (uint256);
        function deposit(uint256 assets, address receiver) external returns (uint256);
        function mint(uint256 shares, address receiver) external returns (uint256);
        function withdraw(uint256 assets, address receiver, address owner) external returns (uint256);
        function redeem(uint256 shares, address receiver, address owner) external returns (uint256);
        function maxFlashLoan(address token) external view returns (uint256);
        function flashFee(address token, uint256 amount) external view returns (uint256);
        function flashLoan(address receiver, address token, uint256 amount, bytes data) external returns (bool);
    }

    interface ICoins {
        function start() external view returns (uint256);
        function duration() external view returns (uint256);
        function end() external view returns (uint256);
        function cliff() external view returns (uint256);
        function released() external view returns (uint256);
        function releasable() external view returns (uint256);
        function vestedAmount(uint64 timestamp) external view returns (uint256);
        function release() external;
        function owner() external view returns (address);
        function pendingOwner() external view returns (address);
        function transferOwnership(address newOwner) external;
        function acceptOwnership() external;
    }

    interface ITokens {
        function released(address token) external view returns (uint256);
        function releasable(address token) external view returns (uint256);
        function vestedAmount(address token, uint64 timestamp) external view returns (uint256);
        function release(address token) external;
    }
}

/// `contracts/flash-lender`. Its contracts are the pool, its token, and a borrower.
pub(crate) const LENDER: Subject = Subject {
    name: "flash-lender",
    original: "OpenZeppelin ERC4626, with flash loans by the rules of its ERC20FlashMint",
    deploy: |world, side| {
        let who = wallet::accounts()?;
        let owner = who[0];
        let named = ("T".to_owned(), "T".to_owned(), U256::from(1_000_000)).abi_encode_params();
        let token = world.original(owner, "Plain", &named)?;
        erc20::endow(world, token)?;
        let borrower = world.original(owner, "FlashBorrower", &[])?;
        world.must(owner, token, transferCall { to: borrower, value: U256::from(50_000) }.abi_encode())?;
        let arguments = (token, "Share".to_owned(), "SHR".to_owned(), U256::from(30)).abi_encode_params();
        let pool = match side {
            Side::Ours => world.deploy(owner, "flash-lender", &arguments)?,
            Side::Theirs => world.original(owner, "Lender", &arguments)?,
        };
        for account in who {
            let approve = erc20::approveCall { spender: pool, value: U256::MAX };
            world.must(account, token, approve.abi_encode())?;
        }
        Ok(vec![pool, token, borrower])
    },
    step: lender_step,
    views: |contracts| {
        let (pool, token) = (contracts[0], contracts[1]);
        let number = U256::from(12_345);
        let mut views = vec![
            ILender::assetCall {}.abi_encode(),
            ILender::totalAssetsCall {}.abi_encode(),
            ILender::convertToSharesCall { assets: number }.abi_encode(),
            ILender::convertToAssetsCall { shares: number }.abi_encode(),
            ILender::previewDepositCall { assets: number }.abi_encode(),
            ILender::previewMintCall { shares: number }.abi_encode(),
            ILender::previewWithdrawCall { assets: number }.abi_encode(),
            ILender::previewRedeemCall { shares: number }.abi_encode(),
            ILender::maxFlashLoanCall { token }.abi_encode(),
            ILender::maxFlashLoanCall { token: pool }.abi_encode(),
            ILender::flashFeeCall { token, amount: number }.abi_encode(),
            ILender::flashFeeCall { token: pool, amount: number }.abi_encode(),
        ];
        for owner in wallet::accounts().unwrap_or_default() {
            views.push(ILender::maxDepositCall { receiver: owner }.abi_encode());
            views.push(ILender::maxMintCall { receiver: owner }.abi_encode());
            views.push(ILender::maxWithdrawCall { owner }.abi_encode());
            views.push(ILender::maxRedeemCall { owner }.abi_encode());
        }
        let views = views.into_iter().map(|data| (pool, data)).collect();
        [erc20::views(pool), erc20::views(token), views].concat()
    },
    same_error: |ours, theirs| {
        // An account is no borrower, and the pool itself is none: Solidity says nothing.
        let reasons = ["call returned malformed data", "unknown selector"];
        let words = Revert::abi_decode(ours).is_ok_and(|error| reasons.contains(&error.reason.as_str()));
        ours == theirs || (words && theirs.is_empty())
    },
    creates: &[],
    attacks: &["flash loan to nobody", "flash loan of another token"],
    dearer: &[],
};

fn lender_step(random: &mut Random, _: &mut World, contracts: &[Address]) -> eyre::Result<Step> {
    let (pool, token, borrower) = (contracts[0], contracts[1], contracts[2]);
    let (from, other, to) = (somebody(random)?, somebody(random)?, anybody(random)?);
    let owner = if random.chance(75) { from } else { other };
    let (assets, shares) = (random.amount(LIKELY), random.amount(1_000 * LIKELY));
    Ok(match random.below(24) {
        0..=3 => call("deposit", from, pool, &ILender::depositCall { assets, receiver: to }),
        4..=6 => call("mint", from, pool, &ILender::mintCall { shares, receiver: to }),
        7..=9 => call("withdraw", from, pool, &ILender::withdrawCall { assets, receiver: to, owner }),
        10..=12 => call("redeem", from, pool, &ILender::redeemCall { shares, receiver: to, owner }),
        13 => call("share transfer", from, pool, &transferCall { to, value: shares }),
        14..=15 => call("share approve", from, pool, &erc20::approveCall { spender: to, value: shares }),
        16 => {
            let method = erc20::transferFromCall { from: other, to, value: shares };
            call("share transferFrom", from, pool, &method)
        }
        17 => {
            let value = U256::from(random.below(100));
            call("gift", from, token, &transferCall { to: pool, value })
        }
        18 => {
            let (receiver, data) = (random.pick(&[other, pool]), Bytes::new());
            let method = ILender::flashLoanCall { receiver, token, amount: assets, data };
            call("flash loan to nobody", from, pool, &method)
        }
        19 => {
            let method = ILender::flashLoanCall { receiver: borrower, token: pool, amount: assets, data: Bytes::new() };
            call("flash loan of another token", from, pool, &method)
        }
        _ => {
            let owed = assets.saturating_add(assets.saturating_mul(U256::from(30)).div_ceil(U256::from(10_000)));
            let pays = if random.chance(20) { owed.saturating_sub(U256::ONE) } else { owed };
            let mode = U256::from(if random.chance(50) { 0 } else { random.below(4) });
            let data = (pays, mode).abi_encode_params().into();
            let method = ILender::flashLoanCall { receiver: borrower, token, amount: assets, data };
            call("flashLoan", from, pool, &method)
        }
    })
}

/// When the campaign's wallet begins, and how long it lasts: in seconds of the campaign.
const START: u64 = 1_700_000_200;
const DURATION: u64 = 6_000;
const CLIFF: u64 = 1_500;

/// `contracts/vesting`, without a revoker. Its contracts are the wallet and a token.
pub(crate) const VESTING: Subject = Subject {
    name: "vesting",
    original: "OpenZeppelin VestingWallet, VestingWalletCliff, Ownable2Step",
    deploy: |world, side| {
        let who = wallet::accounts()?;
        let owner = who[0];
        let named = ("T".to_owned(), "T".to_owned(), U256::from(1_000_000)).abi_encode_params();
        let token = world.original(owner, "Plain", &named)?;
        erc20::endow(world, token)?;
        let terms = (who[1], START, DURATION, CLIFF);
        let wallet = match side {
            Side::Ours => {
                let (beneficiary, start, duration, cliff) = terms;
                let arguments = (beneficiary, start, duration, cliff, Address::ZERO).abi_encode_params();
                world.deploy(owner, "vesting", &arguments)?
            }
            Side::Theirs => world.original(owner, "Vest", &terms.abi_encode_params())?,
        };
        Ok(vec![wallet, token])
    },
    step: |random, world, contracts| {
        let (wallet, token, from) = (contracts[0], contracts[1], somebody(random)?);
        let data = ICoins::ownerCall {}.abi_encode();
        let owner = Address::abi_decode(&world.look(wallet, &data)?.data)?;
        Ok(match random.below(16) {
            0..=2 => {
                let value = random.amount(LIKELY);
                Step::Call(Call { what: "payment", from, to: wallet, value, data: Bytes::new() })
            }
            3..=4 => call("token transfer", from, token, &transferCall { to: wallet, value: random.amount(LIKELY) }),
            5..=7 => call("release", from, wallet, &ICoins::releaseCall {}),
            8..=9 => {
                let token = if random.chance(90) { token } else { wallet };
                call("release of a token", from, wallet, &ITokens::releaseCall { token })
            }
            10 => {
                let owner = if random.chance(70) { owner } else { from };
                call("transferOwnership", owner, wallet, &ICoins::transferOwnershipCall { newOwner: anybody(random)? })
            }
            11..=12 => call("acceptOwnership", from, wallet, &ICoins::acceptOwnershipCall {}),
            _ => Step::Pass(random.below(30)),
        })
    },
    views: |contracts| {
        let (wallet, token) = (contracts[0], contracts[1]);
        let mut views = vec![
            ICoins::startCall {}.abi_encode(),
            ICoins::durationCall {}.abi_encode(),
            ICoins::endCall {}.abi_encode(),
            ICoins::cliffCall {}.abi_encode(),
            ICoins::releasedCall {}.abi_encode(),
            ICoins::releasableCall {}.abi_encode(),
            ICoins::ownerCall {}.abi_encode(),
            ICoins::pendingOwnerCall {}.abi_encode(),
            ITokens::releasedCall { token }.abi_encode(),
            ITokens::releasableCall { token }.abi_encode(),
        ];
        for seconds in [0, CLIFF - 1, CLIFF, CLIFF + 1, 4_999, DURATION - 1, DURATION, DURATION + 1] {
            let timestamp = START + seconds;
            views.push(ICoins::vestedAmountCall { timestamp }.abi_encode());
            views.push(ITokens::vestedAmountCall { token, timestamp }.abi_encode());
        }
        let views = views.into_iter().map(|data| (wallet, data)).collect();
        [erc20::views(token), views].concat()
    },
    same_error: |ours, theirs| {
        // What has no balances is no token.
        let words = Revert::abi_decode(ours).is_ok_and(|error| error.reason.contains("reentrant call"));
        equal(ours, theirs) || (words && theirs.is_empty())
    },
    creates: &[],
    attacks: &[],
    dearer: &[],
};

#[test]
fn the_lender_does_what_openzeppelin_s_does() -> eyre::Result<()> {
    LENDER.check().map(drop)
}

#[test]
fn the_vesting_wallet_does_what_openzeppelin_s_does() -> eyre::Result<()> {
    VESTING.check().map(drop)
}
