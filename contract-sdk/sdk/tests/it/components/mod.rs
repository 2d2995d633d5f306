//! Components: alone, together, and where they lie.

mod access;
mod domain;
mod erc20;
mod guard;
mod initializable;
mod interfaces;
mod ownable;
mod pausable;
mod upgradeable;
mod votes;
