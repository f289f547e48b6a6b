//! The emulated fused multiply-add gives the bits of the real one, and so does all that is built on it.

use super::super::{self as math, Emulated as E, Fused, Hardware as H};
use super::{Random, edges, same};

fn check_mul_add(a: f32, b: f32, c: f32) {
    let (want, got) = (H::mul_add(a, b, c), E::mul_add(a, b, c));
    assert!(same(want, got), "{a:e} * {b:e} + {c:e}: {want:e} by hardware, {got:e} emulated");
}

#[test]
fn mul_add() {
    let mut random = Random(3);
    for _ in 0..2_000_000 {
        let (a, b) = (f32::from_bits(random.next()), f32::from_bits(random.next()));
        check_mul_add(a, b, f32::from_bits(random.next()));
        // Addends of the size of the product and of its last bits, where ties and cancellation are.
        let near = (a * b).to_bits().wrapping_add(random.next() % 5).wrapping_sub(2);
        check_mul_add(a, b, -f32::from_bits(near));
        check_mul_add(a, b, a * b * f32::EPSILON * random.between(-2.0, 2.0));
    }
    // Ties: short factors, so that products and sums end exactly on half a unit.
    for _ in 0..2_000_000 {
        let (a, b) = ((random.next() % 8192) as f32, (random.next() % 8192) as f32);
        let c = (random.next() % 16) as f32 * 2f32.powi((random.next() % 60) as i32 - 30);
        check_mul_add(a, b, c);
        check_mul_add(a, -b, c);
        check_mul_add(a * 2f32.powi(-75), b * 2f32.powi(-75), c * 2f32.powi(-120));
    }
    let edges = edges();
    for &a in edges.iter().step_by(3) {
        for &b in edges.iter().step_by(5) {
            for &c in edges.iter().step_by(2) {
                check_mul_add(a, b, c);
            }
        }
    }
}

#[test]
fn built_ins() {
    type Unary = fn(f32) -> f32;
    let pairs: [(&str, Unary, Unary); 15] = [
        ("exp", math::exp::<H>, math::exp::<E>),
        ("exp2", math::exp2::<H>, math::exp2::<E>),
        ("log", math::log::<H>, math::log::<E>),
        ("log2", math::log2::<H>, math::log2::<E>),
        ("sin", math::sin_wide::<H>, math::sin_wide::<E>),
        ("cos", math::cos_wide::<H>, math::cos_wide::<E>),
        ("tan", math::tan_wide::<H>, math::tan_wide::<E>),
        ("asin", math::asin::<H>, math::asin::<E>),
        ("acos", math::acos::<H>, math::acos::<E>),
        ("atan", math::atan::<H>, math::atan::<E>),
        ("sinh", math::sinh::<H>, math::sinh::<E>),
        ("cosh", math::cosh::<H>, math::cosh::<E>),
        ("tanh", math::tanh::<H>, math::tanh::<E>),
        ("atan2 of 1", |x| math::atan2::<H>(1.0, x), |x| math::atan2::<E>(1.0, x)),
        ("fma", |x| math::fma::<H>(x, x, -x), |x| math::fma::<E>(x, x, -x)),
    ];
    let mut random = Random(4);
    let arguments: Vec<f32> = edges()
        .into_iter()
        .chain((0..300_000).map(|_| f32::from_bits(random.next())))
        .chain((0..300_000).map(|k| (k - 150_000) as f32 * 1e-3))
        .collect();
    for (name, hardware, emulated) in pairs {
        for &x in &arguments {
            let (want, got) = (hardware(x), emulated(x));
            assert!(same(want, got), "{name}({x:e}): {want:e} by hardware, {got:e} emulated");
        }
    }
}
