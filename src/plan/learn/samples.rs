//! Times of calls, as sums by size: small, mergeable, and quick to forget.
//!
//! A bucket holds calls whose lengths share a power of two. In it are weighted sums of logarithms, so that two files of
//! two processes merge by addition, an outlier counts as a factor and not as a distance, and a fit over any number of
//! calls costs as much as there are buckets.

use serde::{Deserialize, Serialize};

/// Share of its weight that a bucket keeps when a call is added: about the last seven calls count.
const KEEP: f64 = 0.86;

/// Share of their weight that other buckets keep meanwhile.
const KEEP_OTHERS: f64 = 0.98;

/// Share of its weight that everything keeps when the machine is seen to have changed.
const KEEP_AFTER_CHANGE: f64 = 0.08;

/// A time off by this factor in logarithms, and by [`SURPRISE_DEVIATIONS`], is a surprise.
const SURPRISE: f64 = 0.18;

/// See [`SURPRISE`].
const SURPRISE_DEVIATIONS: f64 = 2.5;

/// Surprises in a row, in one direction, that mean a change: one may be noise.
const SURPRISES_OF_CHANGE: i8 = 2;

/// Weight of calls of about a size, from which on a time can be a surprise.
const WELL_KNOWN: f64 = 1.5;

/// A single surprise moves the mean no further than this factor in logarithms.
const LARGEST_STEP: f64 = 0.4;

/// Calls of about one length.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bucket {
    /// Floor of the base-two logarithm of the length.
    pub(crate) exponent: u8,
    /// Weight of the calls.
    pub(crate) weight: f64,
    /// Weighted sum of ln(elements).
    ln_elements: f64,
    /// Weighted sum of ln(seconds).
    ln_seconds: f64,
    /// Weighted sum of the squares of ln(seconds) less the mean before.
    spread: f64,
}

impl Bucket {
    /// Geometric mean of the lengths, as a logarithm.
    pub(crate) fn ln_elements(&self) -> f64 {
        self.ln_elements / self.weight
    }

    /// Geometric mean of the times, as a logarithm.
    pub(crate) fn ln_seconds(&self) -> f64 {
        self.ln_seconds / self.weight
    }

    fn keep(&mut self, share: f64) {
        self.weight *= share;
        self.ln_elements *= share;
        self.ln_seconds *= share;
        self.spread *= share;
    }

    fn is_sound(&self) -> bool {
        let finite = [self.ln_elements, self.ln_seconds, self.spread].iter().all(|sum| sum.is_finite());
        finite && self.weight > 0.0 && self.weight < 1e6 && self.spread >= 0.0
    }
}

/// What one executor took for one function.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Samples {
    buckets: Vec<Bucket>,
    /// Calls ever added.
    calls: u32,
    /// Surprises in a row: above 0 slower than expected, below 0 faster.
    #[serde(default, skip_serializing)]
    surprises: i8,
}

impl Samples {
    /// Adds a call. `expected` is what was predicted for it, in seconds; `deviation` the standard deviation of the
    /// logarithm of that prediction. O(buckets).
    pub(crate) fn observe(&mut self, elements: f64, seconds: f64, expected: Option<(f64, f64)>) {
        if !(elements >= 1.0 && seconds > 1e-12 && seconds.is_finite()) {
            return;
        }
        let mut ln_seconds = seconds.ln();
        let exponent = elements.log2().floor().clamp(0.0, 63.0) as u8;
        // A size that is new is no outlier, however wrong its prediction was.
        let near = |bucket: &&Bucket| bucket.exponent.abs_diff(exponent) <= 1;
        let seen: f64 = self.buckets.iter().filter(near).map(|bucket| bucket.weight).sum();
        let expected = expected.filter(|(expected, _)| *expected > 0.0 && seen >= WELL_KNOWN);
        if let Some((expected, deviation)) = expected {
            ln_seconds = self.judge(ln_seconds, expected.ln(), deviation);
        }
        for bucket in &mut self.buckets {
            bucket.keep(if bucket.exponent == exponent { KEEP } else { KEEP_OTHERS });
        }
        self.buckets.retain(|bucket| bucket.weight > 0.02);
        let at = match self.buckets.binary_search_by_key(&exponent, |bucket| bucket.exponent) {
            Ok(at) => at,
            Err(at) => {
                self.buckets.insert(at, Bucket { exponent, ..Bucket::default() });
                at
            }
        };
        let bucket = &mut self.buckets[at];
        if bucket.weight > 0.0 {
            let off = ln_seconds - bucket.ln_seconds();
            bucket.spread += off * off;
        }
        bucket.weight += 1.0;
        bucket.ln_elements += elements.ln();
        bucket.ln_seconds += ln_seconds;
        self.calls = self.calls.saturating_add(1);
    }

    /// What a time counts as: less far off when it stands alone, itself when the machine has changed.
    fn judge(&mut self, ln_seconds: f64, ln_expected: f64, deviation: f64) -> f64 {
        let off = ln_seconds - ln_expected;
        if self.calls == 0 || off.abs() < SURPRISE.max(SURPRISE_DEVIATIONS * deviation) {
            self.surprises = 0;
            return ln_seconds;
        }
        let sign = if off > 0.0 { 1 } else { -1 };
        self.surprises = if self.surprises * sign > 0 { self.surprises + sign } else { sign };
        if self.surprises.abs() >= SURPRISES_OF_CHANGE {
            self.surprises = 0;
            self.forget();
            return ln_seconds;
        }
        ln_expected + off.clamp(-LARGEST_STEP, LARGEST_STEP)
    }

    /// Gives everything known little weight.
    pub(crate) fn forget(&mut self) {
        self.buckets.iter_mut().for_each(|bucket| bucket.keep(KEEP_AFTER_CHANGE));
    }

    /// Adds what another process has seen.
    pub(crate) fn merge(&mut self, other: &Self) {
        for theirs in &other.buckets {
            match self.buckets.binary_search_by_key(&theirs.exponent, |bucket| bucket.exponent) {
                Ok(at) => {
                    let ours = &mut self.buckets[at];
                    ours.weight += theirs.weight;
                    ours.ln_elements += theirs.ln_elements;
                    ours.ln_seconds += theirs.ln_seconds;
                    ours.spread += theirs.spread;
                    // Two histories of one machine count no more than one that is as full as it gets.
                    let full = 1.0 / (1.0 - KEEP);
                    if ours.weight > full {
                        ours.keep(full / ours.weight);
                    }
                }
                Err(at) => self.buckets.insert(at, *theirs),
            }
        }
        self.calls = self.calls.saturating_add(other.calls);
    }

    /// Calls ever added.
    pub(crate) fn calls(&self) -> u32 {
        self.calls
    }

    /// By size, smallest first.
    pub(crate) fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// Standard deviation of ln(seconds) between calls of one size; `None` before any size was seen twice.
    pub(crate) fn deviation(&self) -> Option<f64> {
        let (spread, weight) = self
            .buckets
            .iter()
            .filter(|bucket| bucket.weight > 1.5)
            .fold((0.0, 0.0), |(spread, weight), bucket| {
                (spread + bucket.spread, weight + bucket.weight - 1.0)
            });
        (weight > 0.0).then(|| (spread / weight).sqrt())
    }

    /// False when the numbers cannot come from this code: a file that was edited.
    pub(crate) fn is_sound(&self) -> bool {
        let ordered = self.buckets.windows(2).all(|pair| pair[0].exponent < pair[1].exponent);
        ordered && self.buckets.iter().all(Bucket::is_sound)
    }
}
