//! Proofs: sound against whatever is done to them, and true of what other implementations wrote.

mod blocks;
mod conformance;
mod reference;
mod rlp;
mod soundness;
mod tries;
