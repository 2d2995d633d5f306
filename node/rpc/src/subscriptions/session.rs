//! One WebSocket: requests, their answers, and notifications.

use super::{
    Interest, Table, Topic,
    feed::{Ears, Heads, Logs, Pending},
    outbox::{Outbox, outbox},
    table::Subscription,
};
use crate::{
    jsonrpc,
    server::{Caller, Inflow, Owned, Service, SocketLimits, Unable, Visitor, busy},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use std::{future::pending, sync::Arc, time::Duration};
use tokio::{
    sync::{
        OwnedSemaphorePermit, Semaphore,
        broadcast::{self, error::RecvError},
        watch,
    },
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval_at},
};
use warp::ws::{Message, WebSocket};

/// Codes of RFC 6455, section 7.4.1, and of IANA's registry behind it.
mod close {
    /// The node goes away.
    pub(super) const AWAY: u16 = 1001;
    /// It breaks the rules of this node.
    pub(super) const POLICY: u16 = 1008;
    /// Something went wrong in the node.
    pub(super) const INTERNAL: u16 = 1011;
    /// Come again.
    pub(super) const AGAIN: u16 = 1013;
}

/// How long a connection that is closed here may take to be closed there.
const PARTING: Duration = Duration::from_secs(1);
/// Pings without any sign of life after which a connection is gone.
const SILENT: u32 = 4;

/// One connection.
#[derive(Debug)]
pub(crate) struct Session {
    service: Arc<Service>,
    visitor: Visitor,
    table: Arc<Table>,
    limits: SocketLimits,
    places: Arc<Semaphore>,
    ears: Ears,
    /// What it has sent of the next message.
    inflow: Arc<Inflow>,
    /// Pings since something was heard.
    silent: u32,
}

/// A request that has been worked on, with the place that it takes until its answer is sent.
struct Done {
    answer: Result<Option<Bytes>, Unable>,
    place: OwnedSemaphorePermit,
}

impl Session {
    pub(crate) fn new(service: Arc<Service>, visitor: Visitor, inflow: Arc<Inflow>) -> Self {
        let limits = service.config.sockets;
        let table = Table::new(limits.subscriptions, Arc::clone(service.feed()), Arc::clone(service.metrics()));
        Self {
            table: Arc::new(table),
            places: Arc::new(Semaphore::new(limits.requests)),
            limits,
            service,
            visitor,
            ears: Ears::default(),
            inflow,
            silent: 0,
        }
    }

    /// Serves it until either side has enough.
    pub(crate) async fn run(mut self, socket: WebSocket, stopped: watch::Receiver<bool>) {
        self.service.metrics().socket(1);
        let (sink, stream) = socket.split();
        let (outbox, mailman) = outbox(self.limits.backlog, Arc::clone(self.service.feed().backlog()));
        let mailman = tokio::spawn(mailman.run(sink, self.service.config.timeout));
        self.serve(stream, &outbox, stopped, mailman).await;
        self.service.metrics().socket(-1);
    }

    async fn serve(
        &mut self,
        mut stream: impl Stream<Item = Result<Message, warp::Error>> + Unpin,
        outbox: &Outbox,
        mut stopped: watch::Receiver<bool>,
        mut mailman: tokio::task::JoinHandle<()>,
    ) {
        let mut pings = interval_at(Instant::now() + self.limits.ping, self.limits.ping);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut requests = JoinSet::new();
        let places = Arc::clone(&self.places);
        let mut ending = false;
        loop {
            tokio::select! {
                // It ends when the connection is lost, or has been told why it is closed.
                _ = &mut mailman => return part(stream).await,
                () = stop(&mut stopped), if !ending => {
                    outbox.end(close::AWAY, "the node is stopping".to_owned());
                    ending = true;
                }
                message = receive(&places, &mut stream), if !ending => match message {
                    Some((Ok(message), _)) if message.is_close() => return,
                    Some((Ok(message), place)) => self.take(message, place, &mut requests),
                    Some((Err(error), _)) => {
                        outbox.end(close::POLICY, told(&error.to_string()));
                        ending = true;
                    }
                    None => return,
                },
                Some(done) = requests.join_next() => if let Ok(done) = done { self.reply(done, outbox) },
                heads = hear(&mut self.ears.heads) => self.tell_heads(heads, outbox),
                logs = hear(&mut self.ears.logs) => self.tell_logs(logs, outbox),
                tx = hear(&mut self.ears.pending) => self.tell_pending(tx, outbox),
                syncing = hear(&mut self.ears.syncing) => self.tell_syncing(syncing, outbox),
                _ = pings.tick() => self.ping(outbox),
            }
        }
    }

    /// Begins to work on a request, which keeps its place until its answer is sent.
    fn take(&mut self, message: Message, place: OwnedSemaphorePermit, requests: &mut JoinSet<Done>) {
        self.silent = 0;
        let share = self.inflow.whole();
        if !message.is_text() && !message.is_binary() {
            return;
        }
        let (service, visitor, table) = (Arc::clone(&self.service), self.visitor.clone(), Arc::clone(&self.table));
        requests.spawn(async move {
            let caller: Arc<Caller> = service.caller(&visitor, Some(table));
            Done { answer: service.answer(&caller, Owned(message.into_bytes(), share)).await, place }
        });
    }

    fn reply(&mut self, Done { answer, place }: Done, outbox: &Outbox) {
        match answer {
            Ok(Some(answer)) => outbox.answer(answer, place),
            Ok(None) => {}
            Err(Unable::Busy) => outbox.answer(jsonrpc::refused(&busy()).into(), place),
            Err(Unable::Panicked) => _ = outbox.end(close::INTERNAL, "internal error".to_owned()),
        }
        // Right behind the answer, in the one task that sends: no notification can come before it.
        self.table.begin(&mut self.ears);
    }

    fn ping(&mut self, outbox: &Outbox) {
        self.silent += 1;
        match self.silent > SILENT {
            true => _ = outbox.end(close::POLICY, format!("no sign of life after {SILENT} pings")),
            false => outbox.ping(),
        }
    }

    /// The reader does not keep up: it is dropped, and told so.
    fn too_slow(&self, outbox: &Outbox, reason: String) {
        if outbox.end(close::POLICY, reason) {
            self.service.metrics().too_slow();
        }
    }

    /// What was heard, unless the reader is behind.
    fn heard<T>(&self, heard: Result<T, RecvError>, outbox: &Outbox) -> Option<T> {
        match (heard, outbox.overdue()) {
            _ if outbox.is_ended() => return None,
            (Ok(heard), None) => return Some(heard),
            (Ok(_), Some(waiting)) => {
                let limit = self.limits.backlog;
                self.too_slow(outbox, format!("too slow: {waiting} bytes of notifications wait, limit {limit}"));
            }
            (Err(RecvError::Lagged(missed)), _) => {
                self.too_slow(outbox, format!("too slow: {missed} events were missed"));
            }
            (Err(RecvError::Closed), _) => {}
        }
        None
    }

    fn tell(&self, one: &Subscription, json: &str, outbox: &Outbox) {
        self.service.metrics().notified(one.wanted.topic());
        let (method, id) = (one.notification, &one.id);
        outbox.notify(format!(
            r#"{{"jsonrpc":"2.0","method":"{method}","params":{{"subscription":"{id}","result":{json}}}}}"#
        ));
    }

    fn tell_heads(&self, heads: Result<Heads, RecvError>, outbox: &Outbox) {
        let Some(heads) = self.heard(heads, outbox) else { return };
        let Some(heads) = heads else { return fell_behind(outbox) };
        let subscriptions = self.table.before(heads.version, Topic::Heads);
        for json in &*heads.items {
            subscriptions.iter().for_each(|one| self.tell(one, json, outbox));
        }
    }

    fn tell_logs(&self, blocks: Result<Logs, RecvError>, outbox: &Outbox) {
        let Some(blocks) = self.heard(blocks, outbox) else { return };
        let Some(blocks) = blocks else { return fell_behind(outbox) };
        for one in self.table.before(blocks.version, Topic::Logs) {
            let Interest::Logs(filter) = &one.wanted else { continue };
            for block in blocks.items.iter().filter(|block| filter.matches_bloom(block.bloom)) {
                for (log, json) in &block.logs {
                    if filter.matches(&log.inner) {
                        self.tell(&one, json, outbox);
                    }
                }
            }
        }
    }

    fn tell_pending(&self, tx: Result<Arc<Pending>, RecvError>, outbox: &Outbox) {
        let Some(tx) = self.heard(tx, outbox) else { return };
        for one in self.table.of(Topic::Pending) {
            if let Interest::Pending { full } = one.wanted {
                self.tell(&one, tx.json(full), outbox);
            }
        }
    }

    fn tell_syncing(&self, syncing: Result<Arc<str>, RecvError>, outbox: &Outbox) {
        let Some(json) = self.heard(syncing, outbox) else { return };
        self.table.of(Topic::Syncing).iter().for_each(|one| self.tell(one, &json, outbox));
    }
}

/// The next message, once there is a place for a request: it is given back when an answer is sent, which nothing else
/// here would notice.
async fn receive(
    places: &Arc<Semaphore>,
    stream: &mut (impl Stream<Item = Result<Message, warp::Error>> + Unpin),
) -> Option<(Result<Message, warp::Error>, OwnedSemaphorePermit)> {
    // The semaphore is never closed.
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    Some((stream.next().await?, place))
}

/// Waits until the node stops.
async fn stop(stopped: &mut watch::Receiver<bool>) {
    // An error means that the node is gone, which is a stop too.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Waits a moment for the other side to close too: what it has sent and nobody reads would cut off what it is told.
async fn part(mut stream: impl Stream<Item = Result<Message, warp::Error>> + Unpin) {
    let closed = async { while stream.next().await.is_some_and(|message| message.is_ok_and(|one| !one.is_close())) {} };
    // Past that it is cut off.
    let _ = tokio::time::timeout(PARTING, closed).await;
}

/// The next of what is heard, if anything is.
async fn hear<T: Clone>(ears: &mut Option<broadcast::Receiver<T>>) -> Result<T, RecvError> {
    match ears {
        Some(ears) => ears.recv().await,
        None => pending().await,
    }
}

/// The node has missed blocks itself; whoever needs all of them must ask.
fn fell_behind(outbox: &Outbox) {
    outbox
        .end(close::AGAIN, "the node has missed some of its own blocks: ask for them, and subscribe again".to_owned());
}

/// A reason that a close frame has room for (RFC 6455, section 5.5).
fn told(reason: &str) -> String {
    reason.chars().filter(char::is_ascii).take(120).collect()
}
