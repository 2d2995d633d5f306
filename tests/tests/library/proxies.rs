//! Proxies against OpenZeppelin's. The code behind them is EVM bytecode and WebAssembly, and one replaces the other: behind
//! ours, which is WebAssembly, and behind the original, which is EVM bytecode.

use super::{
    driver::{Side, Step, Subject, equal},
    erc20::{call, somebody},
    random::Random,
    wallet,
    world::{Call, World},
};
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{Revert, SolCall as _, SolError as _, SolValue as _, sol};

sol! {
    interface ILogic {
        function number() external view returns (uint256);
        function paid(address payer) external view returns (uint256);
        function initialize(uint256 first) external payable;
        function note(uint256 more) external payable returns (uint256);
        function refuse(uint256 why) external payable;
        function fail() external payable;
        function upgradeToAndCall(address code, bytes data) external payable;
        function deposit() external payable;
        function withdraw(uint256 value) external;
        function balanceOf(address account) external view returns (uint256);
    }

    interface IAdmin {
        function owner() external view returns (address);
        function transferOwnership(address newOwner) external;
        function acceptOwnership() external;
        function renounceOwnership() external;
        function UPGRADE_INTERFACE_VERSION() external view returns (string);
        function upgradeAndCall(address proxy, address implementation, bytes data) external payable;
    }

    interface IRegister {
        function initialize(address owner, uint64 delay, string name) external;
        function number() external view returns (uint256);
        function setNumber(uint256 number) external;
        function owner() external view returns (address);
        function pendingOwner() external view returns (address);
        function transferOwnership(address newOwner) external;
        function acceptOwnership() external;
        function proxiableUUID() external view returns (bytes32);
        function UPGRADE_INTERFACE_VERSION() external view returns (string);
        function upgradeToAndCall(address code, bytes data) external payable;
    }

    error FailedCall();
    error ERC1967InvalidImplementation(address implementation);
    error NoProxy(address proxy);
}

/// `contracts/proxy-transparent` under `contracts/proxy-admin`, without a delay. Its contracts are the proxy, its admin, two
/// versions of Solidity code, and one of ours. Ownership of ours is handed on by two calls, of the original by one.
pub(crate) const TRANSPARENT: Subject = Subject {
    name: "proxy-transparent",
    original: "OpenZeppelin TransparentUpgradeableProxy",
    deploy: |world, side| {
        transparent(world, side, |world, arguments| {
            world.deploy(arguments.0, "proxy-admin", &arguments.abi_encode_params())
        })
    },
    step: transparent_step,
    views: |contracts| {
        let mut views = vec![
            ILogic::numberCall {}.abi_encode(),
            ILogic::refuseCall { why: U256::from(3) }.abi_encode(),
            ILogic::failCall {}.abi_encode(),
            vec![1, 2, 3],
        ];
        for account in wallet::accounts().unwrap_or_default() {
            views.push(ILogic::paidCall { payer: account }.abi_encode());
            views.push(ILogic::balanceOfCall { account }.abi_encode());
        }
        let mut views: Vec<_> = views.into_iter().map(|data| (contracts[0], data)).collect();
        views.push((contracts[1], IAdmin::ownerCall {}.abi_encode()));
        views.push((contracts[1], IAdmin::UPGRADE_INTERFACE_VERSIONCall {}.abi_encode()));
        views
    },
    // Solidity has no word for an address without code that is called.
    same_error: |ours, theirs| ours == theirs || (theirs.is_empty() && NoProxy::abi_decode(ours).is_ok()),
    creates: &[],
    attacks: &["as the admin", "fail", "refuse", "renounceOwnership"],
    dearer: &["transferOwnership and acceptOwnership", "upgradeAndCall"],
};

/// The same under OpenZeppelin's `ProxyAdmin`, whose ownership is not handed on here.
const UNDER_THE_ORIGINAL: Subject = Subject {
    deploy: |world, side| {
        transparent(world, side, |world, arguments| {
            world.original(arguments.0, "Admin", &arguments.abi_encode_params())
        })
    },
    step: |random, world, contracts| {
        loop {
            let step = transparent_step(random, world, contracts)?;
            if !matches!(step, Step::Completed(..)) {
                return Ok(step);
            }
        }
    },
    same_error: equal,
    ..TRANSPARENT
};

/// Deploys what a transparent proxy needs, and ours under an admin that is made for this owner.
fn transparent(
    world: &mut World,
    side: Side,
    admin: fn(&mut World, (Address,)) -> eyre::Result<Address>,
) -> eyre::Result<Vec<Address>> {
    let owner = wallet::accounts()?[0];
    let one = world.original(owner, "LogicOne", &[])?;
    let two = world.original(owner, "LogicTwo", &[])?;
    let coin = world.deploy(owner, "wrapped-native", &[])?;
    let data = Bytes::from(ILogic::initializeCall { first: U256::from(5) }.abi_encode());
    let (proxy, admin) = match side {
        Side::Ours => {
            let admin = admin(world, (owner,))?;
            let arguments = (one, admin, data, U256::ZERO, "1.0".to_owned()).abi_encode_params();
            (world.deploy(owner, "proxy-transparent", &arguments)?, admin)
        }
        Side::Theirs => {
            let proxy = world.original(owner, "Transparent", &(one, owner, data).abi_encode_params())?;
            // It makes its admin first of all.
            (proxy, proxy.create(1))
        }
    };
    Ok(vec![proxy, admin, one, two, coin])
}

fn transparent_step(random: &mut Random, world: &mut World, contracts: &[Address]) -> eyre::Result<Step> {
    let [proxy, admin, one, two, coin] = contracts else { eyre::bail!("five contracts") };
    let (who, from, to) = (wallet::accounts()?, somebody(random)?, *proxy);
    let owner_now = Address::abi_decode(&world.look(*admin, &IAdmin::ownerCall {}.abi_encode())?.data)?;
    let owner = if random.chance(85) { owner_now } else { from };
    let number = U256::from(random.below(100));
    let value = U256::from(random.below(3) * 10);
    let note = ILogic::noteCall { more: number }.abi_encode();
    let clash = ILogic::upgradeToAndCallCall { code: *two, data: vec![1; random.below(50) as usize].into() };
    let paying =
        |what, from, to, value, data: Vec<u8>| Step::Call(Call { what, from, to, value, data: Bytes::from(data) });
    Ok(match random.below(27) {
        0..=5 => paying("note", from, to, value, note),
        6 => paying("refuse", from, to, value, ILogic::refuseCall { why: number }.abi_encode()),
        7 => paying("fail", from, to, value, ILogic::failCall {}.abi_encode()),
        8..=9 => paying("pay", from, to, value, Vec::new()),
        10..=11 => paying("deposit", from, to, value, ILogic::depositCall {}.abi_encode()),
        12 => paying("withdraw", from, to, U256::ZERO, ILogic::withdrawCall { value: number }.abi_encode()),
        13..=14 => paying("upgradeToAndCall of the code", from, to, value, clash.abi_encode()),
        // What the admin is, for the proxy, must not use it.
        15 => {
            let data = random.pick(&[0, 1, 2]);
            let data = [note, Vec::new(), vec![1, 2, 3]][data].clone();
            paying("as the admin", *admin, to, U256::ZERO, data)
        }
        16..=17 => {
            let from = somebody(random)?;
            let offer = IAdmin::transferOwnershipCall { newOwner: from }.abi_encode().into();
            let offer = Call {
                what: "transferOwnership and acceptOwnership",
                from: owner,
                to: *admin,
                value: U256::ZERO,
                data: offer,
            };
            let accept = IAdmin::acceptOwnershipCall {}.abi_encode().into();
            Step::Completed(offer.clone(), Call { what: "acceptOwnership", from, data: accept, ..offer })
        }
        18 => {
            let stranger = if from == owner_now { *one } else { from };
            call("renounceOwnership", stranger, *admin, &IAdmin::renounceOwnershipCall {})
        }
        _ => {
            let code = random.pick(&[*one, *one, *two, *two, *coin, *coin, who[1], *proxy, Address::ZERO]);
            // A proxy that runs itself would call itself until the gas is used up.
            let code = if code == *proxy { who[2] } else { code };
            let data = match random.below(6) {
                0..=2 => Vec::new(),
                3 => note,
                4 => ILogic::refuseCall { why: number }.abi_encode(),
                _ => ILogic::failCall {}.abi_encode(),
            };
            // What is managed may be no proxy: code that takes the call, code that does not, and none.
            let proxy = if random.chance(90) { *proxy } else { random.pick(&[*one, *coin, who[1]]) };
            let data = IAdmin::upgradeAndCallCall { proxy, implementation: code, data: data.into() };
            let value = if random.chance(20) { value } else { U256::ZERO };
            paying("upgradeAndCall", owner, *admin, value, data.abi_encode())
        }
    })
}

/// `contracts/upgradeable` behind `contracts/proxy-uups`, without a delay. Its contracts are the proxy, two instances of the
/// code, and code that cannot be upgraded.
pub(crate) const UUPS: Subject = Subject {
    name: "upgradeable",
    original: "OpenZeppelin ERC1967Proxy, UUPSUpgradeable, Ownable2Step",
    deploy: |world, side| {
        let owner = wallet::accounts()?[0];
        let plain = world.original(owner, "LogicOne", &[])?;
        let code = |world: &mut World| match side {
            Side::Ours => world.deploy(owner, "upgradeable", &[]),
            Side::Theirs => world.original(owner, "RegisterOriginal", &[]),
        };
        let (first, second) = (code(world)?, code(world)?);
        let data = IRegister::initializeCall { owner, delay: 0, name: "1.0".to_owned() }.abi_encode();
        let arguments = (first, Bytes::from(data)).abi_encode_params();
        let proxy = match side {
            Side::Ours => world.deploy(owner, "proxy-uups", &arguments)?,
            Side::Theirs => world.original(owner, "Uups", &arguments)?,
        };
        Ok(vec![proxy, first, second, plain])
    },
    step: uups_step,
    views: |contracts| {
        let views = [
            IRegister::numberCall {}.abi_encode(),
            IRegister::ownerCall {}.abi_encode(),
            IRegister::pendingOwnerCall {}.abi_encode(),
            IRegister::proxiableUUIDCall {}.abi_encode(),
            IRegister::UPGRADE_INTERFACE_VERSIONCall {}.abi_encode(),
        ];
        let uuid = IRegister::proxiableUUIDCall {}.abi_encode();
        views.into_iter().map(|data| (contracts[0], data)).chain([(contracts[1], uuid)]).collect()
    },
    same_error: |ours, theirs| {
        // Where Solidity has no word: a method that is not there, or takes no value, and an address without code that is
        // asked something.
        let says = |text: &str| Revert::abi_decode(ours).is_ok_and(|error| error.reason == text);
        let worded = ["unknown selector", "initialize: not payable", "setNumber: not payable"].into_iter().any(says);
        let failed = FailedCall::abi_decode(theirs).is_ok() && worded;
        let nowhere = ERC1967InvalidImplementation::abi_decode(ours).is_ok();
        ours == theirs || failed || (theirs.is_empty() && (nowhere || says("unknown selector")))
    },
    creates: &[],
    attacks: &["initialize", "proxiableUUID", "unknown", "upgradeToAndCall of the code"],
    dearer: &["upgradeToAndCall"],
};

fn uups_step(random: &mut Random, world: &mut World, contracts: &[Address]) -> eyre::Result<Step> {
    let [proxy, first, second, plain] = contracts else { eyre::bail!("four contracts") };
    let (who, from) = (wallet::accounts()?, somebody(random)?);
    let owner = Address::abi_decode(&world.look(*proxy, &IRegister::ownerCall {}.abi_encode())?.data)?;
    let owner = if random.chance(85) { owner } else { from };
    let set = IRegister::setNumberCall { number: U256::from(random.below(100)) };
    let code = random.pick(&[*first, *first, *second, *second, *plain, who[1], *proxy, Address::ZERO]);
    let data = match random.below(6) {
        0..=2 => Vec::new(),
        3..=4 => set.abi_encode(),
        _ => IRegister::initializeCall { owner: from, delay: 0, name: "1.0".to_owned() }.abi_encode(),
    };
    let upgrade = IRegister::upgradeToAndCallCall { code, data: data.into() };
    Ok(match random.below(20) {
        0..=5 => call("setNumber", owner, *proxy, &set),
        6..=11 => {
            let value = if random.chance(10) { U256::ONE } else { U256::ZERO };
            let data = upgrade.abi_encode().into();
            Step::Call(Call { what: "upgradeToAndCall", from: owner, to: *proxy, value, data })
        }
        12 => call("upgradeToAndCall of the code", who[0], *first, &upgrade),
        13 => {
            let to = if random.chance(50) { *proxy } else { *second };
            let initialize = IRegister::initializeCall { owner: from, delay: 0, name: "1.0".to_owned() };
            call("initialize", from, to, &initialize)
        }
        14 => call("proxiableUUID", from, *proxy, &IRegister::proxiableUUIDCall {}),
        15..=16 => call("transferOwnership", owner, *proxy, &IRegister::transferOwnershipCall { newOwner: from }),
        17..=18 => {
            let pending = world.look(*proxy, &IRegister::pendingOwnerCall {}.abi_encode())?.data;
            let pending = Address::abi_decode(&pending)?;
            let by = if random.chance(85) && !pending.is_zero() { pending } else { from };
            call("acceptOwnership", by, *proxy, &IRegister::acceptOwnershipCall {})
        }
        _ => Step::Call(Call {
            what: "unknown",
            from,
            to: *proxy,
            value: U256::ZERO,
            data: Bytes::from_static(&[0xAB, 0xCD, 0xEF, 0x01]),
        }),
    })
}

#[test]
fn the_transparent_proxy_does_what_openzeppelin_s_does() -> eyre::Result<()> {
    TRANSPARENT.check().map(drop)
}

#[test]
fn the_transparent_proxy_does_so_under_openzeppelin_s_admin() -> eyre::Result<()> {
    UNDER_THE_ORIGINAL.check().map(drop)
}

#[test]
fn code_behind_the_uups_proxy_does_what_openzeppelin_s_does() -> eyre::Result<()> {
    UUPS.check().map(drop)
}
