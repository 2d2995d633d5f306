//! What a verb says: data on stdout, talk on stderr, colour and progress only where a person is looking.

use crate::failure::Failure;
use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value, json};
use std::{
    io::{IsTerminal as _, Write as _, stderr, stdout},
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// Version of what `--json` writes: it changes when a field is renamed, removed or gets another meaning.
pub const SCHEMA: &str = "zx/1";
/// Columns that a label takes.
const LABEL: usize = 12;

/// Where a verb's words go.
#[derive(Clone, Copy, Debug)]
pub struct Ui {
    verb: &'static str,
    json: bool,
    colour: bool,
    progress: bool,
}

impl Ui {
    /// For this verb; with `json`, data are one JSON object.
    pub fn new(verb: &'static str, json: bool) -> Self {
        let person = stderr().is_terminal();
        let colour = person && std::env::var_os("NO_COLOR").is_none();
        Self { verb, json, colour, progress: person }
    }

    /// Whether data are JSON.
    pub const fn json(&self) -> bool {
        self.json
    }

    /// Whether stderr shows colours.
    pub const fn colour(&self) -> bool {
        self.colour
    }

    /// Writes a line of talk.
    pub fn talk(&self, text: impl AsRef<str>) {
        let _ = writeln!(stderr(), "{}", text.as_ref());
    }

    /// Writes a headline: what was done, in green, and to what.
    pub fn done(&self, what: &str, about: &str) {
        self.talk(format!("{} {about}", self.paint(AnsiColor::Green.on_default().bold(), &format!("{what:>LABEL$}"))));
    }

    /// Writes a named value below a headline.
    pub fn row(&self, name: &str, value: impl AsRef<str>) {
        self.talk(format!("{} {}", self.paint(Style::new().dimmed(), &format!("{name:>LABEL$}")), value.as_ref()));
    }

    /// Writes a warning.
    pub fn warn(&self, text: &str) {
        self.talk(format!("{}: {text}", self.paint(AnsiColor::Yellow.on_default().bold(), "warning")));
    }

    /// Writes data for people, unless programs get theirs.
    pub fn data(&self, text: impl AsRef<str>) {
        if !self.json {
            let _ = writeln!(stdout(), "{}", text.as_ref());
        }
    }

    /// Writes data for programs, if they are asked for: one line, with the schema and the verb.
    pub fn object(&self, fields: Value) {
        if self.json {
            let _ = writeln!(stdout(), "{}", self.envelope(fields));
        }
    }

    /// Writes why the verb failed.
    pub fn failure(&self, failure: &Failure) {
        let message = failure.to_string();
        self.object(error(failure, &message));
        self.talk(format!("{}: {message}", self.paint(AnsiColor::Red.on_default().bold(), "error")));
    }

    fn envelope(&self, fields: Value) -> Value {
        let mut object = Map::new();
        object.insert("schema".to_owned(), json!(SCHEMA));
        object.insert("verb".to_owned(), json!(self.verb));
        match fields {
            Value::Object(fields) => object.extend(fields),
            other => {
                object.insert("result".to_owned(), other);
            }
        }
        Value::Object(object)
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Shows that something long is under way, with its time, until the answer is dropped. Silent where nobody looks.
    pub fn progress(&self, what: &str) -> Progress {
        Progress { _spinner: self.progress.then(|| Spinner::start(what.to_owned())) }
    }
}

/// A failure, for programs: what it is, and what is known besides.
fn error(failure: &Failure, message: &str) -> Value {
    let data = match failure {
        Failure::Reverted { data, .. } | Failure::Rpc { data: Some(data), .. } => json!(data),
        _ => Value::Null,
    };
    let mut object = Map::new();
    object.insert("error".to_owned(), json!({ "kind": failure.kind(), "message": message, "data": data }));
    if let Failure::Differs { details: Value::Object(details), .. } = failure {
        object.extend(details.clone());
    }
    Value::Object(object)
}

/// See [`Ui::progress`].
#[derive(Debug)]
pub struct Progress {
    _spinner: Option<Spinner>,
}

#[derive(Debug)]
struct Spinner {
    /// Dropped to stop the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Spinner {
    fn start(what: String) -> Self {
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::spawn(move || {
            let began = Instant::now();
            for frame in ["|", "/", "-", "\\"].iter().cycle() {
                match stopped.recv_timeout(Duration::from_millis(120)) {
                    Err(RecvTimeoutError::Timeout) => {}
                    _ => break,
                }
                let mut out = stderr().lock();
                let _ = write!(out, "\r\x1b[K{frame} {what} ({} s)", began.elapsed().as_secs());
                let _ = out.flush();
            }
            let _ = write!(stderr(), "\r\x1b[K");
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // The thread does not panic; if it did, there is nothing to clean up.
            let _ = thread.join();
        }
    }
}

/// `12345` as `12,345`.
pub fn grouped(number: impl Into<u128>) -> String {
    let digits = number.into().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Lines of columns: all left-aligned but those whose number is in `right`.
pub fn table(rows: &[Vec<String>], right: &[usize]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut out = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if right.contains(&column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_names_its_schema_and_its_verb() {
        let ui = Ui::new("call", true);
        let object = ui.envelope(json!({ "returns": [1] }));
        assert_eq!(object, json!({ "schema": "zx/1", "verb": "call", "returns": [1] }));
        assert_eq!(ui.envelope(json!([2])), json!({ "schema": "zx/1", "verb": "call", "result": [2] }));
    }

    #[test]
    fn a_difference_is_one_object_with_its_details() {
        let failure = Failure::Differs { message: "no".to_owned(), details: json!({ "verified": false }) };
        let expected = json!({ "error": { "kind": "differs", "message": "no", "data": null }, "verified": false });
        assert_eq!(error(&failure, "no"), expected);
    }

    #[test]
    fn thousands_are_grouped() {
        for (number, text) in [(0u64, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn columns_line_up() {
        let rows = [vec!["code".to_owned(), "1,024".to_owned()], vec!["x".to_owned(), "7".to_owned()]];
        assert_eq!(table(&rows, &[1]), "code  1,024\nx         7\n");
    }
}
