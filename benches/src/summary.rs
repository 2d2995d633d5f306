//! The tables at the end.

use crate::{
    kernels::KERNELS,
    measure::{Figures, Series, duration},
    memory::Resident,
    sandbox::{host_call, nested_call, turn},
    table,
};

/// A line of the table of ratios.
struct Row {
    name: &'static str,
    value: Series,
    versus: &'static str,
    ratio: Option<f64>,
}

fn row(name: &'static str, value: Series, versus: &'static str, other: &Series) -> Row {
    let ratio = Some(value.over(other));
    Row { name, value, versus, ratio }
}

fn alone(name: &'static str, value: Series) -> Row {
    Row { name, value, versus: "", ratio: None }
}

/// Prints gas and ratios.
pub(crate) fn print(figures: &Figures, gas: &[(&'static str, u64, u64)], module_bytes: usize, resident: Resident) {
    let mut table = vec![["", "ZX-20", "OpenZeppelin", "ratio"].map(str::to_owned).to_vec()];
    table.extend(gas.iter().map(|(name, zx20, openzeppelin)| {
        let ratio = *zx20 as f64 / *openzeppelin as f64;
        vec![(*name).to_owned(), zx20.to_string(), openzeppelin.to_string(), format!("{ratio:.3}")]
    }));
    table::print(&format!("Gas of a transfer (ZX-20: a module of {module_bytes} bytes)"), &table);

    let mut table = vec![["", "median", "versus", "ratio"].map(str::to_owned).to_vec()];
    let rows = [transfers(figures), sandbox(figures), nested(figures), meters(figures), cache(figures)];
    table.extend(rows.into_iter().flatten().map(|row| {
        let ratio = row.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        vec![row.name.to_owned(), duration(row.value.median()), row.versus.to_owned(), ratio]
    }));
    table::print("Ratios (interleaved rounds, medians)", &table);

    let kib = |bytes: f64| format!("{:.1} KiB", bytes / 1024.0);
    let row = |name: &str, bytes: f64| vec![name.to_owned(), kib(bytes), format!("{:.2}", bytes / resident.code)];
    let head = ["", "each", "of its code"].map(str::to_owned).to_vec();
    let rows = [
        head,
        row("native code", resident.code),
        row("resident when loaded", resident.loaded),
        row("resident when used: code, idle instance", resident.used),
        row("of that private", resident.private),
    ];
    table::print("Memory of a further loaded contract", &rows);
}

fn transfers(figures: &Figures) -> Vec<Row> {
    let of = |name| figures.of(name).clone();
    let (zx20, openzeppelin, native) = (of("transfer/zx20"), of("transfer/openzeppelin"), of("transfer/native"));
    let (new_zx20, new_openzeppelin, new_native) =
        (of("transfer new/zx20"), of("transfer new/openzeppelin"), of("transfer new/native"));
    let (floor, native_floor) = (of("no call/executor"), of("no call/bench loop"));
    let (zx20_call, openzeppelin_call, native_call) =
        (zx20.minus(&floor), openzeppelin.minus(&floor), native.minus(&native_floor));
    vec![
        row("transfer, ZX-20", zx20.clone(), "OpenZeppelin", &openzeppelin),
        row("transfer, ZX-20", zx20, "native", &native),
        row("transfer, OpenZeppelin", openzeppelin, "native", &native),
        alone("transfer, native", native),
        row("transfer to new holder, ZX-20", new_zx20.clone(), "OpenZeppelin", &new_openzeppelin),
        row("transfer to new holder, ZX-20", new_zx20, "native", &new_native),
        row("transaction without a call", floor, "the same in the bench's loop", &native_floor),
        row("call alone, ZX-20", zx20_call.clone(), "OpenZeppelin", &openzeppelin_call),
        row("call alone, ZX-20", zx20_call, "native", &native_call),
        row("call alone, OpenZeppelin", openzeppelin_call, "native", &native_call),
        alone("call alone, native", native_call),
    ]
}

fn sandbox(figures: &Figures) -> Vec<Row> {
    let empty = figures.of("frame/empty module").clone();
    let zx20 = figures.of("frame/zx20 totalSupply").clone();
    let revert = figures.of("frame/zx20 revert").clone();
    let gas_left = host_call(figures, "gas_left");
    vec![
        row("frame, empty call", empty.clone(), "host call: gas_left", &gas_left),
        row("frame, ZX-20 totalSupply", zx20.clone(), "empty call", &empty),
        row(
            "frame, ZX-20 transfer, host answers at once",
            figures.of("frame/zx20 transfer").clone(),
            "totalSupply",
            &zx20,
        ),
        row("frame, ZX-20 reverts at once", revert, "totalSupply", &zx20),
        row("host call: caller", host_call(figures, "caller"), "gas_left", &gas_left),
        row("host call: storage_read", host_call(figures, "storage_read"), "gas_left", &gas_left),
        row("host call: gas_left", gas_left, "turn of an empty loop", &turn(figures)),
    ]
}

fn nested(figures: &Figures) -> Vec<Row> {
    let evm = nested_call(figures, "evm to evm");
    let versus = "EVM to EVM";
    vec![
        row("nested call, WASM to WASM", nested_call(figures, "wasm to wasm"), versus, &evm),
        row("nested call, WASM to EVM", nested_call(figures, "wasm to evm"), versus, &evm),
        row("nested call, EVM to WASM", nested_call(figures, "evm to wasm"), versus, &evm),
        alone("nested call, EVM to EVM", evm),
    ]
}

fn meters(figures: &Figures) -> Vec<Row> {
    let kernel = |(_, [plain, metered], _): (u32, [&'static str; 2], &str), name| {
        row(name, figures.of(metered).clone(), "without meters", figures.of(plain))
    };
    let names = ["kernel with meters: keccak", "kernel with meters: U256", "kernel with meters: sort"];
    let mut rows: Vec<_> = KERNELS.into_iter().zip(names).map(|(k, name)| kernel(k, name)).collect();
    let (fresh, reused) = (figures.of("fresh/empty module").clone(), figures.of("frame/empty module"));
    rows.push(row("Instance::new of wasmer, empty module", fresh, "whole frame, reused", reused));
    let (fresh, reused) = (figures.of("fresh/zx20").clone(), figures.of("frame/zx20 totalSupply"));
    rows.push(row("Instance::new of wasmer, ZX-20", fresh, "whole frame, reused", reused));
    let (one, two) = (figures.of("threads/one").clone(), figures.of("threads/two"));
    rows.push(row("frames on one thread, each", one, "on two threads", two));
    rows
}

fn cache(figures: &Figures) -> Vec<Row> {
    let (disk, memory) = (figures.of("cache/load from disk"), figures.of("cache/hit in memory"));
    vec![
        row("compile ZX-20", figures.of("cache/compile").clone(), "load from disk", disk),
        row("load from disk", disk.clone(), "hit in memory", memory),
        alone("hit in memory", memory.clone()),
    ]
}
