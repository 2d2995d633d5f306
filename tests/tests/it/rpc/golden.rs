//! Exact answers on the first block of a development chain, which is the same everywhere. With `ZX_BLESS=1` in the
//! environment the test writes what the node answers, to be read in the diff.

use eyre::{Result, WrapErr as _, ensure};
use serde_json::{Value, json};
use std::{env, fs};
use zx_tests::{Node, workspace};

#[test]
fn answers_on_the_first_block_are_those_that_are_written_down() -> Result<()> {
    let path = workspace().join("tests/tests/it/goldens/rpc.json");
    let text = fs::read_to_string(&path).wrap_err_with(|| path.display().to_string())?;
    let mut goldens: Vec<Value> = serde_json::from_str(&text)?;
    let datadir = tempfile::tempdir()?;
    let node = Node::start(datadir.path())?;
    let blessing = env::var_os("ZX_BLESS").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    for golden in &mut goldens {
        let (method, params) = (&golden["method"], &golden["params"]);
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut answer = node.http()?.post(request.to_string())?.json()?;
        let fields = answer.as_object_mut().ok_or_else(|| eyre::eyre!("not an object"))?;
        fields.remove("jsonrpc");
        fields.remove("id");
        if blessing {
            golden["answer"] = answer;
        } else if golden["answer"] != answer {
            wrong.push(format!("{request}\n  answers {answer}\n  wanted  {}", golden["answer"]));
        }
    }
    if blessing {
        fs::write(&path, serde_json::to_string_pretty(&goldens)? + "\n")?;
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    node.stop()
}
