//! What a module takes to compile, counted by the validator and priced in gas.
//!
//! A deployment pays the greater of the deposit for its code and [`CompileWork::gas`]. Compilers take unlike times for
//! like bytes: a function of six bytes takes as long as fifty plain instructions, and a value that is kept over a
//! condition takes time at each condition. So the work is counted, in one pass and without guessing what a compiler
//! makes of it, and each count has a price of some 40 gas for a microsecond of one core. The worst block known, 30
//! million gas, compiles in 0.66 seconds of one core, and in 0.86 when the machine is busy; `benches/README.md` has the
//! table. Ordinary contracts are paid for by their deposit: `zx20`'s work is a little less than its.

/// Counts of what compilers spend their time on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompileWork {
    /// Types: a trampoline each.
    pub types: u64,
    /// Parameters of the types.
    pub params: u64,
    /// Functions that the module defines.
    pub functions: u64,
    /// Bytes of the functions' bodies.
    pub bytes: u64,
    /// Additions, subtractions and exclusive ors: cranelift tries for each a hundred ways to write it together with
    /// those before it.
    pub sums: u64,
    /// How often an instruction's operands fill all registers, summed over the instructions: what does not fit goes
    /// to memory and comes back.
    pub spills: u64,
    /// Ends of straight runs: places from where control may go elsewhere, or where it comes together again. The fuel
    /// meter takes something off at most of them.
    pub turns: u64,
    /// Values that may be alive (locals, operands, and what has been read since the last write), summed over the
    /// turns: register allocation looks at each of them there. Each function has a turn, its end, so that every local
    /// counts once at least.
    pub kept: u64,
    /// Locals that a loop touches, summed over the loops.
    pub loop_values: u64,
    /// Instructions that only compute, times turns, summed over the functions. An optimiser may move each out of a
    /// loop, or see it repeated, and then keeps its value over the turns. No price: what a node's compiler makes of it
    /// is the node's affair, and it can do without.
    pub movable: u64,
}

/// Registers of x86-64.
#[cfg(feature = "validate")]
pub(crate) const REGISTERS: u32 = 16;

/// Gas for a type.
const TYPE: u64 = 1_000;
/// Gas for a parameter of a type.
const PARAM: u64 = 500;
/// Gas for a function.
const FUNCTION: u64 = 2_500;
/// Gas for a byte of a body: a fifth of its deposit.
const BYTE: u64 = 40;
/// Gas for a sum.
const SUM: u64 = 2_000;
/// Gas for an instruction, for each time that its operands fill the registers.
const SPILL: u64 = 120;
/// Gas for a turn.
const TURN: u64 = 1_500;
/// Gas for a value kept over a turn.
const KEPT: u64 = 16;
/// Gas for a local that a loop touches.
const LOOP_VALUE: u64 = 300;

impl CompileWork {
    /// Gas that pays for the work.
    pub const fn gas(&self) -> u64 {
        let prices = [
            (self.types, TYPE),
            (self.params, PARAM),
            (self.functions, FUNCTION),
            (self.bytes, BYTE),
            (self.sums, SUM),
            (self.spills, SPILL),
            (self.turns, TURN),
            (self.kept, KEPT),
            (self.loop_values, LOOP_VALUE),
        ];
        let mut gas = 0u64;
        let mut at = 0;
        while at < prices.len() {
            gas = gas.saturating_add(prices[at].0.saturating_mul(prices[at].1));
            at += 1;
        }
        gas
    }
}
