//! The program beside a contract's tests: the real executor and sandbox over a world in memory.
//!
//! A test's host (`zx::testing::Host`) starts it as a child process and tells it, over the standard streams, what to do
//! ([`zx_sdk::testing::protocol`]). [`serve`] reads request after request; [`Machine`] carries each out:
//!
//! 1. [`world`] holds accounts, codes and slots, and under them, if the test asked for it, a node's state ([`fork`]);
//! 2. transactions are rehearsed by the node's own executor ([`zx_executor::Executor::rehearse`]): the gas is to the
//!    unit what a receipt of the same transaction would say, the fees are left out;
//! 3. [`modules`] loads what `cargo zx-build` wrote, and knows methods by their selectors;
//! 4. [`mock`] makes EVM code of a table of answers;
//! 5. [`gas`] notes what each transaction used, and [`flame`] on which functions, for `cargo zx gas`.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod flame;
mod fork;
pub mod gas;
mod machine;
mod mock;
mod modules;
mod serve;
mod world;

pub use fork::ForkError;
pub use machine::{Machine, MachineError, Settings};
pub use modules::ModuleError;
pub use serve::{ServeError, serve};
