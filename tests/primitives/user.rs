//! Monoids of users: WGSL functions that do not commute.
//!
//! Rust's operators round after every operation. A device that fused a product and a sum of a user's function into one
//! rounding would show here; integers show a wrong order of operands on any device.

use tilewright::{Element, Func, Monoid};

use crate::builtin::check;
use crate::elements::{mixed, near_one, random, samples};
use crate::lengths::{EVERY_LENGTH, FEW_LENGTHS};
use crate::oracle::Tree;
use crate::{Case, case};

/// 2x2 matrices by rows.
const MATRICES: &str = "
    fn times(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
        return vec4(a.x * b.x + a.y * b.z, a.x * b.y + a.y * b.w,
                    a.z * b.x + a.w * b.z, a.z * b.y + a.w * b.w);
    }";

/// Affine maps x -> a * x + b as vec2(a, b): first `f`, then `g`.
const AFFINE: &str =
    "fn compose(f: vec2<T>, g: vec2<T>) -> vec2<T> { return vec2(g.x * f.x, g.x * f.y + g.y); }";

/// The last index whose element is not zero, with that element: a scan carries values forward.
const LAST: &str = "fn last(a: u32, b: u32, none: u32) -> u32 { if b == none { return a; } return b; }";

/// Addition modulo a number that is bound by name.
const MODULAR: &str =
    "fn add(a: vec3<u32>, b: vec3<u32>, modulus: vec3<u32>) -> vec3<u32> { return (a + b) % modulus; }";

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("user::matrices::vec4<f32>", |cx| {
            let monoid = monoid(MATRICES, [1.0, 0.0, 0.0, 1.0]);
            for n in EVERY_LENGTH {
                let tree = Tree::new(rotations(n), [1.0, 0.0, 0.0, 1.0], times);
                check(cx, &rotations(n), &monoid, &tree);
            }
        }),
        case("user::affine::vec2<f32>", |cx| {
            let monoid = monoid(&AFFINE.replace('T', "f32"), [1f32, 0.0]);
            for n in EVERY_LENGTH {
                let x = affine(n);
                let tree = Tree::new(x.clone(), [1.0, 0.0], |f: [f32; 2], g: [f32; 2]| {
                    [g[0] * f[0], g[0] * f[1] + g[1]]
                });
                check(cx, &x, &monoid, &tree);
            }
        }),
        case("user::affine::vec2<u32>", |cx| {
            let monoid = monoid(&AFFINE.replace('T', "u32"), [1u32, 0]);
            for n in EVERY_LENGTH {
                let x: Vec<[u32; 2]> = samples(n, |bits, _| bits as u32 | 1);
                let compose = |f: [u32; 2], g: [u32; 2]| {
                    [g[0].wrapping_mul(f[0]), g[0].wrapping_mul(f[1]).wrapping_add(g[1])]
                };
                let tree = Tree::new(x.clone(), [1, 0], compose);
                let in_sequence = x.iter().fold([1, 0], |f, g| compose(f, *g));
                assert_eq!(tree.reduce(), in_sequence, "integers are associative");
                check(cx, &x, &monoid, &tree);
            }
        }),
        case("user::last::u32", |cx| {
            let last: Func<fn(u32, u32) -> u32> = Func::new(LAST).unwrap();
            let monoid = Monoid::new(&last.arg("none", 0u32), 0).unwrap();
            for n in FEW_LENGTHS {
                let x: Vec<u32> = samples(n, |bits, _| if bits % 7 < 5 { 0 } else { (bits >> 32) as u32 });
                check(cx, &x, &monoid, &Tree::new(x.clone(), 0, |a, b| if b == 0 { a } else { b }));
            }
        }),
        case("user::modular::vec3<u32>", |cx| {
            #[expect(clippy::type_complexity, reason = "a function's type spells its signature")]
            let add: Func<fn([u32; 3], [u32; 3]) -> [u32; 3]> = Func::new(MODULAR).unwrap();
            for moduli in [[97, 65_521, 1_000_003], [7, 2, 3]] {
                let monoid = Monoid::new(&add.clone().arg("modulus", moduli), [0; 3]).unwrap();
                let combine = |a: [u32; 3], b: [u32; 3]| [0, 1, 2].map(|c| (a[c] + b[c]) % moduli[c]);
                for n in FEW_LENGTHS {
                    let raw: Vec<[u32; 3]> = samples(n, |bits, _| bits as u32 % 1_000_003);
                    let x: Vec<_> =
                        raw.into_iter().map(|x| combine(x.map(|x| x % 2_000_006), [0; 3])).collect();
                    check(cx, &x, &monoid, &Tree::new(x.clone(), [0; 3], combine));
                }
            }
        }),
    ]
}

fn monoid<T: Element>(text: &str, identity: T) -> Monoid<T> {
    Monoid::new(&Func::<fn(T, T) -> T>::new(text).unwrap(), identity).unwrap()
}

fn times(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
    ]
}

/// Rotations, whose products stay bounded, times a shear that keeps them from commuting.
fn rotations(n: usize) -> Vec<[f32; 4]> {
    let matrix = |i: usize| {
        let (sin, cos) = (random(i as u64) as f32 * 1e-19).sin_cos();
        let reflect = if i.is_multiple_of(3) { -1.0 } else { 1.0 };
        [cos, -sin * reflect, sin, cos * reflect]
    };
    (0..n).map(matrix).collect()
}

/// Slopes near 1, offsets of mixed magnitudes.
fn affine(n: usize) -> Vec<[f32; 2]> {
    let float = |word: fn(u64, usize) -> u32, i: usize| f32::from_bits(word(random(i as u64), n));
    (0..n).map(|i| [float(near_one, 2 * i), float(mixed, 2 * i + 1)]).collect()
}
