//! The whole, from outside: the house rules, the RPC's edges, real clients, and what survives a stop or a crash.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod batches;
mod brief;
mod clients;
mod dev;
mod economy;
mod http;
mod kill9;
mod layers;
mod operations;
mod restart;
mod rpc;
mod server;
mod state_proof;
mod testbed;
mod ws;
mod zx;
