//! The report as text for people: the plan, then what became of it.

use std::fmt;

use super::{ExecutorReport, Report};
use crate::plan::{Seconds, bytes_text, strip_times};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.plan)?;
        write!(f, "took {}", time(self.elapsed.as_secs_f64()))?;
        if let Some(error) = self.prediction_error() {
            write!(f, ", predicted {} ({})", self.plan.predicted, difference(error))?;
        }
        write_rest(self, f, true)
    }
}

/// Displays a [`Report`] without times; see [`Report::without_times`].
#[derive(Debug, Clone, Copy)]
pub struct ReportWithoutTimes<'a>(pub(super) &'a Report);

impl ReportWithoutTimes<'_> {
    /// [`Report::to_json`] with `null` for what differs from run to run.
    pub fn to_json(&self) -> String {
        strip_times(&self.0.to_json())
    }
}

impl fmt::Display for ReportWithoutTimes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}done", self.0.plan.without_times())?;
        write_rest(self.0, f, false)
    }
}

fn write_rest(report: &Report, f: &mut fmt::Formatter<'_>, times: bool) -> fmt::Result {
    let all = report.executors.iter().map(|executor| executor.elements).sum();
    report
        .executors
        .iter()
        .try_for_each(|executor| write_executor(executor, (all, report.plan.unit), f, times))?;
    report.incidents.iter().try_for_each(|incident| write!(f, "\n  incident: {incident}"))?;
    report.notes.iter().try_for_each(|note| write!(f, "\n  note: {note}"))
}

/// `gpu `X`: 41943040 elements (0.625) in 10 chunks, 11.8 ms; upload 5.00 ms; 168 MB up, 168 MB down`.
fn write_executor(
    executor: &ExecutorReport,
    (all, unit): (usize, &str),
    f: &mut fmt::Formatter<'_>,
    times: bool,
) -> fmt::Result {
    match executor.executor {
        crate::plan::Executor::Gpu => write!(f, "\n  gpu `{}`: ", executor.name)?,
        _ => write!(f, "\n  {}: ", executor.name)?,
    }
    write!(f, "{} {unit}{}", executor.elements, plural(executor.elements))?;
    if executor.elements < all {
        write!(f, " ({:.3})", executor.elements as f64 / all as f64)?;
    }
    write!(f, " in {} chunk{}", executor.chunks.len(), plural(executor.chunks.len()))?;
    if times {
        write!(f, ", {}", time(executor.busy_s))?;
    }
    let phases = [
        ("open", executor.open_s),
        ("compile", executor.compile_s),
        ("upload", executor.upload_s),
        ("kernel", executor.kernel_s),
        ("download", executor.download_s),
    ];
    let known = phases.iter().filter_map(|(name, seconds)| seconds.map(|seconds| (name, seconds)));
    for (index, (name, seconds)) in known.enumerate() {
        write!(f, "{} {name}", if index == 0 { ";" } else { "," })?;
        if times {
            write!(f, " {}", time(seconds))?;
        }
    }
    if executor.bytes_up + executor.bytes_down > 0 {
        let text = |bytes| bytes_text(bytes as f64);
        write!(f, "; {} up, {} down", text(executor.bytes_up), text(executor.bytes_down))?;
    }
    Ok(())
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

fn time(seconds: f64) -> Seconds {
    Seconds { low: seconds, expected: seconds, high: seconds }
}

/// `+3%`, and `5.2 times` of what is far off.
fn difference(error: f64) -> String {
    let factor = 1.0 + error;
    if factor >= 2.0 { format!("{factor:.1} times") } else { format!("{:+.0}%", 100.0 * error) }
}
