#![doc = include_str!("../../../docs/contracts.md")]
#![forbid(unsafe_code)]
