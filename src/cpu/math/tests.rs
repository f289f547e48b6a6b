//! The built-ins against f64, against exact integers, and against themselves without fused multiply-add.

mod accuracy;
mod exact;
mod integers;
mod same_bits;

use std::f32::consts::{FRAC_1_SQRT_2, FRAC_PI_2, LN_2, PI, SQRT_2};

/// Random 32-bit patterns, the same in every run (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 32) as u32
    }

    /// Uniform between the bounds.
    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.next() as f32 / 4_294_967_296.0)
    }
}

/// Values where functions change their formula, or have a special case.
fn edges() -> Vec<f32> {
    let mut values = vec![0.0, f32::INFINITY, f32::NAN, f32::MAX, f32::MIN_POSITIVE, f32::from_bits(1)];
    for centre in [
        1e-30,
        2.4414063e-4,
        6.1035156e-5,
        0.25,
        LN_2 / 2.0,
        0.5,
        FRAC_1_SQRT_2,
        1.0,
        1.5 * LN_2,
        SQRT_2,
        1.5,
        FRAC_PI_2,
        2.0,
        2.5,
        3.0,
        PI,
        1.5 * PI,
        10.0,
        65504.0,
        65520.0,
        87.33654,
        88.0,
        88.72284,
        89.0,
        89.41,
        90.0,
        100.0,
        103.97208,
        104.0,
        126.0,
        127.0,
        128.0,
        129.0,
        149.0,
        150.0,
        151.0,
        131072.0,
        8388608.0,
        16777216.0,
        2147483648.0,
        4294967296.0,
        1e20,
        1e30,
        1e38,
    ] {
        let bits = f32::to_bits(centre);
        values.extend((bits - 3..=bits + 3).map(f32::from_bits));
    }
    // Subnormals of every length.
    values.extend((0..23).map(|k| f32::from_bits((1 << k) + k)));
    let negative: Vec<f32> = values.iter().map(|x| -x).collect();
    values.extend(negative);
    values
}

/// Equal bits, any NaN being equal to any other.
fn same(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}
