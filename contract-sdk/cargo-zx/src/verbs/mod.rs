//! The verbs: a file for each, with its arguments and what it does. They share [`subject`], which finds contracts in
//! packages, files and on the chain, and [`outcome`], which shows receipts and reverts.

pub(crate) mod build;
pub(crate) mod call;
pub(crate) mod check;
pub(crate) mod decode;
pub(crate) mod deploy;
pub(crate) mod dev;
mod dev_gas;
pub(crate) mod encode;
pub(crate) mod export_abi;
pub(crate) mod gas;
mod gas_flame;
mod gas_report;
mod gas_snapshot;
pub(crate) mod inspect;
pub(crate) mod layout_diff;
pub(crate) mod new;
mod outcome;
pub(crate) mod send;
pub(crate) mod size;
mod subject;
pub(crate) mod test;
pub(crate) mod test_sandbox;
mod testbed;
pub(crate) mod trace;
pub(crate) mod verify;
