//! What a process has acknowledged, and what it was about to do: lines that it writes as it goes.

use alloy_primitives::B256;
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::Write,
    path::Path,
};
use zx_primitives::Block;

/// Where the lines go. They are written at once, and are not on the disk that is spoiled.
#[derive(Debug)]
pub(crate) struct Log(File);

impl Log {
    pub(crate) fn append(path: &Path) -> Self {
        Self(OpenOptions::new().create(true).append(true).open(path).expect("a log"))
    }

    pub(crate) fn line(&mut self, line: &str) {
        let line = format!("{}\n", line.replace('\n', " "));
        self.0.write_all(line.as_bytes()).expect("a line");
    }

    /// A block is acknowledged, and so is what is the head with it.
    pub(crate) fn block(&mut self, block: &Block, head: B256) {
        self.line(&format!("block {} {} {} {head}", block.number(), block.hash, block.header.parent_hash));
    }
}

/// What a process is about to do: if it ends then, it is done or it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// A block on the head.
    Produce,
    /// A block from elsewhere, which may become the head.
    Import(B256),
    /// Another head.
    Head(B256),
}

/// An acknowledged block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) number: u64,
    pub(crate) parent: B256,
}

/// All that a process has said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) blocks: BTreeMap<B256, Known>,
    /// The last head that was acknowledged.
    pub(crate) head: Option<B256>,
    pub(crate) attempt: Option<Attempt>,
    /// Errors that it was given.
    pub(crate) failures: Vec<String>,
    pub(crate) done: bool,
    /// Calls that fitted the trip, if it lived to say so.
    pub(crate) hits: u64,
}

impl Record {
    /// Reads what there is of a log. Fails if the process has found, when it opened the chain again, another head than
    /// one that it could.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        Self::default().and(path)
    }

    /// The same, with what another log says of what came then.
    pub(crate) fn and(mut self, path: &Path) -> Result<Self, String> {
        for line in fs::read_to_string(path).unwrap_or_default().lines() {
            self.take(line)?;
        }
        Ok(self)
    }

    fn take(&mut self, line: &str) -> Result<(), String> {
        let words: Vec<&str> = line.split(' ').collect();
        let hash = |word: &str| word.parse::<B256>().expect("a hash");
        match words.as_slice() {
            ["block", number, block, parent, head] => {
                let known = Known { number: number.parse().expect("a number"), parent: hash(parent) };
                self.blocks.insert(hash(block), known);
                self.head = Some(hash(head));
                self.attempt = None;
            }
            ["head", head] => {
                self.head = Some(hash(head));
                self.attempt = None;
            }
            ["opened", number, head, parent] => {
                let known = Known { number: number.parse().expect("a number"), parent: hash(parent) };
                self.allows(hash(head), known)?;
                self.head = Some(hash(head));
                self.blocks.insert(hash(head), known);
                self.attempt = None;
            }
            ["try", "produce"] => self.attempt = Some(Attempt::Produce),
            ["try", "import", block] => self.attempt = Some(Attempt::Import(hash(block))),
            ["try", "head", head] => self.attempt = Some(Attempt::Head(hash(head))),
            ["failed", ..] => self.failures.push(line.into()),
            ["hits", hits] => self.hits = hits.parse().expect("a number"),
            ["done"] => self.done = true,
            _ => panic!("{line}"),
        }
        Ok(())
    }

    /// Whether a head can be there: the last that was acknowledged, or what the process was about to make of it.
    pub(crate) fn allows(&self, head: B256, found: Known) -> Result<(), String> {
        let Some(last) = self.head else {
            return if found.number <= 1 { Ok(()) } else { Err(format!("block {} out of nothing", found.number)) };
        };
        let fits = head == last
            || match self.attempt {
                Some(Attempt::Produce) => found.parent == last,
                Some(Attempt::Import(block)) => head == block,
                Some(Attempt::Head(other)) => head == other,
                None => false,
            };
        let place = self.blocks.get(&last).map_or(0, |known| known.number);
        let attempt = self.attempt;
        match fits {
            true => Ok(()),
            false => Err(format!(
                "LOST: the head is block {} ({head}); block {place} ({last}) is acknowledged, then {attempt:?}",
                found.number
            )),
        }
    }

    /// Hashes of a head's chain that are acknowledged, by height, down to where it is no longer known.
    pub(crate) fn line(&self, head: B256) -> BTreeMap<u64, B256> {
        let mut line = BTreeMap::new();
        let mut at = head;
        while let Some(known) = self.blocks.get(&at) {
            line.insert(known.number, at);
            at = known.parent;
        }
        line
    }

    /// The highest block that was acknowledged as part of the head's chain.
    pub(crate) fn height(&self) -> u64 {
        self.head.and_then(|head| self.blocks.get(&head)).map_or(0, |known| known.number)
    }
}
