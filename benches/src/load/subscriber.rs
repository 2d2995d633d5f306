//! Subscribers to heads: WebSockets of which nothing is read but the heights that come.

use eyre::{OptionExt as _, ensure};
use std::{
    collections::BTreeMap,
    io::{self, Read as _, Write as _},
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, runtime::Runtime, task::JoinHandle};

/// A node that does not answer for so long fails the run.
const PATIENCE: Duration = Duration::from_secs(60);
/// The request that makes a WebSocket of a connection (RFC 6455, section 4.1), with the key of its example.
const UPGRADE: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
    sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const SUBSCRIBE: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}"#;

/// When a head came first, when last, and to how many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery {
    pub(crate) first: Instant,
    pub(crate) last: Instant,
    pub(crate) count: usize,
}

/// What has come, by height.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log(Arc<Mutex<BTreeMap<u64, Delivery>>>);

impl Log {
    fn came(&self, number: u64) {
        let now = Instant::now();
        let mut heads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let head = heads.entry(number).or_insert(Delivery { first: now, last: now, count: 0 });
        head.last = now;
        head.count += 1;
    }

    /// Everything until now.
    pub(crate) fn all(&self) -> BTreeMap<u64, Delivery> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Subscribers; they listen until they are dropped.
#[derive(Debug)]
pub(crate) struct Crowd {
    runtime: Runtime,
    listeners: Vec<JoinHandle<eyre::Result<()>>>,
    pub(crate) log: Log,
}

impl Crowd {
    /// So many subscribers.
    pub(crate) fn gather(address: SocketAddr, count: usize) -> eyre::Result<Self> {
        // One thread: the node needs the others.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_io().build()?;
        let log = Log::default();
        let mut listeners = Vec::with_capacity(count);
        for _ in 0..count {
            let (stream, rest) = subscribe(address)?;
            stream.set_nonblocking(true)?;
            listeners.push(runtime.spawn(listen(stream, rest, log.clone())));
        }
        Ok(Self { runtime, listeners, log })
    }

    /// How many still listen.
    pub(crate) fn len(&self) -> usize {
        self.listeners.iter().filter(|listener| !listener.is_finished()).count()
    }

    /// Why the first one that does not listen any more was cut off.
    pub(crate) fn lost(&mut self) -> Option<eyre::Report> {
        let gone = self.listeners.iter_mut().find(|listener| listener.is_finished())?;
        match self.runtime.block_on(gone) {
            Ok(Err(error)) => Some(error),
            _ => None,
        }
    }
}

/// Opens a WebSocket and subscribes; gives what came behind the answer.
fn subscribe(address: SocketAddr) -> eyre::Result<(std::net::TcpStream, Vec<u8>)> {
    let mut stream = std::net::TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(UPGRADE)?;
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        // Nothing follows the head before something is asked.
        read(&mut stream, &mut bytes)?;
    }
    ensure!(bytes.starts_with(b"HTTP/1.1 101"), "no WebSocket: {}", String::from_utf8_lossy(&bytes));
    bytes.clear();
    // Text, final, masked with nothing (RFC 6455, section 5.2); it is shorter than 126 bytes.
    let length = u8::try_from(SUBSCRIBE.len())?;
    stream.write_all(&[&[0x81, 0x80 | length, 0, 0, 0, 0], SUBSCRIBE].concat())?;
    loop {
        read(&mut stream, &mut bytes)?;
        if let Some((answer, rest)) = frame(&bytes) {
            let text = String::from_utf8_lossy(answer).into_owned();
            ensure!(text.contains("\"result\":\"0x"), "not subscribed: {text}");
            let rest = rest.to_vec();
            return Ok((stream, rest));
        }
    }
}

fn read(stream: &mut std::net::TcpStream, bytes: &mut Vec<u8>) -> eyre::Result<()> {
    let mut part = [0; 1_024];
    let count = stream.read(&mut part)?;
    ensure!(count > 0, "closed");
    bytes.extend_from_slice(part.get(..count).unwrap_or_default());
    Ok(())
}

/// The first frame's payload, if all of it is there, and what follows it. Servers mask nothing.
fn frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, head) = match *bytes.get(1)? & 0x7f {
        126 => (usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)), 4),
        127 => (usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?, 10),
        length => (usize::from(length), 2),
    };
    bytes.get(head..)?.split_at_checked(length)
}

/// The height in a notification of a head.
fn number(frame: &[u8]) -> Option<u64> {
    const FIELD: &[u8] = b"\"number\":\"0x";
    let at = frame.windows(FIELD.len()).position(|part| part == FIELD)? + FIELD.len();
    let digits = frame.get(at..)?.split(|byte| *byte == b'"').next()?;
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Notes each head, which must come one after the other.
async fn listen(stream: std::net::TcpStream, mut bytes: Vec<u8>, log: Log) -> eyre::Result<()> {
    let stream = TcpStream::from_std(stream)?;
    let mut expected = None;
    loop {
        while let Some((payload, rest)) = frame(&bytes) {
            let opcode = bytes.first().ok_or_eyre("a frame has a head")? & 0x0f;
            let length = bytes.len() - rest.len();
            ensure!(
                opcode != 8,
                "closed by the node: {}",
                String::from_utf8_lossy(payload.get(2..).unwrap_or_default())
            );
            if let Some(number) = number(payload) {
                ensure!(expected.is_none_or(|expected| number == expected), "{number} came, not {expected:?}");
                expected = Some(number + 1);
                log.came(number);
            }
            bytes.drain(..length);
        }
        stream.readable().await?;
        let mut part = [0; 16 * 1_024];
        match stream.try_read(&mut part) {
            Ok(0) => eyre::bail!("closed"),
            Ok(count) => bytes.extend_from_slice(part.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
}
