//! A machine with a world, and what tests ask of it.

use std::{fs, path::Path};
use tempfile::TempDir;
use zx_sdk::testing::protocol::{Answer, BlockEnv, CallOutcome, Request};
use zx_testbed::{Machine, Settings};

pub const ALICE: [u8; 20] = [0xA1; 20];
pub const BOB: [u8; 20] = [0xB0; 20];
pub const COIN: u64 = 1_000_000_000_000_000_000;

/// A number as a word.
pub fn word(number: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

pub fn block() -> BlockEnv {
    BlockEnv {
        number: 300,
        timestamp: 1_700_000_000,
        base_fee: word(1_000_000_000),
        gas_limit: 30_000_000,
        coinbase: [0xCB; 20],
        chain_id: 1,
        gas_price: word(1_000_000_000),
        prev_randao: [0x5A; 32],
    }
}

pub fn reset() -> Request {
    Request::Reset { accounts: vec![ALICE, BOB], balance: word(COIN), block: block(), test: "tests::it".to_owned() }
}

pub struct Bed {
    pub machine: Machine,
    dir: TempDir,
}

impl Bed {
    /// A machine, the modules of these texts, and a fresh world.
    pub fn new(modules: &[(&str, &str)]) -> Self {
        Self::with(modules, |_| Settings::default())
    }

    pub fn with(modules: &[(&str, &str)], settings: impl FnOnce(&Path) -> Settings) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in modules {
            fs::write(dir.path().join(name).with_extension("wasm"), wat::parse_str(text).unwrap()).unwrap();
        }
        let settings = settings(dir.path());
        let settings = Settings { artifacts: dir.path().to_owned(), suite: "suite".to_owned(), ..settings };
        let mut bed = Self { machine: Machine::new(settings).unwrap(), dir };
        assert_eq!(bed.asks(reset()), Answer::Done);
        bed
    }

    pub fn folder(&self) -> &Path {
        self.dir.path()
    }

    pub fn asks(&mut self, request: Request) -> Answer {
        self.machine.answer(request).unwrap()
    }

    pub fn outcome(&mut self, request: Request) -> CallOutcome {
        match self.asks(request) {
            Answer::Outcome(outcome) => outcome,
            other => panic!("{other:?}"),
        }
    }

    pub fn sends(&mut self, to: [u8; 20], value: u64, data: &[u8]) -> CallOutcome {
        self.outcome(Request::Transact { sender: ALICE, to: Some(to), value: word(value), data: data.to_vec() })
    }

    pub fn looks(&mut self, to: [u8; 20], data: &[u8]) -> CallOutcome {
        self.outcome(Request::Look { sender: ALICE, to, data: data.to_vec() })
    }

    /// Deploys a package, and says where it is.
    pub fn deploys(&mut self, package: &str) -> [u8; 20] {
        let deployed = self.outcome(Request::Deploy {
            sender: ALICE,
            value: [0; 32],
            package: package.to_owned(),
            arguments: Vec::new(),
        });
        deployed.created.unwrap_or_else(|| panic!("{deployed:?}"))
    }

    pub fn balance(&mut self, account: [u8; 20]) -> [u8; 32] {
        match self.asks(Request::Balance { account }) {
            Answer::Word(word) => word,
            other => panic!("{other:?}"),
        }
    }
}
