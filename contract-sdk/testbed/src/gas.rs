//! What transactions used: a line of JSON for each, in a file for each process, so that tests that run side by side do
//! not get in each other's way.

use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead as _, BufReader, Write as _},
    path::Path,
};

/// Ending of the files.
const EXTENSION: &str = "gas.jsonl";

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It succeeded.
    Ok,
    /// It reverted.
    Reverted,
    /// It failed, and used all of its gas.
    Halted,
}

/// What a call used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Package that the test belongs to.
    pub suite: String,
    /// Name of the test.
    pub test: String,
    /// Package of the contract that was called; nothing, if no package's code is there.
    pub package: Option<String>,
    /// Signature of the method, `constructor`, or the selector of what has no name.
    pub method: String,
    /// Whether it was a call without a transaction.
    pub view: bool,
    /// How it ended.
    pub outcome: Outcome,
    /// Gas used, as the receipt would say.
    pub gas: u64,
}

/// Where records go.
#[derive(Debug)]
pub(crate) struct Records {
    file: File,
}

impl Records {
    /// A file of this process's own in the folder, which must be there.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        let path = folder.join(format!("{}.{EXTENSION}", std::process::id()));
        Ok(Self { file: OpenOptions::new().create(true).append(true).open(path)? })
    }

    pub(crate) fn add(&mut self, record: &Record) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }
}

/// All records in a folder, sorted.
///
/// # Errors
/// A file cannot be read, or holds something else.
pub fn read(folder: &Path) -> io::Result<Vec<Record>> {
    let mut records = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.to_string_lossy().ends_with(EXTENSION) {
            continue;
        }
        for line in BufReader::new(File::open(path)?).lines() {
            records.push(serde_json::from_str(&line?)?);
        }
    }
    records.sort();
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_read_back_sorted_and_other_files_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let record = |method: &str, gas| Record {
            suite: "s".into(),
            test: "t".into(),
            package: None,
            method: method.into(),
            view: false,
            outcome: Outcome::Ok,
            gas,
        };
        let mut records = Records::create(dir.path()).unwrap();
        records.add(&record("b", 1)).unwrap();
        records.add(&record("a", 2)).unwrap();
        fs::write(dir.path().join("other"), "no JSON").unwrap();
        assert_eq!(read(dir.path()).unwrap(), [record("a", 2), record("b", 1)]);
    }
}
