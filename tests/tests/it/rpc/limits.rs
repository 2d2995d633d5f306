//! Calls that would take longer than they may.

use eyre::{Result, ensure};
use serde_json::{Value, json};
use zx_tests::{Node, Rpc, RpcError};

/// Nobody's address, to which calls give code.
const CODE_AT: &str = "0x00000000000000000000000000000000000000cc";
/// Jumps to itself.
const SPIN_EVM: &str = "0x5b5f56";

/// The same as a module, behind the prefix of its kind.
fn spin_wasm() -> Result<String> {
    let module = wat::parse_str(
        r#"(module (memory (export "memory") 1) (func (export "call") (result i32) (loop (br 0)) (i32.const 0)))"#,
    )?;
    Ok(format!("0xef5a5801{}", module.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}

/// What a call must end with that takes too long.
fn aborted(rpc: &mut Rpc, method: &str, params: Value) -> Result<()> {
    match rpc.call(method, params) {
        Ok(result) => eyre::bail!("{method} has answered: {result}"),
        Err(error) => {
            let error = error.downcast::<RpcError>()?;
            ensure!((error.code, error.message.as_str()) == (-32_000, "execution aborted (timeout)"), "{error}");
        }
    }
    Ok(())
}

/// More calls in a row than the node works on at once: were a thread lost to one of them, the last would wait for ever.
#[test]
fn what_runs_without_end_is_aborted_and_its_thread_is_free_again() -> Result<()> {
    let datadir = tempfile::tempdir()?;
    let node = Node::start_with(datadir.path(), &["--rpc.evmtimeout", "0.001", "--rpc.trace-timeout", "0.001"])?;
    let mut rpc = node.rpc()?;
    for code in [SPIN_EVM.to_owned(), spin_wasm()?] {
        let (call, overrides) = (json!({ "to": CODE_AT, "gas": "0x1c9c380" }), json!({ CODE_AT: { "code": code } }));
        for _ in 0..20 {
            aborted(&mut rpc, "eth_call", json!([call, "latest", overrides]))?;
            aborted(&mut rpc, "eth_estimateGas", json!([call, "latest", overrides]))?;
            let blocks = json!([{ "stateOverrides": overrides, "calls": [call] }]);
            aborted(&mut rpc, "eth_simulateV1", json!([{ "blockStateCalls": blocks }, "latest"]))?;
            aborted(&mut rpc, "eth_createAccessList", json!([call, "latest", overrides]))?;
            let options = json!({ "tracer": "callTracer", "stateOverrides": overrides });
            aborted(&mut rpc, "debug_traceCall", json!([call, "latest", options]))?;
        }
        ensure!(rpc.call("eth_chainId", json!([]))? == "0x7a69");
    }
    node.stop()
}
