//! What a part of a tuning is measured by, with inputs on the device and results held against the CPU's.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tilewright::prelude::*;
use tilewright::tuning::Part;
use tilewright::{Array, Error};

use crate::data::{self, Number};
use crate::memory::Room;
use crate::oracle::{check_map, check_scan, digests, same_bits, total};
use crate::ours::{OurCall, Ours, source};
use crate::row::Clock;
use crate::stats::Summary;
use crate::timing::{Budget, Trouble, measure};
use crate::{maps, reductions, scans};

/// A call that a tuning makes faster or slower.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Case {
    Saxpy,
    SumF32,
    SumU32,
    ScanF32,
    ScanU32,
}

impl Case {
    /// Those of the same inputs side by side.
    pub(crate) const ALL: &[Self] = &[Self::Saxpy, Self::SumF32, Self::ScanF32, Self::SumU32, Self::ScanU32];

    /// The cases that a part has something to do with.
    pub(crate) fn of(part: Part) -> &'static [Self] {
        match part {
            Part::Map => &[Self::Saxpy],
            Part::Reduce => &[Self::SumF32, Self::SumU32],
            Part::Scan => &[Self::ScanF32, Self::ScanU32],
            Part::Memory => Self::ALL,
        }
    }

    /// As rows call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Saxpy => maps::SAXPY,
            Self::SumF32 | Self::SumU32 => reductions::SUM,
            Self::ScanF32 | Self::ScanU32 => scans::INCLUSIVE,
        }
    }

    pub(crate) fn dtype(self) -> &'static str {
        match self {
            Self::SumU32 | Self::ScanU32 => u32::DTYPE,
            _ => f32::DTYPE,
        }
    }

    /// What it must move at least.
    pub(crate) fn bytes(self, n: u64) -> u64 {
        match self {
            Self::Saxpy => 12 * n,
            Self::SumF32 | Self::SumU32 => 4 * n,
            Self::ScanF32 | Self::ScanU32 => 8 * n,
        }
    }
}

/// A case with so many elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Point {
    pub(crate) case: Case,
    pub(crate) n: u64,
}

impl Point {
    pub(crate) fn bytes(self) -> u64 {
        self.case.bytes(self.n)
    }

    /// What a context is measured by.
    pub(crate) fn time(self, trial: &mut Trial, stage: &mut Stage, budget: Budget, checks: bool) -> Timed {
        let (n, job) = (self.n, Job { stage, point: self, budget, checks });
        match self.case {
            Case::Saxpy => trial.saxpy(job, n),
            Case::SumF32 => trial.sum::<f32>(job, n),
            Case::SumU32 => trial.sum::<u32>(job, n),
            Case::ScanF32 => trial.scan::<f32>(job, n),
            Case::ScanU32 => trial.scan::<u32>(job, n),
        }
    }
}

/// Times, and what was wrong with the first or the last result, if anything was.
pub(crate) type Timed = Result<(Summary, Result<(), String>), Trouble>;

/// A context, and the inputs that its cases share: those of the latest number and type of elements.
pub(crate) struct Stage {
    ours: Ours,
    n: u64,
    f32: Vec<Array<f32>>,
    u32: Vec<Array<u32>>,
}

/// Elements of inputs that cases share.
trait Shared: Number {
    /// Those of this type, in the order of their sets; others are given up.
    fn shared(stage: &mut Stage) -> &mut Vec<Array<Self>>;
}

impl Shared for f32 {
    fn shared(stage: &mut Stage) -> &mut Vec<Array<Self>> {
        stage.u32.clear();
        &mut stage.f32
    }
}

impl Shared for u32 {
    fn shared(stage: &mut Stage) -> &mut Vec<Array<Self>> {
        stage.f32.clear();
        &mut stage.u32
    }
}

impl Stage {
    pub(crate) fn new(ours: Ours) -> Self {
        Self { ours, n: 0, f32: Vec::new(), u32: Vec::new() }
    }

    /// Inputs of a case whose sets take so many bytes, beside what it needs on the device and on the host.
    fn inputs<T: Shared>(
        &mut self,
        n: u64,
        [set_bytes, device_bytes, host_bytes]: [u64; 3],
    ) -> Result<Vec<Array<T>>, Trouble> {
        if self.n != n {
            (self.n, self.f32, self.u32) = (n, Vec::new(), Vec::new());
        }
        let mut kept = std::mem::take(T::shared(self));
        let room = Room::now(self.ours.adapter.software).for_inputs(device_bytes, host_bytes);
        let sets = room
            .and_then(|room| data::sets(set_bytes, room))
            .ok_or_else(|| Trouble::Cannot("it does not fit in the memory that is free".into()))?;
        while kept.len() < sets {
            kept.push(self.ours.array(n, data::seed(kept.len()))?);
        }
        T::shared(self).clone_from(&kept);
        kept.truncate(sets);
        Ok(kept)
    }
}

/// A point that is measured on a stage; results are looked at if `checks`, which may take longer than the runs.
struct Job<'s> {
    stage: &'s mut Stage,
    point: Point,
    budget: Budget,
    checks: bool,
}

/// How points are measured, whatever the tuning.
pub(crate) struct Trial {
    pub(crate) clock: Clock,
    /// Sums and digests of scans of the first set of inputs on the CPU.
    sums: HashMap<Point, u32>,
    digests: HashMap<Point, Vec<u64>>,
}

impl Trial {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, sums: HashMap::new(), digests: HashMap::new() }
    }

    fn saxpy(&mut self, Job { stage, budget, checks, .. }: Job<'_>, n: u64) -> Timed {
        let func: Func<fn(f32, f32) -> f32> =
            Func::new("fn saxpy(x: f32, y: f32, a: f32) -> f32 { return a * x + y; }")?.arg("a", data::A);
        let xs = stage.inputs::<f32>(n, [8 * n, 4 * n, 4 * n])?;
        let ours = &stage.ours;
        let y = |set: usize| ours.array::<f32>(n, data::seed(set).wrapping_add(data::Y_SEED));
        let ys: Vec<Array<f32>> = (0..xs.len()).map(y).collect::<Result<_, Trouble>>()?;
        let run = |cx: &Context, set: usize| cx.view(&xs[set]).zip(&ys[set]).map(&func).to_array();
        let check = |set: usize, result: Array<f32>| {
            if !checks {
                return Ok(Ok(()));
            }
            let seed = data::seed(set);
            let right = |i: u32| {
                let [x, y] =
                    [seed, seed.wrapping_add(data::Y_SEED)].map(|seed| f64::from(data::unit(i, seed)));
                f64::from(data::A) * x + y
            };
            Ok(check_map(ours.read(&result)?, right, |right| maps::SAXPY_TOLERANCE * right.abs()))
        };
        let (sets, output) = (xs.len(), checks.then_some(n));
        measure(&mut OurCall { ours, clock: self.clock, sets, output, run, check }, budget)
    }

    fn sum<T: Shared>(&mut self, Job { stage, point, budget, checks }: Job<'_>, n: u64) -> Timed
    where
        Sum: tilewright::ReduceOperator<T, Output = T>,
    {
        let inputs = stage.inputs::<T>(n, [4 * n, 0, 0])?;
        let ours = &stage.ours;
        let run = |cx: &Context, set: usize| cx.view(&inputs[set]).reduce(Sum);
        let sums = &mut self.sums;
        let check = |set: usize, result: T| {
            if !checks {
                return Ok(Ok(()));
            }
            let seed = data::seed(set);
            if let Entry::Vacant(entry) = sums.entry(point) {
                let cpu = ours.cpu.counting(n as usize).map(&source::<T>(seed)?).reduce(Sum)?;
                if !cpu.agrees(total(n, |i| T::of(i, seed))) {
                    return Err(Trouble::Failed(format!("the CPU's sum is wrong: {cpu:?}")));
                }
                entry.insert(cpu.bits());
            }
            let is_same = set != 0 || sums.get(&point) == Some(&result.bits());
            Ok(if is_same { Ok(()) } else { Err(format!("{result:?}: other bits than the CPU's")) })
        };
        measure(
            &mut OurCall { ours, clock: self.clock, sets: inputs.len(), output: None, run, check },
            budget,
        )
    }

    fn scan<T: Shared>(&mut self, Job { stage, point, budget, checks }: Job<'_>, n: u64) -> Timed
    where
        Sum: tilewright::ScanOperator<T>,
    {
        // On the host: a result that is read, and the CPU's.
        let inputs = stage.inputs::<T>(n, [4 * n, 4 * n, 8 * n])?;
        let ours = &stage.ours;
        let run = |cx: &Context, set: usize| cx.view(&inputs[set]).inclusive_scan(Sum).to_array();
        let known = &mut self.digests;
        let check = |set: usize, result: Array<T>| {
            if !checks {
                return Ok(Ok(()));
            }
            let seed = data::seed(set);
            if let Entry::Vacant(entry) = known.entry(point) {
                let elements = ours.cpu.counting(n as usize).map(&source::<T>(seed)?);
                let cpu = elements.inclusive_scan(Sum).collect()?;
                check_scan(&cpu, true, |i| T::of(i, seed))
                    .map_err(|why| Trouble::Failed(format!("the CPU's scan is wrong: {why}")))?;
                entry.insert(digests(&cpu));
            }
            let right = known.get(&point).map_or(&[][..], Vec::as_slice);
            Ok(same_bits(&digests(ours.read(&result)?), right))
        };
        let (sets, output) = (inputs.len(), checks.then_some(n));
        measure(&mut OurCall { ours, clock: self.clock, sets, output, run, check }, budget)
    }
}

/// The device's clock, or the host's where the device has none.
pub(crate) fn clock(ours: &Ours) -> Result<Clock, Trouble> {
    let sum = |cx: &Context| -> Result<u32, Error> { cx.counting(1 << 16).reduce(Sum) };
    match ours.time(Clock::Device, sum) {
        Ok(_) => Ok(Clock::Device),
        Err(Trouble::Cannot(_)) => Ok(Clock::Host),
        Err(trouble) => Err(trouble),
    }
}
