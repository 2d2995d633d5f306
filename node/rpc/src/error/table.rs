//! Every error that requests can end in: what the documents list, and where texts that several places use are.

use super::code;

/// What a call is told whose time is up, or whose client has gone.
pub(crate) const ABORTED: &str = "execution aborted (timeout)";

/// An error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) code: i64,
    /// How its message begins.
    pub(crate) text: &'static str,
    pub(crate) when: &'static str,
}

const fn row(code: i64, text: &'static str, when: &'static str) -> Row {
    Row { code, text, when }
}

/// What any method may answer.
pub(crate) const GENERAL: &[Row] = &[
    row(code::PARSE, "parse error", "The body is not JSON."),
    row(code::INVALID_REQUEST, "invalid request", "The JSON is not a request, or a batch is empty or too long."),
    row(
        code::METHOD_NOT_FOUND,
        "the method X does not exist/is not available",
        "There is no such method, or its namespace is not served here.",
    ),
    row(
        code::INVALID_PARAMS,
        "invalid argument N",
        "A parameter is missing, too much, unknown by its name, or not what the method takes. Says which, and why.",
    ),
    row(
        code::LIMIT,
        "rate limit exceeded",
        "The caller asks more often than it may; says when to try again. Over HTTP with status 429 and `Retry-After`, if \
         nothing of the request was answered.",
    ),
    row(code::LIMIT, "the node is busy", "As many requests wait, or take memory, as may. Over HTTP with status 503."),
    row(code::LIMIT, "too many subscriptions on this connection", "Over WebSocket; says the limit."),
    row(code::INTERNAL, "...", "The node's own failure, its disk for instance: the same request may work later."),
];

const CALLS: &[Row] = &[
    row(
        code::REVERTED,
        "execution reverted",
        "The call reverts; the reason follows where it is a text or a panic. The revert data is in `data`.",
    ),
    row(code::SERVER, "out of gas", "The call uses more gas than it may."),
    row(
        code::SERVER,
        "vm execution error",
        "The call fails in another way; also `invalid opcode`, `stack underflow`, `invalid jump destination`, \
         `write protection` and the like, in geth's words.",
    ),
    row(code::SERVER, ABORTED, "The call takes longer than the node allows, or its client has gone."),
    row(code::SERVER, "gas required exceeds allowance (N)", "No gas that the sender may use or pay is enough."),
    row(code::SERVER, "header not found", "The block that is named does not exist."),
    row(code::SERVER, "the state of block N is not kept", "The block's state has been pruned; says what is kept."),
    row(code::SERVER, "invalid WASM module", "A deployment's module breaks a rule; says which, and where."),
    row(code::SERVER, "invalid WASM deployment", "A deployment is cut off."),
];

const TRANSACTIONS: &[Row] = &[
    row(code::INVALID_PARAMS, "invalid transaction encoding", "The bytes are not a transaction."),
    row(code::SERVER, "invalid transaction signature", "No key has made the signature."),
    row(code::SERVER, "nonce too low", "The sender has used the nonce."),
    row(code::SERVER, "nonce too high", "Too many nonces before it are missing to wait for them."),
    row(code::SERVER, "already known", "The transaction waits already, or is in a block."),
    row(
        code::SERVER,
        "replacement transaction underpriced",
        "One with this nonce waits, and pays as much or nearly so.",
    ),
    row(
        code::SERVER,
        "transaction underpriced",
        "It pays less than the node asks for or, where the pool is full, no more than what waits.",
    ),
    row(code::SERVER, "insufficient funds for gas * price + value", "The sender cannot pay for it."),
    row(code::SERVER, "intrinsic gas too low", "It has less gas than any transaction of its kind takes."),
    row(code::SERVER, "exceeds block gas limit", "It has more gas than a block."),
    row(code::SERVER, "max fee per gas less than block base fee", "It cannot pay the base fee."),
    row(
        code::SERVER,
        "max priority fee per gas higher than max fee per gas",
        "Its tip is more than all that it would pay.",
    ),
    row(code::SERVER, "max initcode size exceeded", "It deploys more than a contract may be."),
    row(code::SERVER, "oversized data", "It has more bytes than a transaction may have."),
    row(code::SERVER, "only replay-protected (EIP-155) transactions allowed over RPC", "It is signed for every chain."),
    row(code::SERVER, "invalid chain id for signer", "It is signed for another chain."),
    row(code::SERVER, "transaction type not supported", "It has blobs (EIP-4844)."),
    row(code::SERVER, "sender not an eoa", "Its sender is a contract (EIP-3607)."),
    row(
        code::SERVER,
        "txpool is full",
        "There is no room for one that is not ready yet, or that only its sender's others could make room for.",
    ),
    row(code::SERVER, "unknown account", "The node does not sign for this address."),
    row(
        code::STILL_WAITS,
        "the transaction is not in a block yet",
        "`eth_sendRawTransactionSync` has waited long enough; `data` is the hash (EIP-7966).",
    ),
];

const READS: &[Row] = &[
    row(code::INVALID_PARAMS, "block range extends beyond current head block", "A range of logs ends after the head."),
    row(code::INVALID_PARAMS, "invalid block range params", "A range ends before it begins."),
    row(
        code::SERVER,
        "query returned more than N results",
        "The logs are too many for one answer; says which range is answered.",
    ),
    row(code::SERVER, "filter not found", "There is no such filter, or nobody asked for five minutes."),
    row(
        code::PRUNED,
        "pruned history unavailable",
        "The blocks, or the states that a trace runs on, are not kept here.",
    ),
    row(code::SERVER, "transaction not found", "A trace of a transaction that is in no block."),
    row(code::SERVER, "block N not found", "A trace of a block that is not found, by its number or hash."),
    row(code::SERVER, "genesis is not traceable", "There is no state before the first block."),
    row(code::SERVER, "trace too large", "Says how many bytes a trace may take, and what takes fewer."),
    row(code::INVALID_PARAMS, "tracer \"NAME\" not found", "Says which tracers there are."),
    row(code::SERVER, "no proofs for block N", "The block's trie is not kept; says from which block on proofs are."),
    row(code::SERVER, "request beyond head block", "A fee history ends after the head."),
];

/// Codes of `eth_simulateV1`, by which its clients tell what is wrong.
pub(crate) mod simulation {
    use super::{Row, row};

    pub(crate) const NONCE_TOO_LOW: i64 = -38_010;
    pub(crate) const NONCE_TOO_HIGH: i64 = -38_011;
    pub(crate) const FEE_TOO_LOW: i64 = -38_012;
    pub(crate) const INTRINSIC_GAS: i64 = -38_013;
    pub(crate) const FUNDS: i64 = -38_014;
    pub(crate) const BLOCK_GAS: i64 = -38_015;
    pub(crate) const NUMBER: i64 = -38_020;
    pub(crate) const TIMESTAMP: i64 = -38_021;
    pub(crate) const NOT_AN_EOA: i64 = -38_024;
    pub(crate) const INIT_CODE: i64 = -38_025;
    pub(crate) const LIMIT: i64 = -38_026;

    pub(crate) const ROWS: &[Row] = &[
        row(NONCE_TOO_LOW, "nonce too low", "`eth_simulateV1`, with validation."),
        row(NONCE_TOO_HIGH, "nonce too high", "`eth_simulateV1`, with validation."),
        row(FEE_TOO_LOW, "max fee per gas less than block base fee", "`eth_simulateV1`, with validation."),
        row(INTRINSIC_GAS, "intrinsic gas too low", "`eth_simulateV1`."),
        row(FUNDS, "insufficient funds for gas * price + value", "`eth_simulateV1`."),
        row(
            BLOCK_GAS,
            "block gas limit reached",
            "`eth_simulateV1`: the calls of a block have more gas than the block.",
        ),
        row(NUMBER, "block numbers must be in order", "`eth_simulateV1`."),
        row(TIMESTAMP, "block timestamps must be in order", "`eth_simulateV1`."),
        row(NOT_AN_EOA, "sender not an eoa", "`eth_simulateV1`, with validation."),
        row(INIT_CODE, "max initcode size exceeded", "`eth_simulateV1`."),
        row(LIMIT, "too many blocks", "`eth_simulateV1`: more blocks or calls than one request may have."),
    ];
}

/// Every error.
pub(crate) fn all() -> impl Iterator<Item = &'static Row> {
    [GENERAL, CALLS, TRANSACTIONS, READS, simulation::ROWS].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{RpcError, invalid_text};
    use std::collections::BTreeSet;
    use zx_chain::InvalidTransaction;

    #[test]
    fn every_code_is_in_the_table() {
        let codes: BTreeSet<i64> = all().map(|row| row.code).collect();
        for code in [
            code::PARSE,
            code::INVALID_REQUEST,
            code::METHOD_NOT_FOUND,
            code::INVALID_PARAMS,
            code::INTERNAL,
            code::SERVER,
            code::PRUNED,
            code::REVERTED,
            code::STILL_WAITS,
        ] {
            assert!(codes.contains(&code), "{code}");
        }
    }

    #[test]
    fn texts_begin_as_the_table_says() {
        let known = |text: &str| all().any(|row| text.starts_with(row.text));
        for invalid in [
            InvalidTransaction::GasPriceLessThanBasefee,
            InvalidTransaction::NonceTooLow { tx: 1, state: 2 },
            InvalidTransaction::NonceTooHigh { tx: 3, state: 2 },
            InvalidTransaction::CreateInitCodeSizeLimit,
            InvalidTransaction::PriorityFeeGreaterThanMaxFee,
            InvalidTransaction::RejectCallerWithCode,
            InvalidTransaction::CallerGasLimitMoreThanBlock,
            InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas: 2, gas_limit: 1 },
            InvalidTransaction::LackOfFundForMaxFee { fee: Default::default(), balance: Default::default() },
        ] {
            assert!(known(&invalid_text(&invalid)), "{}", invalid_text(&invalid));
        }
        assert!(known(&RpcError::reverted(&Default::default()).message));
    }
}
