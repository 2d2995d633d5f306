//! How much requests may take.

use std::time::Duration;

/// Bounds of calls.
#[derive(Clone, Copy, Debug)]
pub struct CallLimits {
    /// Requests in a batch.
    pub batch: usize,
    /// Bytes that the answers of a batch may take together.
    pub answer: usize,
    /// How long the requests of a batch may take together.
    pub batch_time: Duration,
    /// How long one call of a contract may take.
    pub call_time: Duration,
    /// How long one trace may take: its block runs again up to it, and every opcode is looked at.
    pub trace_time: Duration,
    /// Bytes that one trace may take.
    pub trace: usize,
    /// Gas of a call that nobody pays for.
    pub gas: u64,
    /// Blocks that a query of logs may span if it names neither address nor topic.
    pub log_blocks: u64,
    /// Logs that one query may return.
    pub logs: usize,
}

impl Default for CallLimits {
    /// geth's bounds.
    fn default() -> Self {
        Self {
            batch: 1_000,
            answer: 25 * 1024 * 1024,
            batch_time: Duration::from_secs(10),
            call_time: Duration::from_secs(5),
            trace_time: Duration::from_secs(30),
            trace: 32 * 1024 * 1024,
            gas: 50_000_000,
            log_blocks: 100_000,
            logs: 20_000,
        }
    }
}
