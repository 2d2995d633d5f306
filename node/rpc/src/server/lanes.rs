//! Two lanes for requests: calls that may take seconds must not keep those waiting that take microseconds.

use memchr::memmem;
use std::sync::Arc;
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

    /// Does work on a thread that may block. The work keeps its slot even if whoever asked for it goes away.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Unable> {
        let _place = self.places.try_acquire().map_err(|_| Unable::Busy)?;
        let slots = match lane {
            Lane::Short => &self.short,
            Lane::Long => &self.long,
        };
        // The semaphores are never closed.
        let slot = Arc::clone(slots).acquire_owned().await.map_err(|_| Unable::Busy)?;
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
