//! The pool as its users see it: rules one by one, and a model that a million operations are held against.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod delegations;
mod model;
mod rules;
mod support;
mod walk;
