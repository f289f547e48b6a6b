//! The search behind a fit: which factors of the fixed and of the varying part explain the times best.
//!
//! The loss is the negative logarithm of a posterior: squares for the errors of times, and for the factors a Student
//! distribution of two degrees of freedom. Its tails are heavy, since an assumption that is wrong at all may be wrong by
//! orders of magnitude. A time that is far off can be explained by either part, so that the loss may have several minima:
//! one is sought from each side, by damped Gauss-Newton over two unknowns (Levenberg, 1944; Marquardt, 1963). What is left
//! undecided between them is part of the doubt about every prediction.

/// No factor is further off than this, as a logarithm: 100,000.
const FURTHEST: f64 = 11.5;

/// Degrees of freedom of the distribution of factors.
const FREEDOM: f64 = 2.0;

const STEPS: usize = 15;

/// A size that was seen: the assumed fixed and varying part of its time, what it took as ln(seconds), and how much that
/// counts: the inverse of a variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) fixed: f64,
    pub(super) varying: f64,
    pub(super) ln_seconds: f64,
    pub(super) weight: f64,
}

/// Standard deviations of the logarithms of both factors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    pub(super) fixed: f64,
    pub(super) slope: f64,
}

/// A minimum of the loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Minimum {
    loss: f64,
    /// Logarithm of the factor of the fixed part.
    pub(super) fixed: f64,
    /// Logarithm of the factor of the varying part.
    pub(super) slope: f64,
    /// Covariance of both: of the first, mixed, of the second.
    pub(super) covariance: [f64; 3],
    /// Probability against the other minima.
    pub(super) share: f64,
}

impl Minimum {
    /// What is assumed before anything was seen.
    pub(super) fn assumed(spread: Spread) -> Self {
        let covariance = [spread.fixed.powi(2), 0.0, spread.slope.powi(2)];
        Self { loss: 0.0, fixed: 0.0, slope: 0.0, covariance, share: 1.0 }
    }

    /// Seconds of a fixed and a varying part that were assumed.
    pub(super) fn seconds(&self, fixed: f64, varying: f64) -> f64 {
        fixed * self.fixed.exp() + varying * self.slope.exp()
    }
}

/// The minima of the loss, the lowest first, without those that are far less probable. At least one.
pub(super) fn minima(points: &[Point], spread: Spread) -> Vec<Minimum> {
    let longest = points.iter().max_by(|a, b| a.ln_seconds.total_cmp(&b.ln_seconds));
    let Some(longest) = longest else { return vec![Minimum::assumed(spread)] };
    let explained = |part: f64, other: f64| ((longest.ln_seconds.exp() - other).max(0.1 * part) / part).ln();
    let starts = [
        (0.0, 0.0),
        (explained(longest.fixed, longest.varying), 0.0),
        (0.0, explained(longest.varying, longest.fixed)),
    ];
    let mut found: Vec<Minimum> = starts.iter().map(|&start| descend(points, spread, start)).collect();
    found.sort_by(|a, b| a.loss.total_cmp(&b.loss));
    found.dedup_by(|a, b| (a.fixed - b.fixed).abs() < 0.05 && (a.slope - b.slope).abs() < 0.05);
    let lowest = found[0].loss;
    for minimum in &mut found {
        minimum.share = (0.5 * (lowest - minimum.loss)).exp();
    }
    found.retain(|minimum| minimum.share > 0.01);
    let sum: f64 = found.iter().map(|minimum| minimum.share).sum();
    found.iter_mut().for_each(|minimum| minimum.share /= sum);
    found
}

/// Loss of a factor, and its slope and curvature as a least square that is weighted anew in each step.
fn penalty(x: f64, deviation: f64) -> (f64, f64) {
    let z = x * x / (deviation * deviation * FREEDOM);
    ((FREEDOM + 1.0) * z.ln_1p(), (FREEDOM + 1.0) / (FREEDOM * deviation * deviation * (1.0 + z)))
}

fn loss(points: &[Point], spread: Spread, fixed: f64, slope: f64) -> f64 {
    let (a, b) = (fixed.exp(), slope.exp());
    let assumed = penalty(fixed, spread.fixed).0 + penalty(slope, spread.slope).0;
    points.iter().fold(assumed, |sum, point| {
        let off = (point.fixed * a + point.varying * b).ln() - point.ln_seconds;
        sum + point.weight * off * off
    })
}

/// The normal equations at a place: curvature and gradient.
struct Normal {
    aa: f64,
    ab: f64,
    bb: f64,
    ga: f64,
    gb: f64,
}

impl Normal {
    fn at(points: &[Point], spread: Spread, fixed: f64, slope: f64) -> Self {
        let (of_fixed, of_slope) = (penalty(fixed, spread.fixed).1, penalty(slope, spread.slope).1);
        let mut normal =
            Self { aa: of_fixed, ab: 0.0, bb: of_slope, ga: fixed * of_fixed, gb: slope * of_slope };
        let (a, b) = (fixed.exp(), slope.exp());
        for point in points {
            let (f, s) = (point.fixed * a, point.varying * b);
            let (total, weight) = (f + s, point.weight);
            let (ja, jb) = (f / total, s / total);
            let off = total.ln() - point.ln_seconds;
            normal.aa += weight * ja * ja;
            normal.ab += weight * ja * jb;
            normal.bb += weight * jb * jb;
            normal.ga += weight * ja * off;
            normal.gb += weight * jb * off;
        }
        normal
    }
}

/// The nearest minimum from a start.
fn descend(points: &[Point], spread: Spread, start: (f64, f64)) -> Minimum {
    let ((mut fixed, mut slope), mut damping) = (start, 1e-3);
    let mut lowest = loss(points, spread, fixed, slope);
    for _ in 0..STEPS {
        let normal = Normal::at(points, spread, fixed, slope);
        let (da, db) = (normal.aa * (1.0 + damping), normal.bb * (1.0 + damping));
        let determinant = (da * db - normal.ab * normal.ab).max(1e-30);
        let step = |at: f64, by: f64| (at - by.clamp(-2.0, 2.0)).clamp(-FURTHEST, FURTHEST);
        let next_fixed = step(fixed, (db * normal.ga - normal.ab * normal.gb) / determinant);
        let next_slope = step(slope, (da * normal.gb - normal.ab * normal.ga) / determinant);
        let next = loss(points, spread, next_fixed, next_slope);
        if next <= lowest {
            let gain = lowest - next;
            (fixed, slope, lowest) = (next_fixed, next_slope, next);
            damping *= 0.2;
            if gain < 1e-4 {
                break;
            }
        } else {
            damping = (damping * 10.0).min(1e6);
        }
    }
    let Normal { aa, ab, bb, .. } = Normal::at(points, spread, fixed, slope);
    let determinant = (aa * bb - ab * ab).max(1e-12);
    let covariance = [bb / determinant, -ab / determinant, aa / determinant];
    Minimum { loss: lowest, fixed, slope, covariance, share: 1.0 }
}
