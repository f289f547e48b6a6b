//! The measurement of one row: candidates in turns, medians, checked results.
//!
//! Each round times every candidate once, in a new random order, so that none always meets the caches, the clock rate or
//! the idle threads that the same other one left. Times are medians of these rounds, so that all are measured in the same
//! company. Then only `Auto` and the best single executor take turns: their ratio, a median of all rounds, is to be known
//! better than the times, and one round of a slow device takes as long as many of theirs.

use std::collections::BTreeMap;
use std::time::Instant;

use tilewright::Placement;

use super::super::common::{Failure, Random};
use super::candidates::{self, Candidate, Machine};
use super::functions::Function;
use super::quantile::{median, quantile};
use super::row::{Prediction, Row, Split};

/// Seconds of a sample at least, unless it takes too many calls.
const SAMPLE_S: f64 = 200e-6;
const MOST_CALLS: usize = 256;
/// A call that takes longer finds nothing of its own in a cache.
const PRIMED_BELOW_S: f64 = 10e-3;
/// Seconds for which threads of a software adapter may linger after its call: calls of the next candidate that are not
/// timed go on for so long.
const SETTLE_S: f64 = 4e-3;
/// Rounds of all candidates.
const ROUNDS: (usize, usize) = (3, 25);
/// Rounds of `Auto` and the best single executor.
const PAIRS: (usize, usize) = (9, 301);

/// How much is measured.
pub(crate) struct Effort {
    /// Of the timed runs of a row.
    pub(crate) seconds: f64,
    pub(crate) quick: bool,
    pub(crate) predict: bool,
}

/// The mean time of a few calls in a row.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) seconds: f64,
    /// What the plan of the last of them had expected.
    pub(crate) predicted: Option<f64>,
}

/// A function with memory for its largest call. All candidates write to the same place.
pub(crate) struct Bench<'f> {
    function: &'f Function,
    inputs: Vec<Vec<f32>>,
    out: Vec<f32>,
    reference: Vec<f32>,
}

impl<'f> Bench<'f> {
    pub(crate) fn new(function: &'f Function, largest: usize) -> Result<Self, Failure> {
        let len = function.output_len(largest);
        let (out, reference) = (zeroed(len)?, zeroed(len)?);
        Ok(Self { function, inputs: function.inputs(largest), out, reference })
    }

    /// Measures the call on the first `n` elements.
    pub(crate) fn row(&mut self, machine: &Machine, n: usize, effort: &Effort) -> Result<Row, Failure> {
        let Self { function, inputs, out, reference } = self;
        let len = function.output_len(n);
        let inputs: Vec<&[f32]> = inputs.iter().map(|column| &column[..n]).collect();
        let (out, reference) = (&mut out[..len], &mut reference[..len]);
        let mut candidates = candidates::all(machine, function, &inputs)?;
        // The first is the CPU: what it gives is what the others are held against.
        function.run(&candidates[0].cx, &inputs, reference)?;

        let (inputs, predict) = (&inputs, effort.predict);
        let mut run = Runner { function, inputs, out, reference, predict, settle_s: 0.0, checked: 0 };
        candidates.iter_mut().try_for_each(|candidate| run.warm(candidate))?;
        let mut random = Random(n as u64);
        let half = if effort.quick { 0.0 } else { 0.5 * effort.seconds };
        let least = if effort.quick { (2, 2) } else { (ROUNDS.0, PAIRS.0) };

        let all: Vec<usize> = (0..candidates.len()).collect();
        run.settle_s = if effort.quick { 0.0 } else { SETTLE_S };
        let rounds = fitting(half, &candidates, &all, run.settle_s, (least.0, ROUNDS.1));
        run.rounds(&mut candidates, &all, rounds, &mut random)?;
        for candidate in &mut candidates {
            candidate.median_s = median(candidate.samples.iter().map(|sample| sample.seconds));
        }
        let best = best_single(machine, &candidates);
        let auto = position(&candidates, Placement::Auto).unwrap_or(best);
        let pair = [best, auto];
        run.settle_s = if candidates[best].placement == Placement::Gpu { run.settle_s } else { 0.0 };
        let pairs = fitting(half, &candidates, &pair, run.settle_s, (least.1, PAIRS.1));
        let choices = run.rounds(&mut candidates, &pair, pairs, &mut random)?;
        let checked = run.checked;
        Ok(row(function.name, n, &candidates, (best, auto), rounds + pairs, checked, &choices))
    }
}

/// Runs candidates of one row.
struct Runner<'a> {
    function: &'a Function,
    inputs: &'a [&'a [f32]],
    out: &'a mut [f32],
    reference: &'a [f32],
    predict: bool,
    /// Seconds of calls that are not timed before a sample.
    settle_s: f64,
    /// Results that were compared.
    checked: usize,
}

impl Runner<'_> {
    fn call(&mut self, candidate: &Candidate) -> Result<(), Failure> {
        Ok(self.function.run(&candidate.cx, self.inputs, self.out)?)
    }

    /// Runs once to compile and to be checked, and once to learn how long it takes.
    fn warm(&mut self, candidate: &mut Candidate) -> Result<(), Failure> {
        self.out.fill(f32::NAN);
        self.call(candidate)?;
        candidate.check_placement()?;
        self.check(candidate)?;
        let start = Instant::now();
        self.call(candidate)?;
        let seconds = start.elapsed().as_secs_f64();
        candidate.call_s = seconds;
        candidate.calls = ((SAMPLE_S / seconds).ceil() as usize).clamp(1, MOST_CALLS);
        candidate.primed = seconds < PRIMED_BELOW_S;
        Ok(())
    }

    fn check(&mut self, candidate: &Candidate) -> Result<(), Failure> {
        let who = candidate.placement.to_string();
        self.function.check(&who, self.inputs, self.out, self.reference)?;
        self.checked += 1;
        Ok(())
    }

    /// Times the candidates of these indices in turns, and checks the results of the last round. Gives how often `Auto`
    /// chose what.
    fn rounds(
        &mut self,
        candidates: &mut [Candidate],
        indices: &[usize],
        rounds: usize,
        random: &mut Random,
    ) -> Result<BTreeMap<String, usize>, Failure> {
        let mut order = indices.to_vec();
        let mut choices = BTreeMap::new();
        for round in 0..rounds {
            // Fisher and Yates.
            for last in (1..order.len()).rev() {
                order.swap(last, (random.unit() * (last + 1) as f64) as usize);
            }
            for &index in &order {
                let candidate = &mut candidates[index];
                let last = round + 1 == rounds;
                if last {
                    self.out.fill(f32::NAN);
                }
                let sample = self.sample(candidate)?;
                candidate.samples.push(sample);
                candidate.check_placement()?;
                if last {
                    self.check(candidate)?;
                }
                if candidate.placement == Placement::Auto {
                    *choices.entry(candidate.choice()).or_default() += 1;
                }
            }
        }
        Ok(choices)
    }

    fn sample(&mut self, candidate: &Candidate) -> Result<Sample, Failure> {
        let start = Instant::now();
        if candidate.primed {
            self.call(candidate)?;
            while start.elapsed().as_secs_f64() < self.settle_s {
                self.call(candidate)?;
            }
        }
        let start = Instant::now();
        for _ in 0..candidate.calls {
            self.call(candidate)?;
        }
        let seconds = start.elapsed().as_secs_f64() / candidate.calls as f64;
        let predicted = if self.predict { Some(self.predicted(candidate)?) } else { None };
        Ok(Sample { seconds, predicted })
    }

    /// What the plan of the last call said, or of the next where calls are so small that they have none.
    fn predicted(&self, candidate: &Candidate) -> Result<f64, Failure> {
        let expected = candidate.cx.last_report().map(|report| report.plan.predicted.expected);
        match expected {
            Some(expected) => Ok(expected),
            None => Ok(self.function.explain(&candidate.cx, self.inputs)?.predicted.expected),
        }
    }
}

/// Rounds of these candidates that fit into a time, within bounds.
fn fitting(
    seconds: f64,
    candidates: &[Candidate],
    indices: &[usize],
    settle_s: f64,
    (least, most): (usize, usize),
) -> usize {
    let samples = indices.iter().map(|&index| {
        let candidate = &candidates[index];
        let before = if candidate.primed { candidate.call_s.max(settle_s) } else { 0.0 };
        before + candidate.call_s * candidate.calls as f64
    });
    let round: f64 = samples.sum();
    ((seconds / round.max(1e-9)) as usize).clamp(least, most.max(least))
}

/// The index of the single executor that is fastest, of those that `Auto` may choose.
fn best_single(machine: &Machine, candidates: &[Candidate]) -> usize {
    let gpu = position(candidates, Placement::Gpu).filter(|_| machine.auto_may_use_gpu());
    gpu.filter(|&gpu| time(&candidates[gpu]) < time(&candidates[0])).unwrap_or(0)
}

fn position(candidates: &[Candidate], placement: Placement) -> Option<usize> {
    candidates.iter().position(|candidate| candidate.placement == placement)
}

fn time(candidate: &Candidate) -> f64 {
    candidate.median_s.unwrap_or(f64::INFINITY)
}

/// Sums up what was measured.
fn row(
    function: &'static str,
    n: usize,
    candidates: &[Candidate],
    (best, auto): (usize, usize),
    rounds: usize,
    checked: usize,
    choices: &BTreeMap<String, usize>,
) -> Row {
    let (best, auto) = (&candidates[best], &candidates[auto]);
    let gpu = position(candidates, Placement::Gpu).map(|gpu| &candidates[gpu]);
    let splits = || candidates.iter().filter(|candidate| candidate.gpu_elements.is_some());
    let best_split = splits().min_by(|a, b| time(a).total_cmp(&time(b)));
    // The cut of a share of one half, which stands for other shares too where there are few cuts.
    let half = splits().min_by_key(|candidate| candidate.gpu_elements.unwrap_or(0).abs_diff(n / 2));
    // Every round timed both.
    let pairs = || auto.samples.iter().zip(&best.samples).map(|(auto, best)| (auto.seconds, best.seconds));
    let mut predicted: Vec<&Candidate> = [Some(&candidates[0]), gpu, half].into_iter().flatten().collect();
    predicted.extend(best_split.filter(|best| !half.is_some_and(|half| std::ptr::eq(half, *best))));
    let mut choices: Vec<_> = choices.iter().collect();
    choices.sort_by_key(|(_, times)| std::cmp::Reverse(**times));
    Row {
        function,
        n,
        cpu_s: time(&candidates[0]),
        gpu_s: gpu.map(time),
        best_split: best_split.map(|split| Split { share: share(split, n), seconds: time(split) }),
        auto_s: time(auto),
        auto_chose: choices.iter().map(|(choice, _)| choice.as_str()).collect::<Vec<_>>().join(" or "),
        best_single: best.placement.to_string(),
        auto_over_best: median(pairs().map(|(auto, best)| auto / best)).unwrap_or(f64::NAN),
        quartiles: [0.25, 0.75]
            .map(|q| quantile(pairs().map(|(auto, best)| auto / best), q).unwrap_or(f64::NAN)),
        auto_minus_best_s: median(pairs().map(|(auto, best)| auto - best)).unwrap_or(f64::NAN),
        rounds,
        checked,
        candidates: candidates.len(),
        predictions: predicted.into_iter().filter_map(|candidate| prediction(candidate, n)).collect(),
    }
}

fn share(split: &Candidate, n: usize) -> f64 {
    split.gpu_elements.unwrap_or(0) as f64 / n as f64
}

fn prediction(candidate: &Candidate, n: usize) -> Option<Prediction> {
    let samples = || candidate.samples.iter().filter_map(|sample| Some((sample.seconds, sample.predicted?)));
    Some(Prediction {
        placement: candidate.placement.to_string(),
        share: candidate.gpu_elements.map(|_| share(candidate, n)),
        predicted_s: median(samples().map(|(_, predicted)| predicted))?,
        measured_s: median(samples().map(|(measured, _)| measured))?,
        measured_over_predicted: median(samples().map(|(measured, predicted)| measured / predicted))?,
    })
}

fn zeroed(len: usize) -> Result<Vec<f32>, Failure> {
    let mut zeros = Vec::new();
    zeros.try_reserve_exact(len).map_err(|error| Failure::Usage(format!("{len} elements: {error}")))?;
    zeros.resize(len, 0.0);
    Ok(zeros)
}
