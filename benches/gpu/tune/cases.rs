//! What a part of a tuning is measured by, with inputs on the device and results held against the CPU's.

use std::collections::HashMap;

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
    pub(crate) const ALL: &[Self] = &[Self::Saxpy, Self::SumF32, Self::SumU32, Self::ScanF32, Self::ScanU32];

    /// The cases that a part has something to do with.
    pub(crate) fn of(part: Part) -> &'static [Self] {
        match part {
            Part::Map => &Self::ALL[..1],
            Part::Reduce => &Self::ALL[1..3],
            Part::Scan => &Self::ALL[3..],
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

/// How cases are measured, whatever the tuning.
pub(crate) struct Trial {
    pub(crate) n: u64,
    pub(crate) clock: Clock,
    pub(crate) budget: Budget,
    /// Sums and digests of scans of the first set of inputs on the CPU.
    sums: HashMap<Case, u32>,
    digests: HashMap<Case, Vec<u64>>,
}

/// Times, and what was wrong with the first or the last result, if anything was.
pub(crate) type Timed = Result<(Summary, Result<(), String>), Trouble>;

impl Trial {
    pub(crate) fn new(n: u64, clock: Clock, budget: Budget) -> Self {
        Self { n, clock, budget, sums: HashMap::new(), digests: HashMap::new() }
    }

    /// Measures a case. Results are looked at if `checks`, which may take longer than the runs.
    pub(crate) fn time(&mut self, ours: &Ours, case: Case, checks: bool) -> Timed {
        match case {
            Case::Saxpy => self.saxpy(ours, checks),
            Case::SumF32 => self.sum::<f32>(ours, case, checks),
            Case::SumU32 => self.sum::<u32>(ours, case, checks),
            Case::ScanF32 => self.scan::<f32>(ours, case, checks),
            Case::ScanU32 => self.scan::<u32>(ours, case, checks),
        }
    }

    fn sets(
        &self,
        ours: &Ours,
        set_bytes: u64,
        device_bytes: u64,
        host_bytes: u64,
    ) -> Result<usize, Trouble> {
        let room = Room::now(ours.adapter.software).for_inputs(device_bytes, host_bytes);
        room.and_then(|room| data::sets(set_bytes, room))
            .ok_or_else(|| Trouble::Cannot("it does not fit in the memory that is free".into()))
    }

    fn saxpy(&mut self, ours: &Ours, checks: bool) -> Timed {
        let n = self.n;
        let func: Func<fn(f32, f32) -> f32> =
            Func::new("fn saxpy(x: f32, y: f32, a: f32) -> f32 { return a * x + y; }")?.arg("a", data::A);
        let sets = self.sets(ours, 8 * n, 4 * n, 4 * n)?;
        let inputs: Vec<[Array<f32>; 2]> = (0..sets)
            .map(|set| {
                let seed = data::seed(set);
                Ok([ours.array(n, seed)?, ours.array(n, seed.wrapping_add(data::Y_SEED))?])
            })
            .collect::<Result<_, Trouble>>()?;
        let run = |cx: &Context, set: usize| {
            let [x, y] = &inputs[set];
            cx.view(x).zip(y).map(&func).to_array()
        };
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
        let mut call = OurCall { ours, clock: self.clock, sets, output: checks.then_some(n), run, check };
        measure(&mut call, self.budget)
    }

    fn sum<T: Number>(&mut self, ours: &Ours, case: Case, checks: bool) -> Timed
    where
        Sum: tilewright::ReduceOperator<T, Output = T>,
    {
        let n = self.n;
        let sets = self.sets(ours, 4 * n, 0, 0)?;
        let inputs = inputs::<T>(ours, n, sets)?;
        let run = |cx: &Context, set: usize| cx.view(&inputs[set]).reduce(Sum);
        let sums = &mut self.sums;
        let check = |set: usize, result: T| {
            if !checks {
                return Ok(Ok(()));
            }
            let seed = data::seed(set);
            if let std::collections::hash_map::Entry::Vacant(entry) = sums.entry(case) {
                let cpu = ours.cpu.counting(n as usize).map(&source::<T>(seed)?).reduce(Sum)?;
                if !cpu.agrees(total(n, |i| T::of(i, seed))) {
                    return Err(Trouble::Failed(format!("the CPU's sum is wrong: {cpu:?}")));
                }
                entry.insert(cpu.bits());
            }
            let is_same = set != 0 || sums.get(&case) == Some(&result.bits());
            Ok(if is_same { Ok(()) } else { Err(format!("{result:?}: other bits than the CPU's")) })
        };
        let mut call = OurCall { ours, clock: self.clock, sets, output: None, run, check };
        measure(&mut call, self.budget)
    }

    fn scan<T: Number>(&mut self, ours: &Ours, case: Case, checks: bool) -> Timed
    where
        Sum: tilewright::ScanOperator<T>,
    {
        let n = self.n;
        // On the host: a result that is read, and the CPU's.
        let sets = self.sets(ours, 4 * n, 4 * n, 8 * n)?;
        let inputs = inputs::<T>(ours, n, sets)?;
        let run = |cx: &Context, set: usize| cx.view(&inputs[set]).inclusive_scan(Sum).to_array();
        let known = &mut self.digests;
        let check = |set: usize, result: Array<T>| {
            if !checks {
                return Ok(Ok(()));
            }
            let seed = data::seed(set);
            if let std::collections::hash_map::Entry::Vacant(entry) = known.entry(case) {
                let elements = ours.cpu.counting(n as usize).map(&source::<T>(seed)?);
                let cpu = elements.inclusive_scan(Sum).collect()?;
                check_scan(&cpu, true, |i| T::of(i, seed))
                    .map_err(|why| Trouble::Failed(format!("the CPU's scan is wrong: {why}")))?;
                entry.insert(digests(&cpu));
            }
            let right = known.get(&case).map_or(&[][..], Vec::as_slice);
            Ok(same_bits(&digests(ours.read(&result)?), right))
        };
        let mut call = OurCall { ours, clock: self.clock, sets, output: checks.then_some(n), run, check };
        measure(&mut call, self.budget)
    }
}

fn inputs<T: Number>(ours: &Ours, n: u64, sets: usize) -> Result<Vec<Array<T>>, Trouble> {
    (0..sets).map(|set| ours.array(n, data::seed(set))).collect()
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
