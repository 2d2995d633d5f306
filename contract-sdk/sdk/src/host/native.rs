//! The host functions over the in-memory world of the test host.

pub(crate) use crate::testing::functions::*;
