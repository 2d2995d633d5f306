//! `GET /health` and `GET /ready`, and what the rest of the node tells of itself for them.

use super::{config::ReadyLimits, replies::json};
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::watch;
use warp::{http::StatusCode, reply::Response};
use zx_chain::Chain;

/// What the node knows of itself beside its chain: whoever learns it sets it.
#[derive(Debug, Default)]
pub struct NodeStatus {
    peers: AtomicU64,
    best: AtomicU64,
    stopping: AtomicBool,
    syncing: watch::Sender<Option<Syncing>>,
}

/// Blocks are being caught up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syncing {
    /// Height at which it began.
    pub from: u64,
    /// Height to be reached.
    pub to: u64,
}

impl NodeStatus {
    /// How many peers there are.
    pub fn set_peers(&self, peers: u64) {
        self.peers.store(peers, Ordering::Relaxed);
    }

    /// Height of the best block that a peer has told of.
    pub fn set_best(&self, height: u64) {
        self.best.store(height, Ordering::Relaxed);
    }

    /// Says that blocks are being caught up with, or that it is done; subscribers of `syncing` hear of it.
    pub fn set_syncing(&self, syncing: Option<Syncing>) {
        self.syncing.send_if_modified(|now| std::mem::replace(now, syncing) != syncing);
    }

    /// The node is about to stop: balancers should send no more.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Sees when catching up begins and ends.
    pub(crate) fn syncing(&self) -> watch::Receiver<Option<Syncing>> {
        self.syncing.subscribe()
    }

    pub(super) fn peers(&self) -> u64 {
        self.peers.load(Ordering::Relaxed)
    }

    pub(super) fn lag(&self, head: u64) -> u64 {
        self.best.load(Ordering::Relaxed).saturating_sub(head)
    }
}

/// Age of the head in seconds, by this machine's clock.
pub(super) fn head_age(chain: &Chain) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    now.saturating_sub(chain.head().header.timestamp)
}

/// The process answers: that is all that it says.
pub(super) fn health(chain: &Chain, version: &str) -> Response {
    let body = json!({ "status": "ok", "version": version, "chainId": chain.spec().chain_id });
    json(StatusCode::OK, body.to_string())
}

/// Whether requests should be sent here, and if not, why.
pub(super) fn ready(chain: &Chain, status: &NodeStatus, limits: &ReadyLimits) -> Response {
    let (age, head) = (head_age(chain), chain.head().number());
    let reasons = reasons(status, limits, age, head);
    let code = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body: Value = json!({
        "ready": reasons.is_empty(),
        "reasons": reasons,
        "head": { "number": head, "ageSeconds": age },
        "peers": status.peers(),
        "lagBlocks": status.lag(head),
    });
    json(code, body.to_string())
}

fn reasons(status: &NodeStatus, limits: &ReadyLimits, age: u64, head: u64) -> Vec<String> {
    let (peers, lag) = (status.peers(), status.lag(head));
    let mut reasons = Vec::new();
    if let Some(limit) = limits.head_age.map(|limit| limit.as_secs()).filter(|limit| age > *limit) {
        reasons.push(format!("the head is {age} s old, limit {limit} s"));
    }
    if peers < limits.peers {
        reasons.push(format!("{peers} peers, at least {} are wanted", limits.peers));
    }
    if lag > limits.lag {
        reasons.push(format!("{lag} blocks behind the best peer, limit {}", limits.lag));
    }
    if status.syncing.borrow().is_some() {
        reasons.push("the node is catching up".to_owned());
    }
    if status.stopping.load(Ordering::Relaxed) {
        reasons.push("the node is stopping".to_owned());
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn every_reason_is_told() {
        let status = NodeStatus::default();
        let limits = ReadyLimits { head_age: Some(Duration::from_secs(60)), peers: 2, lag: 3 };
        status.set_peers(2);
        status.set_best(103);
        assert_eq!(reasons(&status, &limits, 60, 100), Vec::<String>::new());
        status.set_peers(1);
        status.set_best(104);
        status.set_syncing(Some(Syncing { from: 1, to: 104 }));
        status.stop();
        let told = reasons(&status, &limits, 61, 100);
        assert_eq!(told.len(), 5, "{told:?}");
        assert_eq!(told[0], "the head is 61 s old, limit 60 s");
    }

    #[test]
    fn catching_up_is_told_once_for_each_change() {
        let status = NodeStatus::default();
        let mut changes = status.syncing();
        status.set_syncing(None);
        assert!(!changes.has_changed().unwrap());
        status.set_syncing(Some(Syncing { from: 1, to: 2 }));
        assert!(changes.has_changed().unwrap());
        assert_eq!(*changes.borrow_and_update(), Some(Syncing { from: 1, to: 2 }));
    }
}
