//! The statistics of a column: one pass for the extremes, one for all moments, one for the cumulative sums.
//!
//! The moments are taken about the middle of the range and scaled by a power of two, so that neither cancellation nor
//! overflow hurts; hence the pass for the extremes before. In double-float arithmetic (see `moments.wgsl`) sums of
//! integers are exact up to 2^48 units, and others are as good as in float64 for most purposes: a plain f32 sum has
//! 24 bits, less than the sum of a column of a few hundred thousand integers needs.
//!
//! Values that are infinite or NaN make sum, mean and variance NaN, and so does a cumulative sum beyond the range of f32
//! for those after it.

use tilewright::prelude::*;
use tilewright::{Element, Result};

use crate::column::Column;
use crate::common::levels;

/// A double-float: the sum of both.
pub(crate) type Double = [f32; 2];

/// Sums of scaled deviations and of their squares, as double-floats.
type Moments = [f32; 4];

const MOMENTS: &str = include_str!("moments.wgsl");
const EXTREMES: &str = include_str!("extremes.wgsl");

/// The square of u = 2^-24: what double-floats round.
const U2: f64 = 1.0 / (1_u64 << 48) as f64;

/// The relative error of one double-float addition: 3 u^2, and room for terms of higher order.
const ADD_ERROR: f64 = 3.01 * U2;

/// A value with a bound of its error.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounded {
    pub(crate) value: f64,
    pub(crate) bound: f64,
}

/// What is known of a column.
#[derive(Debug, Clone)]
pub(crate) struct Stats {
    pub(crate) count: usize,
    pub(crate) sum: Bounded,
    pub(crate) mean: Bounded,
    /// Of the population: divided by the count.
    pub(crate) variance: Bounded,
    pub(crate) min: Option<Extremum<f64>>,
    pub(crate) max: Option<Extremum<f64>>,
    /// Inclusive, as double-floats, if asked for.
    pub(crate) cumsum: Option<Vec<Double>>,
    /// The largest error that a cumulative sum can have.
    pub(crate) cumsum_bound: f64,
    /// The largest error of a value as the device has it, and so of minimum and maximum.
    pub(crate) given: f64,
}

/// Computes the statistics of a column.
pub(crate) fn stats(cx: &Context, column: Column, cumsum: bool) -> Result<Stats> {
    match column {
        Column::F32(values) => {
            let values = cx.array(values);
            let extremes = both_extremes(cx, &values, "extremes_of_f32", f64::from)?;
            moments(cx, &values, "double_of_f32", extremes, cumsum)
        }
        Column::I32(values) => {
            let values = cx.array(values);
            let extremes = both_extremes(cx, &values, "extremes_of_i32", f64::from)?;
            moments(cx, &values, "double_of_i32", extremes, cumsum)
        }
        Column::Pair(values) => {
            let values = cx.array(values);
            let extremes = [extreme_of_pairs(cx, &values, 1.0)?, extreme_of_pairs(cx, &values, -1.0)?];
            moments(cx, &values, "double_of_pair", extremes, cumsum)
        }
    }
}

/// High key, low key, index.
type Keys = [u32; 3];

type Extremes = [Option<Extremum<f64>>; 2];

fn both_extremes<T: Element>(
    cx: &Context,
    values: &Array<T>,
    lift: &str,
    widen: fn(T) -> f64,
) -> Result<Extremes> {
    let lift: Func<fn(T, u32) -> [u32; 4]> = Func::named(lift, EXTREMES)?;
    let earlier = Monoid::new(&Func::named("earlier", EXTREMES)?, [u32::MAX; 4])?;
    let [_, low, _, high] = cx.view(values).zip(cx.counting(values.len())).map(&lift).reduce(&earlier)?;
    let host = cx.read(values)?;
    Ok([low, high].map(|index| extremum(host, index, widen)))
}

fn extreme_of_pairs(cx: &Context, values: &Array<Double>, sign: f32) -> Result<Option<Extremum<f64>>> {
    let lift: Func<fn(Double, u32) -> Keys> = Func::named("extreme_of_pair", EXTREMES)?;
    let earlier = Monoid::new(&Func::named("earlier_pair", EXTREMES)?, [u32::MAX; 3])?;
    let lifted = cx.view(values).zip(cx.counting(values.len())).map(&lift.arg("sign", sign));
    let [_, _, index] = lifted.reduce(&earlier)?;
    Ok(extremum(cx.read(values)?, index, wide))
}

fn extremum<T: Element>(values: &[T], index: u32, widen: fn(T) -> f64) -> Option<Extremum<f64>> {
    values.get(index as usize).map(|&value| Extremum { index: u64::from(index), value: widen(value) })
}

fn wide([high, low]: Double) -> f64 {
    f64::from(high) + f64::from(low)
}

fn moments<T: Element>(
    cx: &Context,
    values: &Array<T>,
    double: &str,
    [min, max]: Extremes,
    cumsum: bool,
) -> Result<Stats> {
    // 0, passed as an argument so that no compiler knows it.
    let double: Func<fn(T) -> Double> = Func::named(double, MOMENTS)?.arg("zero", 0_u32);
    let (shift, scale) = middle(min, max);
    let deviations: Func<fn(Double) -> Moments> = Func::named("moments", MOMENTS)?;
    let deviations = deviations.arg("shift", shift).arg("scale", scale).arg("zero", 0_u32);
    let merge: Func<fn(Moments, Moments) -> Moments> = Func::named("merge", MOMENTS)?;
    let merge = Monoid::new(&merge.arg("zero", 0_u32), [0.0; 4])?;
    let [a, b, c, d] = cx.view(values).map(&double).map(&deviations).reduce(&merge)?;

    let cumsum = if cumsum {
        let add: Func<fn(Double, Double) -> Double> = Func::named("add_double", MOMENTS)?;
        let add = Monoid::new(&add.arg("zero", 0_u32), [0.0; 2])?;
        Some(cx.view(values).map(&double).inclusive_scan(&add).collect()?)
    } else {
        None
    };
    // What a pair leaves of a float64; other columns are exact.
    let largest = [min, max].map(|found| found.map_or(0.0, |found| found.value.abs()));
    let given = if T::TYPE == Double::TYPE { U2 * f64::max(largest[0], largest[1]) } else { 0.0 };
    let sums = Sums { n: values.len(), shift: f64::from(shift), scale: f64::from(scale), given };
    Ok(sums.stats(wide([a, b]), wide([c, d]), min, max, cumsum))
}

/// The middle of the range, and the power of two that brings deviations from it to at most 4.
fn middle(min: Option<Extremum<f64>>, max: Option<Extremum<f64>>) -> (f32, f32) {
    let (Some(min), Some(max)) = (min, max) else { return (0.0, 1.0) };
    let shift = ((min.value + max.value) / 2.0) as f32;
    let spread = (max.value - min.value) / 2.0;
    if !spread.is_finite() || spread == 0.0 {
        return (if shift.is_finite() { shift } else { 0.0 }, 1.0);
    }
    let exponent = spread.log2().floor().clamp(-126.0, 126.0);
    (shift, 2_f32.powi(-exponent as i32))
}

/// How sums of scaled deviations become statistics.
struct Sums {
    n: usize,
    shift: f64,
    scale: f64,
    /// The largest error of a value before anything is computed.
    given: f64,
}

impl Sums {
    /// From the sum `s` of deviations and the sum `q` of their squares, with bounds of the errors. Each value passes
    /// through 3 L additions (the canonical order) after its deviation (3 u^2) and square (5 u^2 and twice that of the
    /// deviation) are taken; sum |d| <= sqrt(n q).
    fn stats(
        &self,
        s: f64,
        q: f64,
        min: Option<Extremum<f64>>,
        max: Option<Extremum<f64>>,
        cumsum: Option<Vec<Double>>,
    ) -> Stats {
        let (n, depth) = (self.n.max(1) as f64, f64::from(levels(self.n)));
        let magnitudes = (n * q).sqrt();
        let s_bound = (3.0 * depth + 1.0) * ADD_ERROR * magnitudes;
        let q_bound = (3.0 * depth + 4.0) * ADD_ERROR * q;

        let offset = if self.n == 0 { 0.0 } else { n * self.shift };
        let all = offset.abs() + magnitudes / self.scale;
        // What float64 rounds here.
        let rounded = 4.0 * f64::EPSILON;
        let sum = offset + s / self.scale;
        let sum_bound = s_bound / self.scale + n * self.given + rounded * all;

        let square = self.scale * self.scale;
        let variance = (q / n - (s / n).powi(2)) / square;
        // Rounding may leave less than nothing; NaN stays.
        let variance = if variance < 0.0 { 0.0 } else { variance };
        let computed = (q_bound / n + 2.0 * (s / n).abs() * s_bound / n + rounded * q / n) / square;
        let variance_bound = computed + 2.0 * self.given * (variance + computed).sqrt() + self.given.powi(2);

        let of_count = |value| if self.n == 0 { f64::NAN } else { value };
        Stats {
            count: self.n,
            sum: Bounded { value: sum, bound: sum_bound },
            mean: Bounded { value: of_count(sum / n), bound: sum_bound / n },
            variance: Bounded { value: of_count(variance), bound: variance_bound },
            min,
            max,
            cumsum,
            cumsum_bound: (4.0 * depth + 1.0) * ADD_ERROR * all + n * self.given,
            given: self.given,
        }
    }
}
