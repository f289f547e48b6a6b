//! Reductions: a sum, and a sum of squares in one pass. Sums of floats must have the bits of the CPU's executor too.

use std::collections::HashMap;

use tilewright::Error;
use tilewright::prelude::*;

use crate::data::{self, Number};
use crate::measure::Bench;
use crate::oracle::total;
use crate::ours::{OurCall, source};
use crate::row::Clock;
use crate::sink::Subject;
use crate::timing::Trouble;

pub(crate) const SUM: &str = "reduce sum";
pub(crate) const SUM_OF_SQUARES: &str = "reduce sum_of_squares";

pub(crate) fn run<T: Number>(bench: &mut Bench, n: u64) {
    for case in [SUM, SUM_OF_SQUARES] {
        if bench.wants(case) {
            let system = bench.ours.system;
            let subject = Subject { system, case, dtype: T::DTYPE, n, bytes: 4 * n };
            let done = rows::<T>(bench, &subject, case == SUM_OF_SQUARES);
            bench.note(&subject, done);
        }
    }
}

fn rows<T: Number>(bench: &mut Bench, subject: &Subject<'_>, squared: bool) -> Result<(), Trouble> {
    let n = subject.n;
    let ty = T::DTYPE;
    let square: Func<fn(T) -> T> = Func::new(format!("fn square(x: {ty}) -> {ty} {{ return x * x; }}"))?;
    let reduce = |view: View<'_, T>| if squared { view.map(&square).reduce(Sum) } else { view.reduce(Sum) };
    let sets = bench.sets(4 * n, 0, 0)?;
    let mut inputs = Vec::new();
    for seed in (0..sets).map(data::seed) {
        inputs.push(bench.ours.array::<T>(n, seed)?);
    }
    let ours = &bench.ours;
    // What is right, and the CPU's result.
    let expected = |set: usize| -> Result<(T::Wide, T), Error> {
        let seed = data::seed(set);
        let element = |i| if squared { T::of(i, seed).square() } else { T::of(i, seed) };
        let cpu = reduce(ours.cpu.counting(n as usize).map(&source::<T>(seed)?))?;
        Ok((total(n, element), cpu))
    };
    let mut known = HashMap::new();
    for clock in [Clock::Device, Clock::Host] {
        let check = |set: usize, result: T| {
            let &mut (right, cpu) = match known.entry(set) {
                std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::hash_map::Entry::Vacant(entry) => entry.insert(expected(set)?),
            };
            if !result.agrees(right) {
                return Ok(Err(format!("the result is {result:?}, but {right:?} is right")));
            }
            if result.bits() == cpu.bits() {
                return Ok(Ok(()));
            }
            if squared && T::DTYPE == "f32" {
                // A device may fuse the square with the addition, which maps are free to do: no mistake, but to be known.
                let Subject { system, case, dtype, .. } = subject;
                eprintln!("note: {system} {case} {dtype}: n = {n}: {result:?}, and {cpu:?} on the CPU");
                return Ok(Ok(()));
            }
            Ok(Err(format!("the result is {result:?}, and {cpu:?} on the CPU: other bits")))
        };
        let run = |cx: &Context, set: usize| reduce(cx.view(&inputs[set]));
        let mut call = OurCall { ours, clock, sets, output: None, run, check };
        bench.sink.row(subject, clock, bench.budget, &mut call);
    }
    Ok(())
}
