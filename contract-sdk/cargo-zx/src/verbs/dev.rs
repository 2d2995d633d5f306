//! `cargo zx dev`: build and deploy again whenever a file is saved.

use super::{
    build::{PackageArgs, quietly},
    deploy::{self, Deployment},
    dev_gas,
    gas_report::Method,
    outcome,
};
use crate::{
    compile::locate,
    failure::Failure,
    node::{
        Node, NodeArgs,
        chain::CallRequest,
        keys::{KEY_VARIABLE, KeyArgs},
        transaction::{TransactionArgs, address},
    },
    ui::{Ui, grouped},
};
use alloy_json_abi::JsonAbi;
use alloy_primitives::{Address, Bytes, U256};
use alloy_signer_local::PrivateKeySigner;
use notify::{Event, EventKind, RecursiveMode, Watcher as _};
use serde_json::json;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

/// An editor saves a file in several steps, and a tool many files: what comes within this time is one change.
const SETTLE: Duration = Duration::from_millis(150);

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Arguments of the constructor: in their order, or each as `name=value`.
    #[arg(allow_negative_numbers = true)]
    args: Vec<String>,
    /// A proxy (EIP-1967) to upgrade each time: its address and state stay.
    #[arg(long, value_name = "PROXY", value_parser = address)]
    upgrade: Option<Address>,
    /// Builds and deploys once.
    #[arg(long)]
    once: bool,
    /// Runs no tests after a deployment: what methods use is not told.
    #[arg(long)]
    no_tests: bool,
    #[command(flatten)]
    package: PackageArgs,
    #[command(flatten)]
    node: NodeArgs,
    #[command(flatten)]
    key: KeyArgs,
}

/// What was deployed last.
struct Deployed {
    signatures: BTreeSet<String>,
    module: Vec<u8>,
    gas: u64,
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let node = Node::connect(&args.node)?;
    let signer = signer(ui, &args.key)?;
    let (sender, changes) = channel();
    let watched = watched(args)?;
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // The receiver is gone only when the program ends.
        let _ = sender.send(event);
    })
    .map_err(|e| Failure::Other(format!("cannot watch files: {e}")))?;
    for path in &watched {
        let cannot = |e| Failure::Other(format!("cannot watch {}: {e}", path.display()));
        watcher.watch(path, RecursiveMode::Recursive).map_err(cannot)?;
    }
    let (mut last, mut methods) = (None, None);
    loop {
        match turn(ui, &node, &signer, args, last.as_ref()) {
            Ok(Some(deployed)) => {
                last = Some(deployed);
                if !(args.once || args.no_tests) {
                    measure(ui, &args.package, &mut methods);
                }
            }
            Ok(None) => ui.talk("             the module is the same: nothing to deploy"),
            Err(failure) if args.once => return Err(failure),
            // The next change may mend it.
            Err(failure) => ui.failure(&failure),
        }
        if args.once {
            return Ok(());
        }
        ui.talk(format!("             watching {} (Ctrl-C ends)", shown(&watched)));
        wait(&changes)?;
    }
}

/// What methods use, told after the deployment: tests take longer. Where they fail, what was known stays.
fn measure(ui: &Ui, package: &PackageArgs, methods: &mut Option<Vec<Method>>) {
    match dev_gas::tell(ui, package, methods.as_deref()) {
        Ok(measured) => *methods = Some(measured),
        Err(failure) => ui.warn(&format!("no gas of methods: {failure}")),
    }
}

/// On a dev node nobody needs to say whose money it is.
fn signer(ui: &Ui, key: &KeyArgs) -> Result<PrivateKeySigner, Failure> {
    let given = key.keystore.is_some() || key.dev_account.is_some() || key.interactive || key.private_key.is_some();
    if given || std::env::var_os(KEY_VARIABLE).is_some() {
        return key.signer(ui);
    }
    crate::node::keys::dev_account(0)
}

/// The source and the manifest of the package, and of packages beside it that it depends on.
fn watched(args: &Args) -> Result<Vec<PathBuf>, Failure> {
    let (workspace, package) = locate(&args.package.request()?, args.package.package.as_deref())?;
    let mut packages = vec![&package];
    let inside = package.dependencies.iter().filter_map(|d| d.path.as_ref());
    let inside: Vec<_> = inside.collect();
    packages.extend(workspace.packages.iter().filter(|p| inside.iter().any(|path| p.manifest_path.starts_with(path))));
    let mut paths = Vec::new();
    for package in packages {
        let root = package.manifest_path.parent().map(|root| root.as_std_path()).unwrap_or(Path::new("."));
        let here = [root.join("src"), root.join("Cargo.toml")];
        paths.extend(here.into_iter().filter(|path| path.exists()));
    }
    Ok(paths)
}

fn shown(paths: &[PathBuf]) -> String {
    let folders = paths.iter().filter(|path| path.is_dir()).map(|path| path.display().to_string());
    folders.collect::<Vec<_>>().join(", ")
}

/// Waits for a change of a file, and for an end of changes.
fn wait(changes: &Receiver<notify::Result<Event>>) -> Result<(), Failure> {
    let ended = |_| Failure::Other("files are no longer watched".to_owned());
    while !is_change(&changes.recv().map_err(ended)?) {}
    while changes.recv_timeout(SETTLE).is_ok() {}
    Ok(())
}

/// Reading a file, as the compiler does, is no change of it.
fn is_change(event: &notify::Result<Event>) -> bool {
    match event {
        Ok(event) => matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)),
        // Events were lost: better once too often.
        Err(_) => true,
    }
}

/// Builds and deploys; `None` if the module is as it was.
fn turn(
    ui: &Ui,
    node: &Node,
    signer: &PrivateKeySigner,
    args: &Args,
    last: Option<&Deployed>,
) -> Result<Option<Deployed>, Failure> {
    let artifact = quietly(ui, &args.package.request()?)?;
    if last.is_some_and(|last| last.module == artifact.module) {
        return Ok(None);
    }
    let deployment = Deployment { name: artifact.name, module: artifact.module, abi: artifact.abi, template: None };
    let request =
        CallRequest { from: Some(signer.address()), to: None, value: U256::ZERO, input: deployment.input(&args.args)? };
    if let Some(proxy) = args.upgrade {
        deploy::gate(ui, node, proxy, &deployment.module, false)?;
    }
    let (address, receipt) = deploy::create(ui, node, signer, &deployment, &request, &TransactionArgs::default())?;
    let gas = receipt.gas_used.to::<u64>();
    let home = match args.upgrade {
        Some(proxy) => {
            deploy::upgrade(ui, node, signer, proxy, address, &Bytes::new(), &deployment.abi)?;
            ui.done("Upgraded", &format!("{proxy} to {address}"));
            proxy
        }
        None => {
            ui.done("Deployed", &format!("{} at {address}", deployment.name));
            address
        }
    };
    outcome::receipt(ui, &receipt);
    let signatures = signatures(&deployment.abi);
    let (added, removed) = changes(ui, last, &signatures, deployment.module.len(), gas);
    ui.data(home.to_string());
    ui.object(json!({
        "name": deployment.name, "address": home.to_string(), "implementation": address.to_string(), "gasUsed": gas,
        "size": deployment.module.len(), "added": added, "removed": removed,
    }));
    Ok(Some(Deployed { signatures, module: deployment.module, gas }))
}

/// Says what is new since the last time.
fn changes(
    ui: &Ui,
    last: Option<&Deployed>,
    now: &BTreeSet<String>,
    size: usize,
    gas: u64,
) -> (Vec<String>, Vec<String>) {
    let Some(last) = last else { return Default::default() };
    let added: Vec<_> = now.difference(&last.signatures).cloned().collect();
    let removed: Vec<_> = last.signatures.difference(now).cloned().collect();
    for line in &added {
        ui.row("+", line);
    }
    for line in &removed {
        ui.row("-", line);
    }
    ui.row("size", change(last.module.len() as u64, size as u64, "bytes"));
    ui.row("deploy", change(last.gas, gas, "gas"));
    (added, removed)
}

/// `1,200 gas (+200)`.
fn change(before: u64, now: u64, unit: &str) -> String {
    let by = if before == now { "as before".to_owned() } else { dev_gas::signed(before, now) };
    format!("{} {unit} ({by})", grouped(now))
}

/// Everything that the ABI declares, one line each.
fn signatures(abi: &JsonAbi) -> BTreeSet<String> {
    let functions = abi.functions().map(alloy_json_abi::Function::full_signature);
    let events = abi.events().map(alloy_json_abi::Event::full_signature);
    let errors = abi.errors().map(|error| format!("error {}", error.signature()));
    functions.chain(events).chain(errors).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_have_a_sign() {
        assert_eq!(change(1_000, 1_200, "gas"), "1,200 gas (+200)");
        assert_eq!(change(1_200, 1_000, "gas"), "1,000 gas (-200)");
        assert_eq!(change(7, 7, "bytes"), "7 bytes (as before)");
    }

    #[test]
    fn a_save_is_a_change_and_a_look_is_none() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("lib.rs");
        std::fs::write(&file, "old").expect("written");
        let (sender, changes) = channel();
        let mut watcher = notify::recommended_watcher(move |event| _ = sender.send(event)).expect("a watcher");
        watcher.watch(dir.path(), RecursiveMode::Recursive).expect("watched");
        std::fs::read(&file).expect("read");
        std::fs::write(&file, "new").expect("written");
        wait(&changes).expect("the save is seen");
        let look = Event::new(EventKind::Access(notify::event::AccessKind::Any));
        assert!(!is_change(&Ok(look)));
    }
}
