//! Our library, all on the device: contexts, calls by either clock, and input made where it is used.

use std::time::Instant;

use tilewright::prelude::*;
use tilewright::tuning::Tuning;
use tilewright::{Array, Choice, Error, Fault, Span, SpanClock, SpanKind, Timeline};

use crate::data::{self, Number};
use crate::row::Clock;
use crate::timing::{Call, Trouble, us_since};

/// The library as rows call it.
pub(crate) const SYSTEM: &str = "tilewright";

/// The library with a tuning that the machine was measured for.
const TUNED: &str = "tilewright tuned";

/// Contexts that learn nothing and fall back on nothing.
pub(crate) struct Ours {
    cx: Context,
    timeline: Timeline,
    timed: Context,
    /// The CPU's executor, whose bits are to be those of the device.
    pub(crate) cpu: Context,
    pub(crate) adapter: tilewright::Adapter,
    /// As rows call it.
    pub(crate) system: &'static str,
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        let is_of_device = matches!(
            error,
            Error::Device { fault: Fault::OutOfMemory { .. }, .. }
                | Error::Unsupported { .. }
                | Error::Memory { .. }
        );
        if is_of_device { Self::Cannot(error.to_string()) } else { Self::Failed(error.to_string()) }
    }
}

impl Ours {
    /// Opens the adapter and runs something on it.
    pub(crate) fn open(name: Option<&str>) -> Result<Self, String> {
        Self::open_with(name, None)
    }

    /// The same with a tuning in place of the library's.
    pub(crate) fn open_with(name: Option<&str>, tuning: Option<Tuning>) -> Result<Self, String> {
        let builder = |placement| Context::builder().placement(placement).history(false).cpu_fallback(false);
        let mut gpu = builder(Placement::Gpu);
        if let Some(name) = name {
            gpu = gpu.adapter(name);
        }
        let system = if tuning.is_some() { TUNED } else { SYSTEM };
        if let Some(tuning) = tuning {
            gpu = gpu.tuning(tuning);
        }
        let text = |error: Error| error.to_string();
        let cx = gpu.build().map_err(text)?;
        let adapter = crate::raw::ours(&cx, name)?;
        let sum = cx.view(&[1u32, 2]).reduce(Sum).map_err(text)?;
        let report = cx.last_report().ok_or("no report of the first call")?;
        if sum != 3 || report.plan.choice != Choice::Gpu || !report.incidents.is_empty() {
            return Err(format!("the first call gave {sum}: {report}"));
        }
        let timeline = Timeline::new();
        let timed = cx.with_timeline(&timeline);
        let cpu = builder(Placement::Cpu).build().map_err(text)?;
        Ok(Self { cx, timeline, timed, cpu, adapter, system })
    }

    /// Runs something and times it.
    pub(crate) fn time<R>(
        &self,
        clock: Clock,
        run: impl FnOnce(&Context) -> Result<R, Error>,
    ) -> Result<(f64, R), Trouble> {
        match clock {
            Clock::Host => {
                let began = Instant::now();
                let result = run(&self.cx)?;
                Ok((us_since(began), result))
            }
            Clock::Device => {
                self.timeline.clear();
                let result = run(&self.timed)?;
                if self.timeline.dropped() > 0 {
                    return Err(Trouble::Failed("the timeline was too short for one call".into()));
                }
                let us = device_us(&self.timeline.spans());
                let us =
                    us.ok_or_else(|| Trouble::Cannot("its spans are not of the device's clock".into()))?;
                Ok((us, result))
            }
        }
    }

    /// `n` random elements on the device, made there.
    pub(crate) fn array<T: Number>(&self, n: u64, seed: u32) -> Result<Array<T>, Trouble> {
        Ok(self.cx.counting(n as usize).map(&source::<T>(seed)?).to_array()?)
    }

    /// `n` random numbers from `low` to `low + range`, made on the device.
    pub(crate) fn numbers(&self, n: u64, seed: u32, [low, range]: [f32; 2]) -> Result<Array<f32>, Trouble> {
        let text = format!(
            "{}\nfn number(i: u32, seed: u32, low: f32, range: f32) -> f32 {{ return low + range * unit(i, seed); }}",
            data::WGSL
        );
        let func: Func<fn(u32) -> f32> = Func::named("number", text)?;
        let func = func.arg("seed", seed).arg("low", low).arg("range", range);
        Ok(self.cx.counting(n as usize).map(&func).to_array()?)
    }

    /// The elements of a result.
    pub(crate) fn read<'a, T: Number>(&self, array: &'a Array<T>) -> Result<&'a [T], Trouble> {
        Ok(self.cx.read(array)?)
    }
}

/// From an index to an element.
type Source<T> = Func<fn(u32) -> T>;

/// The function that makes the elements of a seed of their indices.
pub(crate) fn source<T: Number>(seed: u32) -> Result<Source<T>, Error> {
    Ok(Func::named(T::SOURCE, data::WGSL)?.arg("seed", seed))
}

/// From the first start of a kernel, or of what fills memory for one, to the last end of a kernel, by the device's own clock;
/// `None` if a kernel has other times, or if there is none.
///
/// Copies out are not in it: the events of the peers are around the call that leaves its value on the device, and not around
/// the value's way back, which is in the host's time of all of them.
fn device_us(spans: &[Span]) -> Option<f64> {
    let of = |kinds: &'static [SpanKind]| spans.iter().filter(move |span| kinds.contains(&span.kind));
    let kernels = || of(&[SpanKind::Kernel]);
    if kernels().any(|span| span.clock != SpanClock::Device) {
        return None;
    }
    let commands = of(&[SpanKind::CopyIn, SpanKind::Kernel]).filter(|span| span.clock == SpanClock::Device);
    let start = commands.map(|span| span.start_s).fold(f64::INFINITY, f64::min);
    let end = kernels().map(|span| span.end_s).reduce(f64::max)?;
    Some((end - start) * 1e6)
}

/// A call of ours on sets of inputs in turn.
pub(crate) struct OurCall<'o, Run, Check> {
    pub(crate) ours: &'o Ours,
    pub(crate) clock: Clock,
    /// Number of input sets.
    pub(crate) sets: usize,
    /// Elements of a result that stays on the device; none if it is a value that is read.
    pub(crate) output: Option<u64>,
    pub(crate) run: Run,
    pub(crate) check: Check,
}

impl<R, Run, Check> Call for OurCall<'_, Run, Check>
where
    Run: FnMut(&Context, usize) -> Result<R, Error>,
    Check: FnMut(usize, R) -> Result<Result<(), String>, Trouble>,
{
    type Result = R;

    fn sets(&self) -> usize {
        self.sets
    }

    fn poison(&mut self) -> Result<(), Trouble> {
        match self.output {
            // The next result takes the memory that was given back last.
            Some(n) => drop(self.ours.cx.constant(u32::MAX, n as usize).to_array()?),
            // Runs that are checked are of the first set: what is left of another one's value cannot pass for theirs.
            None if self.sets > 1 => drop(self.run(1)?),
            None => {}
        }
        Ok(())
    }

    fn run(&mut self, index: usize) -> Result<(f64, R), Trouble> {
        let set = index % self.sets;
        self.ours.time(self.clock, |cx| (self.run)(cx, set))
    }

    fn check(&mut self, index: usize, result: R) -> Result<Result<(), String>, Trouble> {
        (self.check)(index % self.sets, result)
    }
}
