//! Two lanes for requests: calls that may take seconds must not keep those waiting that take microseconds.

use memchr::memmem;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::sync::Semaphore;

/// Methods that execute contracts, or read without an upper bound that is small. One that ends in `_` stands for its
/// namespace.
const LONG: [&[u8]; 15] = [
    b"eth_call\"",
    b"eth_estimateGas\"",
    b"eth_createAccessList\"",
    b"eth_simulateV1\"",
    b"eth_getLogs\"",
    b"eth_getFilter",
    b"eth_getProof\"",
    b"eth_feeHistory\"",
    b"eth_sendRawTransactionSync\"",
    b"contract_",
    b"debug_",
    b"ots_",
    b"zx_",
    b"admin_",
    b"trace_",
];

/// Values that a request may have, as near as they can be told without reading it: in memory each takes many times the
/// two bytes that it may take in a body.
pub(super) const MAX_VALUES: usize = 262_144;

/// Refuses a body that would take too much memory when it is read: says how many values it has.
pub(super) fn weigh(body: &[u8]) -> Result<(), usize> {
    // Each value but the first of a list or an object stands behind a comma; the others behind what opens one.
    let values = memchr::memchr3_iter(b',', b'[', b'{', body).count();
    if values > MAX_VALUES { Err(values) } else { Ok(()) }
}

/// Methods that look up a thing or two, in microseconds: another thread would cost more than the work.
const LOOKUPS: [&[u8]; 12] = [
    b"eth_blockNumber",
    b"eth_chainId",
    b"eth_gasPrice",
    b"eth_getBalance",
    b"eth_getCode",
    b"eth_getStorageAt",
    b"eth_getTransactionByHash",
    b"eth_getTransactionCount",
    b"eth_getTransactionReceipt",
    b"eth_maxPriorityFeePerGas",
    b"net_version",
    b"web3_clientVersion",
];

/// Methods that execute contracts, most of them in microseconds too.
const CALLS: [&[u8]; 2] = [b"eth_call", b"eth_estimateGas"];

/// Bytes of a request beyond which it is not looked at whether it is of those.
const SMALL: usize = 16 * 1024;

/// A request that is most likely done in less time than it takes to hand it to another thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Brief {
    /// It is, for sure.
    Lookup,
    /// Unless the contract takes long.
    Call,
}

/// Whether a body is one request of those, and cannot be taken for another: one method, written without escapes.
pub(super) fn brief(body: &[u8]) -> Option<Brief> {
    const KEY: &[u8] = b"\"method\"";
    if body.len() > SMALL || !body.trim_ascii_start().starts_with(b"{") || memchr::memchr(b'\\', body).is_some() {
        return None;
    }
    let mut keys = memmem::find_iter(body, KEY);
    let (at, None) = (keys.next()?, keys.next()) else { return None };
    let value = body.get(at.saturating_add(KEY.len())..)?.trim_ascii_start().strip_prefix(b":")?;
    let name = value.trim_ascii_start().strip_prefix(b"\"")?.split(|byte| *byte == b'"').next()?;
    if LOOKUPS.contains(&name) { Some(Brief::Lookup) } else { CALLS.contains(&name).then_some(Brief::Call) }
}

/// Bytes from `"method"` on within which the name must stand.
const NEAR: usize = 64;

/// Which way a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    Short,
    Long,
}

/// The lane of a body, found without reading it as JSON: a batch may be megabytes of transactions.
pub(super) fn lane(body: &[u8]) -> Lane {
    let long = memmem::find_iter(body, b"\"method\"").any(|at| {
        let rest = body.get(at..).unwrap_or_default();
        let near = rest.get(..NEAR).unwrap_or(rest);
        LONG.iter().any(|name| memmem::find(near, name).is_some())
    });
    // A name that is written with escapes is not seen here. It costs its sender nothing to be in the other lane.
    if long || memchr::memchr(b'\\', body).is_some() { Lane::Long } else { Lane::Short }
}

/// The calls that are worked on, and those that wait for it.
#[derive(Debug)]
pub(super) struct Workers {
    short: Arc<Semaphore>,
    long: Arc<Semaphore>,
    places: Semaphore,
}

/// Why nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unable {
    /// Too many wait already.
    Busy,
    /// The work panicked; its message is in the log.
    Panicked,
}

impl Workers {
    /// So many of each lane at once, and so many more that wait.
    pub(super) fn new(short: usize, long: usize, waiting: usize) -> Self {
        let places = Semaphore::new(waiting.saturating_add(short).saturating_add(long));
        Self { short: Arc::new(Semaphore::new(short)), long: Arc::new(Semaphore::new(long)), places }
    }

    /// Does work on this thread, if there is a slot for it now.
    pub(super) fn here<T>(&self, lane: Lane, work: impl FnOnce() -> T) -> Option<Result<T, Unable>> {
        let _place = self.places.try_acquire().ok()?;
        let _slot = self.slots(lane).try_acquire().ok()?;
        // Whatever the work has left behind is not looked at again.
        Some(catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
            tracing::error!("a request panicked");
            Unable::Panicked
        }))
    }

    fn slots(&self, lane: Lane) -> &Arc<Semaphore> {
        match lane {
            Lane::Short => &self.short,
            Lane::Long => &self.long,
        }
    }

    /// Does work on a thread that may block. The work keeps its slot even if whoever asked for it goes away.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unable> {
        let _place = self.places.try_acquire().map_err(|_| Unable::Busy)?;
        // The semaphores are never closed.
        let slot = Arc::clone(self.slots(lane)).acquire_owned().await.map_err(|_| Unable::Busy)?;
        let work = move || {
            let _slot = slot;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|error| {
            tracing::error!(%error, "a request panicked");
            Unable::Panicked
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_takes_the_lane_of_its_longest_call() {
        for (body, expected) in [
            (r#"{"method":"eth_chainId"}"#, Lane::Short),
            (r#"{"method" : "eth_call","params":[]}"#, Lane::Long),
            (r#"{"method":"eth_callMany"}"#, Lane::Short),
            (r#"[{"method":"eth_chainId"},{"id":1,"method":"eth_getLogs"}]"#, Lane::Long),
            (r#"{"method":"debug_traceCall"}"#, Lane::Long),
            (r#"{"method":"eth_sendRawTransaction","params":["0x"]}"#, Lane::Short),
            (r#"{"method":"\u0065th_call"}"#, Lane::Long),
            ("", Lane::Short),
        ] {
            assert_eq!(lane(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn what_is_brief_cannot_be_taken_for_something_else() {
        let batch = r#"[{"method":"eth_chainId"}]"#;
        let twice = r#"{"method":"eth_chainId","method":"debug_traceCall"}"#;
        let escaped = r#"{"method":"eth_chainId","\u006dethod":"debug_traceCall"}"#;
        let large = format!(r#"{{"method":"eth_call","params":["{}"]}}"#, "0".repeat(SMALL));
        for (body, expected) in [
            (r#"{"method":"eth_chainId"}"#, Some(Brief::Lookup)),
            (" {\"id\":1,\n\"method\" : \"eth_getTransactionReceipt\",\"params\":[]}", Some(Brief::Lookup)),
            (r#"{"method":"eth_call","params":[]}"#, Some(Brief::Call)),
            (r#"{"method":"eth_callMany"}"#, None),
            (r#"{"method":"eth_getLogs"}"#, None),
            (r#"{"method":"eth_sendRawTransaction"}"#, None),
            (r#"{"method":7}"#, None),
            (r#"{"id":1}"#, None),
            (batch, None),
            (twice, None),
            (escaped, None),
            (&large, None),
            ("", None),
        ] {
            assert_eq!(brief(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn what_is_done_here_takes_a_slot_and_outlives_a_panic() {
        let workers = Workers::new(1, 1, 0);
        let inner = workers.here(Lane::Short, || workers.here(Lane::Short, || 1));
        assert_eq!(inner, Some(Ok(None)), "the only slot is taken");
        assert_eq!(workers.here(Lane::Long, || panic!("on purpose")), Some(Err::<(), _>(Unable::Panicked)));
        assert_eq!(workers.here(Lane::Long, || 2), Some(Ok(2)), "and given back");
    }

    #[test]
    fn a_body_of_little_values_is_refused_before_it_is_read() {
        assert_eq!(weigh(br#"{"method":"eth_chainId","params":[]}"#), Ok(()));
        assert_eq!(weigh(&vec![b'a'; 5 << 20]), Ok(()), "bytes alone are no values");
        assert_eq!(weigh("0,".repeat(1 << 20).as_bytes()), Err(1 << 20));
        assert_eq!(weigh("[".repeat(1 << 20).as_bytes()), Err(1 << 20));
    }

    #[tokio::test]
    async fn long_work_leaves_the_other_lane_free_and_too_much_is_refused() {
        let workers = Arc::new(Workers::new(1, 1, 1));
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let (begun, started) = tokio::sync::oneshot::channel();
        let work = move || {
            let _ = begun.send(());
            let _ = wait.recv();
        };
        let first = tokio::spawn({
            let workers = Arc::clone(&workers);
            async move { workers.run(Lane::Long, work).await }
        });
        started.await.unwrap();
        assert_eq!(workers.run(Lane::Short, || 7).await, Ok(7));
        let second = Arc::clone(&workers);
        let mut second = Box::pin(second.run(Lane::Long, || 8));
        let third = Arc::clone(&workers);
        let mut third = Box::pin(third.run(Lane::Long, || 9));
        let at_once = std::time::Duration::ZERO;
        assert!(tokio::time::timeout(at_once, &mut second).await.is_err(), "it waits for the first");
        assert!(tokio::time::timeout(at_once, &mut third).await.is_err(), "and so does this");
        assert_eq!(workers.run(Lane::Short, || 10).await, Err(Unable::Busy), "three places, three taken");
        drop(third);
        release.send(()).unwrap();
        assert_eq!((first.await.unwrap(), second.await), (Ok(()), Ok(8)));
    }
}
