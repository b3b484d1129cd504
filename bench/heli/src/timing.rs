//! Process CPU seconds, wall seconds and memory, as every peer of the comparison is timed.

use serde::Serialize;
use std::time::Instant;

/// The middle of several runs.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Times {
    /// Seconds of all threads of this process.
    pub(crate) cpu_s: f64,
    /// Seconds on the wall.
    pub(crate) wall_s: f64,
    /// The least CPU seconds of a run.
    pub(crate) cpu_least_s: f64,
    /// How many runs.
    pub(crate) runs: usize,
}

/// Seconds that all threads of this process have spent.
pub(crate) fn cpu_now() -> f64 {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    spent.tv_sec as f64 + spent.tv_nsec as f64 / 1e9
}

/// Runs `work` several times; what the last run gave, and the middle times. What a run gave is let go before the next
/// begins, so that no run has to find room beside it.
#[allow(clippy::disallowed_methods)] // Measuring time is what this crate is for.
pub(crate) fn timed<T>(runs: usize, mut work: impl FnMut() -> T) -> (T, Times) {
    let (mut cpu, mut wall) = (Vec::new(), Vec::new());
    let mut once = || {
        let (began, spent) = (Instant::now(), cpu_now());
        let found = work();
        cpu.push(cpu_now() - spent);
        wall.push(began.elapsed().as_secs_f64());
        found
    };
    for _ in 1..runs {
        drop(once());
    }
    let found = once();
    let times = Times {
        cpu_s: middle(&mut cpu),
        wall_s: middle(&mut wall),
        cpu_least_s: cpu.first().copied().unwrap_or_default(),
        runs: cpu.len(),
    };
    (found, times)
}

/// The middle of some numbers, which are sorted by it.
pub(crate) fn middle(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}

/// The most memory this process has held, in MiB; 0 where the system does not tell.
pub(crate) fn memory_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}
