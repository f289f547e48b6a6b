//! Latency and rate, fitted jointly.
//!
//! The model of an executor is a line: `t(n) = f·F(n) + s·S(n)`, where F and S are the fixed and the varying part that are
//! assumed of it before anything is measured, and the factors f and s say how wrong that was. Both are found at once, as
//! the maximum of their posterior: errors of logarithms are normal, and so are the logarithms of the factors, with the
//! spread of the assumption. So a single call changes the part that it mostly consists of, two of different sizes tell
//! both parts apart, and the assumption fades as calls come in. The search is damped Gauss-Newton over two unknowns
//! (Levenberg, 1944; Marquardt, 1963).
//!
//! What a line cannot follow, a cliff or a cache, stays as a residual by size.

use super::samples::Samples;

/// Standard deviation of the logarithm of a single time, before anything better is known.
const NOISE: f64 = 0.08;

/// No factor is further off than this, as a logarithm: 10,000.
const FURTHEST: f64 = 9.2;

/// Calls of a size after which half of its residual is believed.
const HALF_BELIEVED: f64 = 0.6;

/// Beyond the sizes that were seen, residuals fade over this distance in ln(elements): a factor of 16.
const FADE: f64 = 2.77;

const STEPS: usize = 12;

/// A line before anything is measured: seconds at once, and per element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Regime {
    pub(crate) fixed: f64,
    pub(crate) slope: f64,
}

impl Regime {
    fn at(self, elements: f64) -> f64 {
        self.fixed + self.slope * elements
    }
}

/// What is assumed of an executor: the quicker of one or two regimes, and how far either part may be off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Prior {
    /// Used for large work, and for parts of it.
    pub(crate) large: Regime,
    /// Where that is quicker: the calling thread alone.
    pub(crate) small: Option<Regime>,
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
}

/// A fitted executor.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fit {
    prior: Prior,
    /// Logarithms of the factors of both parts.
    fixed: f64,
    slope: f64,
    /// ln(elements), believed residual: by size.
    residuals: Vec<(f64, f64)>,
    /// Calls seen.
    calls: u32,
    weight: f64,
    noise: f64,
}

impl Fit {
    /// O(buckets).
    pub(crate) fn new(prior: Prior, samples: &Samples) -> Self {
        let noise = samples.deviation().unwrap_or(NOISE).clamp(0.02, 0.7);
        let mut fit = Self {
            prior,
            fixed: 0.0,
            slope: 0.0,
            residuals: Vec::new(),
            calls: samples.calls(),
            weight: samples.buckets().iter().map(|bucket| bucket.weight).sum(),
            noise,
        };
        if samples.is_empty() {
            return fit;
        }
        fit.solve(samples, noise.max(0.05));
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

    fn solve(&mut self, samples: &Samples, noise: f64) {
        let prior = self.prior;
        let (of_fixed, of_slope) = (prior.fixed_deviation.powi(-2), prior.slope_deviation.powi(-2));
        let points: Vec<_> = samples
            .buckets()
            .iter()
            .map(|bucket| {
                let elements = bucket.ln_elements().exp();
                let regime = prior.regime(elements);
                let varying = regime.slope * elements;
                (regime.fixed, varying, bucket.ln_seconds(), bucket.weight / (noise * noise))
            })
            .collect();
        let loss = |fixed: f64, slope: f64| {
            let assumed = fixed * fixed * of_fixed + slope * slope * of_slope;
            points.iter().fold(assumed, |sum, &(f, s, seconds, weight)| {
                let off = (f * fixed.exp() + s * slope.exp()).ln() - seconds;
                sum + weight * off * off
            })
        };
        let (mut fixed, mut slope, mut damping) = (0.0_f64, 0.0_f64, 1e-3);
        let mut best = loss(fixed, slope);
        for _ in 0..STEPS {
            let (mut aa, mut ab, mut bb) = (of_fixed, 0.0, of_slope);
            let (mut ga, mut gb) = (fixed * of_fixed, slope * of_slope);
            for &(f, s, seconds, weight) in &points {
                let (f, s) = (f * fixed.exp(), s * slope.exp());
                let total = f + s;
                let (ja, jb) = (f / total, s / total);
                let off = total.ln() - seconds;
                aa += weight * ja * ja;
                ab += weight * ja * jb;
                bb += weight * jb * jb;
                ga += weight * ja * off;
                gb += weight * jb * off;
            }
            let (da, db) = (aa * (1.0 + damping), bb * (1.0 + damping));
            let determinant = da * db - ab * ab;
            let step = |at: f64, by: f64| (at - by.clamp(-2.0, 2.0)).clamp(-FURTHEST, FURTHEST);
            let next_fixed = step(fixed, (db * ga - ab * gb) / determinant);
            let next_slope = step(slope, (da * gb - ab * ga) / determinant);
            let next = loss(next_fixed, next_slope);
            if next <= best {
                let gain = best - next;
                (fixed, slope, best) = (next_fixed, next_slope, next);
                damping *= 0.2;
                if gain < 1e-6 * best.max(1e-9) {
                    break;
                }
            } else {
                damping = (damping * 10.0).min(1e6);
            }
        }
        (self.fixed, self.slope) = (fixed, slope);
    }

    fn line(&self, elements: f64) -> f64 {
        let regime = self.prior.regime(elements);
        regime.fixed * self.fixed.exp() + regime.slope * elements * self.slope.exp()
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

    /// The line that touches the prediction of about so many elements, as parts of large work run: seconds at once, and
    /// per element.
    pub(crate) fn tangent(&self, elements: f64) -> Regime {
        let elements = elements.max(1.0);
        let large = self.prior.large;
        let (fixed, varying) = (large.fixed * self.fixed.exp(), large.slope * self.slope.exp());
        let total = (fixed + varying * elements) * self.residual(elements.ln()).exp();
        // A residual is rather of the work than of the start, unless it leaves less than nothing for the work.
        let fixed = fixed.min(0.9 * total);
        Regime { fixed, slope: (total - fixed) / elements }
    }

    /// Standard deviation of the logarithm of a prediction for so many elements.
    pub(crate) fn deviation(&self, elements: f64) -> f64 {
        let regime = self.prior.regime(elements);
        let (fixed, varying) = (regime.fixed * self.fixed.exp(), regime.slope * elements * self.slope.exp());
        let share = fixed / (fixed + varying);
        let assumed = (share * self.prior.fixed_deviation).hypot((1.0 - share) * self.prior.slope_deviation);
        // What was seen nearby says most: knowledge fades with the distance of sizes.
        let nearest = self.residuals.iter().map(|(at, _)| (at - elements.max(1.0).ln()).abs());
        let distance = nearest.fold(f64::INFINITY, f64::min);
        if distance.is_infinite() {
            return assumed;
        }
        let known = self.noise * (1.0 + 1.0 / self.weight.max(0.1)).sqrt() + 0.06 * (distance - 0.7).max(0.0);
        known.min(assumed)
    }

    /// Calls it was fitted to.
    pub(crate) fn calls(&self) -> u32 {
        self.calls
    }

    /// True when something was measured.
    pub(crate) fn is_measured(&self) -> bool {
        !self.residuals.is_empty()
    }

    /// Standard deviation of ln(seconds) from call to call.
    pub(crate) fn noise(&self) -> f64 {
        self.noise
    }
}
