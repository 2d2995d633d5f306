//! State roots.
