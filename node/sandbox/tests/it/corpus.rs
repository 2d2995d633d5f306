//! How the `.wat` files of the hostile corpus are read.
//!
//! A file's first line says in plain words what it does. Lines `;; name: value` after it say how it is run and how it
//! ends; [`modules`](crate::modules) and [`refused`](crate::refused) know the names. A line of code that ends in
//! `;; repeat N` stands N times, so that a limit can be met exactly in a few lines.

use std::{fs, path::PathBuf};

/// A file of the corpus.
pub(crate) struct Case {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Case {
    /// The value of a line `;; name: value`.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.text
            .lines()
            .find_map(|line| line.strip_prefix(";; ")?.strip_prefix(name)?.strip_prefix(':').map(str::trim))
    }

    /// Whether there is a line `;; name`.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.text.lines().any(|line| line.strip_prefix(";; ") == Some(name))
    }

    /// The module, with repeated lines repeated.
    pub(crate) fn module(&self) -> Vec<u8> {
        let mut expanded = String::new();
        for line in self.text.lines() {
            let (code, times) = match line.rsplit_once(";; repeat ") {
                Some((code, times)) => (code, times.trim().parse().expect("repeats a number of times")),
                None => (line, 1),
            };
            for _ in 0..times {
                expanded.push_str(code);
                expanded.push('\n');
            }
        }
        wat::parse_str(&expanded).unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }
}

/// The `.wat` files of a folder under `tests`, in the order of their names.
pub(crate) fn cases(folder: &str) -> Vec<Case> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "wat"));
    paths.sort();
    paths
        .into_iter()
        .map(|path| Case {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            text: fs::read_to_string(&path).unwrap(),
            path,
        })
        .collect()
}

#[test]
fn each_file_begins_with_what_it_does() {
    for case in cases("wat").into_iter().chain(cases("wat/refused")) {
        let first = case.text.lines().next().and_then(|line| line.strip_prefix(";; ")).unwrap_or_default();
        assert!(first.len() > 10 && first.ends_with('.'), "{}: `{first}` is no sentence", case.name);
        assert!(!first.contains(": Trap("), "{}: begins with a header", case.name);
    }
}
