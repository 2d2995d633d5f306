//! JSON-RPC over warp.
