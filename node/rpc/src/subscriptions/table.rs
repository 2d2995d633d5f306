//! The subscriptions of one connection.

use super::{Feed, Interest, Topic, feed::Ears};
use crate::{
    error::{RpcError, code},
    server::Metrics,
};
use parking_lot::Mutex;
use std::sync::Arc;

/// The subscriptions of one connection. Requests change it from threads of their own; the session reads it.
#[derive(Debug)]
pub(crate) struct Table {
    limit: usize,
    feed: Arc<Feed>,
    metrics: Arc<Metrics>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    subscriptions: Vec<Subscription>,
    /// Ears that the session has not taken over yet: they hear from the moment of the first subscription on.
    ears: Ears,
}

/// A subscription.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    pub(super) id: Arc<str>,
    pub(super) wanted: Interest,
    /// The method of its notifications.
    pub(super) notification: &'static str,
    /// The last change of the head when it was made: what has been seen is not told.
    since: u64,
    /// Nothing is told before the answer with its id has been.
    told: bool,
}

impl Table {
    pub(super) fn new(limit: usize, feed: Arc<Feed>, metrics: Arc<Metrics>) -> Self {
        Self { limit, feed, metrics, state: Mutex::default() }
    }

    /// One more. Gives its id.
    pub(super) fn subscribe(&self, wanted: Interest, notification: &'static str) -> Result<String, RpcError> {
        let mut state = self.state.lock();
        if state.subscriptions.len() >= self.limit {
            let text = format!("too many subscriptions on this connection: limit {}", self.limit);
            return Err(RpcError::new(code::LIMIT, text));
        }
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| RpcError::new(code::INTERNAL, error.to_string()))?;
        let id = format!("{:#x}", u128::from_be_bytes(bytes));
        let topic = wanted.topic();
        state.ears.open(&self.feed, topic);
        let since = self.feed.version();
        state.subscriptions.push(Subscription { id: id.as_str().into(), wanted, notification, since, told: false });
        self.metrics.subscribed(topic, 1);
        Ok(id)
    }

    /// Ends one; `false` if there is none of that id.
    pub(super) fn unsubscribe(&self, id: &str) -> bool {
        let mut state = self.state.lock();
        let Some(place) = state.subscriptions.iter().position(|one| &*one.id == id) else { return false };
        let gone = state.subscriptions.remove(place);
        self.metrics.subscribed(gone.wanted.topic(), -1);
        true
    }

    /// All answers until now are on their way: their subscriptions begin. `ears` takes over what has been heard since.
    pub(super) fn begin(&self, ears: &mut Ears) {
        let mut state = self.state.lock();
        state.subscriptions.iter_mut().for_each(|one| one.told = true);
        ears.take_over(&mut state.ears);
        for topic in Topic::ALL {
            if !state.subscriptions.iter().any(|one| one.wanted.topic() == topic) {
                ears.close(topic);
            }
        }
    }

    /// Those that want something of a topic, and were there before a change of the head.
    pub(super) fn before(&self, version: u64, topic: Topic) -> Vec<Subscription> {
        let mut found = self.of(topic);
        found.retain(|one| one.since < version);
        found
    }

    /// Those that want something of a topic.
    pub(super) fn of(&self, topic: Topic) -> Vec<Subscription> {
        let state = self.state.lock();
        state.subscriptions.iter().filter(|one| one.told && one.wanted.topic() == topic).cloned().collect()
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        for one in &self.state.lock().subscriptions {
            self.metrics.subscribed(one.wanted.topic(), -1);
        }
    }
}
