//! Modules that no text can express: sections, lengths and instructions put together byte by byte.

use crate::world::{Run, World, hash, run_with, sandbox};
use zx_sandbox::{PrepareError, Sandbox, Status};

const CUSTOM: u8 = 0;
const TYPE: u8 = 1;
const IMPORT: u8 = 2;
const FUNCTION: u8 = 3;
const TABLE: u8 = 4;
const MEMORY: u8 = 5;
const GLOBAL: u8 = 6;
const EXPORT: u8 = 7;
const START: u8 = 8;
const ELEMENT: u8 = 9;
const CODE: u8 = 10;
const DATA: u8 = 11;
const DATA_COUNT: u8 = 12;
const TAG: u8 = 13;

const HEADER: &[u8] = b"\0asm\x01\0\0\0";
const END: u8 = 0x0b;
const UNREACHABLE: u8 = 0x00;
/// 2^32 - 1 in LEB128.
const MOST: [u8; 5] = [0xff, 0xff, 0xff, 0xff, 0x0f];

fn leb(mut n: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (n & 0x7f) as u8;
        n >>= 7;
        if n == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// The same number in five bytes, the most that a number of 32 bits may take.
fn long_leb(n: usize) -> Vec<u8> {
    let digit = |place: usize| (n >> (7 * place)) as u8 & 0x7f;
    vec![digit(0) | 0x80, digit(1) | 0x80, digit(2) | 0x80, digit(3) | 0x80, digit(4)]
}

fn section(id: u8, body: &[u8]) -> Vec<u8> {
    [&[id][..], &leb(body.len()), body].concat()
}

fn name(text: &[u8]) -> Vec<u8> {
    [&leb(text.len())[..], text].concat()
}

fn wasm(sections: &[Vec<u8>]) -> Vec<u8> {
    [HEADER, &sections.concat()].concat()
}

/// One type: nothing to i32.
fn types() -> Vec<u8> {
    section(TYPE, &[1, 0x60, 0, 1, 0x7f])
}

fn functions() -> Vec<u8> {
    section(FUNCTION, &[1, 0])
}

fn memory() -> Vec<u8> {
    section(MEMORY, &[1, 0, 1])
}

fn exports() -> Vec<u8> {
    let (memory, call) = ([&name(b"memory")[..], &[2, 0]].concat(), [&name(b"call")[..], &[0, 0]].concat());
    section(EXPORT, &[&[2][..], &memory, &call].concat())
}

/// A function body with its length.
fn body(instructions: &[u8]) -> Vec<u8> {
    let inside = [&[0][..], instructions, &[END]].concat();
    [&leb(inside.len())[..], &inside].concat()
}

/// One body: `i32.const 0`.
fn code() -> Vec<u8> {
    section(CODE, &[&[1][..], &body(&[0x41, 0])].concat())
}

/// The contract of the sections above, with one body of these instructions.
fn with_body(instructions: &[u8]) -> Vec<u8> {
    let code = section(CODE, &[&[1][..], &body(instructions)].concat());
    wasm(&[types(), functions(), memory(), exports(), code])
}

/// The contract of the sections above, with others before the one of that number.
fn with(place: usize, others: &[Vec<u8>]) -> Vec<u8> {
    let mut sections = vec![types(), functions(), memory(), exports(), code()];
    sections.splice(place..place, others.iter().cloned());
    wasm(&sections)
}

/// The contract of the sections above, with another in the place of the one of that number.
fn instead(place: usize, other: Vec<u8>) -> Vec<u8> {
    let mut sections = [types(), functions(), memory(), exports(), code()];
    sections[place] = other;
    wasm(&sections)
}

/// What the author is told; `None` if the module is accepted.
fn refusal(sandbox: &Sandbox, module: &[u8]) -> Option<String> {
    match sandbox.prepare(&hash(module), module) {
        Ok(_) => None,
        Err(PrepareError::Invalid(error)) => Some(error.to_string()),
        Err(PrepareError::Compile(error)) => panic!("valid, and then: {error}"),
    }
}

fn all_refused(cases: Vec<(&str, Vec<u8>, &str)>) {
    let sandbox = sandbox();
    let mut wrong = Vec::new();
    for (what, module, reason) in cases {
        let said = refusal(&sandbox, &module).unwrap_or_else(|| "accepted".into());
        if !said.contains(reason) || reason.is_empty() {
            wrong.push(format!("{what}: `{said}`, not `{reason}`"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn all_run(cases: Vec<(&str, Vec<u8>)>) {
    let sandbox = sandbox();
    for (what, module) in cases {
        assert_eq!(refusal(&sandbox, &module), None, "{what}");
        let outcome = run_with(&sandbox, &module, &Run::default(), &mut World::default());
        assert_eq!(outcome.status, Status::Success, "{what}");
    }
}

#[test]
fn the_contract_that_the_others_are_made_of_runs() {
    all_run(vec![("the contract", with(0, &[])), ("with another body", with_body(&[0x41, 0]))]);
}

#[test]
fn headers() {
    let mut version_two = with(0, &[]);
    version_two[4] = 2;
    let mut component = with(0, &[]);
    component[4..8].copy_from_slice(&[0x0d, 0, 1, 0]);
    all_refused(vec![
        ("no bytes", vec![], "unexpected end"),
        ("magic alone", b"\0asm".to_vec(), "unexpected end"),
        ("half a version", HEADER[..6].to_vec(), "unexpected end"),
        ("other magic", [b"\0wasm\0\0\0", &with(0, &[])[8..]].concat(), "magic header not detected"),
        ("text", b"(module)".to_vec(), "magic header not detected"),
        ("another version", version_two, "unknown binary version"),
        ("the header of a component", component, "component"),
        ("EVM code", vec![0x60, 0x80, 0x60, 0x40, 0x52, 0x34, 0x80, 0x15], "magic header not detected"),
        ("a deployment inside a deployment", [&[0xef, 0x5a, 0x58, 0x01], HEADER].concat(), "magic header not detected"),
    ]);
}

#[test]
fn sections_out_of_order_or_twice() {
    let empty = |id| section(id, &[0]);
    all_refused(vec![
        ("types twice", with(1, &[types()]), "section out of order"),
        ("functions twice", with(2, &[functions()]), "section out of order"),
        ("memory twice", with(3, &[memory()]), "section out of order"),
        ("exports twice", with(4, &[exports()]), "section out of order"),
        ("code twice", with(5, &[code()]), "section out of order"),
        ("an empty section twice", with(5, &[empty(DATA), empty(DATA)]), "section out of order"),
        ("imports after functions", with(2, &[empty(IMPORT)]), "section out of order"),
        ("exports before memory", wasm(&[types(), functions(), exports(), memory(), code()]), "unknown memory 0"),
        ("code before exports", wasm(&[types(), functions(), memory(), code(), exports()]), "section out of order"),
        ("data before code", with(4, &[empty(DATA)]), "section out of order"),
        ("elements after code", with(5, &[empty(ELEMENT)]), "section out of order"),
        ("a start function after code", with(5, &[section(START, &[0])]), "section out of order"),
        ("globals after exports", with(4, &[empty(GLOBAL)]), "section out of order"),
    ]);
}

#[test]
fn sections_of_proposals_and_of_nobody() {
    all_refused(vec![
        ("data count", with(4, &[section(DATA_COUNT, &[0])]), "a data count section is not allowed"),
        ("tags", with(3, &[section(TAG, &[0])]), "exceptions proposal not enabled"),
        ("section 14", with(5, &[section(14, &[0])]), "malformed section id: 14"),
        ("section 127", with(5, &[section(127, &[])]), "malformed section id: 127"),
        ("section 128", with(5, &[section(128, &[0])]), "malformed section id"),
        ("eight bytes of ones in front", with(0, &[vec![0xff; 8]]), "malformed section id"),
    ]);
}

#[test]
fn lengths_of_sections() {
    let short = [TYPE, 4, 1, 0x60, 0, 1, 0x7f].to_vec();
    let long = section(TYPE, &[1, 0x60, 0, 1, 0x7f, 0]);
    let beyond = [&[CUSTOM][..], &MOST, b"\x01x"].concat();
    let six = [&[CUSTOM][..], &[0x81, 0x80, 0x80, 0x80, 0x80, 0x00], &[0]].concat();
    let wide = [&[CUSTOM][..], &[0x81, 0x80, 0x80, 0x80, 0x10], &[0]].concat();
    all_refused(vec![
        ("shorter than what is inside", instead(0, short), "unexpected end"),
        ("longer than what is inside", instead(0, long), "unexpected data at the end of the section"),
        ("an empty section", instead(0, section(TYPE, &[])), "unexpected end"),
        ("beyond the module", with(5, &[beyond]), "unexpected end"),
        ("a length of six bytes", with(0, &[six]), "invalid var_u32"),
        ("a length of more than 32 bits", with(0, &[wide]), "invalid var_u32"),
        ("a byte after the end", with(5, &[vec![0]]), "unexpected end"),
        ("a length without a section", with(5, &[vec![CUSTOM, 0x80]]), "unexpected end"),
        ("two modules", [with(0, &[]), with(0, &[])].concat(), "expected section, got wasm magic number"),
    ]);
}

/// What the node takes out of a module before it compiles, it must find where the validator does.
#[test]
fn numbers_may_be_longer_than_they_need_to_be() {
    let long_types = [&[TYPE][..], &long_leb(9), &long_leb(1), &[0x60, 0, 1, 0x7f]].concat();
    let long_custom = [&[CUSTOM][..], &long_leb(300), &name(b"x"), &[0xee; 298]].concat();
    let long_code = [&long_leb(1)[..], &long_leb(4), &[0, 0x41, 0, END]].concat();
    let padded = with_body(&[0x41, 0x80, 0x80, 0x80, 0x80, 0x00]);
    all_run(vec![
        ("a section's length and count", instead(0, long_types)),
        ("a custom section's length", with(2, std::slice::from_ref(&long_custom))),
        ("a custom section in front", with(0, std::slice::from_ref(&long_custom))),
        ("a custom section at the end", with(5, &[long_custom])),
        ("a body's length", instead(4, section(CODE, &long_code))),
        ("a constant", padded),
        ("many custom sections", with(3, &vec![section(CUSTOM, &name(b"")); 1_000])),
        ("a custom section named like an export", with(0, &[section(CUSTOM, &name(b"zx_fuel"))])),
    ]);
}

#[test]
fn custom_sections_without_a_name() {
    all_refused(vec![
        ("no bytes", with(0, &[section(CUSTOM, &[])]), "unexpected end"),
        ("a name that is longer than the section", with(0, &[section(CUSTOM, &[9, b'x'])]), "unexpected end"),
        ("a name that is not UTF-8", with(0, &[section(CUSTOM, &name(&[0xff, 0xfe]))]), "malformed UTF-8"),
    ]);
}

/// Counts of 2^32 - 1 in a few bytes: nothing may be allocated for them.
#[test]
fn counts_of_four_billion() {
    let most = |id: u8, rest: &[u8]| section(id, &[&MOST[..], rest].concat());
    let limits = [&[1, 1, 0][..], &MOST].concat();
    let type_of = |params: &[u8]| section(TYPE, &[&[2, 0x60, 0, 1, 0x7f, 0x60][..], params].concat());
    let locals = |groups: &[u8]| {
        let inside = [groups, &[0x41, 0, END]].concat();
        instead(4, section(CODE, &[&[1][..], &leb(inside.len()), &inside].concat()))
    };
    let group = [&MOST[..], &[0x7e]].concat();
    let br_table = [&[0x41, 0, 0x0e][..], &MOST, &[0]].concat();
    let element = [&[1, 0, 0x41, 0, END][..], &MOST].concat();
    let data = [&[1, 0, 0x41, 0, END][..], &MOST, b"x"].concat();
    all_refused(vec![
        ("types", instead(0, most(TYPE, &[0x60, 0, 0])), "types count exceeds limit"),
        ("parameters", instead(0, type_of(&MOST)), "function params size is out of bounds"),
        ("results", instead(0, type_of(&[&[0][..], &MOST].concat())), "function returns size is out of bounds"),
        ("imports", with(1, &[most(IMPORT, &[])]), "imports count exceeds limit"),
        ("functions", instead(1, most(FUNCTION, &[0])), "functions count exceeds limit"),
        ("tables", with(2, &[most(TABLE, &[0x70, 0, 1])]), "multiple tables"),
        ("memories", instead(2, most(MEMORY, &[0, 1])), "multiple memories"),
        ("pages at most", instead(2, section(MEMORY, &limits)), "memory size must be at most"),
        ("globals", with(3, &[most(GLOBAL, &[0x7f, 0, 0x41, 0, END])]), "globals count exceeds limit"),
        ("exports", instead(3, most(EXPORT, &[])), "exports count exceeds limit"),
        ("element segments", with(4, &[most(ELEMENT, &[])]), "element segments count exceeds limit"),
        ("elements", with(4, &[section(ELEMENT, &element)]), "unexpected end"),
        ("bodies", instead(4, most(CODE, &body(&[0x41, 0]))), "function and code section have inconsistent lengths"),
        ("data segments", with(5, &[most(DATA, &[])]), "data segments count exceeds limit"),
        ("bytes of data", with(5, &[section(DATA, &data)]), "unexpected end"),
        ("groups of locals", locals(&MOST), "invalid value type"),
        ("locals of one group", locals(&[&[1][..], &group].concat()), "too many locals"),
        ("locals of two groups, 2^33 - 2", locals(&[&[2][..], &group, &group].concat()), "too many locals"),
        ("targets of a br_table", with_body(&br_table), "br_table"),
    ]);
}

#[test]
fn bodies_and_functions_that_do_not_match() {
    let two = section(CODE, &[&[2][..], &body(&[0x41, 0]), &body(&[0x41, 0])].concat());
    let none = wasm(&[types(), functions(), memory(), exports()]);
    let inside = |bytes: &[u8]| instead(4, section(CODE, &[&[1][..], &leb(bytes.len()), bytes].concat()));
    all_refused(vec![
        ("a function and two bodies", instead(4, two), "function and code section have inconsistent lengths"),
        ("two functions and a body", instead(1, section(FUNCTION, &[2, 0, 0])), "inconsistent lengths"),
        ("a function and no body", none, "function section has non-zero count but code section is absent"),
        ("a body and no function", wasm(&[types(), memory(), code()]), "function section is absent"),
        ("a body longer than its section", instead(4, section(CODE, &[1, 99, 0, 0x41, 0, END])), "unexpected end"),
        ("a body shorter than itself", instead(4, section(CODE, &[1, 3, 0, 0x41, 0, END])), "end"),
        ("a body of no bytes", inside(&[]), "unexpected end"),
        ("a body without its end", inside(&[0, 0x41, 0]), "control frames remain"),
        ("a body with two ends", inside(&[0, 0x41, 0, END, END]), "operators remaining after end of function"),
        ("a body that goes on after its end", inside(&[0, 0x41, 0, END, 0x01]), "operators remaining"),
        ("an end inside an instruction", inside(&[0, 0x41]), "unexpected end"),
        ("an else without an if", with_body(&[0x05, 0x41, 0]), "`else` found outside `If` block"),
    ]);
}

#[test]
fn indices_and_kinds_of_nobody() {
    let export = |kind: u8, index: u8| section(EXPORT, &[&[1][..], &name(b"call"), &[kind, index]].concat());
    let import = |desc: &[u8]| section(IMPORT, &[&[1][..], &name(b"zx"), &name(b"caller"), desc].concat());
    let global = |bytes: &[u8]| section(GLOBAL, bytes);
    let raw_name = |bytes: &[u8]| section(EXPORT, &[&[1][..], &name(bytes), &[0, 0]].concat());
    all_refused(vec![
        ("an export of kind 9", instead(3, export(9, 0)), "external kind"),
        ("an export of function 7", instead(3, export(0, 7)), "unknown function 7"),
        ("an export with a name that is not UTF-8", instead(3, raw_name(&[0xc0, 0x80])), "malformed UTF-8"),
        ("an export with half a surrogate", instead(3, raw_name(&[0xed, 0xa0, 0x80])), "malformed UTF-8"),
        ("an import of kind 9", with(1, &[import(&[9, 0])]), "external kind"),
        ("an import of type 9", with(1, &[import(&[0, 9])]), "unknown type 9"),
        ("an import of a tag", with(1, &[import(&[4, 0, 0])]), "exceptions proposal not enabled"),
        ("a function of type 9", instead(1, section(FUNCTION, &[1, 9])), "unknown type 9"),
        ("a type of another form", instead(0, section(TYPE, &[1, 0x40, 0, 1, 0x7f])), "invalid leading byte"),
        ("a parameter of no type", instead(0, section(TYPE, &[1, 0x60, 1, 0x40, 0])), "invalid value type"),
        ("two results", instead(0, section(TYPE, &[1, 0x60, 0, 2, 0x7f, 0x7f])), "multi-value"),
        ("limits with unknown flags", instead(2, section(MEMORY, &[1, 0x80, 0, 1])), "invalid memory limits flags"),
        ("a mutability of 2", with(3, &[global(&[1, 0x7f, 2, 0x41, 0, END])]), "global"),
        ("a global without its end", with(3, &[global(&[1, 0x7f, 0, 0x41, 0])]), "unexpected end"),
        ("a global that calls", with(3, &[global(&[1, 0x7f, 0, 0x10, 0, END])]), "constant expression required"),
        ("a global of two constants", with(3, &[global(&[1, 0x7f, 0, 0x41, 0, 0x41, 0, END])]), "end of block"),
        ("a start function that is not there", with(4, &[section(START, &[9])]), "unknown function 9"),
        ("a segment with unknown flags", with(5, &[section(DATA, &[1, 9, 0x41, 0, END, 0])]), "flags byte"),
        ("a segment of memory 1", with(5, &[section(DATA, &[1, 2, 1, 0x41, 0, END, 0])]), "unknown memory 1"),
    ]);
}

#[test]
fn immediates_that_have_to_be_zero() {
    let grow = |reserved: &[u8]| with_body(&[&[0x41, 0, 0x40][..], reserved].concat());
    let table = section(TABLE, &[1, 0x70, 0, 1]);
    let indirect = |reserved: &[u8]| {
        let bytes = [&[0x41, 0, 0x11, 0][..], reserved].concat();
        let code = section(CODE, &[&[1][..], &body(&bytes)].concat());
        wasm(&[types(), functions(), table.clone(), memory(), exports(), code])
    };
    all_refused(vec![
        ("memory.grow of memory 1", grow(&[1]), "zero byte expected"),
        ("memory.grow of memory 0 in two bytes", grow(&[0x80, 0]), "zero byte expected"),
        ("memory.size of memory 1", with_body(&[0x3f, 1]), "zero byte expected"),
        ("call_indirect through table 1", indirect(&[1]), "zero byte expected"),
        ("call_indirect through table 0 in two bytes", indirect(&[0x80, 0]), "zero byte expected"),
        ("a constant of six bytes", with_body(&[0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0]), "invalid var_i32"),
        ("a constant of 33 bits", with_body(&[0x41, 0x80, 0x80, 0x80, 0x80, 0x10]), "invalid var_i32"),
        ("a block of type 0", with_body(&[0x02, 0, 0x41, 0, END]), "multi-value"),
        ("an alignment of 2^64", with_body(&[0x41, 0, 0x28, 64, 0]), "memop"),
        ("an alignment of 2^31", with_body(&[0x41, 0, 0x28, 31, 0]), "alignment must not be larger than natural"),
    ]);
}

/// Instructions of the MVP on integers, by their first byte.
fn allowed(opcode: u8) -> bool {
    matches!(
        opcode,
        0x00..=0x05 | 0x0b..=0x11 // control
        | 0x1a | 0x1b | 0x20..=0x24 // drop, select, locals, globals
        | 0x28 | 0x29 | 0x2c..=0x37 | 0x3a..=0x42 // memory, constants
        | 0x45..=0x5a | 0x67..=0x8a // comparisons, arithmetic
        | 0xa7 | 0xac | 0xad // wrap and extend
    )
}

/// In code that cannot run anything fits the types, so that only the rule about the instruction is left.
#[test]
fn every_instruction_beyond_the_mvp_is_refused_even_in_dead_code() {
    let sandbox = sandbox();
    let dead = |bytes: &[u8]| with_body(&[&[UNREACHABLE][..], bytes, &[UNREACHABLE]].concat());
    for opcode in 0..=u8::MAX {
        let refused = refusal(&sandbox, &dead(&[opcode])).is_some()
            && [1, 2, 4, 8, 16].iter().all(|zeros| {
                let bytes = [&[opcode][..], &vec![0; *zeros]].concat();
                refusal(&sandbox, &dead(&bytes)).is_some()
            });
        assert!(refused || allowed(opcode), "opcode {opcode:#04x} is accepted");
    }
    for prefix in 0xfb..=0xff_u8 {
        for sub in 0..=300 {
            for zeros in [0, 1, 2, 4, 16] {
                let bytes = [&[prefix][..], &leb(sub), &vec![0; zeros]].concat();
                assert!(refusal(&sandbox, &dead(&bytes)).is_some(), "{prefix:#x} {sub:#x} is accepted");
            }
        }
    }
}

#[test]
fn the_plain_instructions_of_the_mvp_are_accepted() {
    let sandbox = sandbox();
    for opcode in (0x45..=0x5a).chain(0x67..=0x8a).chain([0x1a, 0xa7, 0xac, 0xad]) {
        let module = with_body(&[UNREACHABLE, opcode, UNREACHABLE]);
        assert_eq!(refusal(&sandbox, &module), None, "opcode {opcode:#04x}");
    }
}
