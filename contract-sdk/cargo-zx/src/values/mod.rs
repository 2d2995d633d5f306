//! Values of the Solidity ABI, between what a person types and reads and what the chain carries.
//!
//! [`parse`] turns arguments into values, by position or by name; [`method`] finds the method that is meant; [`show`]
//! turns values into text and JSON; [`decode`] names what comes back: results, logs, reverts, calldata; [`immutable`] reads
//! what is part of the code.

pub mod decode;
pub mod immutable;
pub mod method;
pub mod parse;
pub mod show;
