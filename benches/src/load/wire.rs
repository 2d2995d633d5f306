//! HTTP with as little work as can be: requests are bytes that were made beforehand, answers are not looked into.

use eyre::{OptionExt as _, WrapErr as _, ensure};
use serde_json::{Value, json};
use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// A node that does not answer for so long fails the run.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request as it goes over the wire.
pub(crate) fn request(body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// The body of a call.
pub(crate) fn call(method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

/// A connection that is kept.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    bytes: Vec<u8>,
}

impl Wire {
    pub(crate) fn open(address: SocketAddr) -> eyre::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, bytes: vec![0; 64 * 1024] })
    }

    /// Sends a request, and gives the body of the answer.
    pub(crate) fn ask(&mut self, request: &[u8]) -> eyre::Result<&[u8]> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        let (start, length) = loop {
            filled += self.read(filled)?;
            let come = self.bytes.get(..filled).unwrap_or_default();
            if let Some(end) = come.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = std::str::from_utf8(come.get(..end).unwrap_or_default())?;
                ensure!(head.starts_with("HTTP/1.1 200"), "refused: {head}");
                break (end + 4, content_length(head)?);
            }
        };
        while filled < start + length {
            filled += self.read(filled)?;
        }
        self.bytes.get(start..start + length).ok_or_eyre("an answer is as long as it says")
    }

    fn read(&mut self, filled: usize) -> eyre::Result<usize> {
        if filled == self.bytes.len() {
            self.bytes.resize(filled * 2, 0);
        }
        let room = self.bytes.get_mut(filled..).unwrap_or_default();
        let read = self.stream.read(room).wrap_err("no answer")?;
        ensure!(read > 0, "the connection was closed");
        Ok(read)
    }

    /// Calls a method that must succeed.
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> eyre::Result<Value> {
        let answer: Value = serde_json::from_slice(self.ask(&request(&call(method, params)))?)?;
        ensure!(answer.get("error").is_none(), "{method} failed: {answer}");
        answer.get("result").cloned().ok_or_eyre("neither result nor error")
    }
}

fn content_length(head: &str) -> eyre::Result<usize> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Ok(length.ok_or_eyre("an answer says how long it is")?.1.trim().parse()?)
}
