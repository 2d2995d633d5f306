//! Giving a run up: nobody waits for its answer any more.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

/// What a run that is given up ends with. revm passes texts through; this one is known by its address-free words.
pub(crate) const CANCELLED: &str = "the run was given up";

/// When a run is to be given up: at a moment, or as soon as somebody says so. The default is never.
///
/// It is looked at where a frame begins and between the runs of an estimate: what lies between is bounded by the gas of
/// a block, some tenths of a second.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    deadline: Option<Instant>,
    flag: Option<Arc<AtomicBool>>,
}

impl Cancel {
    /// At a moment.
    pub fn at(deadline: Instant) -> Self {
        Self { deadline: Some(deadline), flag: None }
    }

    /// When this becomes true, too.
    #[must_use]
    pub fn or_when(self, flag: Arc<AtomicBool>) -> Self {
        Self { flag: Some(flag), ..self }
    }

    /// Whether the run is to be given up.
    pub fn is_due(&self) -> bool {
        self.flag.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
            || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_run_is_given_up_at_its_moment_or_when_it_is_said() {
        assert!(!Cancel::default().is_due());
        assert!(Cancel::at(Instant::now()).is_due());
        let flag = Arc::new(AtomicBool::new(false));
        let cancel = Cancel::at(Instant::now() + Duration::from_secs(3_600)).or_when(Arc::clone(&flag));
        assert!(!cancel.is_due());
        flag.store(true, Ordering::Relaxed);
        assert!(cancel.is_due());
    }
}
