//! Peak memory of a call, as the system counts it.

use std::fs;

use crate::suite::Outcome;
use crate::table::length;

/// Bytes by which a call raised the peak of resident memory, its result included. `None` where the system does not say.
pub(crate) fn peak<T>(call: impl FnOnce() -> Outcome<T>) -> Outcome<Option<u64>> {
    // 5 sets the peak back to what is resident now: proc_pid_clear_refs(5).
    let counts = fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = status("VmRSS:");
    let result = call()?;
    let after = status("VmHWM:");
    drop(result);
    Ok(before.zip(after).filter(|_| counts).map(|(before, after)| after.saturating_sub(before)))
}

fn status(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

/// The peak of a call with `n` results of four bytes, for people.
pub(crate) fn note(case: &str, n: usize, peak: Option<u64>) -> String {
    let mib = |bytes: f64| bytes / f64::from(1 << 20);
    let output = 4.0 * n as f64;
    match peak {
        Some(peak) => format!(
            "memory: {case} n={}: output {:.1} MiB, peak {:.1} MiB ({:+.1} MiB)",
            length(n),
            mib(output),
            mib(peak as f64),
            mib(peak as f64 - output)
        ),
        None => format!("memory: {case} n={}: this system does not say", length(n)),
    }
}
