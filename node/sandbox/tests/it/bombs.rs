//! Compile bombs: modules that are small and take long to compile. No test depends on a time that it measures itself:
//! times are those of `benches/src/bombs.rs`, which shares the shapes, and the tests compare them with the gas.

mod shapes;
mod worst;

use crate::world::{hash, sandbox};
use shapes::{Bomb, Shape};
use std::time::{Duration, Instant};
use worst::{Known, WORST};
use zx_host_functions::validate;
use zx_sandbox::{ModuleLimits, Sandbox};

/// Gas of a block.
const BLOCK_GAS: u64 = 30_000_000;
/// Milliseconds that a block's worth of compilation may take.
const BLOCK_MS: u64 = 1_000;
/// Gas of the deposit for a byte of code.
const DEPOSIT: u64 = 200;

/// What compiled for long under earlier rules, each in parts of a second to half a minute, and a part of what it is
/// refused for now; nothing, if it costs more than a block has.
const DEFUSED: &[(&str, &str)] = &[
    ("Grows,125000,15,65000,4000,4,1,1", "branches, ends and calls"),
    ("Loops,125000,10,65000,1360,4,1,1", "branches, ends and calls"),
    ("Blocks,65000,1,65000,10000,4,1,1", "branches, ends and calls"),
    ("Returns,65000,1,65000,4000,20,1,1", "branches, ends and calls"),
    ("Hoisting,65000,1,65000,10,100,100,1", "nested loops"),
    ("NestedLoops,65000,1,65000,40,2000,100,1", "nested loops"),
    ("Loops,65000,1,65000,600,2000,1,1", ""),
    ("NestedIfs,65000,1,65000,9,2000,100,1", ""),
    ("Kept,65000,1,65000,900,4,4000,1", ""),
    ("KeptLocals,65000,1,65000,1000,2000,1,1", ""),
    ("GrowsKept,65000,1,65000,1000,4,4000,1", ""),
    ("Empty,60000,4000,65000,0,2048,1,1", ""),
    ("Pressure,65000,1,65000,65000,4,1000,1", ""),
];

fn bomb(text: &str) -> Bomb {
    Bomb::parse(text).unwrap_or_else(|| panic!("`{text}` is not a bomb"))
}

/// What a deployment of the module costs at least; `None` if it is refused.
fn gas(module: &[u8]) -> Option<u64> {
    let facts = validate(module, &ModuleLimits::DEFAULT).ok()?;
    Some(facts.work.gas().max(module.len() as u64 * DEPOSIT))
}

#[test]
fn a_bomb_is_the_same_module_each_time_and_can_be_written_down() {
    for Known { bomb: text, .. } in WORST {
        let bomb = bomb(text);
        assert_eq!(bomb.to_string(), *text);
        assert_eq!(bomb.module(), bomb.module());
    }
}

#[test]
fn every_shape_is_known_at_its_worst() {
    let missing: Vec<_> =
        Shape::ALL.iter().filter(|shape| !WORST.iter().any(|known| bomb(known.bomb).shape == **shape)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// A block full of deployments of any of these compiles within a second.
#[test]
fn gas_pays_for_the_worst_of_each_shape() {
    for Known { bomb: text, ms } in WORST {
        let gas = gas(&bomb(text).module()).unwrap_or_else(|| panic!("{text} is refused"));
        assert!(ms * BLOCK_GAS <= BLOCK_MS * gas, "{text}: {ms} ms for {gas} gas");
    }
}

#[test]
fn what_took_too_long_is_refused_or_costs_more_than_a_block() {
    for (text, why) in DEFUSED {
        let module = bomb(text).module();
        match validate(&module, &ModuleLimits::DEFAULT) {
            Err(error) => assert!(error.to_string().contains(why), "{text}: {error}"),
            Ok(facts) => {
                assert!(why.is_empty(), "{text} is accepted");
                assert!(facts.work.gas() > BLOCK_GAS, "{text} costs {}", facts.work.gas());
            }
        }
    }
}

/// The ceiling only keeps the test from hanging; the longest of them takes a second or two.
#[test]
fn the_worst_that_a_block_can_hold_compile() {
    for Known { bomb: text, .. } in WORST {
        let module = bomb(text).module();
        let start = Instant::now();
        if let Err(error) = sandbox().prepare(&hash(&module), &module) {
            panic!("{text}: {error}");
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{text} took {:?}", start.elapsed());
    }
}

/// Counts are what a module has, whatever the order of its functions; each more of anything costs more.
#[test]
fn more_of_a_shape_is_never_cheaper() {
    for shape in Shape::ALL {
        let of = |units| {
            let bomb = Bomb {
                shape: *shape,
                bytes: 60_000,
                functions: units,
                body: 9_000,
                units,
                locals: 8,
                width: 8,
                seed: 1,
            };
            gas(&bomb.module()).unwrap_or_else(|| panic!("{shape:?} with {units} units is refused"))
        };
        let costs: Vec<u64> = [1, 4, 16, 64].map(of).into();
        assert!(costs.is_sorted() && costs[0] < costs[3], "{shape:?}: {costs:?}");
    }
}

/// The limits that are there to bound compilation, each at its last accepted value, in one function.
#[test]
fn limits_hold_at_their_edges() {
    let accepted = |bomb: Bomb| validate(&bomb.module(), &ModuleLimits::DEFAULT).map(drop).map_err(|e| e.to_string());
    let one = |shape, units, locals, width| {
        accepted(Bomb { shape, bytes: 65_000, functions: 1, body: 65_000, units, locals, width, seed: 1 })
    };
    // A turn each, and the function's end.
    assert_eq!(one(Shape::Blocks, 2_047, 4, 1), Ok(()));
    assert!(one(Shape::Blocks, 2_048, 4, 1).unwrap_err().contains("2049, the limit is 2048"));
    assert_eq!(one(Shape::NestedLoops, 1, 4, 32), Ok(()));
    assert!(one(Shape::NestedLoops, 1, 4, 33).unwrap_err().contains("too many nested loops in function 2: 33"));
    assert_eq!(one(Shape::Empty, 1, 2_048, 1), Ok(()));
    assert!(one(Shape::Empty, 1, 2_050, 1).unwrap_err().contains("too many locals"));
}

/// A sandbox as the node makes it prepares nothing that is refused.
#[test]
fn a_defused_bomb_never_reaches_the_compiler() {
    let sandbox = Sandbox::new(ModuleLimits::DEFAULT, None).unwrap();
    for (text, why) in DEFUSED.iter().filter(|(_, why)| !why.is_empty()) {
        let module = bomb(text).module();
        assert!(sandbox.prepare(&hash(&module), &module).unwrap_err().to_string().contains(why), "{text}");
    }
    assert_eq!(sandbox.stats().compiled, 0);
}
