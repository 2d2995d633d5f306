//! Limits on modules. They are consensus rules and live in the chain spec; these are the defaults with their reasons.

/// Bounds that a module must keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModuleLimits {
    /// Bytes of the module. 128 KiB costs 26 million gas of code deposit (200 a byte), so that a block of 30 million
    /// holds one of the largest.
    pub module_bytes: u32,
    /// Functions, imported ones included. `zx20` has about 60.
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
    /// Targets of one `br_table`.
    pub br_table: u32,
    /// Places in a function from where control may go elsewhere: loops, conditions, branches, calls, `memory.grow`.
    /// Cranelift's time is superlinear in them: 32,000 in a body of 64 KiB took ten seconds, so many take two thirds of one.
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
        br_table: 1_024,
        branches: 4_096,
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
