//! What the macros make of contracts, called as users call them.

mod calls;
mod create;
mod entries;
mod getters;
mod immutables;
mod layout;
mod types;
