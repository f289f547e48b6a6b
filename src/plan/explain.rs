//! The explanation: a plan as text for people. Prediction, bounds, where each number came from, what was rejected.

use std::fmt;

use super::json::strip_times;
use super::outcome::{Alternative, Choice, Executor, Plan, Rejected, Term};
use super::profile::Provenance;
use super::seconds::{BYTE_UNITS, bytes_text, scaled};

impl Plan {
    /// The explanation without times, rates and numbers of calls: what stays the same from run to run on one machine,
    /// for tests that compare text.
    pub fn without_times(&self) -> WithoutTimes<'_> {
        WithoutTimes(self)
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, f, true)
    }
}

/// Displays a [`Plan`] without times; see [`Plan::without_times`].
#[derive(Debug, Clone, Copy)]
pub struct WithoutTimes<'a>(&'a Plan);

impl WithoutTimes<'_> {
    /// [`Plan::to_json`] with `null` for what differs from run to run.
    pub fn to_json(&self) -> String {
        strip_times(&self.0.to_json())
    }
}

impl fmt::Display for WithoutTimes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self.0, f, false)
    }
}

fn write(plan: &Plan, f: &mut fmt::Formatter<'_>, times: bool) -> fmt::Result {
    let adapter = plan.adapter.as_deref().unwrap_or("?");
    write!(f, "{}, {}: ", plan.label, count(plan.len, plan.unit))?;
    match plan.choice {
        Choice::Cpu => writeln!(f, "cpu")?,
        Choice::Gpu => writeln!(f, "gpu `{adapter}`")?,
        Choice::Split { gpu_elements } => {
            let share = gpu_elements as f64 / plan.len as f64;
            writeln!(f, "{share:.3} on gpu `{adapter}`, the others on the cpu")?;
        }
    }
    writeln!(f, "  placement: {} ({})", plan.placement, plan.origin)?;
    // Of kernels that nobody has run nothing is predicted.
    let of_kernel = plan.unit != "element";
    let predicted = !of_kernel || !plan.terms.is_empty();
    if times && predicted {
        let bound = |expected| super::Seconds { expected, ..plan.predicted };
        let (low, high) = (bound(plan.predicted.low), bound(plan.predicted.high));
        write!(f, "  predicted: {}, between {low} and {high}", plan.predicted)?;
        if plan.contention > 0.0 {
            write!(f, ", with {:.0}% added for running both at once", 100.0 * plan.contention)?;
        }
        writeln!(f)?;
    }
    if predicted && !plan.gpu_range().is_empty() {
        let chunks = plan.gpu_range().len().div_ceil(plan.gpu_chunk_len.max(1));
        let chunks = count(chunks, "chunk");
        match of_kernel {
            true => writeln!(f, "  gpu: invocations {}", range(plan.gpu_range()))?,
            false => {
                writeln!(
                    f,
                    "  gpu: elements {}, {chunks} of {}",
                    range(plan.gpu_range()),
                    plan.gpu_chunk_len
                )?;
            }
        }
        write_terms(plan, Executor::Gpu, f, times)?;
    }
    if predicted && !plan.cpu_range().is_empty() {
        let threads = count(plan.threads, "thread");
        let chunk = plan.cpu_chunk_len;
        match of_kernel {
            true => writeln!(f, "  cpu: invocations {}, {threads}", range(plan.cpu_range()))?,
            false => {
                writeln!(f, "  cpu: elements {}, {threads}, chunks of {chunk}", range(plan.cpu_range()))?
            }
        }
        write_terms(plan, Executor::Cpu, f, times)?;
    }
    if !plan.rejected.is_empty() {
        writeln!(f, "  rejected:")?;
        plan.rejected.iter().try_for_each(|rejected| write_rejected(rejected, plan.len, f, times))?;
    }
    plan.notes.iter().try_for_each(|note| writeln!(f, "  note: {note}"))
}

fn range(range: std::ops::Range<usize>) -> String {
    format!("{}..{}", range.start, range.end)
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn write_terms(plan: &Plan, executor: Executor, f: &mut fmt::Formatter<'_>, times: bool) -> fmt::Result {
    plan.terms.iter().filter(|term| term.executor == executor).try_for_each(|term| write_term(term, f, times))
}

fn write_term(term: &Term, f: &mut fmt::Formatter<'_>, times: bool) -> fmt::Result {
    let name = term.name;
    let bytes = bytes_text(term.bytes);
    match (times, term.bytes > 0.0) {
        (true, true) => {
            let rate = scaled(term.bytes / term.seconds.expected, &BYTE_UNITS);
            writeln!(f, "    {name:<9}{:>8}  {bytes} at {rate}/s ({})", term.seconds, term.source)
        }
        (true, false) => writeln!(f, "    {name:<9}{:>8}  ({})", term.seconds, term.source),
        (false, true) => writeln!(f, "    {name:<9}{bytes} ({})", kind(term.source)),
        (false, false) => writeln!(f, "    {name:<9}({})", kind(term.source)),
    }
}

fn kind(source: Provenance) -> &'static str {
    match source {
        Provenance::Measured { .. } => "measured",
        Provenance::Calibrated => "calibrated",
        Provenance::Prior => "prior",
    }
}

fn write_rejected(rejected: &Rejected, len: usize, f: &mut fmt::Formatter<'_>, times: bool) -> fmt::Result {
    write!(f, "    {}: ", Name(&rejected.alternative, len))?;
    match rejected.predicted {
        Some(seconds) if times => writeln!(f, "{}, {seconds}", rejected.reason),
        _ => writeln!(f, "{}", rejected.reason),
    }
}

struct Name<'a>(&'a Alternative, usize);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(alternative, len) = self;
        match alternative {
            Alternative::Cpu => write!(f, "cpu"),
            Alternative::AnyGpu => write!(f, "any gpu"),
            Alternative::Gpu { adapter } => write!(f, "gpu `{adapter}`"),
            Alternative::Split { adapter, gpu_elements: Some(elements) } => {
                write!(f, "split, {:.3} on gpu `{adapter}`", *elements as f64 / *len as f64)
            }
            Alternative::Split { adapter, gpu_elements: None } => write!(f, "split with gpu `{adapter}`"),
        }
    }
}
