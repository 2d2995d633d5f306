//! Limits on modules. They are consensus rules and live in the chain spec; these are the defaults with their reasons.

/// Bounds that a module must keep.
///
/// What compiles in time that grows with its size is priced, not bounded: see [`CompileWork`](crate::CompileWork).
/// `contracts/zx20` needs at most half of each; a test of `cargo-zx` holds it to that, and prints what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModuleLimits {
    /// Bytes of the module. 128 KiB costs 26 million gas of code deposit (200 a byte), so that a block of 30 million
    /// holds one of the largest.
    pub module_bytes: u32,
    /// Functions, imported ones included.
    pub functions: u32,
    /// Types.
    pub types: u32,
    /// Parameters of a function.
    pub params: u32,
    /// Locals of a function, parameters included. Real contracts reach 875; native frames grow with them.
    pub locals: u32,
    /// Bytes of one function body: cranelift's time is superlinear in it.
    pub body_bytes: u32,
    /// Nested blocks in a function.
    pub nesting: u32,
    /// Loops in each other. Cranelift takes what does not change in a loop out of it, and keeps it through all loops
    /// around: 100 values in 100 loops, ten times, a module of 19 KB, took 0.7 seconds; in 32 loops each a sixth. Modules at random have up to 27.
    pub loop_nesting: u32,
    /// Targets of one `br_table`.
    pub br_table: u32,
    /// Places in a function from where control may go elsewhere, or where it comes together again: loops, conditions,
    /// branches, ends, returns, calls, and `memory.grow` twice. Cranelift's time is superlinear in them: 8,000 blocks in a
    /// function took a quarter longer each than 1,000, and 4,000 returns twice as long as 1,000.
    pub branches: u32,
    /// Locals that a loop touches, summed over all loops of the module, inner ones counted for the outer ones too.
    /// Cranelift carries a value for each of them, in superlinear time: 500,000 (2,000 locals in 250 nested loops, a
    /// module of 46 KB) took 82 seconds, 75,000 three, 25,000 a third of one.
    pub loop_values: u32,
    /// Globals.
    pub globals: u32,
    /// Data segments.
    pub data_segments: u32,
    /// Element segments.
    pub element_segments: u32,
    /// Elements of the table, and of its maximum.
    pub table_elements: u32,
    /// Initial pages (64 KiB) of memory.
    pub initial_pages: u32,
    /// Pages that memory can grow to: 4 MiB holds any sane call, and 128 nested frames stay below 1 GiB.
    pub max_pages: u32,
    /// Bytes of metered stack for one frame tree of guest calls; see `zx-sandbox`.
    pub stack_bytes: u32,
}

impl ModuleLimits {
    /// Limits of a chain that does not say otherwise.
    pub const DEFAULT: Self = Self {
        module_bytes: 128 * 1024,
        functions: 4_096,
        types: 1_024,
        params: 64,
        locals: 2_048,
        body_bytes: 64 * 1024,
        nesting: 256,
        loop_nesting: 32,
        br_table: 1_024,
        branches: 2_048,
        loop_values: 32 * 1024,
        globals: 256,
        data_segments: 1_024,
        element_segments: 256,
        table_elements: 8_192,
        initial_pages: 32,
        max_pages: 64,
        stack_bytes: 256 * 1024,
    };
}

impl Default for ModuleLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
