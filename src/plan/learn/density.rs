//! How the cost of elements varies along the data: rows that are denser, pixels that iterate longer.
//!
//! A chunk that takes longer than its length says, while the executor's speed is known, is made of dearer elements. What
//! was seen so is kept by place, as a factor on the mean; lengths become weights, and weights are what is balanced. Each
//! call fades it, since the next call's data may be other data.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Places that are told apart.
const BINS: usize = 32;

/// Share of a deviation that is believed at once.
const GAIN: f64 = 0.7;

/// Share of a factor's logarithm that is left after a call.
const FADE: f64 = 0.93;

/// Standard deviations of noise that are taken for noise.
const NOISE_DEVIATIONS: f64 = 2.5;

/// No element costs more than this against the mean, or less than its inverse.
const FURTHEST: f64 = 64.0;

/// Cost of an element over the mean, by place.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Density(Vec<f64>);

impl Density {
    /// True when all elements count the same.
    pub(crate) fn is_flat(&self) -> bool {
        self.0.is_empty()
    }

    fn bin(&self, index: usize) -> f64 {
        self.0.get(index).copied().unwrap_or(1.0)
    }

    /// Elements of a range of `0..len`, each counted by its cost.
    pub(crate) fn weight(&self, range: &Range<usize>, len: usize) -> f64 {
        if self.is_flat() {
            return range.len() as f64;
        }
        let width = len as f64 / BINS as f64;
        let (from, to) = (range.start as f64 / width, range.end as f64 / width);
        let bins = from.floor() as usize..(to.ceil() as usize).min(BINS);
        bins.map(|b| self.bin(b) * width * (to.min((b + 1) as f64) - from.max(b as f64)).max(0.0)).sum()
    }

    /// Elements at the front of a range that weigh so much; all when it weighs less.
    pub(crate) fn front(&self, range: &Range<usize>, weight: f64, len: usize) -> usize {
        self.search(range.len(), weight, |elements| self.weight(&(range.start..range.start + elements), len))
    }

    /// Elements at the back of a range that weigh so much; all when it weighs less.
    pub(crate) fn back(&self, range: &Range<usize>, weight: f64, len: usize) -> usize {
        self.search(range.len(), weight, |elements| self.weight(&(range.end - elements..range.end), len))
    }

    /// Weights grow with the number of elements.
    fn search(&self, most: usize, weight: f64, of: impl Fn(usize) -> f64) -> usize {
        if self.is_flat() {
            return (weight.round().max(0.0) as usize).min(most);
        }
        let (mut low, mut high) = (0, most);
        while low < high {
            let middle = low + (high - low) / 2;
            if of(middle) < weight { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Takes in that a range cost so many times what its weight had said. `noise` is the standard deviation of the
    /// logarithm of times.
    pub(crate) fn observe(&mut self, range: &Range<usize>, len: usize, ratio: f64, noise: f64) {
        let off = ratio.ln();
        let beyond = (off.abs() - NOISE_DEVIATIONS * noise.max(0.03)).max(0.0) * off.signum();
        if beyond == 0.0 || !beyond.is_finite() || len < BINS {
            return;
        }
        self.0.resize(BINS, 1.0);
        let width = len as f64 / BINS as f64;
        let (from, to) = (range.start as f64 / width, range.end as f64 / width);
        for (b, cost) in self.0.iter_mut().enumerate() {
            let covered = (to.min((b + 1) as f64) - from.max(b as f64)).clamp(0.0, 1.0);
            *cost = (*cost * (GAIN * covered * beyond).exp()).clamp(1.0 / FURTHEST, FURTHEST);
        }
    }

    /// Ends a call: the mean is 1 again, and everything has faded a little. Returns what the mean was.
    pub(crate) fn settle(&mut self) -> f64 {
        if self.is_flat() {
            return 1.0;
        }
        let mean = self.0.iter().sum::<f64>() / BINS as f64;
        self.0.iter_mut().for_each(|cost| *cost = (*cost / mean).powf(FADE));
        if self.0.iter().all(|cost| cost.ln().abs() < 0.05) {
            self.0.clear();
        }
        mean
    }

    /// Takes in what another process has seen: the geometric mean of both.
    pub(crate) fn merge(&mut self, other: &Self) {
        if self.is_flat() && other.is_flat() {
            return;
        }
        self.0.resize(BINS, 1.0);
        for (b, cost) in self.0.iter_mut().enumerate() {
            *cost = (*cost * other.bin(b)).sqrt();
        }
    }

    /// False when the numbers cannot come from this code.
    pub(crate) fn is_sound(&self) -> bool {
        let furthest = FURTHEST * FURTHEST;
        let in_range = |cost: &f64| (1.0 / furthest..=furthest).contains(cost);
        self.0.is_empty() || self.0.len() == BINS && self.0.iter().all(in_range)
    }
}
