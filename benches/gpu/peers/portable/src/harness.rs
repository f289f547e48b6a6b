//! What happens to a peer: sets of inputs are uploaded, each case is warmed up, timed by both clocks, and checked.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::case::{Case, Dtype, Group, groups};
use crate::data;
use crate::options::Options;
use crate::oracle;
use crate::table::{Row, Table};
use crate::timing::Quartiles;

/// Inputs that are rotated have at least so many bytes together, so that no cache holds them.
const ROTATED_BYTES: u64 = 256 << 20;
const GIB: f64 = (1_u64 << 30) as f64;

/// A crate on a device.
pub trait System {
    /// An array on the device, or a handle of it.
    type Array: Clone;

    /// Name and version, as in the table.
    fn name(&self) -> &str;
    /// Whether the adapter is a program.
    fn is_software(&self) -> bool;
    /// Bytes of the largest array that kernels can read.
    fn largest_array(&self) -> u64;
    /// Why it has no such case, if so.
    fn lacks(&self, case: Case, dtype: Dtype) -> Option<String>;
    /// An array from its bytes.
    fn upload(&self, dtype: Dtype, bytes: &[u8]) -> Result<Self::Array, String>;
    /// A case on some sets of inputs.
    fn job(
        &self,
        case: Case,
        dtype: Dtype,
        n: usize,
        sets: &[Vec<Self::Array>],
    ) -> Result<Box<dyn Job + '_>, String>;
    /// Gives back what is no longer used.
    fn clean_up(&self) -> Result<(), String>;
}

/// A case at one size, ready to run.
pub trait Job {
    /// Runs it on a set until the host knows that it is done, and has the value if it is one.
    fn run(&mut self, set: usize) -> Result<(), String>;
    /// Runs it on a set and tells the device's time from the start of its first command to the end of its last.
    fn run_on_device_clock(&mut self, set: usize) -> Result<Duration, String>;
    /// Makes sure that a result which is not written is found out.
    fn poison(&mut self) -> Result<(), String>;
    /// The result of the last run.
    fn result(&mut self) -> Result<Vec<u8>, String>;
    /// The time that a run told of itself, where a run does more than what is measured.
    fn own_time(&self) -> Option<Duration> {
        None
    }
}

/// The job of [`Case::Open`]: a device is opened before anything else, and once in a process.
pub struct Opened(pub Duration);

impl Job for Opened {
    fn run(&mut self, _: usize) -> Result<(), String> {
        Ok(())
    }

    fn run_on_device_clock(&mut self, _: usize) -> Result<Duration, String> {
        Err("no device was open".to_owned())
    }

    fn poison(&mut self) -> Result<(), String> {
        Ok(())
    }

    fn result(&mut self) -> Result<Vec<u8>, String> {
        Ok(Vec::new())
    }

    fn own_time(&self) -> Option<Duration> {
        Some(self.0)
    }
}

/// How it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub rows: usize,
    pub wrong: usize,
}

/// Why a row is missing.
enum Missing {
    /// It could not be measured.
    Skipped(String),
    /// The file cannot be written.
    File(io::Error),
}

impl From<String> for Missing {
    fn from(why: String) -> Self {
        Self::Skipped(why)
    }
}

/// Measures everything that a system has and the options want.
pub fn run<S: System>(system: &S, options: &Options, table: &mut Table) -> io::Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut bench = Bench { system, options, table, outcome: &mut outcome };
    for case in [Case::Open, Case::Launch, Case::Compile] {
        bench.case(case, Dtype::None, 0, &[])?;
    }
    for (index, n) in options.sizes().into_iter().enumerate() {
        for group in groups() {
            bench.group(&group, n, index == 0)?;
        }
    }
    Ok(outcome)
}

/// A line for what has no row.
pub fn skipped(system: &str, case: Case, dtype: Dtype, why: impl fmt::Display) {
    eprintln!("skipped: {system} {} {}: {why}", case.name(), dtype.name());
}

struct Bench<'a, S> {
    system: &'a S,
    options: &'a Options,
    table: &'a mut Table,
    outcome: &'a mut Outcome,
}

impl<S: System> Bench<'_, S> {
    /// Cases that share their inputs; what the system lacks is told once.
    fn group(&mut self, group: &Group, n: usize, first: bool) -> io::Result<()> {
        let mut cases = Vec::new();
        for case in group.cases.iter().copied().filter(|case| self.options.wants(*case)) {
            match self.system.lacks(case, group.dtype) {
                None => cases.push(case),
                Some(why) if first => skipped(self.system.name(), case, group.dtype, why),
                Some(_) => {}
            }
        }
        let Some(any) = cases.first().copied() else { return Ok(()) };
        let sets = attempt(|| {
            let count = self.sets(any, group.dtype, n)?;
            let set = |seed: u32| {
                let array =
                    |index| self.system.upload(group.dtype, &data::array(any, group.dtype, n, seed, index));
                (0..any.inputs()).map(array).collect::<Result<Vec<_>, _>>()
            };
            (1..=count as u32).map(set).collect::<Result<Vec<_>, _>>()
        });
        match sets {
            Ok(sets) => {
                for case in cases {
                    self.case(case, group.dtype, n, &sets)?;
                }
            }
            Err(why) => {
                for case in cases {
                    skipped(self.system.name(), case, group.dtype, format!("{n} elements: {why}"));
                }
            }
        }
        if let Err(why) = attempt(|| self.system.clean_up()) {
            eprintln!("note: {} does not give memory back: {why}", self.system.name());
        }
        Ok(())
    }

    /// How many sets of inputs are rotated.
    fn sets(&self, case: Case, dtype: Dtype, n: usize) -> Result<u64, String> {
        let array = (n * dtype.bytes()) as u64;
        let most = self.system.largest_array();
        if array > most {
            return Err(format!("an array of {array} bytes is larger than what can be bound, {most} bytes"));
        }
        let given = self.options.memory_gib.unwrap_or(if self.system.is_software() { 4.0 } else { 60.0 });
        rotation(array * case.inputs() as u64, array, (given * GIB) as u64)
            .ok_or_else(|| format!("inputs and output do not fit in {given} GiB (--memory-gib)"))
    }

    /// One case by each of the clocks.
    fn case(&mut self, case: Case, dtype: Dtype, n: usize, sets: &[Vec<S::Array>]) -> io::Result<()> {
        if !self.options.wants(case) {
            return Ok(());
        }
        let name = self.system.name();
        if let Some(why) = self.system.lacks(case, dtype) {
            skipped(name, case, dtype, why);
            return Ok(());
        }
        let clocks: &[Clock] =
            if case.has_device_clock() { &[Clock::Host, Clock::Device] } else { &[Clock::Host] };
        let measured = attempt(|| {
            let mut job = self.system.job(case, dtype, n, sets)?;
            let kinds = sets.len().max(1);
            // Compiles, allocates, and lets each set be touched once.
            if case != Case::Open {
                for set in 0..kinds.min(4) {
                    job.run(set)?;
                }
            }
            for clock in clocks {
                match self.timed(&mut *job, case, dtype, n, kinds, *clock) {
                    Ok(()) => {}
                    Err(Missing::Skipped(why)) => {
                        skipped(name, case, dtype, format!("{n} elements, {} clock: {why}", clock.name()));
                    }
                    Err(Missing::File(error)) => return Ok(Err(error)),
                }
            }
            Ok(Ok(()))
        });
        match measured {
            Ok(written) => written,
            Err(why) => {
                skipped(name, case, dtype, format!("{n} elements: {why}"));
                Ok(())
            }
        }
    }

    /// The runs of a row, of which the first and the last are checked.
    fn timed(
        &mut self,
        job: &mut dyn Job,
        case: Case,
        dtype: Dtype,
        n: usize,
        kinds: usize,
        clock: Clock,
    ) -> Result<(), Missing> {
        let budget = self.options.budget();
        let mut times = Vec::new();
        let mut correct = true;
        let start = Instant::now();
        let mut aside = Duration::ZERO;
        loop {
            let done = times.len();
            let last = case == Case::Open || budget.is_last(done, start + aside);
            let checked = done == 0 || last;
            let set = done % kinds;
            let before = Instant::now();
            if checked {
                job.poison()?;
            }
            aside += before.elapsed();
            times.push(match clock {
                Clock::Device => job.run_on_device_clock(set)?,
                Clock::Host => {
                    let before = Instant::now();
                    job.run(set)?;
                    let elapsed = before.elapsed();
                    job.own_time().unwrap_or(elapsed)
                }
            });
            let before = Instant::now();
            if checked {
                let result = job.result()?;
                if let Err(why) = oracle::check(case, dtype, n, set as u32 + 1, &result) {
                    correct = false;
                    eprintln!("WRONG: {} {} {} of {n}: {why}", self.system.name(), case.name(), dtype.name());
                }
            }
            aside += before.elapsed();
            if last {
                break;
            }
        }
        let times = Quartiles::of(&times).ok_or_else(|| "no run".to_owned())?;
        let system = self.system.name();
        let row = Row { system, case, dtype, n, clock: clock.name(), times, correct };
        self.table.push(&row).map_err(Missing::File)?;
        self.outcome.rows += 1;
        self.outcome.wrong += usize::from(!correct);
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Clock {
    Host,
    Device,
}

impl Clock {
    fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Device => "device",
        }
    }
}

/// Sets of inputs that are rotated, where two results may be in memory at once; `None` if not even one set fits.
fn rotation(inputs: u64, output: u64, memory: u64) -> Option<u64> {
    let wanted = (ROTATED_BYTES / inputs.max(1)).clamp(2, 64);
    let fit = memory.checked_sub(2 * output)? / inputs.max(1);
    (fit > 0).then_some(wanted.min(fit))
}

/// A crate that panics over a case is no reason to lose the others.
fn attempt<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
        Err(format!("panic: {}", text.unwrap_or("without a message")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_inputs_rotate_often_and_large_ones_as_memory_allows() {
        let gib = 1 << 30;
        assert_eq!(rotation(1 << 18, 1 << 18, 60 * gib), Some(64));
        assert_eq!(rotation(32 << 20, 32 << 20, 60 * gib), Some(8));
        assert_eq!(rotation(8 * gib, 4 * gib, 60 * gib), Some(2));
        assert_eq!(rotation(8 * gib, 4 * gib, 17 * gib), Some(1));
        assert_eq!(rotation(8 * gib, 4 * gib, 15 * gib), None);
    }

    #[test]
    fn a_panic_is_an_error() {
        assert_eq!(attempt::<()>(|| panic!("no room for {}", 7)), Err("panic: no room for 7".to_owned()));
    }
}
