//! `contract_*`: contracts by the names of their actions.

use crate::{contracts, registry::methods};

methods! {
    /// Deploys a contract. Sent, if the node signs for `from`; else the transaction to sign.
    "contract_deploy" (request: ContractDeploy) -> ContractTransaction = contracts::deploy;
    /// Calls an action in a transaction. Sent, if the node signs for `from`; else the transaction to sign.
    "contract_call" (request: ContractCall) -> ContractTransaction = contracts::call;
    /// What an action answers, without a transaction.
    "contract_staticCall" (request: ContractCall; block: BlockId) -> ContractAnswer = contracts::static_call;
}
