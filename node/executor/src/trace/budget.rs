//! How much a trace may take, and for how long.

use crate::cancel::{CANCELLED, Cancel};

/// What a run ends with whose trace is full. revm passes texts through.
const FULL: &str = "the trace is full";

/// Steps between two looks at the clock: some microseconds.
const LOOK: u32 = 1_024;

/// Bytes that a trace may still take as JSON, about as many as it takes in memory.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
    full: bool,
    cancel: Cancel,
    steps: u32,
}

impl Budget {
    pub(crate) fn new(bytes: usize, cancel: &Cancel) -> Self {
        Self { left: bytes, full: false, cancel: cancel.clone(), steps: 0 }
    }

    /// Takes some; false, from then on, once there is too little.
    pub(crate) fn charge(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) if !self.full => self.left = left,
            _ => self.full = true,
        }
        !self.full
    }

    pub(crate) fn left(&self) -> usize {
        self.left
    }

    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Why to stop, if there is a reason.
    pub(crate) fn stop(&self) -> Option<&'static str> {
        match self.full {
            true => Some(FULL),
            false => self.cancel.is_due().then_some(CANCELLED),
        }
    }

    /// The same, looking at the clock now and then.
    pub(crate) fn step(&mut self) -> Option<&'static str> {
        self.steps = self.steps.wrapping_add(1);
        match self.steps.is_multiple_of(LOOK) {
            true => self.stop(),
            false => self.full.then_some(FULL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_full_stays_full() {
        let mut budget = Budget::new(10, &Cancel::default());
        assert!(budget.charge(6) && budget.charge(4));
        assert_eq!((budget.left(), budget.stop()), (0, None));
        assert!(!budget.charge(1) && !budget.charge(0));
        assert_eq!((budget.stop(), budget.step()), (Some(FULL), Some(FULL)));
    }

    #[test]
    fn the_clock_is_looked_at_now_and_then() {
        let mut budget = Budget::new(10, &Cancel::at(std::time::Instant::now()));
        let stops = (0..2 * LOOK).filter(|_| budget.step() == Some(CANCELLED)).count();
        assert_eq!(stops, 2);
    }
}
