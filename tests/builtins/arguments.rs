//! Arguments: where functions change, and random ones.

use std::f32::consts::{FRAC_PI_2, FRAC_PI_4, LN_2, PI, SQRT_2, TAU};

/// Random numbers, the same in every run (SplitMix64).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn word(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 32) as u32
    }

    /// Uniform between the bounds.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        let fraction = f64::from(self.word()) / 4_294_967_295.0;
        (f64::from(low) + (f64::from(high) - f64::from(low)) * fraction) as f32
    }
}

/// Zeros, subnormals, ones, multiples of π, limits of domains, extremes, infinities, NaN; both signs.
pub(crate) fn edges() -> Vec<f32> {
    let mut values = vec![
        0.0,
        f32::from_bits(1),
        f32::from_bits(0x0012_3456),
        f32::from_bits(0x007f_ffff),
        f32::MIN_POSITIVE,
        1e-30,
        0.25,
        0.5,
        f32::from_bits(0x3eff_ffff),
        0.75,
        f32::from_bits(0x3f7f_ffff),
        1.0,
        f32::from_bits(0x3f80_0001),
        1.5,
        SQRT_2,
        2.0,
        2.5,
        3.0,
        LN_2,
        FRAC_PI_4,
        FRAC_PI_2,
        PI,
        1.5 * PI,
        TAU,
        100.0 * PI,
        10.0,
        88.72283,
        88.722_84,
        103.97208,
        104.0,
        127.0,
        128.0,
        149.0,
        150.0,
        1000.5,
        65504.0,
        65520.0,
        8_388_607.5,
        8_388_608.0,
        16_777_216.0,
        2_147_483_648.0,
        4_294_967_296.0,
        1e10,
        1e20,
        1.8e19,
        f32::MAX,
        f32::INFINITY,
        f32::NAN,
    ];
    let negative: Vec<f32> = values.iter().map(|x| -x).collect();
    values.extend(negative);
    values
}

/// Fewer of them, for functions of three arguments.
pub(crate) fn few_edges() -> Vec<f32> {
    vec![
        0.0,
        -0.0,
        f32::from_bits(1),
        -f32::MIN_POSITIVE,
        f32::MIN_POSITIVE,
        0.5,
        -0.5,
        1.0,
        -1.0,
        f32::from_bits(0x3f80_0001),
        1.5,
        -2.5,
        3.0,
        1000.5,
        -65504.0,
        8_388_609.0,
        -1e20,
        f32::MAX,
        f32::MIN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
    ]
}

/// Integers where functions change.
pub(crate) fn integers() -> Vec<u32> {
    let mut values = vec![0, 1, 2, 3, 5, 7, 15, 16, 24, 31, 32, 33, 64, 100, 127, 128, 129, 255, 256];
    values.extend([0x7fff, 0x8000, 0xffff, 0x1_0000, 0x00ff_ff00, 0x7fff_fffe, 0x7fff_ffff, 0x8000_0000]);
    values.extend([
        0x8000_0001,
        0x8080_8080,
        0x7f80_7f81,
        0xffff_ff00,
        0xffff_fff0,
        0xffff_fffe,
        0xffff_ffff,
    ]);
    values
}

/// All tuples of these values, one after the other.
pub(crate) fn product<T: Copy>(values: &[T], arity: usize) -> Vec<T> {
    let mut tuples: Vec<Vec<T>> = vec![Vec::new()];
    for _ in 0..arity {
        tuples = tuples
            .into_iter()
            .flat_map(|tuple| values.iter().map(move |&value| [&tuple[..], &[value]].concat()))
            .collect();
    }
    tuples.concat()
}

/// Tuples of floats: of edges, of any bits (log-uniform, NaN and infinities among them), and from a range for each place.
pub(crate) fn floats(domain: &[(f32, f32)]) -> Vec<f32> {
    const RANDOM: usize = 1 << 16;
    let arity = domain.len();
    let mut all = match arity {
        1 | 2 => product(&edges(), arity),
        3 => product(&few_edges(), arity),
        _ => Vec::new(),
    };
    let mut random = Random(arity as u64);
    all.extend((0..RANDOM * arity).map(|_| f32::from_bits(random.word())));
    for _ in 0..RANDOM {
        all.extend(domain.iter().map(|&(low, high)| random.between(low, high)));
    }
    all
}

/// Tuples of words: of edges, and random ones, small ones among them.
pub(crate) fn words(arity: usize) -> Vec<u32> {
    let mut all = match arity {
        1..=2 => product(&integers(), arity),
        _ => product(&[0, 1, 7, 31, 32, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff], arity.min(4)),
    };
    all.truncate(all.len() / arity * arity);
    let mut random = Random(77 + arity as u64);
    for _ in 0..arity << 15 {
        let word = random.word();
        all.push(if word.is_multiple_of(3) { random.word() % 40 } else { random.word() });
    }
    all
}
