//! A connection whose other side must take what is written to it, and finish the head of a request that it begins.

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

/// Fails a write that makes no progress for a time: else a client that reads nothing would keep its answers in memory.
/// Fails a read if a head has begun and is not whole in time. Between requests nothing is timed here.
#[derive(Debug)]
pub(super) struct Stall<S> {
    stream: S,
    limit: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    turns: Turns,
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

    /// The turn, if it is the client's.
    fn of_client(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|turn| turn.is_multiple_of(2))
    }
}

impl<S> Stall<S> {
    pub(super) fn new(stream: S, limit: Duration, turns: Turns) -> Self {
        Self { stream, limit, timer: None, turns, head: None }
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
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
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

    #[tokio::test]
    async fn a_write_that_nobody_takes_fails() {
        let (ours, _theirs) = tokio::io::duplex(8);
        let mut stream = Stall::new(ours, Duration::from_millis(10), Turns::default());
        let error = stream.write_all(&[1; 40]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_write_that_is_taken_in_parts_does_not() {
        let (ours, mut theirs) = tokio::io::duplex(8);
        let mut stream = Stall::new(ours, Duration::from_secs(60), Turns::default());
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
        let mut stream = Stall::new(ours, limit, turns.clone());
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
