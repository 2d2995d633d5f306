//! Fuel: what instructions cost.
//!
//! Sandboxed code is metered in fuel; [`FUEL_PER_GAS`] fuel make one gas, and a plain instruction costs [`PLAIN`], so
//! that a gas buys a hundred of them. Ethereum's prices decide that: with it, a block of plain arithmetic takes 7 ns for
//! a gas, half of what a block of signature recoveries takes, whose 3,000 gas are not ours to change.
//!
//! All else is priced so that a full block of it takes at most three times as long as one of plain arithmetic, by
//! `make bench-sweep` (see `benches/README.md`), which measured this. "ns" is one instruction with what it needs around
//! it, of the row that took longest for its gas; "ratio" is that row against plain arithmetic. Frames that trap in large
//! modules take longer than any price here allows; `benches/README.md` has them too.
//!
//! | constant | row of the sweep | ns | ratio |
//! |---|---|--:|--:|
//! | [`PLAIN`] | an addition and its operand, in a chain | 0.27 | 1.8 |
//! | [`PLAIN`] | 500 locals turned round | 0.36 | 2.4 |
//! | [`SLOW`] | a comparison or multiplication and its operand, in a chain | 0.81 | 2.2 |
//! | [`SLOW`] | `i32.eqz` and `i32.xor`, in a chain | 1.1 | 2.4 |
//! | [`DIVIDE`] | `i64.rem_s` by a small divisor, and `i64.xor`, in a chain | 5.2 | 1.3 |
//! | [`LOAD`] | each address loaded from another line of 4 MiB | 17 | 2.3 |
//! | [`LOAD`] | the same line again and again | 1.4 | 0.2 |
//! | [`STORE`] | over the end of a page of the processor's | 9.5 | 2.6 |
//! | [`BRANCH`] | `br_if` on a random bit | 2.8 | 2.5 |
//! | [`BRANCH_TABLE`] | at random to 1,024 targets | 10 | 2.1 |
//! | [`CALL`] | 1,000 functions in turn | 6.3 | 2.0 |
//! | [`CALL_INDIRECT`] | at random to 1,024 functions | 11 | 1.9 |
//! | [`SIZE`] | `memory.size` and an addition | 3.6 | 2.1 |
//! | [`GROW`], [`PAGE`] | one page after the other to 64, then touched, each | 38,000 | 2.1 |
//! | [`PAGE`] | 63 pages at once, touched, each | 26,000 | 2.3 |
//! | [`ENTRY`] | an empty frame | 600 | 0.2 |
//! | [`ENTRY`] | `unreachable` at once: the instance goes with it | 6,200 | 2.1 |

/// Fuel in one gas.
pub const FUEL_PER_GAS: u64 = 1_000;
/// Constant, local and global access, addition, logic, shift, conversion, selection: at most a cycle.
pub const PLAIN: u64 = 10;
/// Multiplication, comparison, counting of bits: three cycles until the next in a chain can go on.
pub const SLOW: u64 = 40;
/// Division and remainder: up to twenty cycles, and twice that on older processors.
pub const DIVIDE: u64 = 500;
/// Load. What makes it dear is the memory that the second level of cache does not hold: a module may have 4 MiB, and
/// wait for each load.
pub const LOAD: u64 = 1_000;
/// Store. Nothing waits for it, but one over the end of a page takes as long as twenty others.
pub const STORE: u64 = 500;
/// `loop`, `else`, `br`, `return`: they always go the same way.
pub const JUMP: u64 = 20;
/// `if` and `br_if`: every second one is mispredicted, if it follows a random bit.
pub const BRANCH: u64 = 100;
/// Jump through a table: nearly always mispredicted, at worst.
pub const BRANCH_TABLE: u64 = 350;
/// Direct call, of a function of the module or of the host's: the frame, the stack meter, and code that is not in the
/// cache.
pub const CALL: u64 = 400;
/// Indirect call: bounds and signature checks besides, and a misprediction.
pub const CALL_INDIRECT: u64 = 600;
/// `memory.size`.
pub const SIZE: u64 = 200;
/// `memory.grow`, apart from the pages: the kernel opens the memory again as a whole.
pub const GROW: u64 = 1_000_000;
/// Each page of 64 KiB that `memory.grow` asks for: sixteen page faults and the zeroing.
pub const PAGE: u64 = 1_500_000;
/// Entering a WASM frame: taking an instance and zeroing its first pages, or making one for the next frame after a
/// trap. The 100 gas of the call come on top. The first frame of a transaction does not pay it: the transaction's own
/// 21,000 gas do.
pub const ENTRY: u64 = 300_000;
/// Pages of initial memory that [`ENTRY`] pays for; each further one costs [`PAGE`].
pub const FREE_PAGES: u32 = 2;

// What makes an instance dear, measured on modules that trap at once, over those that are small: an import takes 200 ns,
// a function 3, a global 26, an element 5, a data segment 58, and a KiB of data 34.

/// Imports that [`ENTRY`] pays for.
pub const FREE_IMPORTS: u64 = 20;
/// Each further import.
pub const IMPORT: u64 = 20_000;
/// Functions that [`ENTRY`] pays for.
pub const FREE_FUNCTIONS: u64 = 512;
/// Each further function.
pub const FUNCTION: u64 = 200;
/// Globals that [`ENTRY`] pays for.
pub const FREE_GLOBALS: u64 = 16;
/// Each further global.
pub const GLOBAL: u64 = 1_500;
/// Elements that [`ENTRY`] pays for.
pub const FREE_ELEMENTS: u64 = 256;
/// Each further element.
pub const ELEMENT: u64 = 300;
/// Data segments that [`ENTRY`] pays for.
pub const FREE_SEGMENTS: u64 = 8;
/// Each further data segment.
pub const SEGMENT: u64 = 3_000;

/// KiB of data in all segments that [`ENTRY`] pays for.
pub const FREE_DATA: u64 = 32;
/// Each further KiB.
pub const DATA: u64 = 2_000;

/// Bytes of stack that every frame is charged, besides 8 for each local and operand: return address, saved
/// registers, alignment.
pub const FRAME_OVERHEAD: u32 = 64;

/// A frame is also charged one byte of stack for so many bytes of its function's body. Optimising compilers keep values
/// alive for longer than the operand stack says: they hoist them out of loops, and compute a repeated expression once.
/// Each such value takes bytes of the body to write down, so the body bounds them.
pub const FRAME_BODY_DIVISOR: u32 = 8;

/// Fuel for `bytes` of variable-sized data at `per_word` for each started 32-byte word.
#[inline]
pub const fn words(bytes: u32, per_word: u64) -> u64 {
    (bytes as u64).div_ceil(32).saturating_mul(per_word)
}

/// Every price in one list: part of the key of a compiled artifact, because prices are compiled into it.
pub const SCHEDULE: [u64; 30] = [
    FUEL_PER_GAS,
    PLAIN,
    SLOW,
    DIVIDE,
    LOAD,
    STORE,
    JUMP,
    BRANCH,
    BRANCH_TABLE,
    CALL,
    CALL_INDIRECT,
    SIZE,
    GROW,
    PAGE,
    ENTRY,
    FREE_PAGES as u64,
    FREE_IMPORTS,
    IMPORT,
    FREE_FUNCTIONS,
    FUNCTION,
    FREE_GLOBALS,
    GLOBAL,
    FREE_ELEMENTS,
    ELEMENT,
    FREE_SEGMENTS,
    SEGMENT,
    FREE_DATA,
    DATA,
    FRAME_OVERHEAD as u64,
    FRAME_BODY_DIVISOR as u64,
];
