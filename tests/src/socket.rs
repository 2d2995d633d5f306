//! A WebSocket that speaks JSON-RPC.

use eyre::{WrapErr as _, bail, ensure, eyre};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    io::Write as _,
    net::{SocketAddr, TcpStream},
    time::Duration,
};
use tungstenite::{
    Error, Message, WebSocket,
    client::{ClientRequestBuilder, client},
    error::ProtocolError,
};

/// No message after this long is a dropped one.
const ANSWER: Duration = Duration::from_secs(30);

/// One connection.
#[derive(Debug)]
pub struct Socket {
    socket: WebSocket<TcpStream>,
    id: u64,
    /// Notifications that came while an answer was awaited.
    waiting: VecDeque<Value>,
}

/// Why the other side closed: a code and words, if it gave them.
pub type Closed = Option<(u16, String)>;

impl Socket {
    /// Opens one, with more headers.
    ///
    /// # Errors
    /// If it is refused; the message carries the status.
    pub fn connect(address: SocketAddr, headers: &[(&str, &str)]) -> eyre::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.set_nodelay(true)?;
        let mut request = ClientRequestBuilder::new(format!("ws://localhost:{}/", address.port()).parse()?);
        for (name, value) in headers {
            request = request.with_header(*name, *value);
        }
        let (socket, _) = client(request, stream).map_err(|error| eyre!("no WebSocket: {error}"))?;
        Ok(Self { socket, id: 0, waiting: VecDeque::new() })
    }

    /// Sends text as it is.
    ///
    /// # Errors
    /// If the connection is lost.
    pub fn send(&mut self, text: impl Into<String>) -> eyre::Result<()> {
        Ok(self.socket.send(Message::text(text.into()))?)
    }

    /// Sends the head of a long message and so many bytes of it, and never the rest.
    ///
    /// # Errors
    /// If the connection is lost.
    pub fn send_part(&mut self, bytes: usize) -> eyre::Result<()> {
        let length = (bytes as u64).saturating_add(1_024).to_be_bytes();
        // Text, final, masked with nothing, with a length of eight bytes (RFC 6455, section 5.2).
        let head = [&[0x81, 0xff][..], &length, &[0; 4]].concat();
        let stream = self.socket.get_mut();
        stream.write_all(&head)?;
        stream.write_all(&vec![b'x'; bytes])?;
        // Whether it was cut off shows when the other side's answer to the last bytes has come.
        stream.set_nonblocking(true)?;
        let mut byte = [0];
        let closed = match stream.peek(&mut byte) {
            Ok(0) => true,
            Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
            Ok(_) => false,
        };
        stream.set_nonblocking(false)?;
        ensure!(!closed, "closed");
        Ok(())
    }

    /// The next message.
    ///
    /// # Errors
    /// If the connection is closed, or none comes in time.
    pub fn message(&mut self) -> eyre::Result<Value> {
        loop {
            match self.socket.read().wrap_err("no message")? {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(frame) => bail!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The next message that is not a notification; those are kept for [`Self::notification`].
    ///
    /// # Errors
    /// As of [`Self::message`].
    pub fn answer(&mut self) -> eyre::Result<Value> {
        loop {
            let message = self.message()?;
            match message.get("method") {
                Some(_) => self.waiting.push_back(message),
                None => return Ok(message),
            }
        }
    }

    /// Calls a method, and gives the whole answer.
    ///
    /// # Errors
    /// As of [`Self::message`].
    pub fn ask(&mut self, method: &str, params: Value) -> eyre::Result<Value> {
        self.id += 1;
        let id = self.id;
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string())?;
        let answer = self.answer()?;
        ensure!(answer["id"] == id, "an answer to something else: {answer}");
        Ok(answer)
    }

    /// Calls a method that must succeed, and gives its result.
    ///
    /// # Errors
    /// As of [`Self::message`], or the method fails.
    pub fn call(&mut self, method: &str, params: Value) -> eyre::Result<Value> {
        let mut answer = self.ask(method, params)?;
        answer.get_mut("result").map(Value::take).ok_or_else(|| eyre!("{method} failed: {answer}"))
    }

    /// Subscribes, and gives the id.
    ///
    /// # Errors
    /// As of [`Self::call`].
    pub fn subscribe(&mut self, params: Value) -> eyre::Result<String> {
        let id = self.call("eth_subscribe", params)?;
        id.as_str().map(str::to_owned).ok_or_else(|| eyre!("not an id: {id}"))
    }

    /// The next notification: the subscription's id, and what it brings.
    ///
    /// # Errors
    /// As of [`Self::message`].
    pub fn notification(&mut self) -> eyre::Result<(String, Value)> {
        let mut message = match self.waiting.pop_front() {
            Some(message) => message,
            None => self.message()?,
        };
        ensure!(message["method"] == "eth_subscription", "not a notification: {message}");
        let id = message["params"]["subscription"].as_str().unwrap_or_default().to_owned();
        Ok((id, message["params"]["result"].take()))
    }

    /// Reads on until the other side has closed, and gives the number of messages that came before, and why it did.
    ///
    /// # Errors
    /// If it does not close in time.
    pub fn until_closed(&mut self) -> eyre::Result<(usize, Closed)> {
        let (mut count, mut why) = (0, None);
        loop {
            match self.socket.read() {
                Ok(Message::Close(frame)) => why = frame.map(|frame| (frame.code.into(), frame.reason.to_string())),
                Ok(_) => count += 1,
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => return Ok((count, why)),
                Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => return Ok((count, why)),
                Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::ConnectionReset => {
                    return Ok((count, why));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}
