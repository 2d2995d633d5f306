//! Filters of logs as clients send them.

use alloy_primitives::Log;
use alloy_rpc_types_eth::Filter;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;
use std::ops::Deref;

/// A filter, with what alloy's own forgets: topics that may be anything must still be there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    filter: Filter,
    /// Topics that a log must have at least.
    topics: usize,
}

impl Wanted {
    /// Whether a log is wanted, wherever it is.
    pub(crate) fn matches(&self, log: &Log) -> bool {
        log.topics().len() >= self.topics
            && self.filter.matches_address(log.address)
            && self.filter.matches_topics(log.topics())
    }

    /// The filter, to be changed.
    pub(crate) fn filter_mut(&mut self) -> &mut Filter {
        &mut self.filter
    }
}

impl Deref for Wanted {
    type Target = Filter;

    fn deref(&self) -> &Filter {
        &self.filter
    }
}

impl<'de> Deserialize<'de> for Wanted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let topics = value.get("topics").and_then(Value::as_array).map_or(0, Vec::len);
        Ok(Self { filter: serde_json::from_value(value).map_err(D::Error::custom)?, topics })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Address, B256, Bytes};
    use serde_json::json;

    #[test]
    fn topics_that_may_be_anything_must_be_there() {
        let log = |topics: usize| Log::new_unchecked(Address::ZERO, vec![B256::ZERO; topics], Bytes::new());
        for (topics, least) in
            [(json!([]), 0), (json!([null]), 1), (json!([null, null, null]), 3), (json!([B256::ZERO, null]), 2)]
        {
            let wanted: Wanted = serde_json::from_value(json!({ "topics": topics })).unwrap();
            for count in 0..=4 {
                assert_eq!(wanted.matches(&log(count)), count >= least, "{topics} {count}");
            }
        }
    }
}
