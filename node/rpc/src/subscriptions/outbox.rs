//! What waits to be sent to one connection.

use super::feed::Backlog;
use bytes::Bytes;
use futures_util::{Sink, SinkExt};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};
use warp::ws::Message;

/// How long a connection that is closed may take to hear why.
const GOODBYE: Duration = Duration::from_secs(5);
/// Bytes that may wait for a connection even when all of them together have too much.
const ALWAYS: usize = 64 * 1024;

/// Why a connection is closed: a code of RFC 6455, section 7.4.1, and words for people (at most 123 bytes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) code: u16,
    pub(super) reason: String,
}

/// A message with what it holds on to until it is sent.
#[derive(Debug)]
enum Item {
    Notification(String, Queued),
    Answer(Bytes, OwnedSemaphorePermit),
    Ping,
}

/// Bytes that count as waiting until this is dropped.
#[derive(Debug)]
struct Queued {
    bytes: usize,
    own: Arc<AtomicUsize>,
    all: Arc<Backlog>,
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.own.fetch_sub(self.bytes, Ordering::Relaxed);
        self.all.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The session's end: nothing here waits.
///
/// The queue has no bound of its own: notifications are bounded by their bytes, answers by the places that a connection
/// has for requests, pings by their clock.
#[derive(Debug)]
pub(super) struct Outbox {
    queue: mpsc::UnboundedSender<Item>,
    ending: watch::Sender<Option<Ending>>,
    waiting: Arc<AtomicUsize>,
    limit: usize,
    all: Arc<Backlog>,
}

/// The socket's end.
#[derive(Debug)]
pub(super) struct Mailman {
    queue: mpsc::UnboundedReceiver<Item>,
    ending: watch::Receiver<Option<Ending>>,
}

/// An outbox in which so many bytes of notifications may wait.
pub(super) fn outbox(limit: usize, all: Arc<Backlog>) -> (Outbox, Mailman) {
    let (queue, items) = mpsc::unbounded_channel();
    let (ending, ended) = watch::channel(None);
    let outbox = Outbox { queue, ending, waiting: Arc::default(), limit, all };
    (outbox, Mailman { queue: items, ending: ended })
}

impl Outbox {
    /// Bytes of earlier notifications that wait, if that is too much. What one event brings is never too much.
    pub(super) fn overdue(&self) -> Option<usize> {
        let waiting = self.waiting.load(Ordering::Relaxed);
        let too_much = waiting > self.limit || (waiting > ALWAYS && self.all.is_full());
        too_much.then_some(waiting)
    }

    pub(super) fn notify(&self, text: String) {
        let bytes = text.len();
        self.waiting.fetch_add(bytes, Ordering::Relaxed);
        self.all.bytes.fetch_add(bytes, Ordering::Relaxed);
        let queued = Queued { bytes, own: Arc::clone(&self.waiting), all: Arc::clone(&self.all) };
        self.put(Item::Notification(text, queued));
    }

    pub(super) fn answer(&self, bytes: Bytes, place: OwnedSemaphorePermit) {
        self.put(Item::Answer(bytes, place));
    }

    pub(super) fn ping(&self) {
        self.put(Item::Ping);
    }

    /// Closes the connection, and says why, before anything that still waits. `false` if that was done already.
    pub(super) fn end(&self, code: u16, reason: String) -> bool {
        self.ending.send_if_modified(|ending| {
            let first = ending.is_none();
            ending.get_or_insert(Ending { code, reason });
            first
        })
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ending.borrow().is_some()
    }

    fn put(&self, item: Item) {
        // If the mailman is gone, so is the connection.
        let _ = self.queue.send(item);
    }
}

impl Mailman {
    /// Sends what waits until there is nothing more to come, the other side takes nothing for a time, or the end is
    /// called.
    pub(super) async fn run(mut self, mut socket: impl Sink<Message> + Unpin, stall: Duration) {
        loop {
            let item = tokio::select! {
                biased;
                _ = self.ending.wait_for(Option::is_some) => break,
                item = self.queue.recv() => item,
            };
            let Some(item) = item else { break };
            let (message, _held) = match item {
                Item::Ping => (Message::ping(Bytes::new()), None),
                Item::Notification(text, queued) => (Message::text(text), Some(Held::Queued(queued))),
                // JSON is UTF-8, always.
                Item::Answer(bytes, place) => {
                    (Message::text(String::from_utf8_lossy(&bytes).into_owned()), Some(Held::Place(bytes, place)))
                }
            };
            let sent = tokio::select! {
                biased;
                _ = self.ending.wait_for(Option::is_some) => break,
                sent = tokio::time::timeout(stall, socket.send(message)) => sent,
            };
            if !matches!(sent, Ok(Ok(()))) {
                return;
            }
        }
        let ending = self.ending.borrow().clone();
        let close = match ending {
            Some(Ending { code, reason }) => Message::close_with(code, reason),
            None => Message::close(),
        };
        // Who does not take it is cut off without.
        let _ = tokio::time::timeout(GOODBYE, socket.send(close)).await;
    }
}

/// What a message holds on to while it is sent.
#[expect(dead_code, reason = "given back when it is dropped")]
enum Held {
    Queued(Queued),
    Place(Bytes, OwnedSemaphorePermit),
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt as _;

    fn all() -> Arc<Backlog> {
        Arc::new(Backlog { limit: 1 << 20, bytes: AtomicUsize::new(0) })
    }

    #[tokio::test]
    async fn what_waits_is_counted_until_it_is_sent() {
        let all = all();
        let (outbox, mailman) = outbox(10, Arc::clone(&all));
        outbox.notify("a notification".to_owned());
        assert_eq!((outbox.overdue(), all.bytes.load(Ordering::Relaxed)), (Some(14), 14));
        let (socket, sent) = futures_channel();
        let mailman = tokio::spawn(mailman.run(socket, Duration::from_secs(30)));
        let mut sent = Box::pin(sent);
        assert_eq!(sent.next().await.unwrap().to_str(), Ok("a notification"));
        assert!(outbox.end(1008, "slow".to_owned()));
        assert!(!outbox.end(1001, "later".to_owned()));
        let close = sent.next().await.unwrap();
        assert_eq!(close.close_frame(), Some((1008, "slow")), "the first reason is the one");
        mailman.await.unwrap();
        assert_eq!((outbox.overdue(), all.bytes.load(Ordering::Relaxed)), (None, 0));
    }

    #[tokio::test]
    async fn a_socket_that_takes_nothing_is_given_up() {
        let (outbox, mailman) = outbox(10, all());
        outbox.notify("one".to_owned());
        let never = futures_util::sink::unfold((), |(), _: Message| std::future::pending::<Result<(), ()>>());
        mailman.run(Box::pin(never), Duration::from_millis(10)).await;
        assert_eq!(outbox.waiting.load(Ordering::Relaxed), 0);
    }

    /// A socket, and what is sent to it.
    fn futures_channel() -> (impl Sink<Message> + Unpin, impl futures_util::Stream<Item = Message>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let sink = futures_util::sink::unfold(sender, |sender, message: Message| async move {
            sender.send(message).map(|()| sender)
        });
        let stream = futures_util::stream::unfold(receiver, |mut receiver| async move {
            receiver.recv().await.map(|message| (message, receiver))
        });
        (Box::pin(sink), stream)
    }
}
