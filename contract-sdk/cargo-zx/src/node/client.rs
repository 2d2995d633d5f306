use crate::failure::Failure;
use alloy_primitives::Bytes;
use clap::Args;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use ureq::Agent;

/// Bytes of the longest answer that is read: a trace of a block's worth of gas is some megabytes.
const ANSWER_BYTES: u64 = 64 << 20;

/// Which node.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Node")]
pub struct NodeArgs {
    /// URL of the node.
    #[arg(long, value_name = "URL", env = "ZX_RPC_URL", default_value = "http://127.0.0.1:8545")]
    pub rpc: String,
    /// Chain id that the node must have; with another the verb refuses to go on.
    #[arg(long, value_name = "ID", env = "ZX_CHAIN")]
    pub chain: Option<u64>,
    /// Seconds that an answer, or the block of a transaction, may take.
    #[arg(long, value_name = "SECONDS", env = "ZX_TIMEOUT", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
}

/// A node, reached over HTTP.
#[derive(Debug)]
pub struct Node {
    url: String,
    agent: Agent,
    id: AtomicU64,
    chain_id: u64,
    patience: Duration,
}

impl Node {
    /// Connects, and checks that it is the chain that was asked for.
    ///
    /// # Errors
    /// The node does not answer, or is of another chain.
    pub fn connect(args: &NodeArgs) -> Result<Self, Failure> {
        let patience = Duration::from_secs(args.timeout);
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(patience));
        let mut node = Self {
            url: args.rpc.clone(),
            agent: config.user_agent(concat!("cargo-zx/", env!("CARGO_PKG_VERSION"))).build().into(),
            id: AtomicU64::new(0),
            chain_id: 0,
            patience,
        };
        let actual: alloy_primitives::U64 = node.call("eth_chainId", json!([]))?;
        node.chain_id = actual.to();
        match args.chain {
            Some(wanted) if wanted != node.chain_id => {
                Err(Failure::WrongChain { url: node.url, wanted, actual: node.chain_id })
            }
            _ => Ok(node),
        }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Chain id (EIP-155).
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// How long an answer, or a block, may take.
    pub const fn patience(&self) -> Duration {
        self.patience
    }

    /// Calls a method.
    ///
    /// # Errors
    /// The node does not answer, answers with an error, or with something else than a `T`.
    pub fn call<T: DeserializeOwned>(&self, method: &str, params: Value) -> Result<T, Failure> {
        let id = self.id.fetch_add(1, Ordering::Relaxed);
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string();
        let text = self.post(&body)?;
        let mut answer: Value = serde_json::from_str(&text).map_err(|e| self.strange(method, &e.to_string()))?;
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            return Err(self.refusal(method, error));
        }
        let result = answer.get_mut("result").map(Value::take);
        let result = result.ok_or_else(|| self.strange(method, "there is neither a result nor an error"))?;
        serde_json::from_value(result).map_err(|e| self.strange(method, &e.to_string()))
    }

    fn post(&self, body: &str) -> Result<String, Failure> {
        let unreachable = |cause: String| Failure::Unreachable { url: self.url.clone(), cause };
        let answer = self.agent.post(&self.url).content_type("application/json").send(body);
        let mut answer = answer.map_err(|e| unreachable(e.to_string()))?;
        let status = answer.status();
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_string();
        let text = text.map_err(|e| unreachable(e.to_string()))?;
        // Some nodes answer an error object with a status of its own; a page of a proxy is no such object.
        if !status.is_success() && !text.trim_start().starts_with(['{', '[']) {
            return Err(unreachable(format!("HTTP status {status}")));
        }
        Ok(text)
    }

    fn refusal(&self, method: &str, error: &Value) -> Failure {
        let text = |name| error.get(name).and_then(Value::as_str);
        // Most nodes give revert data as a string, some inside an object.
        let data = text("data").or_else(|| error.get("data")?.get("data")?.as_str()).and_then(|hex| hex.parse().ok());
        Failure::Rpc {
            url: self.url.clone(),
            method: method.to_owned(),
            code: error.get("code").and_then(Value::as_i64).unwrap_or_default(),
            message: text("message").unwrap_or("no message").to_owned(),
            data,
        }
    }

    fn strange(&self, method: &str, what: &str) -> Failure {
        Failure::Other(format!("the answer of {} to {method} cannot be read: {what}\n  is it a node?", self.url))
    }
}

/// Revert data, if the failure is a contract's.
pub(crate) fn revert_data(failure: &Failure) -> Option<&Bytes> {
    match failure {
        Failure::Rpc { code: 3, data: Some(data), .. } => Some(data),
        Failure::Rpc { message, data: Some(data), .. } if message.contains("revert") => Some(data),
        _ => None,
    }
}

/// Whether the node says that it has no such method.
pub(crate) fn is_unknown_method(failure: &Failure) -> bool {
    matches!(failure, Failure::Rpc { code: -32_601, .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead as _, BufReader, Read as _, Write as _},
        net::TcpListener,
    };

    /// A server that answers each request with the next of these, status and body, and then is gone.
    fn server(answers: &[(u16, &str)]) -> NodeArgs {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let rpc = format!("http://{}", listener.local_addr().expect("bound"));
        let answers: Vec<_> = answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
        std::thread::spawn(move || {
            for (status, body) in answers {
                let (stream, _) = listener.accept().expect("a client");
                let mut reader = BufReader::new(stream);
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).expect("a header");
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().expect("a number");
                    }
                    if line.trim().is_empty() {
                        break;
                    }
                }
                reader.read_exact(&mut vec![0; length]).expect("a body");
                let head =
                    format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                reader.get_mut().write_all((head + &body).as_bytes()).expect("written");
            }
        });
        NodeArgs { rpc, chain: None, timeout: 10 }
    }

    const CHAIN: (u16, &str) = (200, r#"{"jsonrpc":"2.0","id":0,"result":"0x7a69"}"#);

    #[test]
    fn the_chain_is_checked_before_anything_else() {
        let args = NodeArgs { chain: Some(1), ..server(&[CHAIN]) };
        let failure = Node::connect(&args).expect_err("another chain");
        assert_eq!(failure.exit_code(), crate::failure::exit::WRONG_CHAIN);
        assert!(failure.to_string().contains("is of chain 31337, not of 1"), "{failure}");
        let node = Node::connect(&NodeArgs { chain: Some(31_337), ..server(&[CHAIN]) }).expect("the same chain");
        assert_eq!(node.chain_id(), 31_337);
    }

    #[test]
    fn a_node_that_is_not_there_is_named_with_the_way_to_start_one() {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound");
        let args = NodeArgs { rpc: format!("http://{free}"), chain: None, timeout: 10 };
        let failure = Node::connect(&args).expect_err("nobody listens");
        assert_eq!(failure.exit_code(), crate::failure::exit::UNREACHABLE);
        let text = failure.to_string();
        assert!(text.contains(&args.rpc) && text.contains("zx-node dev"), "{text}");
    }

    #[test]
    fn errors_carry_their_data_in_either_shape() {
        let revert = r#"{"id":1,"error":{"code":3,"message":"execution reverted","data":"0x0102"}}"#;
        let nested = r#"{"id":1,"error":{"code":-32000,"message":"reverted","data":{"data":"0x0102"}}}"#;
        for answer in [revert, nested] {
            let node = Node::connect(&server(&[CHAIN, (200, answer)])).expect("it answers");
            let failure = node.call::<Value>("eth_call", json!([])).expect_err("an error object");
            assert_eq!(revert_data(&failure), Some(&Bytes::from_static(&[1, 2])), "{answer}");
        }
        let node =
            Node::connect(&server(&[CHAIN, (404, r#"{"error":{"code":-32601,"message":"no"}}"#)])).expect("it answers");
        assert!(is_unknown_method(&node.call::<Value>("x", json!([])).expect_err("an error object")));
    }

    #[test]
    fn what_is_no_node_is_said_to_be_none() {
        let page = Node::connect(&server(&[(502, "<html>bad gateway</html>")])).expect_err("a page").to_string();
        assert!(page.contains("HTTP status 502"), "{page}");
        let page = Node::connect(&server(&[(200, "<html>hello</html>")])).expect_err("a page").to_string();
        assert!(page.contains("is it a node?"), "{page}");
    }
}
