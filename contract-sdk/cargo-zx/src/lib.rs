//! cargo zx: build, check and deploy contracts.
