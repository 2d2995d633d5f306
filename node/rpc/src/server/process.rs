//! Figures of the process, as the kernel of Linux has them; elsewhere there are none.

use super::metrics::Maker;
use prometheus::{Counter, IntGauge};
use std::fs;

/// Figures of the process.
#[derive(Debug)]
pub(super) struct Gauges {
    resident: IntGauge,
    threads: IntGauge,
    files: IntGauge,
    cpu: Counter,
}

impl Gauges {
    pub(super) fn new(make: &Maker) -> prometheus::Result<Self> {
        Ok(Self {
            resident: make.gauge("process_resident_memory_bytes", "Memory that the process has in RAM.")?,
            threads: make.gauge("process_threads", "Threads.")?,
            files: make.gauge("process_open_fds", "Open files and sockets.")?,
            cpu: make.keep(Counter::new("process_cpu_seconds_total", "Processor time, of all threads."))?,
        })
    }

    pub(super) fn look(&self) {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        self.resident.set(field(&status, "VmRSS:").saturating_mul(1024));
        self.threads.set(field(&status, "Threads:"));
        let files = fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        self.files.set(i64::try_from(files).unwrap_or(i64::MAX));
        let seconds = cpu(&fs::read_to_string("/proc/self/stat").unwrap_or_default());
        self.cpu.inc_by((seconds - self.cpu.get()).max(0.0));
    }
}

/// The number of a line of `/proc/self/status`.
fn field(status: &str, name: &str) -> i64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Seconds of user and system time of `/proc/self/stat`: fields 14 and 15, in hundredths of a second on every machine (proc(5)).
fn cpu(stat: &str) -> f64 {
    // The name of the program, in brackets, may hold anything.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = rest.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok());
    ticks.map(f64::from).sum::<f64>() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_files_are_read() {
        assert_eq!(field("Name:\tx\nVmRSS:\t  1234 kB\nThreads:\t5\n", "VmRSS:"), 1234);
        assert_eq!(field("", "VmRSS:"), 0);
        assert_eq!(cpu("7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0"), 1.75);
        assert_eq!(cpu(""), 0.0);
    }
}
