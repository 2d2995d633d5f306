//! revm with WASM frames.
