//! The chain spec: every number that nodes of one chain must share.

use crate::block::Block;
use alloy_consensus::{EMPTY_OMMER_ROOT_HASH, Header, constants::EMPTY_WITHDRAWALS};
use alloy_eips::eip1559::{BaseFeeParams, INITIAL_BASE_FEE};
use alloy_primitives::{Address, B256, Bytes, U256, b256, keccak256};
use alloy_trie::EMPTY_ROOT_HASH;
use zx_host_functions::ModuleLimits;

/// Chain id of a development node, as anvil and Hardhat use it.
pub const DEV_CHAIN_ID: u64 = 31_337;
/// Wei in one coin.
pub const COIN: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
/// SHA-256 of nothing: the requests hash (EIP-7685) of a block without requests.
const EMPTY_REQUESTS_HASH: B256 = b256!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

/// What a chain is configured to be.
#[derive(Clone, Debug)]
pub struct ChainSpec {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Gas limit of a block. 30 million of plain arithmetic run in about a fifth of a second on one core;
    /// `make bench-sweep` says how much longer others take.
    pub block_gas_limit: u64,
    /// Most gas that one transaction may have. EIP-7825 says 2^24, too little to deploy a module of 128 KiB.
    pub tx_gas_limit: u64,
    /// How the base fee follows demand (EIP-1559).
    pub base_fee: BaseFeeParams,
    /// Limits on WASM modules.
    pub modules: ModuleLimits,
    /// Most WASM frames inside each other. Each takes native stack of the host (some 8 KiB) and one of its own.
    pub wasm_depth: u32,
    /// Bytes of EVM code (EIP-170) and of init code (EIP-3860).
    pub evm_code_bytes: usize,
    /// Balances at the start, in wei.
    pub alloc: Vec<(Address, U256)>,
    /// Timestamp of the first block, in seconds since 1970.
    pub genesis_time: u64,
    /// Address that is paid the tips.
    pub coinbase: Address,
}

impl ChainSpec {
    /// A development chain with these balances.
    pub fn dev(alloc: Vec<(Address, U256)>) -> Self {
        Self {
            chain_id: DEV_CHAIN_ID,
            block_gas_limit: 30_000_000,
            tx_gas_limit: 30_000_000,
            base_fee: BaseFeeParams::ethereum(),
            modules: ModuleLimits::DEFAULT,
            wasm_depth: 64,
            evm_code_bytes: 24_576,
            alloc,
            genesis_time: 0,
            coinbase: Address::ZERO,
        }
    }

    /// Most bytes of EVM init code (EIP-3860).
    pub fn evm_init_code_bytes(&self) -> usize {
        self.evm_code_bytes.saturating_mul(2)
    }

    /// Most bytes of a WASM deployment: header, module and as much again of constructor arguments as EVM init code
    /// could carry.
    pub fn wasm_deploy_bytes(&self) -> usize {
        (self.modules.module_bytes as usize).saturating_add(self.evm_init_code_bytes())
    }

    /// The first block, given the root of its state.
    pub fn genesis(&self, state_root: B256) -> Block {
        let header = Header {
            gas_limit: self.block_gas_limit,
            base_fee_per_gas: Some(INITIAL_BASE_FEE),
            timestamp: self.genesis_time,
            state_root,
            extra_data: self.mark(),
            ..empty_header(self.coinbase)
        };
        Block::seal(header, Vec::new())
    }

    /// What the first block says besides: an id that is not every development chain's, so that the blocks of one chain are
    /// not taken for those of another.
    fn mark(&self) -> Bytes {
        match self.chain_id {
            DEV_CHAIN_ID => Bytes::from_static(b"zexus"),
            id => [&b"zexus"[..], &id.to_be_bytes()].concat().into(),
        }
    }

    /// A header on top of `parent` at `timestamp`, but for its roots, bloom and gas.
    pub fn next_header(&self, parent: &Block, timestamp: u64) -> Header {
        Header {
            parent_hash: parent.hash,
            number: parent.header.number.saturating_add(1),
            timestamp: timestamp.max(parent.header.timestamp.saturating_add(1)),
            gas_limit: self.block_gas_limit,
            base_fee_per_gas: parent.header.next_block_base_fee(self.base_fee),
            mix_hash: keccak256(parent.hash),
            ..empty_header(self.coinbase)
        }
    }
}

/// A header of an empty block, with every field that today's clients expect.
fn empty_header(beneficiary: Address) -> Header {
    Header {
        beneficiary,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        transactions_root: EMPTY_ROOT_HASH,
        receipts_root: EMPTY_ROOT_HASH,
        withdrawals_root: Some(EMPTY_WITHDRAWALS),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        requests_hash: Some(EMPTY_REQUESTS_HASH),
        ..Header::default()
    }
}
