//! Latency and rate, fitted jointly.
//!
//! The model of an executor is a line: `t(n) = f·F(n) + s·S(n)`, where F and S are the fixed and the varying part that are
//! assumed of it before anything is measured, and the factors f and s say how wrong that was. Both are found at once, as
//! the maximum of their posterior; [`solve`](super::solve) has the search. So a single call changes the part that it mostly
//! consists of, two of different sizes tell both parts apart, and the assumption fades as calls come in.
//!
//! What a line cannot follow, a cliff or a cache, stays as a residual by size.

use super::samples::Samples;
use super::solve::{Minimum, Point, Spread, minima};

/// Standard deviation of the logarithm of a single time, before anything better is known.
const NOISE: f64 = 0.08;

/// Calls of a size after which half of its residual is believed.
const HALF_BELIEVED: f64 = 0.6;

/// Beyond the sizes that were seen, residuals fade over this distance in ln(elements): a factor of 16.
const FADE: f64 = 2.77;

/// Standard deviation of the logarithm by which a line is off, per unit of distance in ln(elements) from what was seen.
const BEND: f64 = 0.06;

/// A line before anything is measured: seconds at once, and per element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Regime {
    pub(crate) fixed: f64,
    /// Work that is paid once, as the way in of a pipeline: it is as fast as other work is.
    pub(crate) filling: f64,
    pub(crate) slope: f64,
}

impl Regime {
    /// One that fills nothing.
    pub(crate) const fn line(fixed: f64, slope: f64) -> Self {
        Self { fixed, filling: 0.0, slope }
    }

    fn at(self, elements: f64) -> f64 {
        self.fixed + self.varying(elements)
    }

    fn varying(self, elements: f64) -> f64 {
        self.filling + self.slope * elements
    }
}

/// What is assumed of an executor: the quicker of two regimes, and how far either part may be off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Prior {
    /// Of large work.
    pub(crate) large: Regime,
    /// Of small work, where that is quicker.
    pub(crate) small: Option<Regime>,
    /// True when parts of larger work are never run as small work is: threads that are awake take them.
    pub(crate) parts_are_large: bool,
    /// Standard deviation of the logarithm of the fixed part.
    pub(crate) fixed_deviation: f64,
    /// Standard deviation of the logarithm of the part per element.
    pub(crate) slope_deviation: f64,
}

impl Prior {
    fn regime(&self, elements: f64) -> Regime {
        match self.small {
            Some(small) if small.at(elements) < self.large.at(elements) => small,
            _ => self.large,
        }
    }

    fn for_parts(&self, elements: f64) -> Regime {
        if self.parts_are_large { self.large } else { self.regime(elements) }
    }
}

/// A fitted executor.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fit {
    prior: Prior,
    /// What may be true of the factors of both parts, the likeliest first.
    minima: Vec<Minimum>,
    /// ln(elements), believed residual: by size.
    residuals: Vec<(f64, f64)>,
    /// Calls seen.
    calls: u32,
    noise: f64,
}

impl Fit {
    /// O(buckets).
    pub(crate) fn new(prior: Prior, samples: &Samples) -> Self {
        let noise = samples.deviation().unwrap_or(NOISE).clamp(0.02, 0.7);
        let spread = Spread { fixed: prior.fixed_deviation, slope: prior.slope_deviation };
        let points: Vec<Point> = samples
            .buckets()
            .iter()
            .map(|bucket| {
                let elements = bucket.ln_elements().exp();
                let regime = prior.regime(elements);
                let weight = bucket.weight / noise.max(0.05).powi(2);
                let varying = regime.varying(elements);
                Point { fixed: regime.fixed, varying, ln_seconds: bucket.ln_seconds(), weight }
            })
            .collect();
        let minima = minima(&points, spread);
        let mut fit = Self { prior, minima, residuals: Vec::new(), calls: samples.calls(), noise };
        fit.residuals = samples
            .buckets()
            .iter()
            .map(|bucket| {
                let elements = bucket.ln_elements();
                let off = bucket.ln_seconds() - fit.line(elements.exp()).ln();
                (elements, off * bucket.weight / (bucket.weight + HALF_BELIEVED))
            })
            .collect();
        fit
    }

    fn likeliest(&self) -> &Minimum {
        &self.minima[0]
    }

    fn line(&self, elements: f64) -> f64 {
        let regime = self.prior.regime(elements);
        self.likeliest().seconds(regime.fixed, regime.varying(elements))
    }

    /// Believed logarithm of the factor by which a size departs from the line.
    fn residual(&self, ln_elements: f64) -> f64 {
        let fade = |distance: f64| (1.0 - distance / FADE).max(0.0);
        let above = self.residuals.partition_point(|(at, _)| *at < ln_elements);
        match (above.checked_sub(1).map(|below| self.residuals[below]), self.residuals.get(above)) {
            (Some((low, a)), Some(&(high, b))) => a + (b - a) * (ln_elements - low) / (high - low).max(1e-9),
            (Some((low, a)), None) => a * fade(ln_elements - low),
            (None, Some(&(high, b))) => b * fade(high - ln_elements),
            (None, None) => 0.0,
        }
    }

    /// Seconds for so many elements.
    pub(crate) fn seconds(&self, elements: f64) -> f64 {
        if elements < 1.0 {
            return self.line(elements);
        }
        self.line(elements) * self.residual(elements.ln()).exp()
    }

    /// The line that touches the prediction of about so many elements, as parts of larger work: seconds at once, and per
    /// element.
    pub(crate) fn tangent(&self, elements: f64) -> Regime {
        let elements = elements.max(1.0);
        let regime = self.prior.for_parts(elements);
        let likeliest = self.likeliest();
        let fixed = regime.fixed * likeliest.fixed.exp() + regime.filling * likeliest.slope.exp();
        let varying = regime.slope * likeliest.slope.exp();
        let total = (fixed + varying * elements) * self.residual(elements.ln()).exp();
        // A residual is rather of the work than of the start, unless it leaves less than nothing for the work.
        let fixed = fixed.min(0.9 * total);
        Regime::line(fixed, (total - fixed) / elements)
    }

    /// Standard deviation of the logarithm of a prediction for so many elements.
    pub(crate) fn deviation(&self, elements: f64) -> f64 {
        let regime = self.prior.regime(elements);
        let (fixed, varying) = (regime.fixed, regime.varying(elements));
        let expected = self.likeliest().seconds(fixed, varying).ln();
        // Of each explanation, its own doubt, and how far it is from the likeliest.
        let of_line: f64 = self
            .minima
            .iter()
            .map(|minimum| {
                let seconds = minimum.seconds(fixed, varying);
                let a = fixed * minimum.fixed.exp() / seconds;
                let [aa, ab, bb] = minimum.covariance;
                let own = a * a * aa + 2.0 * a * (1.0 - a) * ab + (1.0 - a).powi(2) * bb;
                minimum.share * (own.max(0.0) + (seconds.ln() - expected).powi(2))
            })
            .sum();
        // What a line does not follow, cliffs and caches, is the likelier the further sizes are away.
        let nearest = self.residuals.iter().map(|(at, _)| (at - elements.max(1.0).ln()).abs());
        let distance = nearest.fold(f64::INFINITY, f64::min);
        if distance.is_infinite() {
            return of_line.sqrt();
        }
        let of_shape = BEND * (distance - 0.7).max(0.0);
        (of_line + self.noise * self.noise + of_shape * of_shape).sqrt()
    }

    /// Calls it was fitted to.
    pub(crate) fn calls(&self) -> u32 {
        self.calls
    }

    /// Standard deviation of ln(seconds) from call to call.
    #[cfg(test)]
    pub(crate) fn noise(&self) -> f64 {
        self.noise
    }

    /// True when something was measured.
    pub(crate) fn is_measured(&self) -> bool {
        !self.residuals.is_empty()
    }
}
