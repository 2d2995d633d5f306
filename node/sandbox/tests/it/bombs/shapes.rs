//! Adversarial modules: families of bodies that compilers take long for, filled up to a size.
//!
//! A [`Bomb`] is a shape with its parameters; the same bomb is the same module everywhere. Bodies need not do anything
//! sensible, but they are valid, and what they compute goes to memory or a global, so that no compiler drops it.

use std::fmt;
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ElementSection, Elements, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, InstructionSink, MemArg, MemorySection, MemoryType, Module, RefType,
    TableSection, TableType, TypeSection, ValType,
};

/// A shape and how much of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bomb {
    pub(crate) shape: Shape,
    /// Bytes that the module's bodies may take together.
    pub(crate) bytes: u32,
    /// Functions at most.
    pub(crate) functions: u32,
    /// Bytes of one body at most.
    pub(crate) body: u32,
    /// Times that a body's pattern is repeated, at most.
    pub(crate) units: u32,
    /// Locals of a function.
    pub(crate) locals: u32,
    /// Whatever else the shape has: depth, width, targets, values kept alive.
    pub(crate) width: u32,
    /// Of the numbers that are drawn.
    pub(crate) seed: u64,
}

impl fmt::Display for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { shape, bytes, functions, body, units, locals, width, seed } = self;
        write!(f, "{shape:?},{bytes},{functions},{body},{units},{locals},{width},{seed}")
    }
}

impl Bomb {
    /// What [`fmt::Display`] has written.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (shape, rest) = text.split_once(',')?;
        let shape = *Shape::ALL.iter().find(|known| format!("{known:?}") == shape)?;
        let mut numbers = rest.split(',').map(str::parse::<u64>);
        let mut next = || numbers.next()?.ok();
        let mut small = || u32::try_from(next()?).ok();
        let (bytes, functions, body, units) = (small()?, small()?, small()?, small()?);
        let (locals, width) = (small()?, small()?);
        Some(Self { shape, bytes, functions, body, units, locals, width, seed: next()? })
    }
}

macro_rules! shapes {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// What a module is full of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Shape {
            $($(#[$doc])* $name,)*
        }

        impl Shape {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

shapes! {
    /// Functions that do nothing, with `locals`.
    Empty,
    /// One long dependency chain.
    Chain,
    /// Chains over constants, which a compiler folds and reorders.
    Reassociate,
    /// The same expressions again and again, over `width` values.
    Repeats,
    /// `width` loads on the operand stack before the first is used.
    Pressure,
    /// All locals set before the first is used.
    PressureLocals,
    /// `width` values on the operand stack, kept over `units` conditions.
    Kept,
    /// `width` values on the operand stack, kept over `units` branches to the end.
    KeptBranches,
    /// `width` values on the operand stack, kept over `units` calls.
    KeptCalls,
    /// `width` values on the operand stack, kept over `units` loops.
    KeptLoops,
    /// `width` loads before `units` conditions, and again behind them.
    KeptLoads,
    /// `width` globals read before `units` conditions with a store in each, and again behind them.
    KeptGlobals,
    /// `width` expressions computed before `units` conditions, and again behind them.
    KeptRepeats,
    /// All locals set first, kept over `units` conditions, and used in the end.
    KeptLocals,
    /// Stores with distinct offsets.
    Stores,
    /// Loads with distinct offsets, summed.
    Loads,
    /// 64-bit constants, stored.
    Constants,
    /// Conditions that choose a value.
    Selects,
    /// Divisions, which check what they divide by.
    Divisions,
    /// Instructions that take many native ones.
    BitCounts,
    /// `memory.grow`.
    Grows,
    /// `memory.grow` while `width` values are on the operand stack.
    GrowsKept,
    /// Loops beside each other.
    Loops,
    /// Loops in each other, `width` deep.
    NestedLoops,
    /// Loops in each other with expressions that do not change in them.
    Hoisting,
    /// Blocks with one instruction in each.
    Blocks,
    /// Conditions, each of which sets one of the locals.
    Phis,
    /// Conditions on both sides of which locals are swapped.
    Swaps,
    /// Conditions in each other, with results, `width` deep.
    NestedIfs,
    /// Branches out of `width` blocks.
    Branches,
    /// Branches that carry a value out of `width` blocks.
    BranchValues,
    /// Tables of `width` targets, which are as many blocks or fewer.
    Tables,
    /// Tables of `width` targets to one block.
    FlatTables,
    /// Tables in a loop, which go on with the loop.
    LoopTables,
    /// Returns in conditions.
    Returns,
    /// `unreachable` in conditions.
    Unreachables,
    /// Calls of a function of `width` parameters.
    Calls,
    /// Calls through the table, of `width` types.
    IndirectCalls,
    /// Reads and writes of `width` globals.
    Globals,
    /// As many types as there can be, with `width` parameters.
    Types,
    /// Functions with as many parameters as there can be.
    Parameters,
    /// Element segments.
    Elements,
    /// Data segments.
    Data,
    /// Instructions drawn at random, control flow included.
    Mixed,
    /// Instructions drawn at random, without control flow.
    MixedStraight,
}

/// Numbers that look random, and are the same everywhere.
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    /// Below `n`.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % u64::from(n.max(1))) as u32
    }
}

/// Types that every module begins with.
const ENTRY: u32 = 0;
/// Nothing to nothing.
const PLAIN: u32 = 1;
/// `width` parameters to nothing.
const WIDE: u32 = 2;
const OWN_TYPES: u32 = 3;

const CALL: u32 = 0;
const WIDE_FUNCTION: u32 = 1;
const FIRST: u32 = 2;

impl Bomb {
    /// The module.
    pub(crate) fn module(&self) -> Vec<u8> {
        let mut code = CodeSection::new();
        let mut types = vec![ENTRY, WIDE];
        code.function(&plain(&[], |s| {
            s.i32_const(0);
        }));
        code.function(&plain(&[], |_| {}));
        let mut draw = Draw(self.seed);
        let mut bytes = 0;
        for index in 0..self.functions {
            let body = self.body(&mut draw, index);
            bytes += body.byte_len() as u32 + 5;
            if bytes > self.bytes {
                break;
            }
            types.push(if self.shape == Shape::Parameters { WIDE } else { PLAIN });
            code.function(&body);
        }
        self.around(&types, &code)
    }

    /// Everything besides the bodies.
    fn around(&self, functions: &[u32], code: &CodeSection) -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        types.ty().function([], []);
        types.ty().function(vec![ValType::I64; self.params() as usize], []);
        let more = match self.shape {
            Shape::IndirectCalls => self.width.min(1_024 - OWN_TYPES),
            Shape::Types => self.units.min(1_024 - OWN_TYPES),
            _ => 0,
        };
        for n in 0..more {
            types.ty().function(distinct(n, if self.shape == Shape::Types { self.width } else { 10 }), []);
        }
        module.section(&types);
        let mut section = FunctionSection::new();
        for ty in functions {
            section.function(*ty);
        }
        module.section(&section);
        let elements = if self.shape == Shape::Elements { 8_192 } else { 16 };
        let mut tables = TableSection::new();
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            table64: false,
            minimum: elements,
            maximum: None,
            shared: false,
        });
        module.section(&tables);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
        module.section(&memories);
        let mut globals = GlobalSection::new();
        for _ in 0..self.globals() {
            let ty = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
            globals.global(ty, &ConstExpr::i64_const(0));
        }
        module.section(&globals);
        let mut exports = ExportSection::new();
        exports.export("memory", ExportKind::Memory, 0).export("call", ExportKind::Func, CALL);
        module.section(&exports);
        let mut section = ElementSection::new();
        let segments = if self.shape == Shape::Elements { self.units.min(256) } else { 1 };
        for n in 0..segments {
            let count = if self.shape == Shape::Elements { elements as u32 / segments.max(1) } else { 16 };
            let items = vec![n % functions.len() as u32; count as usize];
            section.active(None, &ConstExpr::i32_const(0), Elements::Functions(items.into()));
        }
        module.section(&section).section(code);
        if self.shape == Shape::Data {
            let mut data = DataSection::new();
            for n in 0..self.units.min(1_024) {
                data.active(0, &ConstExpr::i32_const((n * 61) as i32), vec![n as u8; self.width as usize]);
            }
            module.section(&data);
        }
        module.finish()
    }

    fn params(&self) -> u32 {
        if matches!(self.shape, Shape::Calls | Shape::Parameters) { self.width.min(64) } else { 1 }
    }

    fn globals(&self) -> u32 {
        if matches!(self.shape, Shape::Globals | Shape::KeptGlobals) { self.width.clamp(1, 256) } else { 1 }
    }

    /// One function.
    fn body(&self, draw: &mut Draw, index: u32) -> Function {
        let params = if self.shape == Shape::Parameters { self.params() } else { 0 };
        // Half of the locals are i32, but for the first two of each kind, which every shape counts on.
        let half = (self.locals / 2).max(2);
        let mut body = Body {
            bomb: self,
            bytes: Vec::new(),
            narrow: params..params + half,
            wide: params + half..params + 2 * half,
            draw,
            index,
            units: 0,
        };
        body.fill();
        body.s().end();
        let bytes = body.bytes;
        let mut function = Function::new([(half, ValType::I32), (half, ValType::I64)]);
        function.raw(bytes);
        function
    }
}

fn plain(locals: &[(u32, ValType)], fill: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new(locals.iter().copied());
    fill(&mut function.instructions());
    function.instructions().end();
    function
}

/// The `n`th list of `width` types.
fn distinct(n: u32, width: u32) -> Vec<ValType> {
    (0..width.max(10)).map(|bit| if bit < 32 && n >> bit & 1 == 1 { ValType::I64 } else { ValType::I32 }).collect()
}

/// A body in the making.
struct Body<'a> {
    bomb: &'a Bomb,
    bytes: Vec<u8>,
    /// Locals of i32.
    narrow: std::ops::Range<u32>,
    /// Locals of i64.
    wide: std::ops::Range<u32>,
    draw: &'a mut Draw,
    index: u32,
    units: u32,
}

fn at(offset: u32) -> MemArg {
    MemArg { offset: offset.into(), align: 0, memory_index: 0 }
}

impl Body<'_> {
    fn s(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.bytes)
    }

    /// Whether there is room for another unit, with `tail` bytes to come.
    fn more(&mut self, tail: u32) -> bool {
        let room =
            self.bytes.len() as u32 + tail + 60 < self.bomb.body.min(self.bomb.bytes) && self.units < self.bomb.units;
        self.units += u32::from(room);
        room
    }

    fn narrow(&mut self) -> u32 {
        self.narrow.start + self.draw.below(self.narrow.len() as u32)
    }

    fn wide(&mut self) -> u32 {
        self.wide.start + self.draw.below(self.wide.len() as u32)
    }

    /// A condition that no compiler knows, and a branch around next to nothing.
    fn condition(&mut self) {
        let n = self.narrow.start;
        self.s().local_get(n).if_(BlockType::Empty).i32_const(1).local_set(n).end();
    }

    fn fill(&mut self) {
        let width = self.bomb.width.max(1);
        let n = self.narrow.start;
        let w = self.wide.start;
        match self.bomb.shape {
            Shape::Empty | Shape::Types | Shape::Parameters | Shape::Elements | Shape::Data => {}
            Shape::Chain => {
                while self.more(0) {
                    self.s().local_get(w).local_get(w).i64_mul().local_get(w).i64_xor().local_set(w);
                }
                self.s().local_get(w).global_set(0);
            }
            Shape::Reassociate => {
                self.s().i32_const(0).i64_load(at(0));
                while self.more(0) {
                    let kind = self.bomb.seed as u32 + self.draw.below(width);
                    let c = i64::from(self.draw.below(60));
                    let mut s = self.s();
                    s.i64_const(c + 1);
                    match kind % 8 {
                        0 => s.i64_add(),
                        1 => s.i64_mul(),
                        2 => s.i64_and(),
                        3 => s.i64_or(),
                        4 => s.i64_xor(),
                        5 => s.i64_sub(),
                        6 => s.i64_shl(),
                        _ => s.i64_shr_u(),
                    };
                }
                self.s().global_set(0);
            }
            Shape::Repeats => {
                while self.more(0) {
                    let c = self.draw.below(width) as i64;
                    self.s().local_get(w).i64_const(c).i64_mul().global_get(0).i64_add().global_set(0);
                }
            }
            Shape::Pressure => {
                while self.more(4 * width) {
                    let start = self.units;
                    for k in 0..width {
                        self.s().local_get(n).i64_load(at(8 * k + start));
                    }
                    for _ in 1..width {
                        self.s().i64_add();
                    }
                    self.s().global_set(0);
                }
            }
            Shape::PressureLocals => {
                let all = self.wide.clone();
                while self.more(12 * all.len() as u32) {
                    let start = self.units;
                    for (k, local) in all.clone().enumerate() {
                        self.s().local_get(n).i64_load(at(8 * k as u32 + start)).local_set(local);
                    }
                    self.s().local_get(w);
                    for local in all.clone() {
                        self.s().local_get(local).i64_add();
                    }
                    self.s().global_set(0);
                }
            }
            Shape::Kept | Shape::KeptBranches | Shape::KeptCalls | Shape::KeptLoops | Shape::GrowsKept => {
                let branches = self.bomb.shape == Shape::KeptBranches;
                if branches {
                    self.s().block(BlockType::Empty);
                }
                for k in 0..width {
                    self.s().local_get(n).i64_load(at(8 * k));
                }
                while self.more(width) {
                    match self.bomb.shape {
                        Shape::Kept => self.condition(),
                        Shape::KeptBranches => {
                            self.s().local_get(n).br_if(0);
                        }
                        Shape::KeptCalls => {
                            self.s().call(FIRST);
                        }
                        Shape::KeptLoops => {
                            self.s().loop_(BlockType::Empty).local_get(n).br_if(0).end();
                        }
                        _ => {
                            self.s().local_get(n).memory_grow(0).local_set(n);
                        }
                    }
                }
                for _ in 1..width {
                    self.s().i64_add();
                }
                self.s().global_set(0);
                if branches {
                    self.s().end();
                }
            }
            Shape::KeptLoads => {
                for round in 0..2 {
                    for k in 0..width {
                        self.s().local_get(w + 1).local_get(n + 1).i64_load(at(8 * k)).i64_xor().local_set(w + 1);
                    }
                    while round == 0 && self.more(9 * width) {
                        self.condition();
                    }
                }
                self.s().local_get(w + 1).global_set(0);
            }
            Shape::KeptGlobals => {
                for round in 0..2 {
                    for k in 0..width.min(256) {
                        self.s().local_get(w + 1).global_get(k).i64_xor().local_set(w + 1);
                    }
                    while round == 0 && self.more(9 * width.min(256)) {
                        self.s().local_get(n).i32_const(0).i32_store(at(0));
                        self.condition();
                    }
                }
                self.s().local_get(w + 1).global_set(0);
            }
            Shape::KeptRepeats => {
                for round in 0..2 {
                    for k in 0..width {
                        self.s().local_get(w).i64_const(k.into()).i64_rotl().local_get(w).i64_mul().global_set(0);
                    }
                    while round == 0 && self.more(11 * width) {
                        self.condition();
                    }
                }
            }
            Shape::KeptLocals => {
                let all = self.wide.clone();
                let tail = 4 * all.len() as u32;
                for (k, local) in all.clone().enumerate() {
                    self.s().local_get(n).i64_load(at(8 * k as u32)).local_set(local);
                }
                while self.more(tail) {
                    self.condition();
                }
                for local in all {
                    self.s().local_get(local).global_set(0);
                }
            }
            Shape::Stores => {
                while self.more(0) {
                    let k = self.units;
                    self.s().local_get(n).local_get(w).i64_store(at(width * k));
                }
            }
            Shape::Loads => {
                while self.more(0) {
                    let k = self.units;
                    self.s().local_get(n).i64_load(at(width * k)).local_get(w).i64_add().local_set(w);
                }
                self.s().local_get(w).global_set(0);
            }
            Shape::Constants => {
                while self.more(0) {
                    let k = i64::from(self.units);
                    let value = k * i64::from(width) + (i64::from(self.index) << 40);
                    self.s().i64_const(value).global_set(0);
                }
            }
            Shape::Selects => {
                while self.more(0) {
                    let (a, b, c, d) = (self.wide(), self.wide(), self.narrow(), self.wide());
                    self.s().local_get(a).local_get(b).local_get(c).select().local_set(d);
                }
                self.s().local_get(w).global_set(0);
            }
            Shape::Divisions => {
                while self.more(0) {
                    let (a, b) = (self.wide(), self.wide());
                    let kind = self.draw.below(width);
                    let mut s = self.s();
                    s.local_get(a).local_get(b);
                    match kind % 4 {
                        0 => s.i64_rem_s(),
                        1 => s.i64_div_s(),
                        2 => s.i64_div_u(),
                        _ => s.i64_rem_u(),
                    };
                    s.local_set(a);
                }
            }
            Shape::BitCounts => {
                self.s().local_get(w);
                while self.more(0) {
                    let kind = self.draw.below(width);
                    let mut s = self.s();
                    match kind % 4 {
                        0 => s.i64_popcnt(),
                        1 => s.i64_clz(),
                        2 => s.i64_ctz(),
                        _ => s.i32_wrap_i64().i32_popcnt().i64_extend_i32_s(),
                    };
                }
                self.s().global_set(0);
            }
            Shape::Grows => {
                while self.more(0) {
                    self.s().local_get(n).memory_grow(0).drop();
                }
            }
            Shape::Loops => {
                while self.more(0) {
                    let a = self.narrow();
                    self.s().loop_(BlockType::Empty).local_get(a).br_if(0).end();
                }
            }
            Shape::NestedLoops | Shape::Hoisting => {
                while self.more(14 * width) {
                    for _ in 0..width {
                        self.s().loop_(BlockType::Empty);
                    }
                    if self.bomb.shape == Shape::Hoisting {
                        for k in 0..self.bomb.locals {
                            self.s().local_get(w).i64_const(k.into()).i64_mul().global_set(0);
                        }
                    }
                    for _ in 0..width {
                        let a = self.narrow();
                        self.s().local_get(a).i32_const(1).i32_add().local_tee(a).br_if(0).end();
                    }
                }
            }
            Shape::Blocks => {
                while self.more(0) {
                    self.s().block(BlockType::Empty).i32_const(0).drop().end();
                }
            }
            Shape::Phis => {
                while self.more(0) {
                    let (a, b) = (self.narrow(), self.narrow());
                    self.s().local_get(a).if_(BlockType::Empty).local_get(b).local_set(a).end();
                }
                self.s().local_get(n).i64_extend_i32_u().global_set(0);
            }
            Shape::Swaps => {
                while self.more(0) {
                    let [a, b, c, d] = [self.narrow(), self.narrow(), self.narrow(), self.narrow()];
                    self.s().local_get(a).if_(BlockType::Empty).local_get(b).local_set(c).else_();
                    self.s().local_get(c).local_set(d).end();
                }
                self.s().local_get(n).i64_extend_i32_u().global_set(0);
            }
            Shape::NestedIfs => {
                while self.more(11 * width) {
                    for _ in 0..width {
                        let a = self.narrow();
                        self.s().local_get(a).if_(BlockType::Result(ValType::I32));
                    }
                    self.s().i32_const(1);
                    for _ in 0..width {
                        let a = self.narrow();
                        self.s().else_().local_get(a).end();
                    }
                    self.s().local_set(n);
                }
            }
            Shape::Branches | Shape::BranchValues => {
                let values = self.bomb.shape == Shape::BranchValues;
                let ty = if values { BlockType::Result(ValType::I32) } else { BlockType::Empty };
                for _ in 0..width {
                    self.s().block(ty);
                }
                if values {
                    self.s().i32_const(0);
                }
                while self.more(4 * width) {
                    let (a, b, depth) = (self.narrow(), self.narrow(), self.draw.below(width));
                    if values {
                        self.s().local_get(a).br_if(depth).local_get(b).i32_xor();
                    } else {
                        self.s().local_get(a).br_if(depth).local_get(b).local_set(a);
                    }
                }
                for _ in 0..width {
                    let (a, b) = (self.narrow(), self.narrow());
                    if values {
                        self.s().local_get(a).i32_add();
                    } else {
                        self.s().local_get(a).local_set(b);
                    }
                    self.s().end();
                }
                if values {
                    self.s().local_set(n);
                }
            }
            Shape::Tables | Shape::FlatTables | Shape::LoopTables => {
                let blocks = if self.bomb.shape == Shape::FlatTables { 1 } else { width.min(250) };
                while self.more(6 * blocks + 2 * width) {
                    if self.bomb.shape == Shape::LoopTables {
                        self.s().loop_(BlockType::Empty);
                    } else {
                        self.s().block(BlockType::Empty);
                    }
                    for _ in 1..blocks {
                        self.s().block(BlockType::Empty);
                    }
                    let targets: Vec<u32> = (0..width).map(|k| k % blocks).collect();
                    let (a, d) = (self.narrow(), self.draw.below(blocks));
                    self.s().local_get(a).br_table(targets, d);
                    for _ in 0..blocks {
                        let (a, b) = (self.narrow(), self.narrow());
                        self.s().end().local_get(a).local_set(b);
                    }
                }
            }
            Shape::Returns | Shape::Unreachables => {
                while self.more(0) {
                    let a = self.narrow();
                    self.s().local_get(a).if_(BlockType::Empty);
                    if self.bomb.shape == Shape::Returns {
                        self.s().return_();
                    } else {
                        self.s().unreachable();
                    }
                    self.s().end();
                }
            }
            Shape::Calls => {
                while self.more(4 * width) {
                    for _ in 0..self.bomb.params() {
                        let a = self.wide();
                        self.s().local_get(a);
                    }
                    self.s().call(WIDE_FUNCTION);
                }
            }
            Shape::IndirectCalls => {
                while self.more(0) {
                    let ty = OWN_TYPES + self.draw.below(width.min(1_024 - OWN_TYPES));
                    for kind in distinct(ty - OWN_TYPES, 10) {
                        let local = if kind == ValType::I32 { n } else { w };
                        self.s().local_get(local);
                    }
                    self.s().local_get(n).call_indirect(0, ty);
                }
            }
            Shape::Globals => {
                while self.more(0) {
                    let (a, b) = (self.draw.below(width.min(256)), self.draw.below(width.min(256)));
                    self.s().global_get(a).local_get(w).i64_add().global_set(b);
                }
            }
            Shape::Mixed => self.mixed(true),
            Shape::MixedStraight => self.mixed(false),
        }
    }

    fn mixed(&mut self, control: bool) {
        let mut open = 0;
        while self.more(3 * open) {
            let kind = self.draw.below(if control { 24 } else { 14 });
            let (a, b, c, d) = (self.narrow(), self.narrow(), self.wide(), self.wide());
            let number = self.draw.below(self.bomb.width.max(1));
            let deep = self.draw.below(open.max(1));
            let mut s = self.s();
            match kind {
                0 => s.local_get(a).local_get(b).i32_add().local_set(a),
                1 => s.local_get(c).local_get(d).i64_mul().local_set(c),
                2 => s.local_get(a).i64_load(at(number)).local_set(d),
                3 => s.local_get(a).local_get(c).i64_store(at(number)),
                4 => s.local_get(c).local_get(d).local_get(a).select().local_set(c),
                5 => s.local_get(c).local_get(d).i64_div_s().local_set(c),
                6 => s.local_get(c).i64_popcnt().local_set(c),
                7 => s.local_get(c).global_get(0).i64_xor().global_set(0),
                8 => s.local_get(c).local_get(d).i64_lt_s().local_set(a),
                9 => s.i64_const(i64::from(number)).local_get(c).i64_rotl().local_set(d),
                10 => s.local_get(a).i64_load8_s(at(number)).local_set(c),
                11 => s.local_get(a).local_get(b).i32_rem_s().local_set(b),
                12 => s.local_get(c).i32_wrap_i64().local_set(a),
                13 => s.local_get(a).i32_const(number as i32).i32_shl().local_set(b),
                14 | 15 if open < 100 => {
                    open += 1;
                    s.block(BlockType::Empty)
                }
                16 if open < 100 => {
                    open += 1;
                    s.loop_(BlockType::Empty)
                }
                17 if open < 100 => {
                    open += 1;
                    s.local_get(a).if_(BlockType::Empty)
                }
                18 | 19 if open > 0 => {
                    open -= 1;
                    s.end()
                }
                20 if open > 0 => s.local_get(a).br_if(deep),
                21 if open > 0 => s.local_get(a).if_(BlockType::Empty).br(deep).end(),
                22 => s.local_get(a).memory_grow(0).local_set(b),
                _ => s.local_get(c).call(WIDE_FUNCTION),
            };
        }
        for _ in 0..open {
            self.s().end();
        }
    }
}
