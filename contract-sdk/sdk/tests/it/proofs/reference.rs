//! A trie as the Yellow Paper writes it down (appendix D), unlike alloy's also with values in branches: keys may begin
//! with other keys.

use alloy_rlp::Header;
use zx::{B256, testing::TestHost};

/// A node with all that is below it.
pub enum Trie {
    Empty,
    Leaf(Vec<u8>, Vec<u8>),
    Extension(Vec<u8>, Box<Self>),
    Branch(Vec<Self>, Vec<u8>),
}

pub fn keccak(bytes: &[u8]) -> B256 {
    TestHost::new().look(|cx| cx.keccak256(bytes))
}

pub fn nibbles(key: &[u8]) -> Vec<u8> {
    key.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]).collect()
}

/// Hex-prefix encoding (appendix C).
pub fn hex_prefix(nibbles: &[u8], leaf: bool) -> Vec<u8> {
    let flags = 2 * u8::from(leaf) + (nibbles.len() % 2) as u8;
    let filled: Vec<u8> = match nibbles.len() % 2 {
        0 => [&[flags, 0], nibbles].concat(),
        _ => [&[flags], nibbles].concat(),
    };
    filled.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

pub fn string(bytes: &[u8]) -> Vec<u8> {
    alloy_rlp::encode(bytes)
}

/// A list of encoded items.
pub fn list(items: &[Vec<u8>]) -> Vec<u8> {
    let payload = items.concat();
    let mut out = Vec::new();
    Header { list: true, payload_length: payload.len() }.encode(&mut out);
    [out, payload].concat()
}

impl Trie {
    /// A trie of these: sorted by key, no key twice, no value empty.
    pub fn new<K: AsRef<[u8]>, V: AsRef<[u8]>>(entries: &[(K, V)]) -> Self {
        let entries: Vec<_> = entries.iter().map(|(k, v)| (nibbles(k.as_ref()), v.as_ref().to_vec())).collect();
        Self::of(&entries, 0)
    }

    /// Of entries that have their first `depth` nibbles in common.
    fn of(entries: &[(Vec<u8>, Vec<u8>)], depth: usize) -> Self {
        match entries {
            [] => Self::Empty,
            [(key, value)] => Self::Leaf(key[depth..].to_vec(), value.clone()),
            [(first, _), .., (last, _)] => {
                let common = first[depth..].iter().zip(&last[depth..]).take_while(|(a, b)| a == b).count();
                let branch = Self::branch(entries, depth + common);
                match common {
                    0 => branch,
                    _ => Self::Extension(first[depth..depth + common].to_vec(), Box::new(branch)),
                }
            }
        }
    }

    fn branch(entries: &[(Vec<u8>, Vec<u8>)], depth: usize) -> Self {
        let (own, below) = match entries {
            [(key, value), below @ ..] if key.len() == depth => (value.clone(), below),
            _ => (Vec::new(), entries),
        };
        let child = |nibble| {
            let from = below.partition_point(|(key, _)| key[depth] < nibble);
            let to = below.partition_point(|(key, _)| key[depth] <= nibble);
            Self::of(&below[from..to], depth + 1)
        };
        Self::Branch((0..16).map(child).collect(), own)
    }

    pub fn encoded(&self) -> Vec<u8> {
        match self {
            Self::Empty => string(&[]),
            Self::Leaf(path, value) => list(&[string(&hex_prefix(path, true)), string(value)]),
            Self::Extension(path, child) => list(&[string(&hex_prefix(path, false)), child.reference()]),
            Self::Branch(children, value) => {
                let children = children.iter().map(Self::reference);
                list(&children.chain([string(value)]).collect::<Vec<_>>())
            }
        }
    }

    fn reference(&self) -> Vec<u8> {
        let encoded = self.encoded();
        if encoded.len() < 32 { encoded } else { string(&keccak(&encoded).0) }
    }

    pub fn root(&self) -> B256 {
        keccak(&self.encoded())
    }

    /// The nodes on the way to a key: those that have a hash of their own, and the root.
    pub fn prove(&self, key: &[u8]) -> Vec<Vec<u8>> {
        let (mut node, mut rest, mut proof) = (self, &nibbles(key)[..], Vec::new());
        loop {
            let encoded = node.encoded();
            if proof.is_empty() || encoded.len() >= 32 {
                proof.push(encoded);
            }
            node = match node {
                Self::Extension(path, child) if rest.starts_with(path) => {
                    rest = &rest[path.len()..];
                    child
                }
                Self::Branch(children, _) if !rest.is_empty() => {
                    let child = &children[usize::from(rest[0])];
                    rest = &rest[1..];
                    child
                }
                _ => return proof,
            };
            if matches!(node, Self::Empty) {
                return proof;
            }
        }
    }
}
