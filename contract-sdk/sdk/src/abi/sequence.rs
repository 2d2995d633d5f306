//! Tuples and arrays.

use super::{Abi, Args, WORD, begin_tail, put_number, take_number, take_tail};
use crate::{buffer::grow, compose::Text};
use alloc::vec::Vec;

/// A name of an ABI type.
type Name = Text<1024>;

macro_rules! tuples {
    ($(($($t:ident $i:tt)*))+) => {
        $(
            impl<$($t: Abi),*> Abi for ($($t,)*) {
                const NAME: &'static str = const { &Name::EMPTY.push("(")$(.element($t::NAME))*.push(")") }.as_str();
                const SPEC: &'static str = const { &Name::EMPTY.push("(")$(.element($t::SPEC))*.push(")") }.as_str();
                const HEAD: usize = if Self::DYNAMIC { WORD } else { head_of(&[$($t::HEAD),*]) };
                const DYNAMIC: bool = false $(|| $t::DYNAMIC)*;
                const IS_TUPLE: bool = true;

                fn put(&self, out: &mut Vec<u8>, base: usize, at: usize) {
                    if Self::DYNAMIC {
                        begin_tail(out, base, at);
                        self.append(out);
                    } else {
                        put_elements!(self, out, base, at, $($t $i)*);
                    }
                }

                fn take(data: &[u8], at: usize) -> Option<Self> {
                    if Self::DYNAMIC {
                        Self::decode(take_tail(data, at)?)
                    } else {
                        take_elements!(data, at, $($t)*)
                    }
                }

                fn encode_return(&self) -> Vec<u8> {
                    // Most methods that act return nothing.
                    if const { head_of(&[$($t::HEAD),*]) == 0 } { Vec::new() } else { self.encode() }
                }

                fn decode_return(data: &[u8]) -> Option<Self> {
                    Self::decode(data)
                }
            }

            impl<$($t: Abi),*> Args for ($($t,)*) {
                fn append(&self, out: &mut Vec<u8>) {
                    let base = out.len();
                    grow(out, head_of(&[$($t::HEAD),*]));
                    put_elements!(self, out, base, base, $($t $i)*);
                }

                fn decode(data: &[u8]) -> Option<Self> {
                    take_elements!(data, 0, $($t)*)
                }
            }
        )+
    };
}

macro_rules! put_elements {
    ($self:ident, $out:ident, $base:expr, $at:expr, $($t:ident $i:tt)*) => {{
        let (_out, _base, _at) = ($out, $base, $at);
        $(
            $self.$i.put(_out, _base, _at);
            let _at = _at.wrapping_add($t::HEAD);
        )*
    }};
}

macro_rules! take_elements {
    ($data:ident, $at:expr, $($t:ident)*) => {{
        let (_data, mut _at) = ($data, $at);
        Some(($(
            {
                let value = $t::take(_data, _at)?;
                _at = usize::wrapping_add(_at, $t::HEAD);
                value
            },
        )*))
    }};
}

/// Begins a tuple with a head of so many bytes: returns where its sequence begins, and where its first value goes.
#[doc(hidden)]
pub fn begin_tuple(out: &mut Vec<u8>, base: usize, at: usize, size: usize, dynamic: bool) -> (usize, usize) {
    if !dynamic {
        return (base, at);
    }
    let tail = begin_tail(out, base, at);
    grow(out, size);
    (tail, tail)
}

/// The sequence of a tuple, and where its first value is.
#[doc(hidden)]
pub fn take_tuple(data: &[u8], at: usize, dynamic: bool) -> Option<(&[u8], usize)> {
    if dynamic { Some((take_tail(data, at)?, 0)) } else { Some((data, at)) }
}

/// Size of the head of a sequence of elements with these.
const fn head_of(heads: &[usize]) -> usize {
    let (mut sum, mut i) = (0, 0);
    while i < heads.len() {
        sum += heads[i];
        i += 1;
    }
    sum
}

tuples! {
    ()
    (A 0)
    (A 0 B 1)
    (A 0 B 1 C 2)
    (A 0 B 1 C 2 D 3)
    (A 0 B 1 C 2 D 3 E 4)
    (A 0 B 1 C 2 D 3 E 4 F 5)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10)
    (A 0 B 1 C 2 D 3 E 4 F 5 G 6 H 7 I 8 J 9 K 10 L 11)
}

/// Writes elements into the head that was grown for them at `base`.
fn put_all<T: Abi>(values: &[T], out: &mut Vec<u8>, base: usize, mut at: usize) {
    for value in values {
        value.put(out, base, at);
        at = at.wrapping_add(T::HEAD);
    }
}

/// Reads `len` elements. They must at least fit `data`, so that a length cannot ask for more memory than the data
/// takes; elements of no size are none.
fn take_all<T: Abi>(data: &[u8], at: usize, len: usize) -> Option<Vec<T>> {
    let bytes = len.checked_mul(T::HEAD)?.checked_add(at)?;
    if bytes > data.len() || (T::HEAD == 0 && len > 0) {
        return None;
    }
    let mut values = Vec::with_capacity(len);
    let mut at = at;
    for _ in 0..len {
        values.push(T::take(data, at)?);
        at = at.wrapping_add(T::HEAD);
    }
    Some(values)
}

impl<T: Abi> Abi for Vec<T> {
    const NAME: &'static str = const { &Name::EMPTY.push(T::NAME).push("[]") }.as_str();
    const SPEC: &'static str = const { &Name::EMPTY.push(T::SPEC).push("[]") }.as_str();
    const HEAD: usize = WORD;
    const DYNAMIC: bool = true;

    fn put(&self, out: &mut Vec<u8>, base: usize, at: usize) {
        let tail = begin_tail(out, base, at);
        let elements = tail.wrapping_add(WORD);
        grow(out, self.len().saturating_mul(T::HEAD).saturating_add(WORD));
        put_number(out, tail, self.len());
        put_all(self, out, elements, elements);
    }

    fn take(data: &[u8], at: usize) -> Option<Self> {
        let tail = take_tail(data, at)?;
        take_all(tail.get(WORD..)?, 0, take_number(tail, 0)?)
    }
}

impl<T: Abi, const N: usize> Abi for [T; N] {
    const NAME: &'static str = const { &Name::EMPTY.push(T::NAME).push("[").number(N as u64).push("]") }.as_str();
    const SPEC: &'static str = const { &Name::EMPTY.push(T::SPEC).push("[").number(N as u64).push("]") }.as_str();
    const HEAD: usize = if Self::DYNAMIC { WORD } else { N * T::HEAD };
    const DYNAMIC: bool = T::DYNAMIC;

    fn put(&self, out: &mut Vec<u8>, base: usize, at: usize) {
        if !Self::DYNAMIC {
            return put_all(self, out, base, at);
        }
        let tail = begin_tail(out, base, at);
        grow(out, N * T::HEAD);
        put_all(self, out, tail, tail);
    }

    fn take(data: &[u8], at: usize) -> Option<Self> {
        let values = match Self::DYNAMIC {
            true => take_all(take_tail(data, at)?, 0, N)?,
            false => take_all(data, at, N)?,
        };
        values.try_into().ok()
    }
}
