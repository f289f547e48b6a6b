//! The data of all programs: element `i` of the buffer with seed `s`, on the host and as WGSL, so that a device makes its own.

use std::fmt::Debug;

use tilewright::Element;

/// Random words and numbers in WGSL; the same bits as [`word`] and [`unit`].
pub(crate) const WGSL: &str = "
fn word(i: u32, seed: u32) -> u32 {
    var x = i * 0x9E3779B9u + seed;
    x ^= x >> 16u;
    x *= 0x7feb352du;
    x ^= x >> 15u;
    x *= 0x846ca68bu;
    x ^= x >> 16u;
    return x;
}

fn unit(i: u32, seed: u32) -> f32 {
    return f32(word(i, seed) >> 8u) * 5.9604644775390625e-8;
}
";

/// Element `i` of the words with this seed. The finaliser is Wellons' lowbias32.
pub(crate) fn word(i: u32, seed: u32) -> u32 {
    let mut x = i.wrapping_mul(0x9E37_79B9).wrapping_add(seed);
    x ^= x >> 16;
    x = x.wrapping_mul(0x7feb_352d);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846c_a68b);
    x ^ x >> 16
}

/// Element `i` of the numbers with this seed, in `[0, 1)`. Exact: 24 bits, scaled by a power of two.
pub(crate) fn unit(i: u32, seed: u32) -> f32 {
    (word(i, seed) >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// What is added and scanned.
pub(crate) trait Number: Element + Copy + Debug + Send + Sync {
    /// As rows call it.
    const DTYPE: &str;
    /// The function of [`WGSL`] that makes an element.
    const SOURCE: &str;
    /// What sums of it are compared in.
    type Wide: Copy + Debug + Send + Sync;
    const ZERO: Self::Wide;

    /// Element `i` of the buffer with this seed.
    fn of(i: u32, seed: u32) -> Self;
    fn square(self) -> Self;
    fn add(sum: Self::Wide, x: Self) -> Self::Wide;
    fn join(a: Self::Wide, b: Self::Wide) -> Self::Wide;
    /// True if a result is right, as far as its type can tell.
    fn agrees(self, right: Self::Wide) -> bool;
    fn bits(self) -> u32;
}

/// Relative error that sums of floats in our order may have: each of a few dozen roundings is 6e-8 at most.
const TOLERANCE: f64 = 1e-5;

impl Number for f32 {
    const DTYPE: &str = "f32";
    const SOURCE: &str = "unit";
    type Wide = f64;
    const ZERO: f64 = 0.0;

    fn of(i: u32, seed: u32) -> Self {
        unit(i, seed)
    }

    fn square(self) -> Self {
        self * self
    }

    fn add(sum: f64, x: Self) -> f64 {
        sum + f64::from(x)
    }

    fn join(a: f64, b: f64) -> f64 {
        a + b
    }

    fn agrees(self, right: f64) -> bool {
        // A NaN agrees with nothing.
        (f64::from(self) - right).abs() <= TOLERANCE * right.abs()
    }

    fn bits(self) -> u32 {
        self.to_bits()
    }
}

impl Number for u32 {
    const DTYPE: &str = "u32";
    const SOURCE: &str = "word";
    type Wide = u32;
    const ZERO: u32 = 0;

    fn of(i: u32, seed: u32) -> Self {
        word(i, seed)
    }

    fn square(self) -> Self {
        self.wrapping_mul(self)
    }

    fn add(sum: u32, x: Self) -> u32 {
        sum.wrapping_add(x)
    }

    fn join(a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn agrees(self, right: u32) -> bool {
        self == right
    }

    fn bits(self) -> u32 {
        self
    }
}

/// What the price of an option follows from, beside rate and volatility, which are constants: see [`black_scholes`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quote {
    pub(crate) spot: f32,
    pub(crate) strike: f32,
    pub(crate) years: f32,
}

impl Quote {
    /// Element `i` of the options with this seed.
    pub(crate) fn of(i: u32, seed: u32) -> Self {
        let unit = |offset: u32| unit(i, seed.wrapping_add(offset));
        Self {
            spot: 10.0 + 90.0 * unit(0),
            strike: 10.0 + 90.0 * unit(STRIKE_SEED),
            years: 0.1 + 1.9 * unit(YEARS_SEED),
        }
    }
}

/// The seed of saxpy's second input, beside that of the first.
pub(crate) const Y_SEED: u32 = 1000;
pub(crate) const STRIKE_SEED: u32 = 1000;
pub(crate) const YEARS_SEED: u32 = 2000;

/// The factor of saxpy.
pub(crate) const A: f32 = 2.5;

/// The price of a European call by Black and Scholes (1973), in f64: rate 0.02, volatility 0.3; the normal distribution
/// function is formula 26.2.17 of Abramowitz and Stegun, as on the devices.
pub(crate) fn black_scholes(quote: Quote) -> f64 {
    let [spot, strike, years] = [quote.spot, quote.strike, quote.years].map(f64::from);
    let cdf = |x: f64| {
        let k = 1.0 / (1.0 + 0.231_641_9 * x.abs());
        let p = -1.821_255_978 + k * 1.330_274_429;
        let p = k * (0.319_381_53 + k * (-0.356_563_782 + k * (1.781_477_937 + k * p)));
        let tail = 0.398_942_28 * (-0.5 * x * x).exp() * p;
        if x > 0.0 { 1.0 - tail } else { tail }
    };
    let deviation = 0.3 * years.sqrt();
    let d1 = ((spot / strike).ln() + 0.065 * years) / deviation;
    spot * cdf(d1) - strike * (-0.02 * years).exp() * cdf(d1 - deviation)
}

/// The seed of input set `set`.
pub(crate) fn seed(set: usize) -> u32 {
    set as u32 + 1
}

/// Input sets that are used in turn: together 256 MiB, so that no cache holds them, 2 to 64; fewer, but at least one, if the
/// room does not suffice. `None` if not even one fits.
pub(crate) fn sets(set_bytes: u64, room: u64) -> Option<usize> {
    let wanted = ((256 << 20) / set_bytes.max(1)).clamp(2, 64);
    let fit = room / set_bytes.max(1);
    (fit > 0).then(|| wanted.min(fit) as usize)
}
