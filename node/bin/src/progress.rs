//! How far a long piece of work is, on standard error: a bar on a terminal, else a line every few seconds.
//!
//! A library for this would be one more dependency in the node for what a carriage return does.

use crate::text::grouped;
use std::{
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};
use zx_storage::Progress;

/// Characters of the bar.
const WIDTH: u64 = 24;
/// Between two pictures of the bar.
const FRAME: Duration = Duration::from_millis(100);
/// Between two lines in a log; work that takes less says nothing.
const LINE: Duration = Duration::from_secs(5);

/// Shows progress until it is dropped.
pub(crate) struct Bar {
    terminal: bool,
    last: Instant,
    step: &'static str,
    shown: bool,
}

impl Bar {
    pub(crate) fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), last: Instant::now(), step: "", shown: false }
    }

    /// Shows it, if it is time to.
    pub(crate) fn show(&mut self, progress: Progress) {
        let pause = if self.terminal { FRAME } else { LINE };
        let new_step = self.terminal && self.step != progress.step;
        if !new_step && self.last.elapsed() < pause {
            return;
        }
        (self.last, self.step, self.shown) = (Instant::now(), progress.step, true);
        let line = line(&progress);
        // Nobody may be reading it; the work goes on.
        let mut out = std::io::stderr().lock();
        let _ = if self.terminal { write!(out, "\r\x1b[2K{line}") } else { writeln!(out, "{line}") };
        let _ = out.flush();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.terminal && self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }
}

fn line(Progress { step, done, of }: &Progress) -> String {
    let Some(of) = of.filter(|of| *of > 0) else { return format!("{step:<16} {}", grouped(*done)) };
    let share = |of_what: u64| u64::try_from(u128::from(*done.min(&of)) * u128::from(of_what) / u128::from(of));
    let (filled, percent) = (share(WIDTH).unwrap_or_default(), share(100).unwrap_or_default());
    let bar: String = (0..WIDTH).map(|at| if at < filled { '█' } else { '░' }).collect();
    format!("{step:<16} {bar} {percent:>3} %  {} of {}", grouped(*done), grouped(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_much_of_how_much() {
        let at = |done, of| line(&Progress { step: "blocks", done, of });
        assert_eq!(at(1_234, None), "blocks           1,234");
        assert_eq!(at(1_234, Some(0)), at(1_234, None));
        assert!(at(0, Some(10)).contains("░   0 %  0 of 10"));
        assert!(at(10, Some(10)).contains("█ 100 %  10 of 10"));
        assert!(at(u64::MAX, Some(u64::MAX)).contains("100 %"));
    }
}
