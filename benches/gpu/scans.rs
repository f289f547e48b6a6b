//! Scans: all prefix sums. Every bit must be that of the CPU's executor.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tilewright::prelude::*;
use tilewright::{Array, Error};

use crate::data::{self, Number};
use crate::measure::Bench;
use crate::oracle::{check_scan, digests, same_bits};
use crate::ours::{OurCall, source};
use crate::row::Clock;
use crate::sink::Subject;
use crate::timing::Trouble;

pub(crate) const INCLUSIVE: &str = "scan inclusive_sum";
pub(crate) const EXCLUSIVE: &str = "scan exclusive_sum";

pub(crate) fn run<T: Number>(bench: &mut Bench, n: u64) {
    for case in [INCLUSIVE, EXCLUSIVE] {
        if bench.wants(case) {
            let system = bench.ours.system;
            let subject = Subject { system, case, dtype: T::DTYPE, n, bytes: 8 * n };
            let done = rows::<T>(bench, &subject, case == INCLUSIVE);
            bench.note(&subject, done);
        }
    }
}

fn scan<T: Number>(view: View<'_, T>, inclusive: bool) -> View<'_, T> {
    if inclusive { view.inclusive_scan(Sum) } else { view.exclusive_scan(Sum) }
}

fn rows<T: Number>(bench: &mut Bench, subject: &Subject<'_>, inclusive: bool) -> Result<(), Trouble> {
    let n = subject.n;
    // On the host: a result that is read, and the CPU's.
    let sets = bench.sets(4 * n, 4 * n, 8 * n)?;
    let mut inputs = Vec::new();
    for seed in (0..sets).map(data::seed) {
        inputs.push(bench.ours.array::<T>(n, seed)?);
    }
    let ours = &bench.ours;
    let cpu_digests = |set: usize| -> Result<Vec<u64>, Error> {
        let elements = ours.cpu.counting(n as usize).map(&source::<T>(data::seed(set))?);
        Ok(digests(&scan(elements, inclusive).collect()?))
    };
    let mut known = HashMap::new();
    for clock in [Clock::Device, Clock::Host] {
        let check = |set: usize, result: Array<T>| {
            let seed = data::seed(set);
            let bits = {
                let elements = ours.read(&result)?;
                if let Err(wrong) = check_scan(elements, inclusive, |i| T::of(i, seed)) {
                    return Ok(Err(wrong));
                }
                digests(elements)
            };
            drop(result);
            let right = match known.entry(set) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) => entry.insert(cpu_digests(set)?),
            };
            Ok(same_bits(&bits, right))
        };
        let run = |cx: &Context, set: usize| scan(cx.view(&inputs[set]), inclusive).to_array();
        let mut call = OurCall { ours, clock, sets, output: Some(n), run, check };
        bench.sink.row(subject, clock, bench.budget, &mut call);
    }
    Ok(())
}
