//! A predicted time with its bounds, and the arithmetic that keeps them together.

use std::fmt;
use std::ops::{Add, Mul};

use serde::Serialize;

/// A predicted time in seconds: `low <= expected <= high`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Seconds {
    /// Lower bound.
    pub low: f64,
    /// What is expected.
    pub expected: f64,
    /// Upper bound.
    pub high: f64,
}

impl Seconds {
    /// No time at all.
    pub(crate) const ZERO: Self = Self { low: 0.0, expected: 0.0, high: 0.0 };

    /// An expected time that may be wrong by `factor` in either direction.
    pub(crate) fn within(expected: f64, factor: f64) -> Self {
        Self { low: expected / factor, expected, high: expected * factor }
    }

    /// The later of two that run side by side.
    pub(crate) fn max(self, other: Self) -> Self {
        Self {
            low: self.low.max(other.low),
            expected: self.expected.max(other.expected),
            high: self.high.max(other.high),
        }
    }

    /// What is left of a sum that this is part of.
    pub(crate) fn below(self, sum: Self) -> Self {
        let left = |part: f64, sum: f64| (sum - part).max(0.0);
        Self {
            low: left(self.low, sum.low),
            expected: left(self.expected, sum.expected),
            high: left(self.high, sum.high),
        }
    }

    /// The one with the smaller expectation.
    pub(crate) fn sooner(self, other: Self) -> Self {
        if other.expected < self.expected { other } else { self }
    }
}

impl Add for Seconds {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            low: self.low + other.low,
            expected: self.expected + other.expected,
            high: self.high + other.high,
        }
    }
}

impl Mul<f64> for Seconds {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self { low: self.low * factor, expected: self.expected * factor, high: self.high * factor }
    }
}

/// The expected time in the unit that suits it: `12.9 ms`.
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&scaled(self.expected, &TIME_UNITS))
    }
}

/// Units of time, largest first, in seconds.
pub(super) const TIME_UNITS: [(f64, &str); 4] = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];

/// Units of memory, largest first, in bytes.
pub(super) const BYTE_UNITS: [(f64, &str); 4] = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")];

/// A number of bytes: `168 MB`.
pub(crate) fn bytes_text(bytes: f64) -> String {
    match bytes {
        few @ ..1e3 => format!("{few} B"),
        many => scaled(many, &BYTE_UNITS),
    }
}

/// Three significant digits in the largest unit that leaves a value of at least 1, else in the smallest.
pub(super) fn scaled(value: f64, units: &[(f64, &str)]) -> String {
    let rounds_to_one = |&&(unit, _): &&(f64, &str)| value >= 0.9995 * unit;
    let Some(&(unit, name)) = units.iter().find(rounds_to_one).or(units.last()) else {
        return value.to_string();
    };
    let value = value / unit;
    let decimals = if value >= 99.95 || value == 0.0 {
        0
    } else if value >= 9.995 {
        1
    } else {
        2
    };
    format!("{value:.decimals$} {name}")
}
