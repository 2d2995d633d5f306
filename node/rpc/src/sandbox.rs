//! Figures of the sandbox.

use crate::{Api, error::RpcError};
use serde_json::{Value, json};
use std::time::Duration;

/// What the module cache has done since the start: the proof that a restart compiles nothing.
pub(crate) fn stats(api: &Api) -> Result<Value, RpcError> {
    let figures = api.chain.cache_figures();
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    Ok(json!({
        "compiled": figures.stats.compiled,
        "diskHits": figures.stats.disk_hits,
        "memoryHits": figures.stats.memory_hits,
        "rejected": figures.stats.rejected,
        "compileMicros": micros(figures.compile_time),
        "loadMicros": micros(figures.load_time),
        "modules": figures.modules,
        "instances": figures.instances,
    }))
}
