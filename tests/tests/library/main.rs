//! The contracts of `contracts/` against the Solidity originals: the same random operations on both must do the same.
//! `docs/library.md` lists the differences that are on purpose.
//!
//! A campaign is 2,000 operations. More, and others: `ZX_LIBRARY_OPS=50000 ZX_LIBRARY_SEED=7 make test-library`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dex;
mod driver;
mod erc20;
mod finance;
mod gas;
mod governor;
mod originals;
mod proxies;
mod random;
mod receivers;
mod router;
mod timelock;
mod wallet;
mod world;
mod wrapped;
mod zx1155;
mod zx20;
mod zx721;
