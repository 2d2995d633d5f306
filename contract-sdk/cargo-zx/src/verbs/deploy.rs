//! `cargo zx deploy`: a new contract, an instance of one, or new code behind a proxy.

use super::{
    build::{PackageArgs, quietly},
    layout_diff, outcome,
    subject::{abi_of_contract, abi_of_module, merge, module_of_file},
};
use crate::{
    build_info::BuildInfo,
    failure::Failure,
    module::custom_sections,
    node::{
        Node, NodeArgs,
        chain::{CallRequest, Receipt},
        keys::KeyArgs,
        transaction::{TransactionArgs, address, send, wei},
    },
    ui::Ui,
    values::parse,
};
use alloy_dyn_abi::{DynSolValue, JsonAbiExt as _};
use alloy_json_abi::JsonAbi;
use alloy_primitives::{Address, Bytes, U256};
use alloy_signer_local::PrivateKeySigner;
use serde_json::json;
use std::path::PathBuf;
use zx_host_functions::{DeployPayload, ModuleLimits, validate};

/// Selector of `upgradeToAndCall(address,bytes)`, by which proxies are upgraded (OpenZeppelin's name).
const UPGRADE: [u8; 4] = [0x4F, 0x1E, 0xF2, 0x86];
/// Selector of `upgradeAndCall(address,address,bytes)`, by which a contract that is a proxy's admin upgrades it (OpenZeppelin's
/// `ProxyAdmin`).
const UPGRADE_BY_ADMIN: [u8; 4] = [0x96, 0x23, 0x60, 0x9D];

/// Arguments of the verb.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Arguments of the constructor: in their order, or each as `name=value`.
    #[arg(allow_negative_numbers = true)]
    args: Vec<String>,
    /// A module that is built already, instead of a package.
    #[arg(long, value_name = "FILE", conflicts_with = "package")]
    module: Option<PathBuf>,
    /// A contract to deploy an instance of: it runs that one's module, with storage and immutables of its own, for a
    /// fraction of the gas.
    #[arg(long, value_name = "ADDRESS", value_parser = address, conflicts_with_all = ["package", "module"])]
    template: Option<Address>,
    /// A proxy (EIP-1967) to upgrade to the new code. Refused if the storage layouts do not fit.
    #[arg(long, value_name = "PROXY", value_parser = address)]
    upgrade: Option<Address>,
    /// Upgrades although the layouts do not fit, or one of them is not known.
    #[arg(long, requires = "upgrade")]
    allow_layout_change: bool,
    /// Calldata that the proxy hands to the new code as it is upgraded.
    #[arg(long, value_name = "HEX", requires = "upgrade", default_value = "0x", value_parser = crate::values::decode::bytes)]
    upgrade_call: Bytes,
    /// Value for the constructor: wei, or with a unit (`0.5ether`).
    #[arg(long, default_value = "0", value_parser = wei)]
    value: U256,
    #[command(flatten)]
    package: PackageArgs,
    #[command(flatten)]
    node: NodeArgs,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    transaction: TransactionArgs,
}

/// A contract that is to be deployed.
pub(super) struct Deployment {
    pub(super) name: String,
    pub(super) module: Vec<u8>,
    pub(super) abi: JsonAbi,
    /// Whose module it is, if it is on the chain already.
    pub(super) template: Option<Address>,
}

impl Deployment {
    pub(super) fn of_file(path: &std::path::Path) -> Result<Self, Failure> {
        let module = module_of_file(path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        validate(&module, &ModuleLimits::DEFAULT)
            .map_err(|reason| crate::BuildError::Refused { name: name.clone(), reason })?;
        Ok(Self { abi: abi_of_module(&module)?, module, name, template: None })
    }

    pub(super) fn of_package(ui: &Ui, package: &PackageArgs) -> Result<Self, Failure> {
        let artifact = quietly(ui, &package.request()?)?;
        Ok(Self { name: artifact.name, module: artifact.module, abi: artifact.abi, template: None })
    }

    fn of_template(node: &Node, template: Address) -> Result<Self, Failure> {
        let module = node.module(template)?.ok_or_else(|| {
            Failure::Usage(format!(
                "{template} is an EVM contract on {}: only a WASM contract can be a template\n  fix: name a contract that \
                 `cargo zx deploy` has made; `cargo zx inspect` says what kind one is",
                node.url()
            ))
        })?;
        let build = BuildInfo::read(&custom_sections(&module)?);
        let name = build.map_or_else(|| template.to_string(), |build| build.package);
        Ok(Self { abi: abi_of_module(&module)?, module, name, template: Some(template) })
    }

    /// Input of the create transaction.
    pub(super) fn input(&self, args: &[String]) -> Result<Bytes, Failure> {
        let of = format!("the constructor of {}", self.name);
        let args = match &self.abi.constructor {
            Some(constructor) => {
                let values = parse::arguments(&of, &constructor.inputs, args)?;
                constructor.abi_encode_input(&values).map_err(|e| Failure::Other(format!("cannot encode {of}: {e}")))?
            }
            None if args.is_empty() => Vec::new(),
            None => {
                let text = format!("{} has no constructor, and takes no arguments: {} given", self.name, args.len());
                return Err(Failure::Usage(text));
            }
        };
        let payload = match &self.template {
            Some(template) => DeployPayload::instance(&template.0.0, &args),
            None => DeployPayload::of(&self.module, &args),
        };
        Ok(payload.encode().into())
    }
}

pub(crate) fn run(ui: &Ui, args: &Args) -> Result<(), Failure> {
    let (deployment, input, node) = prepare(ui, args)?;
    if let Some(proxy) = args.upgrade {
        gate(ui, &node, proxy, &deployment.module, args.allow_layout_change)?;
    }
    let signer = args.key.signer(ui)?;
    let request = CallRequest { from: Some(signer.address()), to: None, value: args.value, input };
    let (address, receipt) = create(ui, &node, &signer, &deployment, &request, &args.transaction)?;
    let of = args.template.map(|template| format!(", an instance of {template}")).unwrap_or_default();
    ui.done("Deployed", &format!("{} at {address} as {}{of}", deployment.name, signer.address()));
    outcome::receipt(ui, &receipt);
    let events = outcome::events(ui, &deployment.abi, &receipt.logs);
    let upgraded = match args.upgrade {
        Some(proxy) => {
            let receipt = upgrade(ui, &node, &signer, proxy, address, &args.upgrade_call, &deployment.abi)?;
            ui.done("Upgraded", &format!("{proxy} to {address}"));
            outcome::receipt(ui, &receipt);
            json!({ "proxy": proxy.to_string(), "transaction": receipt.transaction_hash, "gasUsed": receipt.gas_used.to::<u64>() })
        }
        None => json!(null),
    };
    ui.data(address.to_string());
    let mut object = outcome::receipt_json(&receipt);
    if let Some(fields) = object.as_object_mut() {
        fields.insert("name".to_owned(), json!(deployment.name));
        fields.insert("address".to_owned(), json!(address.to_string()));
        fields.insert("template".to_owned(), json!(args.template.map(|template| template.to_string())));
        fields.insert("from".to_owned(), json!(signer.address().to_string()));
        fields.insert("events".to_owned(), events);
        fields.insert("upgraded".to_owned(), upgraded);
    }
    ui.object(object);
    Ok(())
}

/// What is deployed, the input of its create transaction, and where to. What is built here is built, and its arguments
/// are read, before a node is asked.
fn prepare(ui: &Ui, args: &Args) -> Result<(Deployment, Bytes, Node), Failure> {
    if let Some(template) = args.template {
        let node = Node::connect(&args.node)?;
        let deployment = Deployment::of_template(&node, template)?;
        let input = deployment.input(&args.args)?;
        return Ok((deployment, input, node));
    }
    let deployment = match &args.module {
        Some(path) => Deployment::of_file(path)?,
        None => Deployment::of_package(ui, &args.package)?,
    };
    let input = deployment.input(&args.args)?;
    Ok((deployment, input, Node::connect(&args.node)?))
}

/// Sends the create transaction.
pub(super) fn create(
    ui: &Ui,
    node: &Node,
    signer: &PrivateKeySigner,
    deployment: &Deployment,
    request: &CallRequest,
    args: &TransactionArgs,
) -> Result<(Address, Receipt), Failure> {
    let what = format!("the constructor of {}", deployment.name);
    let receipt = send(ui, node, signer, request, args).map_err(|f| outcome::explain(&deployment.abi, &what, f))?;
    match receipt.contract_address {
        Some(address) if receipt.succeeded() => Ok((address, receipt)),
        _ => Err(outcome::failed(node, &deployment.abi, &what, request, &receipt)),
    }
}

/// Refuses an upgrade that would corrupt what the proxy stores.
pub(super) fn gate(ui: &Ui, node: &Node, proxy: Address, module: &[u8], allow: bool) -> Result<(), Failure> {
    let implementation = node.implementation(proxy)?.ok_or_else(|| {
        Failure::Usage(format!(
            "{proxy} is no proxy: the slot of its implementation (EIP-1967) is empty\n  fix: name the proxy, not the \
             contract behind it"
        ))
    })?;
    let verdict = layout_diff::of_contract(node, implementation).and_then(|old| {
        let new = layout_diff::of_module(module, "the new module")?;
        layout_diff::judge(ui, &old, &new).map(|_| ())
    });
    match verdict {
        Err(failure) if allow => {
            ui.warn(&format!("{failure}\n  upgraded all the same: --allow-layout-change"));
            Ok(())
        }
        Err(Failure::Differs { message, details }) => {
            let message =
                format!("{message}\n  the proxy was not upgraded; --allow-layout-change does it all the same");
            Err(Failure::Differs { message, details })
        }
        Err(failure) => Err(Failure::Usage(format!(
            "{failure}\n  the proxy was not upgraded; --allow-layout-change does it without a look at the layouts"
        ))),
        Ok(()) => Ok(()),
    }
}

/// Points a proxy to new code: has its admin do so if that is a contract, for its owner.
pub(super) fn upgrade(
    ui: &Ui,
    node: &Node,
    signer: &PrivateKeySigner,
    proxy: Address,
    implementation: Address,
    call: &Bytes,
    abi: &JsonAbi,
) -> Result<Receipt, Failure> {
    let mut arguments = vec![DynSolValue::Address(implementation), DynSolValue::Bytes(call.to_vec())];
    let admin = admin_contract(node, proxy, signer.address())?;
    let (to, what, selector) = match admin {
        Some(admin) => {
            arguments.insert(0, DynSolValue::Address(proxy));
            (admin, "upgradeAndCall", UPGRADE_BY_ADMIN)
        }
        None => (proxy, "upgradeToAndCall", UPGRADE),
    };
    let input = [&selector[..], &DynSolValue::Tuple(arguments).abi_encode_params()].concat().into();
    let request = CallRequest { from: Some(signer.address()), to: Some(to), value: U256::ZERO, input };
    let errors = || [proxy, to].into_iter().filter_map(|at| abi_of_contract(node, at).ok()).fold(abi.clone(), merge);
    let receipt = send(ui, node, signer, &request, &TransactionArgs::default());
    let receipt = receipt.map_err(|failure| outcome::explain(&errors(), what, failure))?;
    if !receipt.succeeded() {
        return Err(outcome::failed(node, &errors(), what, &request, &receipt));
    }
    match node.implementation(proxy)? {
        Some(now) if now != implementation => Err(not_upgraded(node, proxy, now, signer.address())?),
        _ => Ok(receipt),
    }
}

/// A transparent proxy hands the call of whoever is not its admin to its code, which may take it.
fn not_upgraded(node: &Node, proxy: Address, runs: Address, signer: Address) -> Result<Failure, Failure> {
    let fix = match node.admin(proxy)? {
        Some(admin) => format!("sign as its admin, {admin}"),
        None => "it names no admin (EIP-1967): have its code upgraded as that wants it".to_owned(),
    };
    Ok(Failure::Other(format!(
        "{proxy} still runs {runs}: its code took the call, because {signer} does not manage it\n  fix: {fix}"
    )))
}

/// The contract that has to upgrade a proxy; `None` if the proxy is called itself, because whoever signs is its admin, or
/// its code decides.
fn admin_contract(node: &Node, proxy: Address, signer: Address) -> Result<Option<Address>, Failure> {
    let Some(admin) = node.admin(proxy)?.filter(|admin| *admin != signer) else { return Ok(None) };
    Ok((!node.code(admin)?.is_empty()).then_some(admin))
}
