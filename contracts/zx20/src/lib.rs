//! ZX-20: a fungible token, compatible with ERC-20.
