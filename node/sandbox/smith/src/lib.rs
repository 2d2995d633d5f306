//! Modules at random, made by wasm-smith when this crate is built; most are valid by the chain's rules, and do
//! something. Another choice: `ZX_SMITH_SEED=2 ZX_SMITH_MODULES=5000 cargo test ...`.
#![forbid(unsafe_code)]

/// Which modules they are.
pub const SEED: &str = env!("ZX_SMITH_SEED");

const FILE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/modules"));

/// The modules, in the order of their making.
pub fn modules() -> impl Iterator<Item = &'static [u8]> {
    let mut rest = FILE;
    std::iter::from_fn(move || {
        let (length, tail) = rest.split_first_chunk()?;
        let (module, tail) = tail.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        rest = tail;
        Some(module)
    })
}
