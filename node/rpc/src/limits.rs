//! How much a call may take.

use std::time::Duration;

/// Bounds of calls that nobody pays for.
#[derive(Clone, Copy, Debug)]
pub struct CallLimits {
    /// How long one may take.
    pub call_time: Duration,
    /// Gas that one may use, whatever it asks for.
    pub gas: u64,
}

impl Default for CallLimits {
    /// geth's five seconds and fifty million gas.
    fn default() -> Self {
        Self { call_time: Duration::from_secs(5), gas: 50_000_000 }
    }
}
