//! The host functions, as [`crate::host`] names them.

use super::{
    atomic, panics, unwind,
    world::{Frame, Program, World},
};
use crate::{Address, Ctx, Log, U256, host};
use alloc::rc::Rc;
use alloy_primitives::keccak256 as keccak;
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use ripemd::Ripemd160;
use sha2::{Digest as _, Sha256};
use zx_host_functions::{deploy::IMMUTABLE_BYTES, ed25519};

/// A call or create failed.
const STATUS_FAILED: u32 = 2;

macro_rules! environment {
    ($($name:ident: $ty:ty = |$world:ident| $value:expr;)+) => {
        $(pub(crate) fn $name() -> $ty {
            World::with(|$world| $value)
        })+
    };
}
environment! {
    caller: [u8; 20] = |world| world.frame.caller.0.0;
    origin: [u8; 20] = |world| world.origin.0.0;
    address: [u8; 20] = |world| world.frame.address.0.0;
    coinbase: [u8; 20] = |world| world.block.coinbase.0.0;
    value: [u8; 32] = |world| world.frame.value.to_be_bytes();
    self_balance: [u8; 32] = |world| world.balance(world.frame.address).to_be_bytes();
    base_fee: [u8; 32] = |world| world.block.base_fee.to_be_bytes();
    block_number: u64 = |world| world.block.number;
    block_timestamp: u64 = |world| world.block.timestamp;
    chain_id: u64 = |world| world.block.chain_id;
    block_gas_limit: u64 = |world| world.block.gas_limit;
    gas_left: u64 = |world| world.block.gas_left;
    return_data: Vec<u8> = |world| world.return_data.clone();
}

/// Entry points get their calldata from the test host as an argument, and return their outcome to it.
pub(crate) fn calldata() -> Vec<u8> {
    Vec::new()
}

/// See [`calldata`].
pub(crate) fn output(_: &[u8]) {}

pub(crate) fn revert(data: &[u8]) -> ! {
    unwind(data)
}

pub(crate) fn storage_read(key: &[u8; 32]) -> [u8; 32] {
    World::with(|world| world.read(key))
}

pub(crate) fn storage_write(key: &[u8; 32], value: &[u8; 32]) {
    refuse_if_static();
    World::with(|world| world.write(key, value));
}

pub(crate) fn log(bytes: &[u8], topics: u32) {
    refuse_if_static();
    let (topics, data) = bytes.split_at(32 * topics as usize);
    let log = Log { topics: topics.as_chunks().0.to_vec(), data: data.to_vec() };
    World::with(|world| world.logs.push((world.frame.address, log)));
}

/// A node fails the frame, without data.
fn refuse_if_static() {
    if World::with(|world| world.frame.is_static) {
        unwind(&[]);
    }
}

pub(crate) fn balance(account: &[u8; 20]) -> [u8; 32] {
    World::with(|world| world.balance(Address::new(*account))).to_be_bytes()
}

pub(crate) fn call(_gas: u64, to: &[u8; 20], value: &[u8; 32], data: &[u8]) -> u32 {
    let (to, value) = (Address::new(*to), U256::from_be_bytes(*value));
    if !value.is_zero() {
        refuse_if_static();
    }
    run(to, data, value, true, |own| Frame { is_static: own.is_static, ..Frame::call(own.address, to, value) })
}

pub(crate) fn static_call(_gas: u64, to: &[u8; 20], data: &[u8]) -> u32 {
    let to = Address::new(*to);
    run(to, data, U256::ZERO, true, |own| Frame { is_static: true, ..Frame::call(own.address, to, U256::ZERO) })
}

pub(crate) fn delegate_call(_gas: u64, to: &[u8; 20], data: &[u8]) -> u32 {
    let code = Address::new(*to);
    run(code, data, U256::ZERO, false, |own| Frame { code, constructs: false, ..own })
}

/// Runs the program at `code` in the frame that `frame` makes of the present one, and that `enters` its contract or not.
/// An account without a program takes the value and returns nothing.
fn run(code: Address, data: &[u8], value: U256, enters: bool, frame: impl FnOnce(Frame) -> Frame) -> u32 {
    let (own, entered) = World::with(|world| (world.frame, world.entered.len()));
    let program = World::with(|world| world.programs.get(&code).cloned()).or_else(|| precompile(code));
    let result = atomic(|| {
        let paid = World::with(|world| {
            world.frame = frame(own);
            if world.entered.is_empty() {
                world.entered.push(own.address);
            }
            if enters {
                world.entered.push(world.frame.address);
            }
            value.is_zero() || world.move_value(own.address, code, value)
        });
        match program {
            _ if !paid => Ok(None),
            Some(program) => panics::nested(|| program(&mut Ctx::new(), data)).map(Some),
            None => Ok(Some(Vec::new())),
        }
    });
    World::with(|world| {
        world.frame = own;
        world.entered.truncate(entered);
        let (status, data) = match result {
            Ok(Some(data)) => (host::STATUS_SUCCESS, data),
            Ok(None) => (STATUS_FAILED, Vec::new()),
            Err(data) => (host::STATUS_REVERT, data),
        };
        world.return_data = data;
        status
    })
}

/// Creates clones (ERC-1167), and contracts whose modules the host knows. Other code it cannot run: that fails.
pub(crate) fn create(value: &[u8; 32], code: &[u8]) -> (u32, [u8; 20]) {
    let creator = World::with(|world| world.frame.address);
    let address = World::with(|world| world.next_address(creator));
    create_at(address, value, code)
}

fn create_at(address: Address, value: &[u8; 32], code: &[u8]) -> (u32, [u8; 20]) {
    refuse_if_static();
    let (own, value) = (World::with(|world| world.frame), U256::from_be_bytes(*value));
    // The creator's nonce counts creations whatever becomes of them.
    World::with(|world| *world.nonces.entry(own.address).or_insert(1) += 1);
    let entered = World::with(|world| world.entered.len());
    let result = atomic(|| {
        let Some(created) = World::with(|world| world.created(code)) else { return Ok(false) };
        let free = World::with(|world| !world.programs.contains_key(&address));
        let paid = World::with(|world| {
            world.frame = Frame { constructs: true, ..Frame::call(own.address, address, value) };
            world.entered.push(address);
            free && world.move_value(own.address, address, value)
        });
        if !paid {
            return Ok(false);
        }
        panics::nested(|| (created.deploy)(&mut Ctx::new(), &created.arguments))?;
        World::with(|world| world.add(address, created.deploy, created.call));
        Ok(true)
    });
    World::with(|world| {
        world.frame = own;
        world.entered.truncate(entered);
        world.return_data.clear();
        match result {
            Ok(true) => (host::STATUS_SUCCESS, address.0.0),
            Ok(false) => (STATUS_FAILED, [0; 20]),
            Err(data) => {
                world.return_data = data;
                (host::STATUS_REVERT, [0; 20])
            }
        }
    })
}

/// The precompiles that contracts are likely to call: 0x01 to 0x04.
fn precompile(code: Address) -> Option<Program> {
    let (rest, number) = code.as_slice().split_at(19);
    if rest.iter().any(|byte| *byte != 0) {
        return None;
    }
    let run: fn(&[u8]) -> Vec<u8> = match number {
        [1] => |data| {
            let word = |i: usize| -> [u8; 32] { core::array::from_fn(|j| data.get(32 * i + j).copied().unwrap_or(0)) };
            let v = U256::from_be_bytes(word(1));
            let signature: Vec<u8> = [word(2), word(3)].concat();
            let signer = u8::try_from(v).ok().zip(signature.try_into().ok());
            let signer = signer.and_then(|(v, signature)| secp256k1_recover(&word(0), &signature, v));
            signer.map(|signer| Address::new(signer).into_word().to_vec()).unwrap_or_default()
        },
        [2] => |data| sha256(data).to_vec(),
        [3] => |data| [&[0; 12][..], &Ripemd160::digest(data)].concat(),
        [4] => <[u8]>::to_vec,
        _ => return None,
    };
    Some(Rc::new(move |_: &mut Ctx, data: &[u8]| Ok(run(data))))
}

pub(crate) fn keccak256(data: &[u8]) -> [u8; 32] {
    keccak(data).0
}

pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}

pub(crate) fn secp256k1_recover(hash: &[u8; 32], signature: &[u8; 64], v: u8) -> Option<[u8; 20]> {
    let signature = Signature::from_slice(signature).ok()?;
    let recovery = v.checked_sub(27).filter(|parity| *parity < 2).and_then(RecoveryId::from_byte)?;
    // k256 recovers only with the lower of the two values of s; the other stands for the other parity.
    let (signature, recovery) = match signature.normalize_s() {
        Some(low) => (low, RecoveryId::new(!recovery.is_y_odd(), recovery.is_x_reduced())),
        None => (signature, recovery),
    };
    let key = VerifyingKey::recover_from_prehash(hash, &signature, recovery).ok()?;
    let point = key.to_encoded_point(false);
    keccak(point.as_bytes().get(1..)?)[12..].try_into().ok()
}

environment! {
    reentrant: bool = |world| world.is_reentrant();
    transaction_hash: [u8; 32] = |world| number_hash(world.transactions);
    gas_price: [u8; 32] = |world| world.block.gas_price.to_be_bytes();
    prev_randao: [u8; 32] = |world| world.block.prev_randao;
}

/// Stands for the hash of what has this number.
fn number_hash(number: u64) -> [u8; 32] {
    keccak(U256::from(number).to_be_bytes()).0
}

pub(crate) fn create2(value: &[u8; 32], salt: &[u8; 32], code: &[u8]) -> (u32, [u8; 20]) {
    let creator = World::with(|world| world.frame.address);
    let hash = keccak([&[0xFF], creator.as_slice(), salt, keccak(code).as_slice()].concat());
    create_at(Address::from_slice(&hash[12..]), value, code)
}

/// Hash of the number, for the 256 blocks before this one.
pub(crate) fn block_hash(number: u64) -> [u8; 32] {
    let ago = World::with(|world| world.block.number).checked_sub(number);
    if ago.is_some_and(|ago| (1..=256).contains(&ago)) { number_hash(number) } else { [0; 32] }
}

/// A registered program is one byte long.
pub(crate) fn code_size(account: &[u8; 20]) -> u32 {
    World::with(|world| world.programs.contains_key(&Address::new(*account)).into())
}

/// Hash of the address, for a registered program; of nothing, for an account with a balance.
pub(crate) fn code_hash(account: &[u8; 20]) -> [u8; 32] {
    let address = Address::new(*account);
    let balance = World::with(|world| world.balance(address));
    match code_size(account) {
        0 if balance.is_zero() => [0; 32],
        0 => keccak([]).0,
        _ => keccak(account).0,
    }
}

pub(crate) fn transient_read(key: &[u8; 32]) -> [u8; 32] {
    World::with(|world| world.transient.get(&(world.frame.address, *key)).copied()).unwrap_or_default()
}

pub(crate) fn transient_write(key: &[u8; 32], value: &[u8; 32]) {
    refuse_if_static();
    World::with(|world| world.transient.insert((world.frame.address, *key), *value));
}

pub(crate) fn immutable_read(offset: u32, out: &mut [u8]) {
    World::with(|world| {
        let immutables = world.immutables.get(&world.frame.code).map(Vec::as_slice).unwrap_or_default();
        let rest = immutables.get(offset as usize..).unwrap_or_default();
        out.fill(0);
        out.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    });
}

/// A node fails the frame, with a text.
pub(crate) fn immutable_write(offset: u32, data: &[u8]) {
    let end = offset as usize + data.len();
    let refusal = World::with(|world| {
        if !world.frame.constructs {
            return Some("wasm trap: immutable written outside of a constructor");
        }
        if end > IMMUTABLE_BYTES {
            return Some("wasm trap: more than 4096 bytes of immutables");
        }
        let immutables = world.immutables.entry(world.frame.code).or_default();
        immutables.resize(immutables.len().max(end), 0);
        immutables[offset as usize..end].copy_from_slice(data);
        None
    });
    if let Some(text) = refusal {
        unwind(&crate::revert::error_string(&[text]));
    }
}

pub(crate) fn ed25519_verify(message: &[u8], signature: &[u8; 64], public_key: &[u8; 32]) -> bool {
    ed25519::verify(message, signature, public_key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestHost;

    const OTHER: Address = Address::repeat_byte(0xD0);
    const LIBRARY: Address = Address::repeat_byte(0xD1);

    /// What a program returns that says whether it is reentrant.
    fn says() -> Vec<u8> {
        vec![u8::from(reentrant())]
    }

    fn called(to: Address) -> Vec<u8> {
        assert_eq!(call(0, &to.0.0, &[0; 32], &[]), host::STATUS_SUCCESS);
        World::with(|world| world.return_data.clone())
    }

    fn delegated(to: Address) -> Vec<u8> {
        assert_eq!(delegate_call(0, &to.0.0, &[]), host::STATUS_SUCCESS);
        World::with(|world| world.return_data.clone())
    }

    #[test]
    fn a_contract_that_is_called_while_it_runs_is_reentrant() {
        let test = TestHost::new();
        let me = test.address();
        test.register_with(me, |_, _| Ok(says()));
        test.register_with(LIBRARY, |_, input| if input.is_empty() { Ok(says()) } else { Ok(called(me_again())) });
        test.register_with(OTHER, |_, _| Ok([says(), called(me_again()), delegated(LIBRARY)].concat()));
        let run = || -> Result<_, Vec<u8>> {
            assert!(!reentrant());
            Ok([called(me), called(OTHER), delegated(LIBRARY), vec![u8::from(reentrant())]])
        };
        for _ in 0..2 {
            let [own, other, library, after] = test.look(|_| run()).unwrap();
            assert_eq!(own, [1]);
            assert_eq!(other, [0, 1, 0], "the other, this one called by it, and a library of the other");
            assert_eq!((library, after), (vec![0], vec![0]));
        }
        assert_eq!(test.look(|_| delegate_call(0, &LIBRARY.0.0, &[1])), host::STATUS_SUCCESS);
        assert_eq!(World::with(|world| world.return_data.clone()), [1], "a library that calls back");
    }

    fn me_again() -> Address {
        World::default().frame.address
    }

    #[test]
    fn what_reverts_leaves_nobody_entered() {
        let test = TestHost::new();
        test.register_with(OTHER, |_, _| Err(vec![1]));
        test.look(|_| {
            assert_eq!(call(0, &OTHER.0.0, &[0; 32], &[]), host::STATUS_REVERT);
            assert!(!reentrant());
            assert!(World::with(|world| world.entered.is_empty()));
        });
    }

    #[test]
    fn transient_storage_and_the_hash_are_of_one_transaction() {
        let test = TestHost::new();
        let write = || -> Result<_, Vec<u8>> {
            assert_eq!(transient_read(&[1; 32]), [0; 32]);
            transient_write(&[1; 32], &[2; 32]);
            Ok((transient_read(&[1; 32]), transaction_hash()))
        };
        let mut hashes = Vec::new();
        for _ in 0..2 {
            test.transact(|_| {
                let (value, hash) = write().unwrap();
                assert_eq!(value, [2; 32]);
                hashes.push(hash);
            })
            .unwrap();
        }
        assert_ne!(hashes[0], hashes[1]);
    }

    #[test]
    fn a_static_call_refuses_transient_writes() {
        let test = TestHost::new();
        test.register_with(OTHER, |_, _| {
            transient_write(&[1; 32], &[2; 32]);
            Ok(Vec::new())
        });
        test.look(|_| {
            assert_eq!(static_call(0, &OTHER.0.0, &[]), host::STATUS_REVERT);
            assert_eq!(call(0, &OTHER.0.0, &[0; 32], &[]), host::STATUS_SUCCESS);
            assert_eq!(transient_read(&[1; 32]), [0; 32], "it is the other's");
        });
    }

    #[test]
    fn blocks_and_codes_have_the_hashes_that_are_documented() {
        let test = TestHost::new();
        test.set_block(crate::testing::Block { number: 300, ..test.block() });
        assert_eq!([43, 300, 301, u64::MAX].map(block_hash), [[0; 32]; 4]);
        assert_eq!(block_hash(44), number_hash(44));
        assert_eq!(block_hash(299), number_hash(299));
        test.register_with(OTHER, |_, _| Ok(Vec::new()));
        assert_eq!((code_size(&OTHER.0.0), code_size(&LIBRARY.0.0)), (1, 0));
        assert_eq!((code_hash(&OTHER.0.0), code_hash(&LIBRARY.0.0)), (keccak(OTHER).0, [0; 32]));
        test.set_balance(LIBRARY, U256::from(1u64));
        assert_eq!(code_hash(&LIBRARY.0.0), keccak([]).0);
    }
}
