//! The service around the methods: who is let in, what is refused, and that nobody harms anybody else.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use eyre::{OptionExt as _, Result, ensure};
use hmac::{Hmac, Mac as _};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};
use zx_tests::{Http, Node, Response, workspace};

/// A node whose folder goes when the test ends.
struct Edge {
    node: Node,
    datadir: tempfile::TempDir,
}

fn edge(flags: &[&str]) -> Result<Edge> {
    let datadir = tempfile::tempdir()?;
    Ok(Edge { node: Node::start_with(datadir.path(), flags)?, datadir })
}

fn request(method: &str) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": [] }).to_string()
}

fn ask(http: &mut Http, headers: &[(&str, &str)], method: &str) -> Result<Response> {
    http.request("POST", headers, request(method).as_bytes())
}

fn code(answer: &Response) -> Result<i64> {
    let answer = answer.json()?;
    answer["error"]["code"].as_i64().ok_or_else(|| eyre::eyre!("no error in {answer}"))
}

#[test]
fn a_port_serves_the_namespaces_that_it_is_told_to() -> Result<()> {
    let edge = edge(&["--http.api", "eth,net", "--ws.api", "web3"])?;
    let mut http = edge.node.http()?;
    assert_eq!(ask(&mut http, &[], "eth_chainId")?.json()?["result"], "0x7a69");
    assert_eq!(ask(&mut http, &[], "net_version")?.json()?["result"], "31337");
    for method in ["web3_clientVersion", "zx_sandboxStats", "txpool_status"] {
        let answer = ask(&mut http, &[], method)?.json()?;
        let text = format!("the method {method} does not exist/is not available");
        assert_eq!(answer["error"], json!({ "code": -32601, "message": text }));
    }
    let mut socket = edge.node.socket()?;
    assert_eq!(socket.ask("eth_chainId", json!([]))?["error"]["code"], -32601);
    assert_eq!(socket.ask("eth_subscribe", json!(["newHeads"]))?["error"]["code"], -32601);
    assert!(socket.call("web3_clientVersion", json!([]))?.is_string());
    Ok(())
}

#[test]
fn a_wrong_flag_is_refused_with_what_would_be_right() -> Result<()> {
    for (flags, said) in [
        (["--http.api", "eth,deubg"], "there is no namespace"),
        (["--http.corsdomain", "app.example"], "is not an origin"),
        (["--rpc.rate", "many"], "RATE"),
        (["--rpc.evmtimeout", "0"], "between 0.001 and 86400"),
    ] {
        let output = zx_tests::verb(&[&["dev"][..], &flags].concat())?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains(said), "{flags:?}: {text}");
    }
    Ok(())
}

#[test]
fn names_that_are_not_the_nodes_are_turned_away() -> Result<()> {
    let own = edge(&[])?;
    let mut http = own.node.http()?;
    for host in ["evil.example", "evil.example:8545"] {
        for method in ["POST", "GET"] {
            assert_eq!(http.request(method, &[("host", host)], b"")?.status, 403, "{host}");
        }
        assert!(zx_tests::Socket::connect(own.node.address(), &[("origin", "x")]).is_ok(), "any page may, by default");
    }
    for host in ["localhost", "127.0.0.1:8545", "[::1]"] {
        assert_eq!(ask(&mut http, &[("host", host)], "eth_chainId")?.status, 200, "{host}");
    }
    let named = edge(&["--http.vhosts", "node.example"])?;
    assert_eq!(ask(&mut named.node.http()?, &[("host", "node.example")], "eth_chainId")?.status, 200);
    assert_eq!(ask(&mut named.node.http()?, &[("host", "localhost")], "eth_chainId")?.status, 403);
    Ok(())
}

#[test]
fn pages_that_are_not_listed_are_turned_away() -> Result<()> {
    let edge = edge(&["--http.corsdomain", "https://app.example"])?;
    let mut http = edge.node.http()?;
    let listed = ask(&mut http, &[("origin", "https://app.example")], "eth_chainId")?;
    assert_eq!((listed.status, listed.header("access-control-allow-origin")), (200, Some("https://app.example")));
    let other = ask(&mut http, &[("origin", "https://evil.example")], "eth_chainId")?;
    assert_eq!((other.status, other.header("access-control-allow-origin")), (403, None));
    let asks = [("origin", "https://evil.example"), ("access-control-request-method", "POST")];
    assert_eq!(http.request("OPTIONS", &asks, b"")?.status, 403);
    assert!(zx_tests::Socket::connect(edge.node.address(), &[("origin", "https://evil.example")]).is_err());
    assert!(zx_tests::Socket::connect(edge.node.address(), &[("origin", "https://app.example")]).is_ok());
    Ok(())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A token signed with a secret of so many hexadecimal digits.
fn token(secret: &str, claims: &Value) -> Result<String> {
    let secret = (0..secret.len()).step_by(2).map(|at| u8::from_str_radix(&secret[at..at + 2], 16));
    let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let signed = format!("{}.{}", encode(&json!({ "alg": "HS256", "typ": "JWT" })), encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret.collect::<Result<Vec<_>, _>>()?)?;
    mac.update(signed.as_bytes());
    Ok(format!("Bearer {signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())))
}

#[test]
fn the_authenticated_port_wants_a_fresh_token() -> Result<()> {
    let edge = edge(&["--authrpc.port", "0", "--http.api", "eth"])?;
    let file = edge.datadir.path().join("jwt.hex");
    let secret = std::fs::read_to_string(&file)?;
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
    }
    let mut http = Http::connect(edge.node.port("With JWT")?)?;
    let good = token(&secret, &json!({ "iat": now() }))?;
    let answer = ask(&mut http, &[("authorization", &good)], "txpool_status")?;
    assert_eq!((answer.status, answer.json()?["result"]["pending"].clone()), (200, json!("0x0")));
    let other = "11".repeat(32);
    for bad in [
        token(&secret, &json!({ "iat": now() - 120 }))?,
        token(&secret, &json!({ "iat": now() + 120 }))?,
        token(&secret, &json!({}))?,
        token(&other, &json!({ "iat": now() }))?,
        "Bearer x".to_owned(),
    ] {
        let answer = ask(&mut http, &[("authorization", &bad)], "txpool_status")?;
        assert_eq!(answer.status, 401, "{bad}");
        assert!(answer.header("www-authenticate").is_some() && code(&answer)? == -32600);
    }
    assert_eq!(ask(&mut http, &[], "eth_chainId")?.status, 401);
    assert!(zx_tests::Socket::connect(edge.node.port("With JWT")?, &[]).is_err());
    let mut socket = zx_tests::Socket::connect(edge.node.port("With JWT")?, &[("authorization", &good)])?;
    assert_eq!(socket.call("eth_chainId", json!([]))?, "0x7a69");
    assert_eq!(code(&ask(&mut edge.node.http()?, &[], "txpool_status")?)?, -32601, "the open port does not serve it");
    Ok(())
}

fn tls_file(name: &str) -> PathBuf {
    workspace().join("tests/tls").join(name)
}

/// One request over TLS, and everything that comes back.
fn over_tls(address: SocketAddr) -> Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(tls_file("localhost.pem"))?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), "localhost".try_into()?)?;
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    let body = request("eth_chainId");
    let head = "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length";
    write!(stream, "{head}: {}\r\n\r\n{body}", body.len())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn tls_is_spoken_where_there_is_a_certificate() -> Result<()> {
    let (cert, key) = (tls_file("localhost.pem"), tls_file("localhost.key.pem"));
    let files = [cert.to_str().ok_or_eyre("UTF-8")?, key.to_str().ok_or_eyre("UTF-8")?];
    let edge = edge(&["--tls-cert", files[0], "--tls-key", files[1]])?;
    assert!(edge.node.log().contains("Listening on https://"), "{}", edge.node.log());
    let answer = over_tls(edge.node.address())?;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#""result":"0x7a69"}"#), "{answer}");
    let mut plain = edge.node.http()?;
    plain.send(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n")?;
    assert!(plain.answer().is_err(), "without TLS there is no answer");
    let swapped = zx_tests::verb(&["dev", "--http.port", "0", "--tls-cert", files[1], "--tls-key", files[0]])?;
    let text = String::from_utf8_lossy(&swapped.stderr).into_owned();
    assert!(!swapped.status.success() && text.contains("of TLS in"), "{text}");
    Ok(())
}

#[test]
fn who_asks_too_often_is_told_when_to_come_again() -> Result<()> {
    let edge = edge(&["--rpc.rate", "1:5", "--rpc.method-rate", "eth_gasPrice=1:1"])?;
    let mut http = edge.node.http()?;
    assert_eq!(ask(&mut http, &[], "eth_gasPrice")?.status, 200);
    let limited = ask(&mut http, &[], "eth_gasPrice")?;
    assert_eq!((limited.status, code(&limited)?), (429, -32005));
    let wait: u64 = limited.header("retry-after").ok_or_eyre("when")?.parse()?;
    assert!((1..=2).contains(&wait), "{wait}");
    let text = limited.json()?["error"]["message"].to_string();
    assert!(text.contains("rate limit") && text.contains("eth_gasPrice"), "{text}");
    // What is left of the five is answered; the rest of the batch is not, one by one.
    let batch: Vec<Value> = (0..50).map(|id| json!({ "jsonrpc": "2.0", "id": id, "method": "eth_chainId" })).collect();
    let answers = http.post(Value::from(batch).to_string())?;
    assert_eq!(answers.status, 200);
    let answers = answers.json()?;
    let limited = answers.as_array().ok_or_eyre("a list")?.iter().filter(|one| one["error"]["code"] == -32005).count();
    assert!((40..=49).contains(&limited), "{limited} of {answers}");
    let refused = ask(&mut http, &[], "eth_chainId")?;
    assert_eq!((refused.status, code(&refused)?), (429, -32005));
    assert_eq!(http.get("/health")?.status, 200, "probes are not counted");
    Ok(())
}

#[test]
fn a_batch_has_its_limits() -> Result<()> {
    let edge = edge(&["--rpc.batch-request-limit", "3"])?;
    let mut http = edge.node.http()?;
    let mut batch = |count: usize| http.post(format!("[{}]", vec![request("eth_chainId"); count].join(",")));
    assert_eq!(batch(3)?.json()?.as_array().map(Vec::len), Some(3));
    assert_eq!(code(&batch(4)?)?, -32600);
    Ok(())
}

#[test]
fn probes_say_how_the_node_is() -> Result<()> {
    let edge = edge(&[])?;
    let mut http = edge.node.http()?;
    let health = http.get("/health")?;
    assert_eq!((health.status, health.json()?["status"].clone()), (200, json!("ok")));
    let ready = http.get("/ready")?;
    assert_eq!((ready.status, ready.json()?["reasons"].clone()), (200, json!([])));
    let about = http.get("/")?;
    assert!(about.status == 200 && String::from_utf8_lossy(&about.body).contains("Chain 31337"));
    assert_eq!(http.get("/nothing")?.status, 404);
    assert_eq!(http.request("PUT", &[], b"")?.status, 405);
    Ok(())
}

#[test]
fn a_node_that_is_alone_or_late_is_not_ready() -> Result<()> {
    let edge = edge(&["--ready.min-peers", "1", "--ready.max-head-age", "60"])?;
    let ready = edge.node.http()?.get("/ready")?;
    assert_eq!(ready.status, 503);
    let reasons = ready.json()?["reasons"].clone();
    // The first block of a development chain is from long ago.
    assert!(reasons[0].as_str().is_some_and(|text| text.contains("limit 60 s")), "{reasons}");
    assert_eq!(reasons[1], "0 peers, at least 1 are wanted");
    Ok(())
}

#[test]
fn metrics_tell_what_was_asked_and_how_the_node_is() -> Result<()> {
    let edge = edge(&[])?;
    let mut http = edge.node.http()?;
    for _ in 0..3 {
        ask(&mut http, &[], "eth_chainId")?;
    }
    ask(&mut http, &[], "eth_getBalance")?;
    ask(&mut http, &[], "made_up")?;
    let answer = http.get("/metrics")?;
    assert!(answer.header("content-type").is_some_and(|kind| kind.starts_with("text/plain; version=0.0.4")));
    let text = String::from_utf8(answer.body)?;
    for line in [
        "zx_rpc_calls_total{method=\"eth_chainId\",outcome=\"ok\"} 3\n",
        "zx_rpc_calls_total{method=\"eth_getBalance\",outcome=\"error\"} 1\n",
        "zx_rpc_calls_total{method=\"\",outcome=\"unknown\"} 1\n",
        "zx_rpc_call_duration_seconds_count{method=\"eth_chainId\"} 3\n",
        "zx_rpc_http_responses_total{status=\"200\"} 5\n",
        "zx_rpc_connections 1\n",
        "zx_chain_head_number 0\n",
        "zx_pool_transactions{state=\"pending\"} 0\n",
        "zx_sandbox_modules_total{from=\"compiler\"} 0\n",
    ] {
        assert!(text.contains(line), "no {line} in:\n{text}");
    }
    for name in ["zx_db_size_bytes", "zx_process_resident_memory_bytes", "zx_process_open_fds"] {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).ok_or_eyre(name)?;
        assert!(line.trim().parse::<f64>()? > 0.0, "{name}{line}");
    }
    Ok(())
}

#[test]
fn metrics_may_have_a_port_of_their_own() -> Result<()> {
    let edge = edge(&["--metrics", "127.0.0.1:0"])?;
    assert_eq!(edge.node.http()?.get("/metrics")?.status, 404);
    let mut own = Http::connect(edge.node.port("Metrics")?)?;
    assert_eq!(own.get("/metrics")?.status, 200);
    assert_eq!(ask(&mut own, &[], "eth_chainId")?.status, 404);
    Ok(())
}

#[test]
fn connections_are_counted_and_given_back() -> Result<()> {
    let edge = edge(&["--rpc.max-connections", "3", "--rpc.max-connections-per-ip", "2"])?;
    let mut open = [edge.node.http()?, edge.node.http()?];
    for http in &mut open {
        assert_eq!(ask(http, &[], "eth_chainId")?.status, 200);
    }
    let refused = edge.node.http()?.answer()?;
    assert_eq!(refused.status, 503);
    assert!(String::from_utf8_lossy(&refused.body).contains("limit 2"));
    let [_, second] = open;
    drop(second);
    // The node sees that in its own time.
    let end = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while ask(&mut edge.node.http()?, &[], "eth_chainId").map_or(true, |answer| answer.status != 200) {
        ensure!(std::time::Instant::now() < end, "the place is not given back");
    }
    Ok(())
}

#[test]
fn who_sends_slowly_is_closed() -> Result<()> {
    let edge = edge(&["--rpc.timeout", "0.5"])?;
    let mut head = edge.node.http()?;
    head.send(b"POST / HTTP/1.1\r\nhost: local")?;
    let rest = head.rest()?;
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&rest));
    let mut body = edge.node.http()?;
    body.send(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{\"jsonrpc\"")?;
    assert_eq!(body.answer()?.status, 408);
    assert_eq!(body.rest()?, b"", "and the connection is closed");
    let mut idle = edge.node.http()?;
    assert_eq!(idle.rest()?, b"");
    Ok(())
}

#[test]
fn a_head_without_end_is_refused() -> Result<()> {
    let edge = edge(&[])?;
    let mut http = edge.node.http()?;
    http.send(b"POST / HTTP/1.1\r\nhost: localhost\r\n")?;
    let mut refused = false;
    for n in 0..100_000 {
        // The node may have closed it already.
        if http.send(format!("x-{n}: {}\r\n", "y".repeat(100)).as_bytes()).is_err() {
            refused = true;
            break;
        }
    }
    let answer = http.answer().map(|answer| answer.status);
    assert!(refused || matches!(answer, Ok(400 | 431)), "{answer:?}");
    Ok(())
}

/// What a flood sends, over and over, each on a connection of its own.
fn hostile(kind: usize) -> Vec<u8> {
    let post = |body: Vec<u8>| {
        let head = format!("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", body.len());
        [head.into_bytes(), body].concat()
    };
    match kind % 8 {
        0 => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 not for this port".to_vec(),
        1 => post("[".repeat(1 << 20).into_bytes()),
        2 => post(format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000)).into_bytes()),
        3 => post(vec![b'x'; 8 << 20]),
        4 => b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4000000\r\n\r\n{\"jsonrpc\":".to_vec(),
        5 => b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ".to_vec(),
        6 => post(format!("[{}]", vec![request("eth_getLogs"); 1_000].join(",")).into_bytes()),
        _ => b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n".to_vec(),
    }
}

fn flood(address: SocketAddr, stop: &AtomicBool) -> usize {
    let (mut sent, mut open) = (0, std::collections::VecDeque::new());
    while !stop.load(Ordering::Relaxed) {
        // Refused connections and early ends are what the node is to do.
        if let Ok(mut http) = Http::connect(address) {
            let _ = http.send(&hostile(sent));
            open.push_back(http);
            sent += 1;
        }
        // Those that are not finished stay open for a while: that is what is slow about them.
        if open.len() > 200 {
            open.pop_front();
        }
    }
    sent
}

fn resident(node: &Node) -> Result<u64> {
    let text = String::from_utf8(node.http()?.get("/metrics")?.body)?;
    let line = text.lines().find_map(|line| line.strip_prefix("zx_process_resident_memory_bytes "));
    Ok(line.ok_or_eyre("no memory")?.parse()?)
}

#[test]
fn a_flood_harms_nobody_else() -> Result<()> {
    let edge = edge(&["--rpc.timeout", "2"])?;
    let address = edge.node.address();
    let before = resident(&edge.node)?;
    let stop = Arc::new(AtomicBool::new(false));
    let floods: Vec<_> = (0..3)
        .map(|_| {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || flood(address, &stop))
        })
        .collect();
    let mut account = zx_tests::Account::dev(0)?;
    let work = || -> Result<()> {
        for round in 0..50 {
            let mut rpc = edge.node.rpc()?;
            let to = alloy_primitives::TxKind::Call(alloy_primitives::Address::repeat_byte(7));
            let raw = account.sign(to, alloy_primitives::U256::from(1), Default::default(), 21_000)?;
            let hash = rpc.send_raw(&raw)?;
            assert_eq!(rpc.receipt(hash)?["status"], "0x1", "round {round}");
            let read = rpc.call("eth_call", json!([{ "to": format!("0x{}", "11".repeat(20)) }, "latest"]))?;
            assert_eq!(read, "0x");
        }
        Ok(())
    };
    let worked = { work }();
    let after = resident(&edge.node);
    stop.store(true, Ordering::Relaxed);
    let sent: usize = floods.into_iter().map(|flood| flood.join().unwrap_or_default()).sum();
    worked?;
    assert!(sent > 100, "a flood: {sent}");
    let grown = after?.saturating_sub(before) >> 20;
    assert!(grown < 512, "{grown} MiB more than before, after {sent} hostile requests");
    edge.node.stop()
}
