//! The process that writes blocks until it is ended: this binary once more, with orders in its environment.

use crate::{
    corrupt,
    disk::{self, Kind, Then, Trip, Watch},
    life::Life,
    record::{Log, Record},
    support::{Limit, config},
};
use std::{
    collections::BTreeMap,
    env, fmt,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use zx_storage::{History, Stage};

/// What the orders are in.
const ORDERS: &str = "ZX_CRASH_ORDERS";

/// What a process is to do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    words: BTreeMap<&'static str, String>,
}

impl Orders {
    /// Lives in a folder of a test: its data directory is `data` in there.
    pub(crate) fn new(scratch: &Path) -> Self {
        Self::default().with("scratch", scratch.display())
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.words.insert(name, value.to_string());
        self
    }

    /// Spoils one call.
    pub(crate) fn trip(self, kind: Option<Kind>, nth: u64, then: Then) -> Self {
        let kind = kind.map_or_else(|| "any".into(), |kind| format!("{kind:?}"));
        self.with("trip", format_args!("{kind} {nth} {then:?}"))
    }

    fn scratch(&self) -> PathBuf {
        PathBuf::from(self.words.get("scratch").expect("a folder"))
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.words.get(name)?.parse().ok()
    }

    /// Starts a process that follows them, waits for its end, and reads what it has said.
    pub(crate) fn run(&self) -> (End, Record) {
        let orders: Vec<String> = self.words.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let output = Command::new(env::current_exe().expect("this binary"))
            .args(["child::follows_its_orders", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .env(ORDERS, orders.join("\n"))
            .stdin(Stdio::null())
            .output()
            .expect("a process");
        let end = match (output.status.signal(), output.status.success()) {
            (Some(libc::SIGKILL), _) => End::Killed,
            (None, true) => End::Lived,
            _ => {
                let said = String::from_utf8_lossy(&output.stderr);
                panic!("{self:?}: the process panicked, or worse: {}: {said}", output.status)
            }
        };
        let record = Record::read(&log(&self.scratch())).unwrap_or_else(|wrong| panic!("{self:?}: {wrong}"));
        (end, record)
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Lived,
    Killed,
}

pub(crate) fn data(scratch: &Path) -> PathBuf {
    scratch.join("data")
}

pub(crate) fn log(scratch: &Path) -> PathBuf {
    scratch.join("log")
}

pub(crate) fn tape(scratch: &Path) -> PathBuf {
    scratch.join("tape")
}

pub(crate) fn morgue(scratch: &Path) -> PathBuf {
    scratch.join("morgue")
}

#[test]
#[ignore = "the process that the other tests start"]
fn follows_its_orders() {
    let Ok(text) = env::var(ORDERS) else { return };
    let words: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once('=')).collect();
    let mut orders = Orders::default();
    for name in
        ["scratch", "blocks", "sessions", "branches", "stage", "trip", "forgets", "tape", "lies", "timer", "cases"]
    {
        if let Some(value) = words.get(name) {
            orders = orders.with(name, value);
        }
    }
    match orders.words.get("cases") {
        Some(_) => corrupt::judge_all(&orders.scratch(), orders.number("cases").expect("a count")),
        None => live(&orders),
    }
}

fn live(orders: &Orders) {
    let _limit = Limit::new(format!("{orders:?}"));
    let scratch = orders.scratch();
    std::fs::create_dir_all(data(&scratch)).expect("a folder");
    if let Some(micros) = orders.number("timer") {
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(micros));
            disk::die()
        });
    }
    disk::arm(Watch {
        root: data(&scratch),
        tape: orders.words.contains_key("tape").then(|| (tape(&scratch), morgue(&scratch))),
        lies: orders.words.get("lies").and_then(|kind| read_kind(kind)),
        trip: orders.words.get("trip").map(|trip| read_trip(trip)),
    });
    let mut log = Log::append(&log(&scratch));
    let commits = Arc::new(AtomicU64::new(0));
    for _ in 0..orders.number("sessions").unwrap_or(1) {
        session(orders, &mut log, &commits);
    }
    log.line(&format!("hits {}", disk::hits()));
    log.line("done");
}

/// Opens the chain and makes blocks. After a failure it tries once more where it is, and once more when the disk is
/// well again: whatever is acknowledged then counts as well.
fn session(orders: &Orders, log: &mut Log, commits: &Arc<AtomicU64>) {
    let scratch = orders.scratch();
    let mut config = config(&data(&scratch));
    if let Some(keep) = orders.number("forgets") {
        config.store.history = History::Last(keep);
    }
    if let Some(stage) = orders.words.get("stage") {
        let (stage, nth) = stage.split_once(' ').expect("a stage and a count");
        let (stage, nth, commits) = (stage.to_owned(), nth.parse::<u64>().expect("a count"), Arc::clone(commits));
        config.store.stages = Some(Arc::new(move |at: Stage| {
            let count = match at {
                Stage::Begun => commits.fetch_add(1, Ordering::SeqCst) + 1,
                _ => commits.load(Ordering::SeqCst),
            };
            if count == nth && format!("{at:?}") == stage {
                disk::die();
            }
        }));
    }
    let blocks = orders.number("blocks").unwrap_or(1);
    let twin = scratch.join("twin");
    let twin = orders.words.contains_key("branches").then_some(twin.as_path());
    let mut life = match Life::open(config, twin, log) {
        Ok(life) => life,
        Err(error) => {
            log.line(&format!("failed opening: {error}"));
            return disk::mend();
        }
    };
    if let Err(error) = life.go(blocks) {
        life.failed(&error);
        for _ in 0..2 {
            if let Err(error) = life.again() {
                life.failed(&error);
            }
            disk::mend();
        }
    }
}

fn read_kind(kind: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|known| format!("{known:?}") == kind)
}

fn read_trip(trip: &str) -> Trip {
    let words: Vec<&str> = trip.split(' ').collect();
    let [kind, nth, then] = words.as_slice() else { panic!("{trip}") };
    let kind = read_kind(kind);
    let then = [Then::Kill, Then::Full, Then::Fail].into_iter().find(|known| format!("{known:?}") == *then);
    Trip { kind, nth: nth.parse().expect("a count"), then: then.expect("an end") }
}
