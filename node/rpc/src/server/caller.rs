//! Who asks, and what of it is allowed: every call of every request goes through here.

use super::{
    metrics::{Metrics, Outcome},
    namespaces::Namespaces,
    rate::{Limiter, TooSoon},
};
use crate::{
    Api,
    error::{RpcError, code, table},
    jsonrpc::Params,
    methods,
    registry::{Answered, answered},
    submit,
    subscriptions::Table,
};
use parking_lot::Mutex;
use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

/// What stands between a caller and the methods. The default lets everything through.
#[derive(Debug, Default)]
pub(crate) struct Caller {
    guard: Option<Guard>,
    /// True as soon as nobody waits for the answer any more.
    gone: Arc<AtomicBool>,
    tally: Mutex<Tally>,
}

#[derive(Debug)]
struct Guard {
    namespaces: Arc<Namespaces>,
    limiter: Arc<Limiter>,
    metrics: Arc<Metrics>,
    address: IpAddr,
    /// The subscriptions of the connection, if it can have some.
    table: Option<Arc<Table>>,
}

/// What became of the calls of a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) calls: usize,
    pub(super) limited: usize,
    pub(super) wait: Option<TooSoon>,
    trial: Trial,
}

/// A call that is tried where it came in, for a moment only: if that is not enough it begins again elsewhere, and counts
/// as one call all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Trial {
    #[default]
    No,
    Runs,
    GivenUp,
}

/// Says that nobody waits any more, when it is dropped.
#[derive(Debug)]
pub(super) struct Departure(Arc<AtomicBool>);

impl Drop for Departure {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Caller {
    pub(super) fn new(
        namespaces: Arc<Namespaces>,
        limiter: Arc<Limiter>,
        metrics: Arc<Metrics>,
        address: IpAddr,
        table: Option<Arc<Table>>,
    ) -> Self {
        let guard = Guard { namespaces, limiter, metrics, address, table };
        Self { guard: Some(guard), ..Self::default() }
    }

    /// To be held by whoever waits for the answer.
    pub(super) fn departure(&self) -> Departure {
        Departure(Arc::clone(&self.gone))
    }

    pub(super) fn tally(&self) -> Tally {
        self.tally.lock().clone()
    }

    /// From now on a call that is given up does not count: it will be made again.
    pub(super) fn try_briefly(&self) {
        self.tally.lock().trial = Trial::Runs;
    }

    /// Whether it was given up.
    pub(super) fn has_given_up(&self) -> bool {
        let mut tally = self.tally.lock();
        if tally.trial == Trial::Runs {
            tally.trial = Trial::No;
        }
        tally.trial == Trial::GivenUp
    }

    /// Whether this is the call that was given up; it has been let in before.
    fn begins_again(&self) -> bool {
        let mut tally = self.tally.lock();
        let again = tally.trial == Trial::GivenUp;
        if again {
            tally.trial = Trial::No;
        }
        again
    }

    fn gives_up<T>(&self, result: &Result<T, RpcError>) -> bool {
        let aborted = result.as_ref().is_err_and(|error| error.message == table::ABORTED);
        let mut tally = self.tally.lock();
        let gives_up = aborted && tally.trial == Trial::Runs;
        if gives_up {
            tally.trial = Trial::GivenUp;
        }
        gives_up
    }

    /// True as soon as nobody waits for the answer any more: for work that can be given up.
    pub(crate) fn gone(&self) -> &Arc<AtomicBool> {
        &self.gone
    }

    /// Whether nobody waits for the answer any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// The subscriptions of its connection, if it can have some.
    pub(crate) fn table(&self) -> Option<&Arc<Table>> {
        self.guard.as_ref()?.table.as_ref()
    }

    /// Calls a method, if the caller may.
    pub(crate) fn call(&self, api: &Api, method: &str, params: Params) -> Result<Answered, RpcError> {
        let Some(guard) = &self.guard else { return methods::call(api, method, params) };
        let begun = Instant::now();
        let admitted = if self.begins_again() { Ok(()) } else { self.admit(guard, method, begun) };
        let result = admitted.and_then(|()| methods::call(api, method, params));
        if !self.gives_up(&result) {
            guard.metrics.called(method, Outcome::of(&result), begun.elapsed());
        }
        result
    }

    /// Calls a method that hands a transaction in, many times: the transactions that are let in are handed in together.
    /// Parameters that could not be read are no call, as one by one. Answers come in their order.
    pub(crate) fn send(
        &self,
        api: &Api,
        calls: Vec<(String, Result<Params, RpcError>)>,
    ) -> Vec<Result<Answered, RpcError>> {
        let begun = Instant::now();
        let guard = self.guard.as_ref();
        let mut called = Vec::with_capacity(calls.len());
        let read = calls.into_iter().map(|(method, params)| {
            called.push(params.is_ok().then(|| method.clone()));
            let params = params?;
            guard.map_or(Ok(()), |guard| self.admit(guard, &method, begun))?;
            submit::transaction(&method, params)
        });
        let read = read.collect();
        let answers: Vec<_> = submit::raw_many(api, read).into_iter().map(|hash| answered(hash?)).collect();
        // Each has its share of the time, so that the sum is right.
        let each = begun.elapsed().checked_div(u32::try_from(answers.len()).unwrap_or(u32::MAX)).unwrap_or_default();
        for (method, answer) in called.iter().zip(&answers) {
            if let (Some(guard), Some(method)) = (guard, method) {
                guard.metrics.called(method, Outcome::of(answer), each);
            }
        }
        answers
    }

    fn admit(&self, guard: &Guard, method: &str, now: Instant) -> Result<(), RpcError> {
        if self.is_gone() {
            return Err(RpcError::server("the request was cancelled: nobody waits for its answer"));
        }
        let taken = guard.limiter.take(guard.address, method, now);
        let mut tally = self.tally.lock();
        tally.calls += 1;
        if let Err(refused) = taken {
            let error = RpcError::new(code::LIMIT, refused.text());
            tally.limited += 1;
            tally.wait = Some(refused);
            return Err(error);
        }
        match guard.namespaces.allow(method) {
            true => Ok(()),
            false => Err(RpcError::method_not_found(method)),
        }
    }

    /// Counts what was no call at all, so that sending it is not free.
    pub(super) fn charge(&self) {
        if let Some(guard) = &self.guard {
            // Whether there was one left does not matter: the next request is looked at before it is read.
            let _ = guard.limiter.take(guard.address, "", Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_is_given_up_begins_again_once_and_only_if_it_was_tried() {
        let aborted: Result<(), _> = Err(RpcError::server(table::ABORTED));
        let other: Result<(), _> = Err(RpcError::server("execution reverted"));
        let caller = Caller::default();
        assert!(!caller.gives_up(&aborted) && !caller.has_given_up(), "its time was up for good");
        caller.try_briefly();
        assert!(!caller.begins_again(), "it begins for the first time");
        assert!(!caller.gives_up(&other) && !caller.gives_up(&Ok(())) && !caller.has_given_up());
        assert!(!caller.gives_up(&aborted), "the trial is over");
        caller.try_briefly();
        assert!(caller.gives_up(&aborted) && caller.has_given_up());
        assert!(caller.begins_again() && !caller.begins_again(), "it is let in without being asked, once");
    }
}
