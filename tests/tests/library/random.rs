//! Numbers that a seed decides, the same on every machine.

use alloy_primitives::U256;

/// SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is above zero.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.word() % end
    }

    /// One of these.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// Whether what happens so often in a hundred times happens.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Mostly up to `likely`; now and then nothing, one, what no balance has, or the most.
    pub(crate) fn amount(&mut self, likely: u64) -> U256 {
        match self.below(20) {
            0 => U256::ZERO,
            1 => U256::ONE,
            2 => U256::from(self.word()) << 100,
            3 => U256::MAX,
            _ => U256::from(self.below(likely.max(1))),
        }
    }
}
