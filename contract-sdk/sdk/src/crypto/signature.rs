//! Signatures of accounts and of contracts.

use crate::{Address, B256, Bytes, Ctx, FixedBytes, host};

/// Half of the order of secp256k1.
const HALF_ORDER: B256 = crate::b256!("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

/// What a contract answers whose signature it is (EIP-1271): the selector of the question.
const VALID: FixedBytes<4> = FixedBytes(crate::selector("isValidSignature(bytes32,bytes)"));

/// A signature by secp256k1, as wallets make them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// 27 or 28.
    pub v: u8,
    /// The first half.
    pub r: B256,
    /// The second half.
    pub s: B256,
}

/// Why a signature is none: OpenZeppelin's errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum SignatureError {
    /// Nobody signed this.
    ECDSAInvalidSignature {},
    /// It does not have 65 bytes.
    ECDSAInvalidSignatureLength {
        /// How many it has.
        length: crate::U256,
    },
    /// `s` is in the upper half of the order: the same signature has another form (EIP-2).
    ECDSAInvalidSignatureS {
        /// It.
        s: B256,
    },
}

impl Signature {
    /// Reads 65 bytes: r, s, v.
    ///
    /// # Errors
    /// They are more, or fewer.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignatureError> {
        let length = SignatureError::ECDSAInvalidSignatureLength { length: (bytes.len() as u64).into() };
        let (r, rest) = bytes.split_first_chunk().ok_or(length)?;
        let (s, rest) = rest.split_first_chunk().ok_or(length)?;
        match rest {
            [v] => Ok(Self { v: *v, r: FixedBytes(*r), s: FixedBytes(*s) }),
            _ => Err(length),
        }
    }

    /// As 65 bytes: r, s, v.
    pub fn to_bytes(self) -> [u8; 65] {
        let mut bytes = [self.v; 65];
        for (to, from) in bytes.iter_mut().zip(self.r.iter().chain(self.s.iter())) {
            *to = *from;
        }
        bytes
    }

    /// Who signed `hash`. Of each signature only one form is accepted (EIP-2).
    ///
    /// # Errors
    /// Nobody did.
    pub fn recover(self, hash: B256) -> Result<Address, SignatureError> {
        let Self { v, r, s } = self;
        if s > HALF_ORDER {
            return Err(SignatureError::ECDSAInvalidSignatureS { s });
        }
        let mut halves = [0; 64];
        for (to, from) in halves.iter_mut().zip(r.iter().chain(s.iter())) {
            *to = *from;
        }
        match host::secp256k1_recover(&hash.0, &halves, v) {
            Some(signer) if signer != [0; 20] => Ok(Address::new(signer)),
            _ => Err(SignatureError::ECDSAInvalidSignature {}),
        }
    }
}

zx::sol_interface! {
    /// A contract that signs (EIP-1271).
    pub interface IERC1271 {
        /// Answers 0x1626ba7e if the signature is the contract's.
        function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4);
    }
}

/// Whether `signer` signed `hash`: an account by 65 bytes (r, s, v), a contract however it likes (EIP-1271).
/// OpenZeppelin's `SignatureChecker`.
///
/// A contract can change its mind: what it has signed once it need not have signed later.
pub fn is_valid_signature(cx: &Ctx, signer: Address, hash: B256, signature: &[u8]) -> bool {
    if cx.has_code(signer) {
        return IERC1271::at(signer).is_valid_signature(cx, hash, Bytes::copy_from_slice(signature)) == Ok(VALID);
    }
    Signature::from_bytes(signature).and_then(|signature| signature.recover(hash)) == Ok(signer)
}
