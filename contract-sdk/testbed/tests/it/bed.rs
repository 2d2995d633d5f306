//! A machine with a world, and what tests ask of it.

use std::{fs, path::Path};
use tempfile::TempDir;
use zx_sdk::testing::protocol::{Answer, BlockEnv, CallOutcome, Request};
use zx_testbed::{Machine, Settings};

pub(crate) const ALICE: [u8; 20] = [0xA1; 20];
pub(crate) const BOB: [u8; 20] = [0xB0; 20];
pub(crate) const COIN: u64 = 1_000_000_000_000_000_000;

/// A number as a word.
pub(crate) fn word(number: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&number.to_be_bytes());
    word
}

pub(crate) fn block() -> BlockEnv {
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

pub(crate) fn reset() -> Request {
    Request::Reset { accounts: vec![ALICE, BOB], balance: word(COIN), block: block(), test: "tests::it".to_owned() }
}

pub(crate) struct Bed {
    pub(crate) machine: Machine,
    dir: TempDir,
}

impl Bed {
    /// A machine, the modules of these texts, and a fresh world.
    pub(crate) fn new(modules: &[(&str, &str)]) -> Self {
        Self::with(modules, |_| Settings::default())
    }

    pub(crate) fn with(modules: &[(&str, &str)], settings: impl FnOnce(&Path) -> Settings) -> Self {
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

    pub(crate) fn folder(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn asks(&mut self, request: Request) -> Answer {
        self.machine.answer(request).unwrap()
    }

    pub(crate) fn outcome(&mut self, request: Request) -> CallOutcome {
        match self.asks(request) {
            Answer::Outcome(outcome) => outcome,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn sends(&mut self, to: [u8; 20], value: u64, data: &[u8]) -> CallOutcome {
        self.outcome(Request::Transact { sender: ALICE, to: Some(to), value: word(value), data: data.to_vec() })
    }

    pub(crate) fn looks(&mut self, to: [u8; 20], data: &[u8]) -> CallOutcome {
        self.outcome(Request::Look { sender: ALICE, to, data: data.to_vec() })
    }

    /// Deploys a package, and says where it is.
    pub(crate) fn deploys(&mut self, package: &str) -> [u8; 20] {
        let deployed = self.outcome(Request::Deploy {
            sender: ALICE,
            value: [0; 32],
            package: package.to_owned(),
            arguments: Vec::new(),
        });
        deployed.created.unwrap_or_else(|| panic!("{deployed:?}"))
    }

    pub(crate) fn balance(&mut self, account: [u8; 20]) -> [u8; 32] {
        match self.asks(Request::Balance { account }) {
            Answer::Word(word) => word,
            other => panic!("{other:?}"),
        }
    }
}
