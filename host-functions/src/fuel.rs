//! Fuel: what instructions cost.
//!
//! Sandboxed code is metered in fuel; [`FUEL_PER_GAS`] fuel make one gas. A plain instruction costs [`PLAIN`], so a
//! gas buys ten of them: about what revm does in the time of one gas. Rarer instructions are priced by how much
//! longer they take on x86-64. The figures are first measurements; the calibration sweep has its own issue.

/// Fuel in one gas.
pub const FUEL_PER_GAS: u64 = 1_000;
/// Constant, local access, integer arithmetic, comparison.
pub const PLAIN: u64 = 100;
/// Load or store: an address computation and, at worst, a cache miss.
pub const MEMORY: u64 = 150;
/// Division and remainder: some twenty cycles and a zero check.
pub const DIVIDE: u64 = 1_000;
/// Branches: a possible misprediction.
pub const BRANCH: u64 = 200;
/// Jump through a table.
pub const BRANCH_TABLE: u64 = 500;
/// Direct call: the frame, and the stack meter.
pub const CALL: u64 = 800;
/// Indirect call: bounds and signature checks besides.
pub const CALL_INDIRECT: u64 = 1_200;
/// `memory.grow`, apart from the pages.
pub const GROW: u64 = 10_000;
/// Each page of 64 KiB that `memory.grow` asks for: sixteen page faults and the zeroing.
pub const PAGE: u64 = 1_000_000;
/// Entering a WASM frame: taking an instance and zeroing its first pages.
pub const ENTRY: u64 = 500_000;
/// Pages of initial memory that [`ENTRY`] pays for; each further one costs [`PAGE`].
pub const FREE_PAGES: u32 = 2;

/// Bytes of stack that every frame is charged, besides 8 for each local and operand: return address, saved
/// registers, alignment.
pub const FRAME_OVERHEAD: u32 = 64;

/// A frame is also charged one byte of stack for so many bytes of its function's body. Optimising compilers keep values
/// alive for longer than the operand stack says: they hoist them out of loops, and compute a repeated expression once.
/// Each such value takes bytes of the body to write down, so the body bounds them.
pub const FRAME_BODY_DIVISOR: u32 = 8;

/// Fuel for `bytes` of variable-sized data at `per_word` for each started 32-byte word.
pub const fn words(bytes: u32, per_word: u64) -> u64 {
    (bytes as u64).div_ceil(32).saturating_mul(per_word)
}

/// Every price in one list: part of the key of a compiled artifact, because prices are compiled into it.
pub const SCHEDULE: [u64; 14] = [
    FUEL_PER_GAS,
    PLAIN,
    MEMORY,
    DIVIDE,
    BRANCH,
    BRANCH_TABLE,
    CALL,
    CALL_INDIRECT,
    GROW,
    PAGE,
    ENTRY,
    FREE_PAGES as u64,
    FRAME_OVERHEAD as u64,
    FRAME_BODY_DIVISOR as u64,
];
