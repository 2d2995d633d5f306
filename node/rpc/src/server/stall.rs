//! A connection whose other side must take what is written to it, and finish what it begins: the head of a request in
//! time, the message of a WebSocket within the memory that all of them share.

use super::budget::{Budget, Share};
use parking_lot::Mutex;
use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep},
};

/// Bytes of a message that need no share of the memory.
const FREE: usize = 32 * 1024;

/// What a WebSocket has sent of a message that is not whole yet.
#[derive(Debug)]
pub(crate) struct Inflow {
    memory: Budget,
    came: Mutex<Came>,
}

#[derive(Debug, Default)]
struct Came {
    bytes: usize,
    room: usize,
    share: Share,
}

impl Inflow {
    pub(super) fn new(memory: Budget) -> Self {
        Self { memory, came: Mutex::default() }
    }

    /// Bytes have come; `false` if there is no room for them. What has come is doubled, so that a client holds little
    /// more than it has sent.
    fn add(&self, bytes: usize) -> bool {
        let mut came = self.came.lock();
        came.bytes = came.bytes.saturating_add(bytes);
        if came.bytes <= came.room.saturating_add(FREE) {
            return true;
        }
        let more = came.bytes.max(came.room);
        let Some(share) = self.memory.try_take(more) else { return false };
        came.room = came.room.saturating_add(more);
        came.share.add(share);
        true
    }

    /// A message is whole: what it takes is to be held as long as it is.
    pub(crate) fn whole(&self) -> Share {
        std::mem::take(&mut *self.came.lock()).share
    }
}

/// Fails a write that makes no progress for a time: else a client that reads nothing would keep its answers in memory.
/// Fails a read if a head has begun and is not whole in time. Between requests nothing is timed here.
#[derive(Debug)]
pub(super) struct Stall<S> {
    stream: S,
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    turns: Turns,
    inflow: Arc<Inflow>,
    /// For the head that has begun in this turn.
    head: Option<(u64, Pin<Box<Sleep>>)>,
}

/// Whose turn it is on a connection: even, the client's to send a head; odd, the service's to answer it.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Arc<AtomicU64>);

impl Turns {
    /// The head is whole, or the answer is.
    pub(super) fn next(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The connection is a WebSocket from here on, and nobody's turn any more.
    pub(super) fn upgraded(&self) {
        self.0.store(u64::MAX, Ordering::Relaxed);
    }

    fn is_socket(&self) -> bool {
        self.0.load(Ordering::Relaxed) == u64::MAX
    }

    /// The turn, if it is the client's.
    fn of_client(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|turn| turn.is_multiple_of(2))
    }
}

impl<S> Stall<S> {
    pub(super) fn new(stream: S, limit: Duration, turns: Turns, inflow: Arc<Inflow>) -> Self {
        Self { stream, limit, timer: None, turns, inflow, head: None }
    }

    /// Passes on what came of a read, unless the head that it is of has been waited for too long.
    fn watch_head(&mut self, cx: &mut Context<'_>, read: Poll<io::Result<()>>) -> Poll<io::Result<()>> {
        let turn = self.turns.of_client();
        self.head.take_if(|(of, _)| Some(*of) != turn);
        let Some(turn) = turn else { return read };
        if read.is_ready() {
            self.head.get_or_insert_with(|| (turn, Box::pin(tokio::time::sleep(self.limit))));
            return read;
        }
        let late = self.head.as_mut().is_some_and(|(_, timer)| timer.as_mut().poll(cx).is_ready());
        if late {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the head is not whole in time")));
        }
        read
    }

    /// Passes on what came of a write, unless it has been waited for too long.
    fn watch<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.timer = None;
            return written;
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + self.limit)));
        match timer.as_mut().poll(cx) {
            Poll::Ready(()) => {
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the other side does not read")))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stall<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if self.turns.is_socket() {
            let came = buf.filled().len().saturating_sub(before);
            return match self.inflow.add(came) {
                true => read,
                false => {
                    Poll::Ready(Err(io::Error::new(io::ErrorKind::OutOfMemory, "messages take all that they may")))
                }
            };
        }
        self.watch_head(cx, read)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stall<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.watch(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.watch(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.watch(cx, shut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    fn inflow() -> Arc<Inflow> {
        Arc::new(Inflow::new(Budget::new(256 * 1024)))
    }

    #[test]
    fn messages_that_are_not_whole_share_their_memory() {
        let memory = Budget::new(256 * 1024);
        let [one, two] = [(), ()].map(|()| Inflow::new(memory.clone()));
        let mut sent = 0;
        while one.add(16 * 1024) {
            sent += 16 * 1024;
        }
        assert!((128 * 1024..512 * 1024).contains(&sent), "{sent}");
        assert!(two.add(FREE) && !two.add(200 * 1024), "a little has room, much has none");
        let share = one.whole();
        let _ = two.whole();
        assert!(!two.add(200 * 1024), "it is whole, and still there");
        drop(share);
        let _ = two.whole();
        assert!(two.add(200 * 1024));
    }

    #[tokio::test]
    async fn a_write_that_nobody_takes_fails() {
        let (ours, _theirs) = tokio::io::duplex(8);
        let mut stream = Stall::new(ours, Duration::from_millis(10), Turns::default(), inflow());
        let error = stream.write_all(&[1; 40]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_write_that_is_taken_in_parts_does_not() {
        let (ours, mut theirs) = tokio::io::duplex(8);
        let mut stream = Stall::new(ours, Duration::from_secs(60), Turns::default(), inflow());
        let taken = tokio::spawn(async move {
            let mut bytes = [0; 40];
            theirs.read_exact(&mut bytes).await.map(|_| bytes)
        });
        stream.write_all(&[1; 40]).await.unwrap();
        assert_eq!(taken.await.unwrap().unwrap(), [1; 40]);
    }

    #[tokio::test]
    async fn a_head_that_has_begun_is_timed_and_nothing_else_is() {
        let (ours, mut theirs) = tokio::io::duplex(8);
        let turns = Turns::default();
        let limit = Duration::from_millis(10);
        let mut stream = Stall::new(ours, limit, turns.clone(), inflow());
        let mut byte = [0];
        let waited = tokio::time::timeout(limit * 5, stream.read_exact(&mut byte)).await;
        assert!(waited.is_err(), "whoever has not begun may take his time");
        for _ in 0..2 {
            theirs.write_all(&[1]).await.unwrap();
            stream.read_exact(&mut byte).await.unwrap();
            turns.next();
            let waited = tokio::time::timeout(limit * 5, stream.read_exact(&mut byte)).await;
            assert!(waited.is_err(), "while the service works nobody need send");
            turns.next();
        }
        theirs.write_all(&[1]).await.unwrap();
        stream.read_exact(&mut byte).await.unwrap();
        assert_eq!(stream.read_exact(&mut byte).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
