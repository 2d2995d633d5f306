//! How WASM code stands in accounts, and in the create transactions that make them. EIP-3541 keeps EVM code from ever
//! beginning with 0xEF.
//!
//! | code of an account | what it is |
//! |---|---|
//! | `EF5A5801`, module | a program |
//! | `EF5A5802`, length (16 bits), immutables, module | a program whose constructor has set immutables |
//! | `EF5A5803`, code hash (32 bytes), immutables | an instance: it runs the module in the code with that hash |
//!
//! | input of a create transaction | what it makes |
//! |---|---|
//! | `EF5A5801`, length (32 bits), module, arguments | a program |
//! | `EF5A5803`, address (20 bytes), arguments | an instance of the program at that address |
//!
//! Lengths are big endian, arguments those of the constructor by the Solidity ABI. Immutables are what the constructor has
//! written with the host function of that name: they are part of the code, and cost what a byte of code costs.
//!
//! An instance costs no more than its immutables, and a call of it no more than one of its template. The template was
//! there before the transaction that makes the instance began, so that it can never be destroyed (EIP-6780); if it is an
//! instance itself, its own template is meant.

use alloc::vec::Vec;

/// First bytes of all WASM code; the form follows.
const MAGIC: [u8; 3] = [0xEF, 0x5A, 0x58];
/// First bytes of a deployment, and of the code of a program.
pub const CODE_PREFIX: [u8; 4] = [0xEF, 0x5A, 0x58, 0x01];
/// First bytes of the code of a program with immutables.
pub const IMMUTABLES_PREFIX: [u8; 4] = [0xEF, 0x5A, 0x58, 0x02];
/// First bytes of the code of an instance, and of the deployment of one.
pub const INSTANCE_PREFIX: [u8; 4] = [0xEF, 0x5A, 0x58, 0x03];

/// Revert text of the deployment of an instance whose template is none.
pub const NO_TEMPLATE: &str = "the template is not a WASM contract of an earlier transaction";

/// Most bytes of immutables.
pub const IMMUTABLE_BYTES: usize = 4_096;

/// The code of a WASM account, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountCode<'a> {
    /// What it runs.
    pub program: ProgramCode<'a>,
    /// What its constructor has set.
    pub immutables: &'a [u8],
}

/// Where the module of an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramCode<'a> {
    /// In its own code.
    Module(&'a [u8]),
    /// In the code with this hash, which is no instance's.
    Template(&'a [u8; 32]),
}

impl<'a> AccountCode<'a> {
    /// Takes code apart. `None` if it is no WASM account's.
    pub fn parse(code: &'a [u8]) -> Option<Self> {
        let (prefix, rest) = code.split_first_chunk()?;
        match *prefix {
            CODE_PREFIX => Some(Self { program: ProgramCode::Module(rest), immutables: &[] }),
            IMMUTABLES_PREFIX => {
                let (len, rest) = rest.split_first_chunk()?;
                let (immutables, module) = rest.split_at_checked(u16::from_be_bytes(*len).into())?;
                Some(Self { program: ProgramCode::Module(module), immutables })
            }
            INSTANCE_PREFIX => {
                let (template, immutables) = rest.split_first_chunk()?;
                Some(Self { program: ProgramCode::Template(template), immutables })
            }
            _ => None,
        }
    }

    /// The module, if the code has it.
    pub fn module(&self) -> Option<&'a [u8]> {
        match self.program {
            ProgramCode::Module(module) => Some(module),
            ProgramCode::Template(_) => None,
        }
    }

    /// Writes the code, of which there is one form: without immutables, a program is the plain one.
    pub fn encode(&self) -> Vec<u8> {
        let len = self.immutables.len().min(IMMUTABLE_BYTES) as u16;
        match self.program {
            ProgramCode::Module(module) if len == 0 => account_code(module),
            ProgramCode::Module(module) => {
                [&IMMUTABLES_PREFIX[..], &len.to_be_bytes(), self.immutables, module].concat()
            }
            ProgramCode::Template(template) => [&INSTANCE_PREFIX[..], template, self.immutables].concat(),
        }
    }
}

/// A deployment, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeployPayload<'a> {
    /// What is deployed.
    pub source: DeploySource<'a>,
    /// ABI-encoded arguments of the constructor.
    pub args: &'a [u8],
}

/// What a deployment makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeploySource<'a> {
    /// A program.
    Module(&'a [u8]),
    /// An instance of the program at this address.
    Template(&'a [u8; 20]),
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
    /// It ends inside the address of the template.
    TruncatedTemplate {
        /// Bytes that there are.
        have: usize,
    },
    /// Its fourth byte names a form that there is not.
    UnknownForm {
        /// The byte.
        form: u8,
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
            Self::TruncatedTemplate { have } => {
                write!(
                    f,
                    "deployment of an instance is {have} bytes, its header alone takes 24 (prefix ef5a5803 and the \
                     template's address)"
                )
            }
            Self::UnknownForm { form } => {
                write!(
                    f,
                    "deployment begins with ef5a58{form:02x}: a module's begins with ef5a5801, an instance's with ef5a5803"
                )
            }
        }
    }
}

impl core::error::Error for DeployError {}

/// Whether the bytes are WASM code or a WASM deployment.
pub fn is_wasm(code: &[u8]) -> bool {
    code.starts_with(&MAGIC)
}

impl<'a> DeployPayload<'a> {
    /// The deployment of a module.
    pub fn of(module: &'a [u8], args: &'a [u8]) -> Self {
        Self { source: DeploySource::Module(module), args }
    }

    /// The deployment of an instance.
    pub fn instance(template: &'a [u8; 20], args: &'a [u8]) -> Self {
        Self { source: DeploySource::Template(template), args }
    }

    /// Takes a deployment apart. `None` if it is not one, but EVM init code.
    pub fn parse(input: &'a [u8]) -> Option<Result<Self, DeployError>> {
        let rest = input.strip_prefix(&MAGIC)?;
        Some(match rest.split_first() {
            Some((0x01, rest)) => Self::parse_module(rest, input.len()),
            Some((0x03, rest)) => match rest.split_first_chunk() {
                Some((template, args)) => Ok(Self::instance(template, args)),
                None => Err(DeployError::TruncatedTemplate { have: input.len() }),
            },
            Some((form, _)) => Err(DeployError::UnknownForm { form: *form }),
            None => Err(DeployError::TruncatedHeader { have: input.len() }),
        })
    }

    fn parse_module(rest: &'a [u8], have: usize) -> Result<Self, DeployError> {
        let (len, rest) = rest.split_first_chunk::<4>().ok_or(DeployError::TruncatedHeader { have })?;
        let want = u32::from_be_bytes(*len);
        match rest.split_at_checked(want as usize) {
            Some((module, args)) => Ok(Self::of(module, args)),
            None => Err(DeployError::TruncatedModule { want, have: rest.len() }),
        }
    }

    /// The module, if it is one's.
    pub fn module(&self) -> Option<&'a [u8]> {
        match self.source {
            DeploySource::Module(module) => Some(module),
            DeploySource::Template(_) => None,
        }
    }

    /// Writes the deployment.
    pub fn encode(&self) -> Vec<u8> {
        match self.source {
            DeploySource::Module(module) => {
                [&CODE_PREFIX[..], &(module.len() as u32).to_be_bytes(), module, self.args].concat()
            }
            DeploySource::Template(template) => [&INSTANCE_PREFIX[..], template, self.args].concat(),
        }
    }
}

/// Code of the account that a module is stored in, if it has no immutables.
pub fn account_code(module: &[u8]) -> Vec<u8> {
    [&CODE_PREFIX[..], module].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_reads_back() {
        for payload in [DeployPayload::of(b"\0asm", &[7; 32]), DeployPayload::instance(&[5; 20], &[7; 32])] {
            assert_eq!(DeployPayload::parse(&payload.encode()), Some(Ok(payload)));
        }
    }

    #[test]
    fn every_truncation_is_an_error_that_counts() {
        let bytes = DeployPayload::of(b"\0asm", &[]).encode();
        assert_eq!(DeployPayload::parse(&bytes[..2]), None, "not even the prefix: EVM init code");
        for cut in 3..8 {
            assert_eq!(DeployPayload::parse(&bytes[..cut]), Some(Err(DeployError::TruncatedHeader { have: cut })));
        }
        for cut in 8..bytes.len() {
            let expected = DeployError::TruncatedModule { want: 4, have: cut - 8 };
            assert_eq!(DeployPayload::parse(&bytes[..cut]), Some(Err(expected)));
        }
        let bytes = DeployPayload::instance(&[5; 20], &[]).encode();
        for cut in 4..bytes.len() {
            assert_eq!(DeployPayload::parse(&bytes[..cut]), Some(Err(DeployError::TruncatedTemplate { have: cut })));
        }
        for form in [0x00, 0x02, 0x04, 0xFF] {
            let expected = DeployError::UnknownForm { form };
            assert_eq!(DeployPayload::parse(&[0xEF, 0x5A, 0x58, form, 0, 0, 0, 0]), Some(Err(expected)));
        }
    }

    #[test]
    fn the_code_of_an_account_reads_back() {
        let template = [9; 32];
        for (program, immutables) in [
            (ProgramCode::Module(b"\0asm"), &[][..]),
            (ProgramCode::Module(b"\0asm"), &[1, 2, 3]),
            (ProgramCode::Module(b""), &[0; IMMUTABLE_BYTES]),
            (ProgramCode::Template(&template), &[]),
            (ProgramCode::Template(&template), &[1, 2, 3]),
        ] {
            let code = AccountCode { program, immutables };
            let bytes = code.encode();
            assert!(is_wasm(&bytes));
            assert_eq!(AccountCode::parse(&bytes), Some(code));
        }
    }

    #[test]
    fn code_that_ends_early_is_nobodys() {
        let program = AccountCode { program: ProgramCode::Module(b""), immutables: &[1, 2, 3] }.encode();
        let instance = AccountCode { program: ProgramCode::Template(&[9; 32]), immutables: &[] }.encode();
        for code in [program, instance] {
            for cut in 0..code.len() {
                assert_eq!(AccountCode::parse(&code[..cut]), None, "{cut}");
            }
        }
        assert_eq!(AccountCode::parse(&[0xEF, 0x5A, 0x58, 0x04, 0]), None);
    }
}
