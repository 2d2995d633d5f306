//! What a request wants of a trace (`TraceConfig` of execution-apis; geth's options).

use crate::{Api, error::RpcError};
use alloy_rpc_types_eth::{BlockOverrides, state::StateOverride};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use zx_chain::{Cancel, StructOptions, Tracer};

/// Tracers by their names.
const TRACERS: &str = "callTracer, prestateTracer, 4byteTracer, flatCallTracer, noopTracer, zxTracer";

/// Options of a trace.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Options {
    tracer: Option<String>,
    tracer_config: Option<Value>,
    /// A duration as Go writes it.
    timeout: Option<String>,
    #[serde(default)]
    enable_memory: bool,
    /// What geth called it before.
    disable_memory: Option<bool>,
    #[serde(default)]
    disable_stack: bool,
    #[serde(default)]
    disable_storage: bool,
    #[serde(default)]
    enable_return_data: bool,
    #[serde(default)]
    limit: u64,
}

/// The same for a call that is in no block.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CallOptions {
    #[serde(flatten)]
    pub(crate) options: Options,
    pub(crate) state_overrides: Option<StateOverride>,
    pub(crate) block_overrides: Option<BlockOverrides>,
    pub(crate) tx_index: Option<Value>,
}

impl Options {
    /// The tracer that is asked for; struct logs if none is named.
    pub(crate) fn tracer(&self) -> Result<Tracer, RpcError> {
        let name = self.tracer.as_deref().unwrap_or_default();
        Ok(match name {
            "" => Tracer::Structs(self.structs()),
            "callTracer" => Tracer::Calls(self.config(name)?),
            "prestateTracer" => Tracer::Prestate(self.config(name)?),
            "flatCallTracer" => Tracer::Flat(self.config(name)?),
            "4byteTracer" => Tracer::FourByte,
            "noopTracer" => Tracer::Noop,
            "zxTracer" => Tracer::Zx,
            _ => {
                let shown: String = name.chars().take(40).collect();
                return Err(RpcError::params(format!(
                    "tracer {shown:?} not found: this node has {TRACERS}, and struct logs without a name; it runs no \
                     JavaScript"
                )));
            }
        })
    }

    fn structs(&self) -> StructOptions {
        StructOptions {
            stack: !self.disable_stack,
            memory: self.enable_memory || self.disable_memory == Some(false),
            storage: !self.disable_storage,
            return_data: self.enable_return_data,
            limit: self.limit,
        }
    }

    fn config<T: DeserializeOwned + Default>(&self, tracer: &str) -> Result<T, RpcError> {
        match &self.tracer_config {
            None | Some(Value::Null) => Ok(T::default()),
            Some(config) => {
                T::deserialize(config).map_err(|error| RpcError::params(format!("tracerConfig of {tracer}: {error}")))
            }
        }
    }

    /// When the trace is given up: when it says so, but no later than the node allows, or its client has gone.
    pub(crate) fn cancel(&self, api: &Api) -> Result<Cancel, RpcError> {
        let most = api.limits.trace_time;
        let time = match &self.timeout {
            None => most,
            Some(text) => duration(text)
                .ok_or_else(|| {
                    RpcError::params(format!("timeout {text:?} is not a duration like \"5s\" or \"300ms\""))
                })?
                .min(most),
        };
        let cancel = Instant::now().checked_add(time).map_or_else(Cancel::default, Cancel::at);
        Ok(cancel.or_when(Arc::clone(api.caller.gone())))
    }
}

/// A duration as Go writes it: numbers with units, one after the other.
fn duration(text: &str) -> Option<Duration> {
    let (mut rest, mut sum) = (text, 0.0_f64);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let units = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, after) = tail.split_at_checked(units)?;
        let seconds = match unit {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            _ => return None,
        };
        sum += number.parse::<f64>().ok()? * seconds;
        rest = after;
    }
    Duration::try_from_secs_f64(sum).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn options(value: Value) -> Options {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn tracers_are_found_by_their_names() {
        assert!(matches!(options(json!({})).tracer(), Ok(Tracer::Structs(_))));
        assert!(matches!(options(json!({ "tracer": "" })).tracer(), Ok(Tracer::Structs(_))));
        assert!(matches!(options(json!({ "tracer": "zxTracer" })).tracer(), Ok(Tracer::Zx)));
        let calls = options(json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } })).tracer();
        assert!(matches!(calls, Ok(Tracer::Calls(config)) if config.with_log == Some(true)));
        let refused = options(json!({ "tracer": "{step: function() {}}" })).tracer().unwrap_err();
        assert!(refused.message.contains("callTracer, prestateTracer"), "{}", refused.message);
        let refused = options(json!({ "tracer": "callTracer", "tracerConfig": { "withLog": 1 } })).tracer();
        assert!(refused.unwrap_err().message.starts_with("tracerConfig of callTracer: "));
    }

    #[test]
    fn struct_logs_have_a_stack_and_storage_unless_they_shall_not() {
        let shown = |value| match options(value).tracer() {
            Ok(Tracer::Structs(shown)) => shown,
            other => panic!("{other:?}"),
        };
        let all = StructOptions { stack: true, memory: false, storage: true, return_data: false, limit: 0 };
        assert_eq!(shown(json!({})), all);
        let few = json!({ "disableStack": true, "disableStorage": true, "enableMemory": true, "limit": 5 });
        let wanted = StructOptions { stack: false, memory: true, storage: false, return_data: false, limit: 5 };
        assert_eq!(shown(few), wanted);
    }

    #[test]
    fn durations_are_read_as_go_writes_them() {
        assert_eq!(duration("300ms"), Some(Duration::from_millis(300)));
        assert_eq!(duration("1m30s"), Some(Duration::from_secs(90)));
        assert_eq!(duration("1.5h"), Some(Duration::from_secs(5_400)));
        for wrong in ["", "5", "s", "5 s", "-5s", "5x", "1..5s"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
