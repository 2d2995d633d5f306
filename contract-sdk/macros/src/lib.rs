//! Procedural macros of contract-sdk.
