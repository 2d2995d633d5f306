//! Compile bombs: what the worst modules that we know take to compile, in relation to the gas of deploying them.
//!
//! 1. Each bomb is compiled in a process of its own, which measures its processor time and its greatest memory.
//! 2. Without anything else, the bombs of `worst.rs` and ZX-20 are measured, best of three, and printed as a table.
//! 3. `ZX_BOMB_SEARCH=600` instead climbs for so many seconds from the known bombs and from random ones to worse, and
//!    prints what it has found as lines for `worst.rs`.

#[path = "../../node/sandbox/tests/it/bombs/shapes.rs"]
mod shapes;
#[path = "../../node/sandbox/tests/it/bombs/worst.rs"]
mod worst;

use cargo_zx::{OptLevel, Request, Source, build, toolchain::Preference};
use eyre::{OptionExt, Result, bail, ensure};
use shapes::{Bomb, Draw, Shape};
use std::{
    env, fs,
    io::Read,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};
use worst::WORST;
use zx_host_functions::validate;
use zx_sandbox::{ModuleLimits, Sandbox};

/// Argument that makes this process the one that compiles.
const ONE: &str = "--one";
/// Gas of the deposit for a byte of code.
const DEPOSIT: u64 = 200;
/// Gas of a block, and so the most that one bomb may cost.
const BLOCK_GAS: u64 = 30_000_000;
/// Milliseconds of a tick of `/proc/self/stat`; Linux shows 100 a second everywhere.
const TICK_MS: u64 = 10;
/// How long a child may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a child has measured.
#[derive(Clone, Copy)]
struct Measured {
    bytes: u64,
    gas: u64,
    validate_us: u64,
    /// Processor time of all threads.
    cpu_ms: u64,
    wall_ms: u64,
    peak_mib: u64,
}

impl Measured {
    /// Of a full block, in milliseconds of processor time.
    fn block_ms(&self) -> u64 {
        self.cpu_ms.saturating_mul(BLOCK_GAS) / self.gas.max(1)
    }
}

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    if let [one, module] = args.as_slice()
        && one == ONE
    {
        return compile(module);
    }
    match env::var("ZX_BOMB_SEARCH") {
        Ok(seconds) => search(Duration::from_secs(seconds.parse()?)),
        Err(_) => table(),
    }
}

/// In the child: compiles a bomb, or the module in a file, and prints the measurement.
fn compile(module: &str) -> Result<()> {
    let module = match Bomb::parse(module) {
        Some(bomb) => bomb.module(),
        None => fs::read(module)?,
    };
    let start = Instant::now();
    let Ok(facts) = validate(&module, &ModuleLimits::DEFAULT) else {
        println!("refused");
        return Ok(());
    };
    let validated = start.elapsed();
    let gas = facts.work.gas().max(module.len() as u64 * DEPOSIT);
    if gas > BLOCK_GAS {
        println!("refused");
        return Ok(());
    }
    let sandbox = Sandbox::new(ModuleLimits::DEFAULT, None)?;
    let (before, start) = (ticks()?, Instant::now());
    sandbox.prepare(&[0; 32], &module)?;
    let (wall, cpu) = (start.elapsed(), ticks()?.saturating_sub(before) * TICK_MS);
    let (validated, wall, bytes, peak) = (validated.as_micros(), wall.as_millis(), module.len(), peak_kib()? / 1024);
    println!("{bytes} {gas} {validated} {cpu} {wall} {peak}");
    Ok(())
}

/// Processor time of this process, in ticks.
fn ticks() -> Result<u64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, rest) = stat.rsplit_once(") ").ok_or_eyre("a stat file")?;
    let field = |place| rest.split(' ').nth(place).ok_or_eyre("a stat file");
    Ok(field(11)?.parse::<u64>()? + field(12)?.parse::<u64>()?)
}

/// The most memory that this process has had.
fn peak_kib() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or_eyre("a status file")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// `None` if the module is refused or costs more than a block has.
fn measure(module: &str) -> Result<Option<Measured>> {
    let mut child = Command::new(env::current_exe()?).args([ONE, module]).stdout(Stdio::piped()).spawn()?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > PATIENCE {
            child.kill()?;
            child.wait()?;
            bail!("{module}: still compiling after {PATIENCE:?}");
        }
        thread::sleep(Duration::from_millis(5));
    };
    ensure!(status.success(), "{module}: {status}");
    let mut said = String::new();
    child.stdout.take().ok_or_eyre("a pipe")?.read_to_string(&mut said)?;
    if said.trim() == "refused" {
        return Ok(None);
    }
    let mut numbers = said.split_whitespace().map(str::parse::<u64>);
    let mut next = || Ok::<_, eyre::Error>(numbers.next().ok_or_eyre("a number")??);
    let (bytes, gas, validate_us) = (next()?, next()?, next()?);
    Ok(Some(Measured { bytes, gas, validate_us, cpu_ms: next()?, wall_ms: next()?, peak_mib: next()? }))
}

/// The least of three: whatever else runs on the machine only adds.
fn best(module: &str) -> Result<Option<Measured>> {
    let mut best: Option<Measured> = None;
    for _ in 0..3 {
        let Some(now) = measure(module)? else { return Ok(None) };
        let old = best.unwrap_or(now);
        best = Some(Measured {
            validate_us: old.validate_us.min(now.validate_us),
            cpu_ms: old.cpu_ms.min(now.cpu_ms),
            wall_ms: old.wall_ms.min(now.wall_ms),
            peak_mib: old.peak_mib.max(now.peak_mib),
            ..now
        });
    }
    Ok(best)
}

fn table() -> Result<()> {
    let folder = tempfile::tempdir()?;
    build(&Request {
        source: Source::Package(None),
        manifest: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../contracts/zx20/Cargo.toml")),
        out_dir: Some(folder.path().to_owned()),
        opt_level: OptLevel::default(),
        toolchain: Preference::Auto,
        cargo: Vec::new(),
    })?;
    let zx20 = folder.path().join("zx20.wasm").to_string_lossy().into_owned();
    let mut rows = Vec::new();
    let shape = |bomb: &'static str| bomb.split(',').next().unwrap_or_default();
    let known = WORST.iter().map(|known| (shape(known.bomb), known.bomb, known.ms));
    for (name, module, ms) in [("ZX-20", zx20.as_str(), 0)].into_iter().chain(known) {
        // Known under lower prices, and now dearer than a block: no longer a bomb.
        if let Some(row) = best(module)? {
            rows.push((name, row, ms));
        }
    }
    rows.sort_by_key(|(_, row, _)| std::cmp::Reverse(row.block_ms()));
    println!(
        "                  bytes       gas  validate   compile  on one core   known  ms a Mgas  ms a block  peak MiB"
    );
    for (name, row, known) in rows {
        let Measured { bytes, gas, validate_us, cpu_ms, wall_ms, peak_mib } = row;
        let (validated, each, block) = (validate_us as f64 / 1e3, cpu_ms as f64 * 1e6 / gas as f64, row.block_ms());
        print!("{name:14} {bytes:8} {gas:9} {validated:6.1} ms {wall_ms:6} ms {cpu_ms:9} ms {known:7}");
        println!(" {each:10.1} {block:11} {peak_mib:9}");
    }
    Ok(())
}

/// Climbs from what is known and from anything at all.
fn search(time: Duration) -> Result<()> {
    let end = Instant::now() + time;
    let mut draw = Draw(u64::from(std::process::id()));
    let mut found: Vec<(Bomb, Option<Measured>)> = Vec::new();
    for shape in Shape::ALL {
        let known = WORST.iter().filter_map(|known| Bomb::parse(known.bomb)).find(|bomb| bomb.shape == *shape);
        found.push((known.unwrap_or_else(|| random(*shape, &mut draw)), None));
    }
    while Instant::now() < end {
        for (bomb, score) in &mut found {
            if score.is_none() {
                *score = best(&bomb.to_string())?;
            }
            let next = if draw.below(4) == 0 { random(bomb.shape, &mut draw) } else { mutated(bomb, &mut draw) };
            if worse(measure(&next.to_string())?, *score)
                && let again = best(&next.to_string())?
                && worse(again, *score)
            {
                (*bomb, *score) = (next, again);
            }
        }
    }
    found.sort_by_key(|(_, score)| std::cmp::Reverse(score.map_or(0, |score| score.block_ms())));
    for (bomb, score) in found {
        let Some(score) = score else { continue };
        let (block, peak) = (score.block_ms(), score.peak_mib);
        println!("    Known {{ bomb: \"{bomb}\", ms: {} }}, // {block} ms a block, {peak} MiB", score.cpu_ms);
    }
    Ok(())
}

/// Whether a measurement is worse than another; one of few ticks says nothing.
fn worse(now: Option<Measured>, old: Option<Measured>) -> bool {
    let worth = |score: Option<Measured>| score.filter(|s| s.cpu_ms >= 6 * TICK_MS).map_or(0, |s| s.block_ms());
    worth(now) > worth(old)
}

/// From `low` to `high`, small numbers as often as large ones.
fn any(draw: &mut Draw, low: u32, high: u32) -> u32 {
    let times = f64::from(high) / f64::from(low);
    (f64::from(low) * times.powf(f64::from(draw.below(1_001)) / 1_000.0)) as u32
}

fn random(shape: Shape, draw: &mut Draw) -> Bomb {
    Bomb {
        shape,
        bytes: any(draw, 8_000, 130_000),
        functions: any(draw, 1, 4_000),
        body: any(draw, 100, 65_000),
        units: any(draw, 10, 65_000),
        locals: any(draw, 4, 2_048),
        width: any(draw, 1, 2_000),
        seed: u64::from(draw.below(100)),
    }
}

/// Another value for one or two of the parameters.
fn mutated(bomb: &Bomb, draw: &mut Draw) -> Bomb {
    let mut next = *bomb;
    for _ in 0..=draw.below(2) {
        if draw.below(6) == 0 {
            next.seed = u64::from(draw.below(100));
        }
        let field = match draw.below(6) {
            0 => &mut next.bytes,
            1 => &mut next.functions,
            2 => &mut next.body,
            3 => &mut next.units,
            4 => &mut next.locals,
            _ => &mut next.width,
        };
        *field = (f64::from(*field) * f64::from(50 + draw.below(150)) / 100.0).ceil() as u32;
    }
    next.body = next.body.min(65_500);
    next.bytes = next.bytes.min(130_500);
    next
}
