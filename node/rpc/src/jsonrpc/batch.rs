//! Batches: requests that are answered in their order, within common bounds. Signed transactions that follow each other
//! are handed in together, so that their senders are recovered on all cores and the pool is locked once.

use super::{Answer, Malformed, Request, encode};
use crate::{
    Api,
    error::{RpcError, code},
    submit,
};
use serde_json::Value;
use std::{iter::Peekable, time::Instant};

/// Transactions that are handed in together: recovered in some milliseconds, after which the bounds are looked at again.
const TOGETHER: usize = 256;

/// Answers a batch. `None` if it holds nothing but notifications.
pub(super) fn answer(api: &Api, requests: Vec<Value>) -> Option<Vec<u8>> {
    let refused = |message: String| encode(&Answer::refusal(RpcError::new(code::INVALID_REQUEST, message)));
    match requests.len() {
        0 => refused("empty batch".to_owned()),
        count if count > api.limits.batch => {
            refused(format!("batch too large: {count} requests, limit {}", api.limits.batch))
        }
        _ => joined(&Batch::new(api).answers(requests)),
    }
}

fn joined(answers: &[Vec<u8>]) -> Option<Vec<u8>> {
    let size: usize = answers.iter().map(|answer| answer.len().saturating_add(1)).sum();
    let mut out = Vec::with_capacity(size.saturating_add(1));
    for answer in answers {
        out.push(if out.is_empty() { b'[' } else { b',' });
        out.extend_from_slice(answer);
    }
    out.push(b']');
    (!answers.is_empty()).then_some(out)
}

/// A request, or what is none.
type Read = Result<Request, Malformed>;

/// A batch that is worked on.
struct Batch<'a> {
    api: &'a Api,
    begun: Instant,
    /// Bytes of the answers until now.
    size: usize,
}

impl<'a> Batch<'a> {
    fn new(api: &'a Api) -> Self {
        Self { api, begun: Instant::now(), size: 0 }
    }

    fn answers(mut self, requests: Vec<Value>) -> Vec<Vec<u8>> {
        let mut requests = requests.into_iter().map(Request::read).peekable();
        let mut all = Vec::new();
        while let Some(first) = requests.next() {
            if self.api.caller.is_gone() {
                break;
            }
            let answers = match self.exhausted() {
                Some(why) => vec![refuse(first, why)],
                None => self.work(first, &mut requests),
            };
            for answer in answers.iter().filter_map(encode) {
                self.size = self.size.saturating_add(answer.len());
                all.push(answer);
            }
        }
        all
    }

    /// Why nothing more is worked on, if it is so.
    fn exhausted(&self) -> Option<String> {
        let limits = &self.api.limits;
        if self.size >= limits.answer {
            Some(format!("response too large: limit {} bytes", limits.answer))
        } else if self.begun.elapsed() > limits.batch_time {
            Some(format!("batch takes too long: limit {} s", limits.batch_time.as_secs()))
        } else {
            None
        }
    }

    /// Answers a request, and with it those behind it that can be worked on together.
    fn work(&self, first: Read, rest: &mut Peekable<impl Iterator<Item = Read>>) -> Vec<Answer> {
        let first = match first {
            Ok(first) if is_raw(&first) => first,
            Ok(other) => return other.call(self.api).into_iter().collect(),
            Err(malformed) => return vec![malformed.answer()],
        };
        let mut run = vec![first];
        while run.len() < TOGETHER
            && let Some(Ok(next)) = rest.next_if(|next| next.as_ref().is_ok_and(is_raw))
        {
            run.push(next);
        }
        self.send(run)
    }

    fn send(&self, run: Vec<Request>) -> Vec<Answer> {
        let (ids, calls): (Vec<_>, Vec<_>) =
            run.into_iter().map(|request| (request.id, (request.method, request.params))).unzip();
        let outcomes = self.api.caller.send(self.api, calls);
        ids.into_iter().zip(outcomes).filter_map(|(id, outcome)| Some(Answer::new(id?, outcome))).collect()
    }
}

fn is_raw(request: &Request) -> bool {
    submit::is_raw(&request.method)
}

fn refuse(request: Read, why: String) -> Answer {
    let id = match request {
        Ok(request) => request.id.unwrap_or_default(),
        Err(malformed) => malformed.id,
    };
    Answer::new(id, Err(RpcError::server(why)))
}
