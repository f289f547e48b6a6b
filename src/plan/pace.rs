//! Sizes of the next chunk: guided self-scheduling (Polychronopoulos and Kuck, 1987) for two executors of unlike speed,
//! each chunk with a cost at once.
//!
//! An executor that asks is given the part of what is left with which both would end at the same time, less a margin that
//! grows with the doubt about the speeds. So a pair whose speeds are known well shares in one chunk each, and an unknown
//! one approaches the balance in steps. An executor that could not even begin before the other is done gets nothing.

use super::learn::Regime;

/// Longest chunk: about as long as somebody who cancels is willing to wait.
pub(crate) const LONGEST_S: f64 = 0.2;

/// Largest part of a chunk's time that its start may take, unless nothing larger is left.
const START_SHARE: f64 = 0.08;

/// Part of the balance that an executor of unknown speed is given: it may be a hundred times as slow as assumed.
const FIRST_SHARE: f64 = 0.004;

/// Standard deviations of a prediction that a margin covers.
const MARGIN_DEVIATIONS: f64 = 1.5;

/// How fast an executor is believed to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Speed {
    /// Seconds of a chunk: at once, and per element.
    pub(crate) line: Regime,
    /// Standard deviation of the logarithm of a chunk's time.
    pub(crate) deviation: f64,
    /// True when this work was seen on it.
    pub(crate) measured: bool,
}

impl Speed {
    fn seconds(&self, elements: f64) -> f64 {
        self.line.fixed + self.line.slope * elements
    }
}

/// The other executor, while it takes part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Other {
    pub(crate) speed: Speed,
    /// Seconds until it asks again.
    pub(crate) busy_s: f64,
}

/// Bounds of chunks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    /// Chunks are multiples of this.
    pub(crate) grain: usize,
    /// Most elements of a chunk, a multiple of the grain.
    pub(crate) most: usize,
}

/// Weight of the next chunk: of elements, each counted by its cost over the mean. 0 when the other executor had better do
/// the rest alone.
pub(crate) fn next_chunk(left: f64, own: &Speed, other: Option<&Other>, bounds: &Bounds) -> f64 {
    let most = longest(own, bounds);
    let Some(other) = other else { return left.min(most) };
    // Both end at the same time: fixed + slope·x = busy + fixed' + slope'·(left - x).
    let theirs = other.busy_s + other.speed.line.fixed;
    let balance = (theirs + other.speed.line.slope * left - own.line.fixed)
        / (own.line.slope + other.speed.line.slope).max(1e-30);
    if balance <= 0.0 {
        return 0.0;
    }
    let balance = balance.min(left);
    let share = share(own, other, balance);
    let least = own.line.fixed * (1.0 / START_SHARE - 1.0) / own.line.slope.max(1e-30);
    let mut wanted = share * balance;
    if own.measured {
        wanted = wanted.max(least).min(balance);
        // What would be left of the own part is not worth another start.
        if balance - wanted < least {
            wanted = balance;
        }
    }
    let grain = bounds.grain as f64;
    let weight = (wanted / grain).round().max(1.0) * grain;
    let weight = weight.min(left);
    if gains(weight, left, own, other) {
        return weight.min(most);
    }
    let less = weight - grain;
    if less > 0.0 && gains(less, left, own, other) { less.min(most) } else { 0.0 }
}

/// True when taking so many ends sooner than leaving all to the other.
fn gains(elements: f64, left: f64, own: &Speed, other: &Other) -> bool {
    let alone = other.busy_s + other.speed.seconds(left);
    let rest = left - elements;
    let theirs = other.busy_s + if rest > 0.0 { other.speed.seconds(rest) } else { 0.0 };
    own.seconds(elements).max(theirs) < alone
}

/// The part of its balance that an executor takes at once.
fn share(own: &Speed, other: &Other, balance: f64) -> f64 {
    if !own.measured {
        return FIRST_SHARE;
    }
    if !other.speed.measured {
        return 0.5;
    }
    let deviation = own.deviation.hypot(other.speed.deviation);
    // What doubt may cost, half of a deviation, against what another start costs for certain.
    if 0.5 * deviation * own.seconds(balance) < 1.5 * own.line.fixed {
        return 1.0;
    }
    (-MARGIN_DEVIATIONS * deviation).exp()
}

/// Weight of the longest chunk.
fn longest(own: &Speed, bounds: &Bounds) -> f64 {
    let weight = (LONGEST_S - own.line.fixed).max(0.0) / own.line.slope.max(1e-30);
    weight.max(bounds.grain as f64)
}
