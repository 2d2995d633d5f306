//! The host functions, safe to call: over the imports of the module on WebAssembly, over [`testing`](crate::testing)'s
//! host elsewhere. Both offer the same functions.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod wasm;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::*;
#[cfg(target_arch = "wasm32")]
pub(crate) use wasm::*;

/// A call or create succeeded; its result is in the return data.
pub(crate) const STATUS_SUCCESS: u32 = 0;
/// It reverted; why is in the return data.
pub(crate) const STATUS_REVERT: u32 = 1;
