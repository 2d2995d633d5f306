//! Texts composed by the compiler: names of types, and what a module says of itself.

/// A text in the making, of at most `CAPACITY` bytes. A longer one is a compile-time error.
#[derive(Clone, Copy, Debug)]
pub struct Text<const CAPACITY: usize> {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl<const CAPACITY: usize> Text<CAPACITY> {
    pub(crate) const EMPTY: Self = Self { bytes: [0; CAPACITY], len: 0 };

    pub(crate) const fn push(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        assert!(self.len + text.len() <= CAPACITY, "the name of a type is too long: give a struct less members");
        let mut i = 0;
        while i < text.len() {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    /// The next element of a tuple.
    pub(crate) const fn element(self, name: &str) -> Self {
        match self.len {
            // After the parenthesis.
            1 => self.push(name),
            _ => self.push(",").push(name),
        }
    }

    pub(crate) const fn number(self, number: u64) -> Self {
        const DIGITS: &str = "0123456789";
        let rest = if number >= 10 { self.number(number / 10) } else { self };
        let (_, from) = DIGITS.split_at((number % 10) as usize);
        let (digit, _) = from.split_at(1);
        rest.push(digit)
    }

    pub(crate) const fn hex(mut self, bytes: &[u8]) -> Self {
        const DIGITS: &str = "0123456789abcdef";
        let mut i = 0;
        while i < bytes.len() * 2 {
            let nibble = if i % 2 == 0 { bytes[i / 2] >> 4 } else { bytes[i / 2] & 15 };
            let (_, from) = DIGITS.split_at(nibble as usize);
            self = self.push(from.split_at(1).0);
            i += 1;
        }
        self
    }

    /// What it is by now.
    pub const fn as_str(&self) -> &str {
        let (text, _) = self.bytes.split_at(self.len);
        match core::str::from_utf8(text) {
            Ok(text) => text,
            // Whole texts were pushed.
            Err(_) => "",
        }
    }
}
