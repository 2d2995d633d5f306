//! HTTP/1.1 with nothing in between: what a client library would correct or hide is sent as it is.

use eyre::{WrapErr as _, ensure, eyre};
use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// No answer after this long is a dropped request.
const ANSWER: Duration = Duration::from_secs(30);

/// One connection, kept alive between requests.
#[derive(Debug)]
pub struct Http {
    stream: BufReader<TcpStream>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Headers with lower-case names.
    pub headers: Vec<(String, String)>,
    /// Body, with the transfer encoding taken off.
    pub body: Vec<u8>,
}

impl Response {
    /// Value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// If it is not JSON.
    pub fn json(&self) -> eyre::Result<serde_json::Value> {
        serde_json::from_slice(&self.body)
            .wrap_err_with(|| format!("status {}, body: {}", self.status, String::from_utf8_lossy(&self.body)))
    }
}

impl Http {
    /// Opens a connection.
    ///
    /// # Errors
    /// If it is refused.
    pub fn connect(address: SocketAddr) -> eyre::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Posts a body of JSON to `/`.
    ///
    /// # Errors
    /// As of [`Http::request`].
    pub fn post(&mut self, body: impl AsRef<[u8]>) -> eyre::Result<Response> {
        self.request("POST", &[("content-type", "application/json")], body.as_ref())
    }

    /// Sends a request for `/` and reads the answer.
    ///
    /// # Errors
    /// If the connection is dropped, or the answer is not HTTP.
    pub fn request(&mut self, method: &str, headers: &[(&str, &str)], body: &[u8]) -> eyre::Result<Response> {
        self.request_at("/", method, headers, body)
    }

    /// Gets a path.
    ///
    /// # Errors
    /// As of [`Http::request`].
    pub fn get(&mut self, path: &str) -> eyre::Result<Response> {
        self.request_at(path, "GET", &[], b"")
    }

    /// Sends a request for a path and reads the answer. It says `host: localhost` unless the headers name another.
    ///
    /// # Errors
    /// As of [`Http::request`].
    pub fn request_at(
        &mut self,
        path: &str,
        method: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> eyre::Result<Response> {
        let mut head = format!("{method} {path} HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| *name == "host") {
            head.push_str("host: localhost\r\n");
        }
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n")?;
        }
        head.push_str("\r\n");
        self.send(head.as_bytes())?;
        // A server may answer and close before it has read a body that it refuses: the answer counts.
        let sent = self.send(body);
        self.answer().or_else(|e| sent.and(Err(e)))
    }

    /// Reads until the other side closes, and gives what came.
    ///
    /// # Errors
    /// If it does not close in time.
    pub fn rest(&mut self) -> eyre::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self.stream.read_to_end(&mut bytes) {
            // Whoever is sent what he does not read may be cut off: that is closed, too.
            Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => Err(error.into()),
            _ => Ok(bytes),
        }
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// If the connection is dropped.
    pub fn send(&mut self, bytes: &[u8]) -> eyre::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes)?;
        Ok(stream.flush()?)
    }

    /// Reads one answer.
    ///
    /// # Errors
    /// If the connection is dropped, or the answer is not HTTP.
    pub fn answer(&mut self) -> eyre::Result<Response> {
        let status = self.line()?;
        let status = status
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3)?.parse().ok())
            .ok_or_else(|| eyre!("not a status line: {status:?}"))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| eyre!("not a header: {line:?}"))?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut response = Response { status, headers, body: Vec::new() };
        response.body = self.body(&response)?;
        Ok(response)
    }

    fn body(&mut self, response: &Response) -> eyre::Result<Vec<u8>> {
        if response.header("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked")) {
            return self.chunks();
        }
        match response.header("content-length") {
            Some(length) => self.bytes(length.parse()?),
            None => Ok(Vec::new()),
        }
    }

    fn chunks(&mut self) -> eyre::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = usize::from_str_radix(self.line()?.trim(), 16)?;
            body.extend(self.bytes(size)?);
            self.line()?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn bytes(&mut self, length: usize) -> eyre::Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(body)
    }

    fn line(&mut self) -> eyre::Result<String> {
        let mut line = String::new();
        ensure!(self.stream.read_line(&mut line)? > 0, "the connection was closed without an answer");
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }
}
