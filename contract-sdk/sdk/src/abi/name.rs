//! Names of composed types, composed by the compiler.

/// Bytes that a type's name can have. A longer one is a compile-time error.
const CAPACITY: usize = 512;

/// A name in the making.
#[derive(Clone, Copy)]
pub(super) struct Name {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl Name {
    pub(super) const EMPTY: Self = Self { bytes: [0; CAPACITY], len: 0 };

    pub(super) const fn push(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        assert!(self.len + text.len() <= CAPACITY, "the Solidity name of a type is longer than 512 bytes");
        let mut i = 0;
        while i < text.len() {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    /// The next element of a tuple.
    pub(super) const fn element(self, name: &str) -> Self {
        match self.len {
            // After the parenthesis.
            1 => self.push(name),
            _ => self.push(",").push(name),
        }
    }

    pub(super) const fn number(self, number: usize) -> Self {
        const DIGITS: &str = "0123456789";
        let rest = if number >= 10 { self.number(number / 10) } else { self };
        let (_, from) = DIGITS.split_at(number % 10);
        let (digit, _) = from.split_at(1);
        rest.push(digit)
    }

    pub(super) const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.len);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            // Whole texts were pushed.
            Err(_) => "",
        }
    }
}
