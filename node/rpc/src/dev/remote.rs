//! The node that a fork reads from, over HTTP.

use serde_json::{Value, json};
use std::{thread, time::Duration};
use ureq::Agent;
use zx_chain::{Remote, RemoteError};

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of an answer: those of a block with all of its transactions, many times over.
const MAX_ANSWER: u64 = 64 << 20;
/// How often a request is tried that fails on its way, and how long is waited first; then twice as long each time.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(250);

/// A node at an `http` or `https` URL.
#[derive(Debug)]
pub struct HttpRemote {
    url: String,
    agent: Agent,
}

impl HttpRemote {
    /// The node at a URL. It is not asked anything yet.
    pub fn new(url: impl Into<String>) -> Self {
        let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false).build();
        Self { url: url.into(), agent: config.into() }
    }

    /// One try: an answer, or why there is none and whether another try may help.
    fn ask(&self, body: &[u8]) -> Result<Value, (String, bool)> {
        let sent = self.agent.post(&self.url).header("content-type", "application/json").send(body);
        let mut response = sent.map_err(|error| (error.to_string(), true))?;
        let status = response.status();
        let text = response.body_mut().with_config().limit(MAX_ANSWER).read_to_string();
        let text = text.map_err(|error| (error.to_string(), true))?;
        match serde_json::from_str(&text) {
            // Errors of JSON-RPC may come with any status; too many requests are another matter.
            Ok(answer) if status.as_u16() != 429 => Ok(answer),
            _ => Err((format!("HTTP status {status}"), status.as_u16() == 429 || status.is_server_error())),
        }
    }
}

impl Remote for HttpRemote {
    fn url(&self) -> &str {
        // What stands before an `@`, or in the path, may be a key.
        let host = self.url.split('/').nth(2).unwrap_or(&self.url);
        host.rsplit('@').next().unwrap_or(host)
    }

    fn call(&self, method: &str, params: Value) -> Result<Value, RemoteError> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let mut pause = PAUSE;
        let mut tries = 1;
        let mut answer = loop {
            match self.ask(body.as_bytes()) {
                Ok(answer) => break answer,
                Err((_, true)) if tries < TRIES => {
                    thread::sleep(pause);
                    (tries, pause) = (tries.saturating_add(1), pause.saturating_mul(2));
                }
                Err((reason, _)) => {
                    return Err(RemoteError::Unreachable { url: self.url().to_owned(), reason });
                }
            }
        };
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            return Err(RemoteError::Refused {
                method: method.to_owned(),
                code: error.get("code").and_then(Value::as_i64).unwrap_or_default(),
                message: error.get("message").and_then(Value::as_str).unwrap_or_default().to_owned(),
            });
        }
        match answer.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => Err(RemoteError::Answer {
                method: method.to_owned(),
                reason: "it has neither a result nor an error".to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_what_may_be_a_key() {
        let shown = |url: &str| HttpRemote::new(url).url().to_owned();
        assert_eq!(shown("https://eth.example/v2/secret"), "eth.example");
        assert_eq!(shown("http://127.0.0.1:8545"), "127.0.0.1:8545");
        assert_eq!(shown("http://user:word@host/"), "host");
    }
}
