//! Framing of a deployment: `0xEF5A5801`, the length of the module (big endian, 32 bits), the module, then the
//! ABI-encoded constructor arguments. EIP-3541 keeps EVM code from ever beginning with 0xEF.

use alloc::vec::Vec;

/// First bytes of a deployment, and of the code of a WASM account.
pub const CODE_PREFIX: [u8; 4] = [0xEF, 0x5A, 0x58, 0x01];

/// A deployment, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeployPayload<'a> {
    /// The module.
    pub module: &'a [u8],
    /// ABI-encoded arguments of the constructor.
    pub args: &'a [u8],
}

/// Why a deployment cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeployError {
    /// It ends inside its eight-byte header.
    TruncatedHeader {
        /// Bytes that there are.
        have: usize,
    },
    /// The module is shorter than its header says.
    TruncatedModule {
        /// Bytes that the header announces.
        want: u32,
        /// Bytes that there are.
        have: usize,
    },
}

impl core::fmt::Display for DeployError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::TruncatedHeader { have } => {
                write!(
                    f,
                    "deployment is {have} bytes, its header alone takes 8 (prefix ef5a5801 and the module's length)"
                )
            }
            Self::TruncatedModule { want, have } => {
                write!(f, "deployment announces a module of {want} bytes, only {have} follow")
            }
        }
    }
}

impl core::error::Error for DeployError {}

/// Whether the bytes are WASM code or a WASM deployment.
pub fn is_wasm(code: &[u8]) -> bool {
    code.starts_with(&CODE_PREFIX)
}

/// The module inside the code of a WASM account.
pub fn module_of(code: &[u8]) -> Option<&[u8]> {
    code.strip_prefix(&CODE_PREFIX)
}

impl<'a> DeployPayload<'a> {
    /// Takes a deployment apart. `None` if it is not one, but EVM init code.
    pub fn parse(input: &'a [u8]) -> Option<Result<Self, DeployError>> {
        let rest = input.strip_prefix(&CODE_PREFIX)?;
        let Some((len, rest)) = rest.split_first_chunk::<4>() else {
            return Some(Err(DeployError::TruncatedHeader { have: input.len() }));
        };
        let want = u32::from_be_bytes(*len);
        Some(match rest.split_at_checked(want as usize) {
            Some((module, args)) => Ok(Self { module, args }),
            None => Err(DeployError::TruncatedModule { want, have: rest.len() }),
        })
    }

    /// Writes the deployment.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(8 + self.module.len() + self.args.len());
        out.extend_from_slice(&CODE_PREFIX);
        out.extend_from_slice(&(self.module.len() as u32).to_be_bytes());
        out.extend_from_slice(self.module);
        out.extend_from_slice(self.args);
        out
    }
}

/// Code of the account that a module is stored in.
pub fn account_code(module: &[u8]) -> Vec<u8> {
    [&CODE_PREFIX[..], module].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_reads_back() {
        let payload = DeployPayload { module: b"\0asm", args: &[7; 32] };
        assert_eq!(DeployPayload::parse(&payload.encode()), Some(Ok(payload)));
    }

    #[test]
    fn every_truncation_is_an_error_that_counts() {
        let bytes = DeployPayload { module: b"\0asm", args: &[] }.encode();
        assert_eq!(DeployPayload::parse(&bytes[..3]), None, "not even the prefix: EVM init code");
        for cut in 4..8 {
            assert_eq!(DeployPayload::parse(&bytes[..cut]), Some(Err(DeployError::TruncatedHeader { have: cut })));
        }
        for cut in 8..bytes.len() {
            let expected = DeployError::TruncatedModule { want: 4, have: cut - 8 };
            assert_eq!(DeployPayload::parse(&bytes[..cut]), Some(Err(expected)));
        }
    }
}
