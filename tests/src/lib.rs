//! Tests across rooms: the real binary, real clients, the house rules.
