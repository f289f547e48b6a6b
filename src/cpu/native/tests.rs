//! Every kernel on every instruction set against the definition of the canonical order.

use fearless_simd::Level;

use super::Kernels;
use crate::element::Scalar;
use crate::monoid::Builtin;
use crate::order::{RADIX, TILE_LEN};

const LENGTHS: [usize; 12] = [1, 2, 3, 4, 5, 17, 64, 255, 1000, 1024, TILE_LEN - 1, TILE_LEN];

const OPERATORS: [(Builtin, Scalar); 15] = [
    (Builtin::Sum, Scalar::F32),
    (Builtin::Sum, Scalar::U32),
    (Builtin::Product, Scalar::F32),
    (Builtin::Product, Scalar::I32),
    (Builtin::Min, Scalar::F32),
    (Builtin::Min, Scalar::I32),
    (Builtin::Min, Scalar::U32),
    (Builtin::Max, Scalar::F32),
    (Builtin::Max, Scalar::I32),
    (Builtin::Max, Scalar::U32),
    (Builtin::And, Scalar::U32),
    (Builtin::Or, Scalar::I32),
    (Builtin::Xor, Scalar::U32),
    (Builtin::Sum, Scalar::I32),
    (Builtin::Xor, Scalar::I32),
];

/// The instruction sets that this machine has.
fn levels() -> Vec<Level> {
    let best = Level::new();
    let mut levels = vec![best, Level::baseline()];
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        levels.extend(best.as_sse4_2().map(Level::Sse4_2));
        levels.extend(best.as_avx2().map(Level::Avx2));
    }
    levels
}

fn words(builtin: Builtin, scalar: Scalar, len: usize) -> Vec<u32> {
    let mut state = 0x9E37_79B9u32 ^ len as u32;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    let specials = [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, -f32::NAN, 1e-42, -1e-42];
    let mut float = move || match builtin {
        // Products that neither vanish nor overflow.
        Builtin::Product => 0.75 + (next() >> 8) as f32 / 33_554_432.0,
        Builtin::Min | Builtin::Max if next() % 64 == 0 => specials[next() as usize % specials.len()],
        _ => (next() >> 8) as f32 / 1024.0 - 8192.0,
    };
    let mut state = len as u32;
    let mut integer = move || {
        state = state.wrapping_mul(0x0019_660D).wrapping_add(0x3C6E_F35F);
        state
    };
    (0..len).map(|_| if scalar.is_float() { float().to_bits() } else { integer() }).collect()
}

/// `A` of the node that covers all of `xs`, by the definition in `order`.
fn aggregate(combine: fn(u32, u32) -> u32, xs: &[u32]) -> u32 {
    let mut level = xs.to_vec();
    while level.len() > 1 {
        level = level.chunks(RADIX).map(|g| g[1..].iter().fold(g[0], |acc, &x| combine(acc, x))).collect();
    }
    level[0]
}

/// The exclusive prefix of element `i`: from the root down, `p ⊕ S` with the siblings before.
fn prefix(combine: fn(u32, u32) -> u32, p: u32, xs: &[u32], i: usize) -> u32 {
    let (mut p, mut start, mut len) = (p, 0, TILE_LEN);
    while len > 1 {
        len /= RADIX;
        let siblings = (i - start) / len;
        let before = (0..siblings).map(|k| aggregate(combine, &xs[start + k * len..start + (k + 1) * len]));
        p = before.reduce(combine).map_or(p, |sum| combine(p, sum));
        start += siblings * len;
    }
    p
}

#[test]
fn reduce_is_the_canonical_aggregate() {
    for (builtin, scalar) in OPERATORS {
        let kernels = Kernels::new(builtin, scalar).expect("an operator of this type");
        for len in LENGTHS {
            let xs = words(builtin, scalar, len);
            let expected = aggregate(kernels.combine, &xs);
            for level in levels() {
                let found = (kernels.reduce_tile)(level, &xs);
                assert_eq!(found, expected, "{builtin:?} {scalar:?} of {len} on {level:?}");
            }
        }
    }
}

#[test]
fn scan_is_the_canonical_prefix() {
    for (builtin, scalar) in OPERATORS {
        let kernels = Kernels::new(builtin, scalar).expect("an operator of this type");
        let combine = kernels.combine;
        for len in LENGTHS {
            let xs = words(builtin, scalar, len);
            let start = words(builtin, scalar, len + 1)[len];
            let exclusive: Vec<u32> = (0..len).map(|i| prefix(combine, start, &xs, i)).collect();
            let inclusive: Vec<u32> = (0..len)
                .map(|i| {
                    let four = &xs[i / RADIX * RADIX..=i];
                    combine(exclusive[i / RADIX * RADIX], four.iter().copied().reduce(combine).unwrap_or(0))
                })
                .collect();
            for level in levels() {
                let mut out = vec![0; len];
                (kernels.exclusive_tile)(level, start, &xs, &mut out);
                assert_eq!(out, exclusive, "exclusive {builtin:?} {scalar:?} of {len} on {level:?}");
                (kernels.inclusive_tile)(level, start, &xs, &mut out);
                assert_eq!(out, inclusive, "inclusive {builtin:?} {scalar:?} of {len} on {level:?}");
            }
        }
    }
}
