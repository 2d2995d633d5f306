//! Several states at once.
//!
//! Within one state there is little that a processor could do side by side. But the same word of 8 states fits into one
//! register (AVX-512), or of 4 (AVX2), and an instruction on it does the work for all of them: here a hash takes a
//! quarter, or half, of its time alone. Which registers there are is asked when the program runs.

use super::Block;
use alloy_primitives::B256;
use pulp::{
    NullaryFnOnce, cast,
    x86::{V3, V4},
};
use std::arch::x86_64::{__m256i, __m512i};

/// Inputs from which on this is worth it.
pub(super) const FEWEST: usize = 2;

/// What goes into a lane that has ended.
const NOTHING: &Block = &[[0; 8]; 17];

/// Constants of the rounds (FIPS 202, section 3.2.5).
const ROUNDS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// The hash of each input, which is padded; `None` if the processor has no such registers.
pub(super) fn hashes(inputs: &[&[Block]]) -> Option<Vec<B256>> {
    match V4::try_new() {
        Some(wide) => Some(grouped(wide, inputs)),
        None => V3::try_new().map(|wide| grouped(wide, inputs)),
    }
}

/// Registers of one kind, each with the same word of `N` states, and what is done with them.
trait Wide<const N: usize>: Copy {
    type Word: Copy;
    fn load(self, words: [u64; N]) -> Self::Word;
    fn store(self, word: Self::Word) -> [u64; N];
    fn xor(self, a: Self::Word, b: Self::Word) -> Self::Word;
    fn xor3(self, a: Self::Word, b: Self::Word, c: Self::Word) -> Self::Word;
    /// `a ^ (!b & c)`.
    fn chi(self, a: Self::Word, b: Self::Word, c: Self::Word) -> Self::Word;
    /// Rotates to the left by `L` bits; `R` is 64 less that.
    fn turn<const L: i32, const R: i32>(self, a: Self::Word) -> Self::Word;
    /// Runs something with the instructions of the kind.
    fn run<F: NullaryFnOnce>(self, work: F) -> F::Output;
}

impl Wide<8> for V4 {
    type Word = __m512i;

    #[inline(always)]
    fn load(self, words: [u64; 8]) -> __m512i {
        cast(words)
    }

    #[inline(always)]
    fn store(self, word: __m512i) -> [u64; 8] {
        cast(word)
    }

    #[inline(always)]
    fn xor(self, a: __m512i, b: __m512i) -> __m512i {
        self.avx512f._mm512_xor_si512(a, b)
    }

    // The number is the truth table: bit 4a + 2b + c of it is the result.
    #[inline(always)]
    fn xor3(self, a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        self.avx512f._mm512_ternarylogic_epi64::<0b1001_0110>(a, b, c)
    }

    #[inline(always)]
    fn chi(self, a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        self.avx512f._mm512_ternarylogic_epi64::<0b1101_0010>(a, b, c)
    }

    #[inline(always)]
    fn turn<const L: i32, const R: i32>(self, a: __m512i) -> __m512i {
        self.avx512f._mm512_rol_epi64::<L>(a)
    }

    #[inline(always)]
    fn run<F: NullaryFnOnce>(self, work: F) -> F::Output {
        self.vectorize(work)
    }
}

impl Wide<4> for V3 {
    type Word = __m256i;

    #[inline(always)]
    fn load(self, words: [u64; 4]) -> __m256i {
        cast(words)
    }

    #[inline(always)]
    fn store(self, word: __m256i) -> [u64; 4] {
        cast(word)
    }

    #[inline(always)]
    fn xor(self, a: __m256i, b: __m256i) -> __m256i {
        self.avx2._mm256_xor_si256(a, b)
    }

    #[inline(always)]
    fn xor3(self, a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        self.xor(self.xor(a, b), c)
    }

    #[inline(always)]
    fn chi(self, a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        self.xor(a, self.avx2._mm256_andnot_si256(b, c))
    }

    #[inline(always)]
    fn turn<const L: i32, const R: i32>(self, a: __m256i) -> __m256i {
        let (left, right) = (self.avx2._mm256_slli_epi64::<L>(a), self.avx2._mm256_srli_epi64::<R>(a));
        self.avx2._mm256_or_si256(left, right)
    }

    #[inline(always)]
    fn run<F: NullaryFnOnce>(self, work: F) -> F::Output {
        self.vectorize(work)
    }
}

/// Hashes `N` inputs at a time, those together that have as many blocks.
fn grouped<W: Wide<N>, const N: usize>(wide: W, inputs: &[&[Block]]) -> Vec<B256> {
    let mut order: Vec<(&[Block], usize)> = inputs.iter().copied().zip(0..).collect();
    order.sort_by_key(|(input, _)| input.len());
    let mut hashes = vec![B256::ZERO; inputs.len()];
    for some in order.chunks(N) {
        let mut lanes = [&[][..]; N];
        lanes.iter_mut().zip(some).for_each(|(lane, (input, _))| *lane = input);
        let found = wide.run(Together { wide, inputs: lanes });
        for ((_, place), hash) in some.iter().zip(found) {
            if let Some(slot) = hashes.get_mut(*place) {
                *slot = hash;
            }
        }
    }
    hashes
}

/// The work on `N` inputs; some may be without blocks.
struct Together<'a, W, const N: usize> {
    wide: W,
    inputs: [&'a [Block]; N],
}

impl<W: Wide<N>, const N: usize> NullaryFnOnce for Together<'_, W, N> {
    type Output = [B256; N];

    #[inline(always)]
    fn call(self) -> [B256; N] {
        let Self { wide, inputs } = self;
        let mut state = [wide.load([0; N]); 25];
        let mut hashes = [B256::ZERO; N];
        let most = inputs.iter().map(|input| input.len()).max().unwrap_or_default();
        for turn in 1..=most {
            let blocks = inputs.map(|input| input.get(turn.wrapping_sub(1)).unwrap_or(NOTHING));
            absorb(wide, &mut state, blocks);
            permute(wide, &mut state);
            let [a, b, c, d, ..] = state;
            let words = [a, b, c, d].map(|word| wide.store(word));
            for (lane, (hash, input)) in hashes.iter_mut().zip(&inputs).enumerate() {
                if input.len() == turn {
                    let words = words.map(|word| word.get(lane).copied().unwrap_or_default().to_le_bytes());
                    hash.0.copy_from_slice(words.as_flattened());
                }
            }
        }
        hashes
    }
}

#[inline(always)]
fn absorb<W: Wide<N>, const N: usize>(wide: W, state: &mut [W::Word; 25], blocks: [&Block; N]) {
    let word = |place: usize| blocks.map(|block| block.get(place).map_or(0, |bytes| u64::from_le_bytes(*bytes)));
    for (place, into) in state.iter_mut().take(NOTHING.len()).enumerate() {
        *into = wide.xor(*into, wide.load(word(place)));
    }
}

/// Keccak-f[1600] (FIPS 202, section 3.3): word 5y + x of the state is lane (x, y).
#[inline(always)]
#[allow(clippy::indexing_slicing, reason = "numbers below 25 in an array of 25: no bound is left in the code")]
fn permute<W: Wide<N>, const N: usize>(wide: W, a: &mut [W::Word; 25]) {
    for round in ROUNDS {
        // Theta.
        let column = |x: usize| wide.xor3(wide.xor3(a[x], a[x + 5], a[x + 10]), a[x + 15], a[x + 20]);
        let columns = [column(0), column(1), column(2), column(3), column(4)];
        let turned = columns.map(|column| wide.turn::<1, 63>(column));
        for x in 0..5 {
            for y in [0, 5, 10, 15, 20] {
                a[y + x] = wide.xor3(a[y + x], columns[(x + 4) % 5], turned[(x + 1) % 5]);
            }
        }
        // Rho and pi.
        let b = [
            a[0],
            wide.turn::<44, 20>(a[6]),
            wide.turn::<43, 21>(a[12]),
            wide.turn::<21, 43>(a[18]),
            wide.turn::<14, 50>(a[24]),
            wide.turn::<28, 36>(a[3]),
            wide.turn::<20, 44>(a[9]),
            wide.turn::<3, 61>(a[10]),
            wide.turn::<45, 19>(a[16]),
            wide.turn::<61, 3>(a[22]),
            wide.turn::<1, 63>(a[1]),
            wide.turn::<6, 58>(a[7]),
            wide.turn::<25, 39>(a[13]),
            wide.turn::<8, 56>(a[19]),
            wide.turn::<18, 46>(a[20]),
            wide.turn::<27, 37>(a[4]),
            wide.turn::<36, 28>(a[5]),
            wide.turn::<10, 54>(a[11]),
            wide.turn::<15, 49>(a[17]),
            wide.turn::<56, 8>(a[23]),
            wide.turn::<62, 2>(a[2]),
            wide.turn::<55, 9>(a[8]),
            wide.turn::<39, 25>(a[14]),
            wide.turn::<41, 23>(a[15]),
            wide.turn::<2, 62>(a[21]),
        ];
        // Chi and iota.
        for y in [0, 5, 10, 15, 20] {
            for x in 0..5 {
                a[y + x] = wide.chi(b[y + x], b[y + (x + 1) % 5], b[y + (x + 2) % 5]);
            }
        }
        a[0] = wide.xor(a[0], wide.load([round; N]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keccak::Batch;
    use alloy_primitives::keccak256;

    /// Both kinds are tried where there are both: what is used is the wider.
    #[test]
    fn lanes_of_both_widths_hash_alike() {
        let inputs: Vec<Vec<u8>> = (0..29).map(|n| vec![n as u8; n * 61 % 420]).collect();
        let mut batch = Batch::default();
        inputs.iter().for_each(|input| batch.push(|out| out.extend_from_slice(input)));
        let hashes: Vec<_> = inputs.iter().map(keccak256).collect();
        if let Some(wide) = V3::try_new() {
            assert_eq!(grouped(wide, &batch.padded()), hashes);
        }
        if let Some(wide) = V4::try_new() {
            assert_eq!(grouped(wide, &batch.padded()), hashes);
        }
    }
}
