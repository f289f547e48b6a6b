//! Sets of results that WGSL's accuracy rules allow, as intervals.
//!
//! An interval holds every value that a conforming device may have at a point of an evaluation. Each operation maps
//! intervals to the interval of its exact image, in f64, and widens it by the error that the WGSL specification allows for
//! the operation (section "Floating Point Accuracy"). Fused multiply-add, flushed subnormal numbers and either outcome of an
//! undecided comparison are inside by construction, so that no tolerance has to be guessed: a device is right if its result
//! is in the interval. Where WGSL allows anything (overflow, division by an interval with zero), the interval is
//! [`Interval::ANYTHING`].
//!
//! f64's own rounding is 2^-29 of an ULP of f32; widening by at least one ULP covers it.

/// All numbers from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// By how much the bounds of built-ins that are not correctly rounded are widened: a driver's `exp` that misses its bound by
/// a tenth of an ULP is not what is tested here. The CPU's built-ins have tests of their own, with tighter bounds.
const SLACK: f64 = 1.5;

const LARGEST: f64 = f32::MAX as f64;
const SMALLEST_NORMAL: f64 = f32::MIN_POSITIVE as f64;

/// The distance between neighbouring floats at `x`.
fn ulp(x: f64) -> f64 {
    let exponent = x.abs().max(SMALLEST_NORMAL).log2().floor();
    (exponent - 23.0).exp2()
}

impl Interval {
    /// Every float, infinities and NaN.
    pub(crate) const ANYTHING: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    pub(crate) fn exactly(x: f32) -> Self {
        Self { low: x.into(), high: x.into() }
    }

    pub(crate) fn new(a: f64, b: f64) -> Self {
        if a.is_nan() || b.is_nan() { Self::ANYTHING } else { Self { low: a.min(b), high: a.max(b) } }
    }

    pub(crate) fn is_anything(self) -> bool {
        self.low < -LARGEST || self.high > LARGEST
    }

    /// True if a device may return `x`.
    pub(crate) fn allows(self, x: f32) -> bool {
        self.is_anything() || (self.low <= x.into() && f64::from(x) <= self.high)
    }

    pub(crate) fn contains(self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }

    pub(crate) fn hull(self, other: Self) -> Self {
        Self { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// With the absolute error of a built-in.
    pub(crate) fn within(self, error: f64) -> Self {
        Self { low: self.low - SLACK * error, high: self.high + SLACK * error }.stored()
    }

    /// With the error of a built-in, in ULPs of the exact result.
    pub(crate) fn approximate(self, ulps: f64) -> Self {
        self.ulps(SLACK * ulps)
    }

    /// With an error of some ULPs of the exact result; correctly rounded is less than 1.
    pub(crate) fn ulps(self, ulps: f64) -> Self {
        if self.is_anything() {
            return Self::ANYTHING;
        }
        Self { low: self.low - ulps * ulp(self.low), high: self.high + ulps * ulp(self.high) }.stored()
    }

    /// As f32: an overflow may be anything, a subnormal number may be flushed to zero.
    fn stored(mut self) -> Self {
        if self.is_anything() || self.low.is_nan() || self.high.is_nan() {
            return Self::ANYTHING;
        }
        if self.low > 0.0 && self.low < SMALLEST_NORMAL {
            self.low = 0.0;
        }
        if self.high < 0.0 && self.high > -SMALLEST_NORMAL {
            self.high = 0.0;
        }
        self
    }

    /// The image under a function that never falls, exact.
    pub(crate) fn rising(self, f: impl Fn(f64) -> f64) -> Self {
        if self.is_anything() { Self::ANYTHING } else { Self::new(f(self.low), f(self.high)) }
    }

    /// The image under a function that changes at most as much as its argument, exact.
    pub(crate) fn lipschitz(self, f: impl Fn(f64) -> f64) -> Self {
        let [middle, radius] = [(self.low + self.high) / 2.0, (self.high - self.low) / 2.0];
        if self.is_anything() { Self::ANYTHING } else { Self::new(f(middle) - radius, f(middle) + radius) }
    }

    /// The hull of a function of corners, exact; right for functions that are monotone in each argument.
    fn corners(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        if self.is_anything() || other.is_anything() {
            return Self::ANYTHING;
        }
        let (a, b) = (self, other);
        let corner = |x, y| Self::new(f(x, y), f(x, y));
        corner(a.low, b.low)
            .hull(corner(a.low, b.high))
            .hull(corner(a.high, b.low))
            .hull(corner(a.high, b.high))
    }

    pub(crate) fn negated(self) -> Self {
        Self { low: -self.high, high: -self.low }
    }

    pub(crate) fn abs(self) -> Self {
        let high = self.low.abs().max(self.high.abs());
        let low = if self.contains(0.0) { 0.0 } else { self.low.abs().min(self.high.abs()) };
        Self { low, high }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        self.corners(other, |a, b| a + b).ulps(1.0)
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        self.corners(other, |a, b| a - b).ulps(1.0)
    }

    pub(crate) fn times(self, other: Self) -> Self {
        self.corners(other, |a, b| a * b).ulps(1.0)
    }

    /// 2.5 ULP, where the divisor is neither 0, subnormal nor above 2^126.
    pub(crate) fn over(self, divisor: Self) -> Self {
        let size = divisor.abs();
        if size.low < SMALLEST_NORMAL || size.high > 126f64.exp2() {
            return Self::ANYTHING;
        }
        self.corners(divisor, |a, b| a / b).approximate(2.5)
    }

    pub(crate) fn min(self, other: Self) -> Self {
        self.corners(other, f64::min)
    }

    pub(crate) fn max(self, other: Self) -> Self {
        self.corners(other, f64::max)
    }

    pub(crate) fn clamp(self, low: f32, high: f32) -> Self {
        self.max(Self::exactly(low)).min(Self::exactly(high))
    }

    /// 2 ULP.
    pub(crate) fn inverse_sqrt(self) -> Self {
        if self.low < SMALLEST_NORMAL {
            Self::ANYTHING
        } else {
            self.rising(|x| x.sqrt().recip()).approximate(2.0)
        }
    }

    /// As `1 / inverseSqrt(x)`; a correctly rounded root is allowed too, and at 0 is what devices give.
    pub(crate) fn sqrt(self) -> Self {
        let rooted = self.rising(|x| x.max(0.0).sqrt()).approximate(5.0);
        if self.low < 0.0 { Self::ANYTHING } else { rooted }
    }

    /// 3 + 2|x| ULP.
    pub(crate) fn exp(self) -> Self {
        let ulps = 3.0 + 2.0 * self.abs().high;
        self.rising(f64::exp).approximate(ulps)
    }

    /// 3 + 2|x| ULP.
    pub(crate) fn exp2(self) -> Self {
        let ulps = 3.0 + 2.0 * self.abs().high;
        self.rising(f64::exp2).approximate(ulps)
    }

    /// 3 ULP, or 2^-21 where the argument is from 0.5 to 2.
    pub(crate) fn logarithm(self, f: impl Fn(f64) -> f64) -> Self {
        if self.low < SMALLEST_NORMAL {
            return Self::ANYTHING;
        }
        let exact = self.rising(f);
        let near_one = self.low <= 2.0 && self.high >= 0.5;
        let precise = exact.approximate(3.0);
        if near_one { precise.hull(exact.within(2f64.powi(-21))) } else { precise }
    }

    /// 2^-11 from -π to π.
    pub(crate) fn sine(self, f: impl Fn(f64) -> f64) -> Self {
        if self.abs().high > std::f64::consts::PI {
            return Self::ANYTHING;
        }
        self.lipschitz(f).within(2f64.powi(-11))
    }
}
