//! Whether a result is right, told from the seed of its inputs alone.
//!
//! Integers are exact. Sums of floats are compared with wider ones, which all cores make in pieces: `f64` for `f32`, and
//! a compensated sum for `f64`. The data are made again where they are read, so that nothing of their size is kept.

use std::ops::Range;
use std::thread;

use crate::case::{Case, Dtype};
use crate::data::{self, Random};

/// Scans of more elements are compared at some places.
const EVERY_ELEMENT: usize = 1 << 24;
/// Places of large results that are compared.
const PLACES: usize = 4096;
/// Error of a sum of `f32` that is no bug, relative: a chain of additions may round down often.
const F32_SUM: f64 = 1e-3;
/// The same of `f64`.
const F64_SUM: f64 = 1e-10;

/// Compares the bytes of a result of `n` elements, from inputs with seed `s`.
pub fn check(case: Case, dtype: Dtype, n: usize, s: u32, result: &[u8]) -> Result<(), String> {
    let expected = case.output_len(n) * dtype.bytes();
    if result.len() != expected {
        return Err(format!("{} bytes instead of {expected}", result.len()));
    }
    match case {
        Case::Saxpy => check_map(n, result, |i, y| {
            let [x, z] = data::saxpy(i, s).map(f64::from);
            let exact = 2.5 * x + z;
            (exact, (f64::from(y) - exact).abs() <= 1e-5 * exact)
        }),
        Case::BlackScholes => check_map(n, result, |i, y| {
            let exact = price(data::option(i, s).map(f64::from));
            (exact, (f64::from(y) - exact).abs() <= 2e-3)
        }),
        Case::Launch | Case::Open | Case::Compile => Ok(()),
        _ => match dtype {
            Dtype::F32 => check_array::<f32>(case, n, s, result),
            Dtype::U32 => check_array::<u32>(case, n, s, result),
            Dtype::F64 => check_array::<f64>(case, n, s, result),
            Dtype::U64 => check_array::<u64>(case, n, s, result),
            Dtype::None => Ok(()),
        },
    }
}

/// The price of a European call by Black and Scholes (1973), with the normal distribution function of formula 26.2.17 of
/// Abramowitz and Stegun, *Handbook of Mathematical Functions*.
fn price([spot, strike, years]: [f64; 3]) -> f64 {
    let cdf = |x: f64| {
        let k = 1.0 / (1.0 + 0.2316419 * x.abs());
        let p =
            k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
        let tail = 0.39894228 * (-0.5 * x * x).exp() * p;
        if x > 0.0 { 1.0 - tail } else { tail }
    };
    let deviation = 0.3 * years.sqrt();
    let d1 = ((spot / strike).ln() + 0.065 * years) / deviation;
    spot * cdf(d1) - strike * (-0.02 * years).exp() * cdf(d1 - deviation)
}

/// Places spread over `n` elements, the first and the last among them.
fn places(n: usize) -> Vec<usize> {
    if n <= PLACES {
        (0..n).collect()
    } else {
        (0..PLACES).map(|place| place * (n - 1) / (PLACES - 1)).collect()
    }
}

fn check_map(n: usize, result: &[u8], judge: impl Fn(u32, f32) -> (f64, bool)) -> Result<(), String> {
    for place in places(n) {
        let y: f32 = element(result, place);
        let (exact, near) = judge(place as u32, y);
        if !near {
            return Err(format!("element {place} is {y}, and should be {exact}"));
        }
    }
    Ok(())
}

fn element<T: bytemuck::Pod>(bytes: &[u8], place: usize) -> T {
    let size = size_of::<T>();
    bytemuck::pod_read_unaligned(&bytes[place * size..(place + 1) * size])
}

/// An element type with sums that are wider than it.
pub trait Summed: Random + PartialEq + std::fmt::Debug {
    type Sum: Copy + Default + Send + std::fmt::Debug;

    fn square(self) -> Self::Sum;
    fn widen(self) -> Self::Sum;
    fn add(a: Self::Sum, b: Self::Sum) -> Self::Sum;
    /// Whether this is the sum; a NaN never is.
    fn is_sum(self, sum: Self::Sum) -> bool;
}

macro_rules! wrapping {
    ($integer:ty) => {
        impl Summed for $integer {
            type Sum = Self;

            fn square(self) -> Self {
                self.wrapping_mul(self)
            }

            fn widen(self) -> Self {
                self
            }

            fn add(a: Self, b: Self) -> Self {
                a.wrapping_add(b)
            }

            fn is_sum(self, sum: Self) -> bool {
                self == sum
            }
        }
    };
}

wrapping!(u32);
wrapping!(u64);

impl Summed for f32 {
    type Sum = f64;

    fn square(self) -> f64 {
        f64::from(self) * f64::from(self)
    }

    fn widen(self) -> f64 {
        f64::from(self)
    }

    fn add(a: f64, b: f64) -> f64 {
        a + b
    }

    fn is_sum(self, sum: f64) -> bool {
        (f64::from(self) - sum).abs() <= F32_SUM * sum.abs()
    }
}

/// A sum and what its roundings lost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Compensated {
    sum: f64,
    lost: f64,
}

impl Summed for f64 {
    type Sum = Compensated;

    fn square(self) -> Compensated {
        Compensated { sum: self * self, lost: 0.0 }
    }

    fn widen(self) -> Compensated {
        Compensated { sum: self, lost: 0.0 }
    }

    /// Knuth's TwoSum, which is exact for summands of any order.
    fn add(a: Compensated, b: Compensated) -> Compensated {
        let sum = a.sum + b.sum;
        let b_part = sum - a.sum;
        let lost = (a.sum - (sum - b_part)) + (b.sum - b_part);
        Compensated { sum, lost: a.lost + b.lost + lost }
    }

    fn is_sum(self, sum: Compensated) -> bool {
        let sum = sum.sum + sum.lost;
        (self - sum).abs() <= F64_SUM * sum.abs()
    }
}

/// Sum of some elements of the array with seed `s`.
fn sum_of<T: Summed>(range: Range<usize>, s: u32, squared: bool) -> T::Sum {
    range.fold(T::Sum::default(), |sum, i| {
        let x = T::random(i as u32, s);
        T::add(sum, if squared { x.square() } else { x.widen() })
    })
}

/// Sums of the elements between neighbouring bounds, by all cores.
fn sums_between<T: Summed>(bounds: &[usize], s: u32, squared: bool) -> Vec<T::Sum> {
    let between = bounds.len().saturating_sub(1);
    thread::scope(|scope| {
        let work = |part: Range<usize>| {
            scope.spawn(move || {
                part.map(|i| sum_of::<T>(bounds[i]..bounds[i + 1], s, squared)).collect::<Vec<_>>()
            })
        };
        let parts: Vec<_> = data::parts(between).into_iter().map(work).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect()
    })
}

fn check_array<T: Summed>(case: Case, n: usize, s: u32, result: &[u8]) -> Result<(), String> {
    match case {
        Case::Sum | Case::SumOfSquares => {
            let mut bounds = places(n);
            bounds.push(n);
            let sums = sums_between::<T>(&bounds, s, case == Case::SumOfSquares);
            let sum = sums.into_iter().fold(T::Sum::default(), T::add);
            let given: T = element(result, 0);
            if given.is_sum(sum) { Ok(()) } else { Err(format!("{given:?}, and should be {sum:?}")) }
        }
        Case::InclusiveSum | Case::ExclusiveSum => {
            let mut bounds = if n <= EVERY_ELEMENT { (0..n).collect() } else { places(n) };
            let places = bounds.clone();
            bounds.push(n);
            let mut before = T::Sum::default();
            for (place, sum) in places.into_iter().zip(sums_between::<T>(&bounds, s, false)) {
                let here = T::random(place as u32, s).widen();
                let expected = if case == Case::InclusiveSum { T::add(before, here) } else { before };
                let given: T = element(result, place);
                if !given.is_sum(expected) {
                    return Err(format!("element {place} is {given:?}, and should be {expected:?}"));
                }
                before = T::add(before, sum);
            }
            Ok(())
        }
        // What is moved must arrive.
        _ => places(n).into_iter().try_for_each(|place| {
            let (given, sent): (T, T) = (element(result, place), T::random(place as u32, s));
            if given == sent {
                Ok(())
            } else {
                Err(format!("element {place} is {given:?}, and should be {sent:?}"))
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan_u32(n: usize, s: u32) -> Vec<u32> {
        let mut sum = 0_u32;
        (0..n as u32)
            .map(|i| {
                sum = sum.wrapping_add(u32::random(i, s));
                sum
            })
            .collect()
    }

    #[test]
    fn right_scans_pass_and_a_wrong_element_does_not() {
        for n in [1, 2, 1000, 70_000] {
            let mut scan = scan_u32(n, 4);
            let verdict = |scan: &[u32], case| check(case, Dtype::U32, n, 4, bytemuck::cast_slice(scan));
            assert_eq!(verdict(&scan, Case::InclusiveSum), Ok(()));
            let mut exclusive = scan.clone();
            exclusive.rotate_right(1);
            exclusive[0] = 0;
            assert_eq!(verdict(&exclusive, Case::ExclusiveSum), Ok(()));
            assert!(check(Case::InclusiveSum, Dtype::U32, n, 5, bytemuck::cast_slice(&scan)).is_err());
            scan[n / 2] ^= 1;
            assert!(verdict(&scan, Case::InclusiveSum).is_err());
        }
    }

    #[test]
    fn sums_pass_within_their_tolerance_only() {
        let n = 100_000;
        let sum: f64 = (0..n as u32).map(|i| f64::random(i, 9)).sum();
        let verdict = |sum: f64| check(Case::Sum, Dtype::F64, n, 9, bytemuck::bytes_of(&sum));
        assert_eq!(verdict(sum), Ok(()));
        assert!(verdict(sum * (1.0 + 1e-9)).is_err());
        assert!(verdict(f64::NAN).is_err());
        let squares: f32 = (0..n as u32).map(|i| f32::random(i, 9).powi(2)).sum();
        let verdict = |sum: f32| check(Case::SumOfSquares, Dtype::F32, n, 9, bytemuck::bytes_of(&sum));
        assert_eq!(verdict(squares), Ok(()));
        assert!(verdict(squares * 1.01).is_err());
    }

    #[test]
    fn poison_never_passes() {
        let n = 256;
        for (case, dtype) in [
            (Case::Saxpy, Dtype::F32),
            (Case::BlackScholes, Dtype::F32),
            (Case::Sum, Dtype::U64),
            (Case::InclusiveSum, Dtype::F32),
            (Case::ExclusiveSum, Dtype::F64),
            (Case::Copy, Dtype::U32),
        ] {
            let poison = vec![0xFF; case.output_len(n) * dtype.bytes()];
            assert!(check(case, dtype, n, 1, &poison).is_err(), "{case:?}");
        }
    }

    /// Hull, *Options, Futures, and Other Derivatives*, gives what the price is bounded by.
    #[test]
    fn a_call_is_worth_between_its_intrinsic_value_and_its_spot() {
        for [spot, strike, years] in [[100.0, 90.0, 1.0], [50.0, 50.0, 0.1], [20.0, 95.0, 2.0]] {
            let price = price([spot, strike, years]);
            let least = (spot - strike * f64::exp(-0.02 * years)).max(0.0);
            assert!(price >= least - 1e-6 && price <= spot, "{price}");
        }
    }
}
