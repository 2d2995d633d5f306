//! Raw HTTP: malformed input is an error, never a dropped connection.

use alloy_primitives::{TxKind, U256};
use eyre::Result;
use serde_json::{Value, json};
use zx_tests::{Account, Http, Node};

/// A node with a connection to it. The folder goes when the test ends.
struct Edge {
    http: Http,
    node: Node,
    _datadir: tempfile::TempDir,
}

fn edge() -> Result<Edge> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start(datadir.path())?;
    Ok(Edge { http: node.http()?, node, _datadir: datadir })
}

impl Edge {
    fn post(&mut self, body: impl AsRef<[u8]>) -> Result<Value> {
        self.http.post(body)?.json()
    }

    /// Posts what must fail and gives the code; the same connection must then answer a good request.
    fn code(&mut self, body: impl AsRef<[u8]>) -> Result<i64> {
        let answer = self.post(body)?;
        self.lives()?;
        assert_eq!(answer["jsonrpc"], "2.0", "{answer}");
        assert!(answer["error"]["message"].as_str().is_some_and(|m| !m.is_empty()), "{answer}");
        assert!(answer.get("result").is_none(), "{answer}");
        answer["error"]["code"].as_i64().ok_or_else(|| eyre::eyre!("no code in {answer}"))
    }

    fn call(&mut self, method: &str, params: Value) -> Result<Value> {
        self.post(request(1.into(), method, params))
    }

    fn lives(&mut self) -> Result<()> {
        assert_eq!(self.call("eth_chainId", json!([]))?, json!({ "jsonrpc": "2.0", "id": 1, "result": "0x7a69" }));
        Ok(())
    }
}

fn request(id: Value, method: &str, params: Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

#[test]
fn what_is_not_json_is_a_parse_error() -> Result<()> {
    let mut edge = edge()?;
    for body in ["", "{", "nonsense", "{\"jsonrpc\":\"2.0\",", "[1,", "\u{0}"] {
        assert_eq!(edge.code(body)?, -32700, "{body:?}");
    }
    assert_eq!(edge.code(b"\xff\xfe{}")?, -32700, "not UTF-8");
    Ok(())
}

#[test]
fn what_is_not_a_request_is_invalid() -> Result<()> {
    let mut edge = edge()?;
    for body in [
        "1",
        "null",
        "\"eth_chainId\"",
        "{}",
        "{\"jsonrpc\":\"2.0\",\"id\":1}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}",
    ] {
        assert_eq!(edge.code(body)?, -32600, "{body}");
    }
    Ok(())
}

#[test]
fn an_unknown_method_has_geths_words() -> Result<()> {
    let mut edge = edge()?;
    for method in ["eth_fillTransaction2", "rpc", "eth_", "debug_nothing"] {
        let answer = edge.call(method, json!([]))?;
        let message = format!("the method {method} does not exist/is not available");
        assert_eq!(answer["error"], json!({ "code": -32601, "message": message }), "{answer}");
    }
    edge.lives()
}

#[test]
fn wrong_parameters_are_named() -> Result<()> {
    let mut edge = edge()?;
    let zero = "0x0000000000000000000000000000000000000000";
    for (method, params) in [
        ("eth_getBalance", json!([])),
        ("eth_getBalance", json!(["0x1234", "latest"])),
        ("eth_getBalance", json!([7, "latest"])),
        ("eth_getBalance", json!([zero, "yesterday"])),
        ("eth_getBalance", json!([zero, "0x"])),
        ("eth_getBlockByNumber", json!(["latest", "yes"])),
        ("eth_getBlockByNumber", json!(["0x1ffffffffffffffffff", false])),
        ("eth_getBlockByHash", json!(["0x1234", false])),
        ("eth_getTransactionReceipt", json!(["0x1234"])),
        ("eth_call", json!(["0x", "latest"])),
        ("eth_call", json!([{ "to": zero, "value": "ten" }, "latest"])),
        ("eth_getLogs", json!([{ "fromBlock": "0x0", "topics": ["0x12"] }])),
        ("eth_sendRawTransaction", json!([])),
        ("eth_sendRawTransaction", json!(["0x0"])),
        ("eth_chainId", json!({ "named": 1 })),
    ] {
        assert_eq!(edge.code(request(1.into(), method, params.clone()))?, -32602, "{method} {params}");
    }
    Ok(())
}

#[test]
fn what_does_not_exist_is_null() -> Result<()> {
    let mut edge = edge()?;
    let unknown = format!("0x{}", "11".repeat(32));
    for (method, params) in [
        ("eth_getBlockByHash", json!([unknown, false])),
        ("eth_getBlockByNumber", json!(["0xffffff", false])),
        ("eth_getTransactionByHash", json!([unknown])),
        ("eth_getTransactionReceipt", json!([unknown])),
    ] {
        assert_eq!(edge.call(method, params)?["result"], Value::Null, "{method}");
    }
    Ok(())
}

#[test]
fn ids_come_back_as_they_went() -> Result<()> {
    let mut edge = edge()?;
    for id in [json!(0), json!(7), json!(-1), json!(u64::MAX), json!("a string"), json!(""), json!(null)] {
        let answer = edge.post(request(id.clone(), "eth_chainId", json!([])))?;
        assert_eq!(answer, json!({ "jsonrpc": "2.0", "id": id, "result": "0x7a69" }));
        let error = edge.post(request(id.clone(), "no_such", json!([])))?;
        assert_eq!(error["id"], id);
    }
    assert_eq!(edge.post("{")?["id"], Value::Null, "an id that cannot be read is null");
    Ok(())
}

#[test]
fn a_batch_is_answered_one_by_one() -> Result<()> {
    let mut edge = edge()?;
    let answers = edge.post(
        json!([
            { "jsonrpc": "2.0", "id": "a", "method": "eth_chainId" },
            { "jsonrpc": "2.0", "id": 2, "method": "no_such", "params": [] },
            17,
            { "jsonrpc": "2.0", "id": 3, "method": "eth_getBalance", "params": [] },
            { "jsonrpc": "2.0", "id": 4, "method": "net_version", "params": [] },
        ])
        .to_string(),
    )?;
    let answers = answers.as_array().expect("a batch is answered by a list");
    assert_eq!(answers.len(), 5);
    let of = |id: Value| answers.iter().find(|a| a["id"] == id).expect("an answer for each id");
    assert_eq!(of(json!("a"))["result"], "0x7a69");
    assert_eq!(of(json!(2))["error"]["code"], -32601);
    assert_eq!(of(Value::Null)["error"]["code"], -32600);
    assert_eq!(of(json!(3))["error"]["code"], -32602);
    assert_eq!(of(json!(4))["result"], "31337");

    let hundred: Vec<_> =
        (0..100).map(|id| json!({ "jsonrpc": "2.0", "id": id, "method": "eth_blockNumber" })).collect();
    let answers = edge.post(Value::from(hundred).to_string())?;
    assert!(answers.as_array().is_some_and(|a| a.len() == 100 && a.iter().all(|a| a["result"] == "0x0")), "{answers}");
    Ok(())
}

#[test]
fn an_empty_batch_is_one_error() -> Result<()> {
    assert_eq!(edge()?.code("[]")?, -32600);
    Ok(())
}

#[test]
fn a_body_nested_without_end_is_an_error() -> Result<()> {
    let mut edge = edge()?;
    for body in
        ["[".repeat(100_000), "{\"a\":".repeat(100_000), format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))]
    {
        let code = edge.code(body)?;
        assert!([-32700, -32600].contains(&code), "{code}");
    }
    let params = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let nested = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"eth_call","params":{params}}}"#);
    let code = edge.code(nested)?;
    assert!([-32700, -32600, -32602].contains(&code), "{code}");
    Ok(())
}

#[test]
fn a_huge_body_is_refused_and_the_node_lives() -> Result<()> {
    let mut edge = edge()?;
    let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":["{}"]}}"#, "0".repeat(32 << 20));
    let response = edge.http.post(body)?;
    if response.status == 200 {
        assert!(response.json()?["error"]["code"].is_i64());
    } else {
        assert_eq!(response.status, 413);
    }
    edge.http = edge.node.http()?;
    edge.lives()
}

#[test]
fn a_large_but_fair_body_is_read() -> Result<()> {
    // A deployment of the largest module is 256 KiB of hexadecimal digits.
    let mut edge = edge()?;
    let data = format!("0x{}", "00".repeat(200 << 10));
    let answer = edge.call("eth_call", json!([{ "to": format!("0x{}", "11".repeat(20)), "data": data }, "latest"]))?;
    assert_eq!(answer["result"], "0x", "an account without code returns nothing");
    Ok(())
}

#[test]
fn browsers_and_probes_are_answered() -> Result<()> {
    let mut edge = edge()?;
    assert_eq!(edge.http.request("GET", &[], b"")?.status, 200);
    let preflight = edge.http.request(
        "OPTIONS",
        &[
            ("origin", "http://localhost:3000"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type"),
        ],
        b"",
    )?;
    assert!([200, 204].contains(&preflight.status), "{preflight:?}");
    let open = |value: Option<&str>| value.is_some_and(|v| v == "*" || v == "http://localhost:3000");
    assert!(open(preflight.header("access-control-allow-origin")), "{preflight:?}");
    let headers = preflight.header("access-control-allow-headers").unwrap_or_default().to_lowercase();
    assert!(headers.contains("content-type") || headers == "*", "{preflight:?}");

    let body = request(1.into(), "eth_chainId", json!([]));
    let origin = [("origin", "http://localhost:3000"), ("content-type", "application/json")];
    let response = edge.http.request("POST", &origin, body.as_bytes())?;
    assert!(open(response.header("access-control-allow-origin")), "{response:?}");
    assert_eq!(response.header("content-type"), Some("application/json"));
    edge.lives()
}

#[test]
fn the_content_type_does_not_matter() -> Result<()> {
    let mut edge = edge()?;
    let body = request(1.into(), "eth_chainId", json!([]));
    for headers in [&[][..], &[("content-type", "text/plain")], &[("content-type", "application/json; charset=utf-8")]]
    {
        let answer = edge.http.request("POST", headers, body.as_bytes())?.json()?;
        assert_eq!(answer["result"], "0x7a69", "{headers:?}");
    }
    Ok(())
}

#[test]
fn broken_http_harms_nobody_else() -> Result<()> {
    let mut edge = edge()?;
    let mut garbage = edge.node.http()?;
    garbage.send(b"this is not http\r\n\r\n")?;
    assert_eq!(garbage.answer()?.status, 400);
    let mut half = edge.node.http()?;
    half.send(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{\"jsonrpc\"")?;
    drop(half);
    edge.lives()
}

/// Init code that tells so many logs, and deploys nothing.
fn teller(logs: u32) -> Vec<u8> {
    let count = logs.to_be_bytes();
    let [_, a, b, c] = count;
    vec![0x62, a, b, c, 0x5b, 0x5f, 0x5f, 0xa0, 0x60, 1, 0x90, 0x03, 0x80, 0x60, 4, 0x57, 0x00]
}

#[test]
fn who_asks_for_too_many_logs_gets_on_by_doing_what_the_error_says() -> Result<()> {
    let mut edge = edge()?;
    let mut account = Account::dev(0)?;
    let mut rpc = edge.node.rpc()?;
    let filter = edge.call("eth_newFilter", json!([{}]))?["result"].clone();
    for logs in [12_000, 12_000, 22_000] {
        let raw = account.sign(TxKind::Create, U256::ZERO, teller(logs).into(), 16_000_000)?;
        let hash = rpc.send_raw(&raw)?;
        assert_eq!(rpc.receipt(hash)?["status"], "0x1");
    }
    let (mut from, mut seen) = (1, Vec::new());
    while from <= 3 {
        let mut to = 3;
        loop {
            let range = json!([{ "fromBlock": format!("{from:#x}"), "toBlock": format!("{to:#x}") }]);
            let answer = edge.call("eth_getLogs", range)?;
            if let Some(logs) = answer["result"].as_array() {
                seen.push(logs.len());
                break;
            }
            let text = answer["error"]["message"].as_str().unwrap_or_default();
            let range = text.split_once("this block range [").map(|(_, rest)| rest.trim_end_matches(']'));
            let (first, last) = range.and_then(|range| range.split_once(", ")).expect(text);
            assert_eq!(first, format!("{from:#x}"), "{text}");
            let last = u64::from_str_radix(last.trim_start_matches("0x"), 16)?;
            assert!(last < to, "a range that is as long as the one that was refused: {text}");
            to = last;
        }
        from = to + 1;
    }
    assert_eq!(seen, [12_000, 12_000, 22_000]);
    // Who polls is given as much as fits, and the rest the next time.
    for expected in [12_000, 12_000, 22_000, 0] {
        let answer = edge.call("eth_getFilterChanges", json!([filter]))?;
        assert_eq!(answer["result"].as_array().map(Vec::len), Some(expected), "{}", answer["error"]);
    }
    Ok(())
}
