//! `GET /health` and `GET /ready`.

use super::{config::ReadyLimits, replies::json};
use crate::status::NodeStatus;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};
use warp::{http::StatusCode, reply::Response};
use zx_chain::Chain;

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
        "peers": status.peer_count(),
        "lagBlocks": status.lag(head),
    });
    json(code, body.to_string())
}

fn reasons(status: &NodeStatus, limits: &ReadyLimits, age: u64, head: u64) -> Vec<String> {
    let (peers, lag) = (status.peer_count(), status.lag(head));
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
    if status.syncing().is_some() {
        reasons.push("the node is catching up".to_owned());
    }
    if status.is_stopping() {
        reasons.push("the node is stopping".to_owned());
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{Syncing, peer};
    use std::time::Duration;

    #[test]
    fn every_reason_is_told() {
        let status = NodeStatus::default();
        let limits = ReadyLimits { head_age: Some(Duration::from_secs(60)), peers: 2, lag: 3 };
        status.set_peers([peer("a"), peer("b")]);
        status.set_best(103);
        assert_eq!(reasons(&status, &limits, 60, 100), Vec::<String>::new());
        status.set_peers([peer("a")]);
        status.set_best(104);
        status.set_syncing(Some(Syncing { from: 1, to: 104 }));
        status.stop();
        let told = reasons(&status, &limits, 61, 100);
        assert_eq!(told.len(), 5, "{told:?}");
        assert_eq!(told[0], "the head is 61 s old, limit 60 s");
    }
}
