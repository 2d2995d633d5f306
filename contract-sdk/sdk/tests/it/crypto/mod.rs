//! Proofs of lists, signed messages, signatures.

mod merkle;
mod permit;
mod signature;
mod typed;
