//! What the node knows of itself beside its chain: its peers, and how far it is. There is one of it: methods, probes,
//! metrics and subscriptions all answer from it, and whoever runs a network tells it.

use alloy_primitives::U64;
use parking_lot::RwLock;
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::sync::watch;

/// What the node knows of itself beside its chain: whoever learns it sets it.
#[derive(Default)]
pub struct NodeStatus {
    peers: RwLock<Arc<[Peer]>>,
    dialer: RwLock<Option<Dialer>>,
    best: AtomicU64,
    stopping: AtomicBool,
    syncing: watch::Sender<Option<Syncing>>,
}

/// Takes the address of a peer to keep a connection to, or says what is wrong with it.
type Dialer = Box<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// A node that this one is connected to; as JSON it is what `admin_peers` answers, in geth's shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Peer {
    /// Its identity in the network.
    pub id: String,
    /// What it says that it is: a program and its version.
    pub name: String,
    /// Where it can be reached by others, in the form that `admin_addPeer` takes.
    pub enode: String,
    /// Protocols that it speaks, with their versions.
    pub caps: Vec<String>,
    /// The connection.
    pub network: Connection,
}

/// A connection to a peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// This end of it.
    pub local_address: String,
    /// The other end.
    pub remote_address: String,
    /// Whether the other side has opened it.
    pub inbound: bool,
    /// Whether it is let in when there are too many.
    pub trusted: bool,
    /// Whether it is opened again when it is lost.
    #[serde(rename = "static")]
    pub kept: bool,
}

/// Blocks are being caught up with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syncing {
    /// Height at which it began.
    pub from: u64,
    /// Height to be reached.
    pub to: u64,
}

impl Syncing {
    /// As `eth_syncing` tells it, with the head at this height.
    pub(crate) fn progress(self, head: u64) -> Value {
        json!({
            "startingBlock": U64::from(self.from),
            "currentBlock": U64::from(head),
            "highestBlock": U64::from(self.to.max(head)),
        })
    }
}

impl NodeStatus {
    /// The nodes that this one is connected to now.
    pub fn set_peers(&self, peers: impl IntoIterator<Item = Peer>) {
        *self.peers.write() = peers.into_iter().collect();
    }

    /// Has `admin_addPeer` hand its addresses to a network.
    pub fn set_dialer(&self, dial: impl Fn(&str) -> Result<(), String> + Send + Sync + 'static) {
        *self.dialer.write() = Some(Box::new(dial));
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

    pub(crate) fn peers(&self) -> Arc<[Peer]> {
        Arc::clone(&self.peers.read())
    }

    /// How many peers there are.
    pub(crate) fn peer_count(&self) -> u64 {
        self.peers.read().len() as u64
    }

    /// Keeps a connection to a peer from now on; `false` if this node has no network.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub(crate) fn add_peer(&self, address: &str) -> Result<bool, String> {
        self.dialer.read().as_ref().map_or(Ok(false), |dial| dial(address).map(|()| true))
    }

    /// Whether blocks are being caught up with.
    pub(crate) fn syncing(&self) -> Option<Syncing> {
        *self.syncing.borrow()
    }

    /// Sees when catching up begins and ends.
    pub(crate) fn sync_changes(&self) -> watch::Receiver<Option<Syncing>> {
        self.syncing.subscribe()
    }

    /// Blocks that a head at this height is behind the best that is known.
    pub(crate) fn lag(&self, head: u64) -> u64 {
        self.best.load(Ordering::Relaxed).saturating_sub(head)
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

impl fmt::Debug for NodeStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeStatus")
            .field("peers", &self.peer_count())
            .field("syncing", &self.syncing())
            .field("stopping", &self.is_stopping())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) fn peer(id: &str) -> Peer {
    Peer {
        id: id.to_owned(),
        name: "zexus/v0.1.0".to_owned(),
        enode: format!("/ip4/10.0.0.1/tcp/30303/p2p/{id}"),
        caps: vec!["/zexus/sync/1".to_owned()],
        network: Connection {
            local_address: "/ip4/10.0.0.2/tcp/40000".to_owned(),
            remote_address: "/ip4/10.0.0.1/tcp/30303".to_owned(),
            inbound: false,
            trusted: false,
            kept: true,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn catching_up_is_told_once_for_each_change() {
        let status = NodeStatus::default();
        let mut changes = status.sync_changes();
        status.set_syncing(None);
        assert!(!changes.has_changed().unwrap());
        status.set_syncing(Some(Syncing { from: 1, to: 2 }));
        assert!(changes.has_changed().unwrap());
        assert_eq!(*changes.borrow_and_update(), Some(Syncing { from: 1, to: 2 }));
    }

    #[test]
    fn a_head_past_the_goal_is_the_highest_block() {
        let progress = Syncing { from: 1, to: 16 }.progress(20);
        assert_eq!(progress, json!({ "startingBlock": "0x1", "currentBlock": "0x14", "highestBlock": "0x14" }));
    }

    #[test]
    fn peers_are_added_where_there_is_a_network_that_takes_them() {
        let status = NodeStatus::default();
        assert_eq!(status.add_peer("anything"), Ok(false));
        let (told, heard) = std::sync::mpsc::channel();
        status.set_dialer(move |address| match address.starts_with('/') {
            true => told.send(address.to_owned()).map_err(|error| error.to_string()),
            false => Err(format!("{address:?} is not a multiaddress")),
        });
        assert_eq!(status.add_peer("/ip4/10.0.0.1"), Ok(true));
        assert_eq!(heard.try_recv().as_deref(), Ok("/ip4/10.0.0.1"));
        assert_eq!(status.add_peer("enode"), Err("\"enode\" is not a multiaddress".to_owned()));
    }

    #[test]
    fn methods_answer_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let config = zx_chain::ChainConfig::new(zx_primitives::ChainSpec::dev(Vec::new()), folder.path());
        let chain = Arc::new(zx_chain::Chain::open(config).unwrap());
        let status = Arc::new(NodeStatus::default());
        let api = crate::Api::new(chain, "test".to_owned()).told_by(Arc::clone(&status));
        let call = |method: &str, params: Value| {
            let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
            let answer = crate::jsonrpc::answer(&api, request.to_string().as_bytes()).unwrap();
            let answer: Value = serde_json::from_slice(&answer).unwrap();
            answer.get("result").cloned().unwrap_or_else(|| answer["error"].clone())
        };
        let alone = [json!("0x0"), json!([]), json!(false), json!(false)];
        let ask = || {
            [
                call("net_peerCount", json!([])),
                call("admin_peers", json!([])),
                call("eth_syncing", json!([])),
                call("admin_addPeer", json!(["/ip4/10.0.0.1"])),
            ]
        };
        assert_eq!(ask(), alone);
        status.set_peers([peer("a"), peer("b")]);
        status.set_syncing(Some(Syncing { from: 0, to: 9 }));
        status.set_dialer(|_| Ok(()));
        let [count, peers, syncing, added] = ask();
        assert_eq!((count, added), (json!("0x2"), json!(true)));
        assert_eq!((&peers[1]["id"], &peers[1]["network"]["static"]), (&json!("b"), &json!(true)));
        assert_eq!(syncing, json!({ "startingBlock": "0x0", "currentBlock": "0x0", "highestBlock": "0x9" }));
        status.set_dialer(|_| Err("no such place".to_owned()));
        let refused = json!({ "code": -32602, "message": "invalid argument 0: no such place" });
        assert_eq!(call("admin_addPeer", json!(["nowhere"])), refused);
    }
}
