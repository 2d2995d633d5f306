//! What a module says of itself: custom sections of JSON, in a zlib stream (RFC 1950) each, because a byte of a module
//! costs 200 gas to deploy. A section that holds plain JSON reads the same.

use alloc::{string::String, vec::Vec};
use miniz_oxide::{
    deflate::compress_to_vec_zlib,
    inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit},
};
use wasmparser::{Parser, Payload};

/// Bytes that a section unpacks to at most: four times the largest module.
pub const MAX_UNPACKED: usize = 1 << 20;

/// How hard it is packed: the most that zlib knows.
const LEVEL: u8 = 9;

/// Why a section cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// It is neither JSON nor a zlib stream.
    #[error("is neither JSON nor a zlib stream of it")]
    Malformed,
    /// It unpacks to too much.
    #[error("unpacks to more than {MAX_UNPACKED} bytes")]
    TooLarge,
}

/// Packs the JSON of a section.
pub fn pack(json: &str) -> Vec<u8> {
    compress_to_vec_zlib(json.as_bytes(), LEVEL)
}

/// Unpacks a section.
///
/// # Errors
/// It is malformed, or unpacks to more than [`MAX_UNPACKED`] bytes.
pub fn unpack(section: &[u8]) -> Result<String, MetadataError> {
    let bytes = match section.first() {
        // A zlib stream begins with 0x78 or another byte whose lower half is 8.
        Some(b'[' | b'{') => section.to_vec(),
        _ => decompress_to_vec_zlib_with_limit(section, MAX_UNPACKED).map_err(|error| match error.status {
            TINFLStatus::HasMoreOutput => MetadataError::TooLarge,
            _ => MetadataError::Malformed,
        })?,
    };
    String::from_utf8(bytes).map_err(|_| MetadataError::Malformed)
}

/// A custom section of a module, as it is; the last of that name counts. `None` if there is none, or the module is
/// malformed before it.
pub fn section<'a>(module: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let sections = Parser::new(0).parse_all(module).map_while(Result::ok);
    let named = sections.filter_map(|payload| match payload {
        Payload::CustomSection(section) if section.name() == name => Some(section.data()),
        _ => None,
    });
    named.last()
}

/// A section of a module, unpacked.
///
/// # Errors
/// It is there, and cannot be read.
pub fn read(module: &[u8], name: &str) -> Result<Option<String>, MetadataError> {
    section(module, name).map(unpack).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_unpacks_and_plain_json_is_read_as_it_is() {
        let json = "[{\"type\":\"function\"},{\"type\":\"function\"},{\"type\":\"function\"}]";
        let packed = pack(json);
        assert!(packed.len() < json.len());
        assert_eq!(unpack(&packed), Ok(String::from(json)));
        assert_eq!(unpack(json.as_bytes()), Ok(String::from(json)));
    }

    #[test]
    fn what_is_malformed_or_a_bomb_is_refused() {
        for malformed in [&b""[..], b"text", &pack("[]")[..5], &[b'[', 0xFF]] {
            assert_eq!(unpack(malformed), Err(MetadataError::Malformed), "{malformed:?}");
        }
        let bomb = compress_to_vec_zlib(&alloc::vec![b' '; MAX_UNPACKED + 1], LEVEL);
        assert_eq!(unpack(&bomb), Err(MetadataError::TooLarge));
        assert_eq!(section(b"\0asm\x01\0\0\0", "zx_abi"), None);
    }
}
