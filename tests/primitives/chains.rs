//! Fused chains: what comes before and after a reduce or scan, and scans of scans.
//!
//! Maps here add, subtract, multiply and select; products that are added to something are exact, so that WGSL's leave to
//! fuse them changes nothing, and expected values are exact to the bit.

use tilewright::{Context, Func, Max, Signature, Sum, Xor};

use crate::elements::{any, assert_same_bits, mixed, random, samples};
use crate::lengths::{EVERY_LENGTH, FEW_LENGTHS};
use crate::oracle::Tree;
use crate::{Case, case};

fn func<S: Signature>(text: &str) -> Func<S> {
    Func::new(text).unwrap_or_else(|error| panic!("{error}"))
}

fn add(a: f32, b: f32) -> f32 {
    a + b
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("chain::map", map),
        case("chain::map_of_eight", map_of_eight),
        case("chain::map_map_reduce", map_map_reduce),
        case("chain::map_scan_map_with_another", map_scan_map),
        case("chain::two_scans_zipped", two_scans),
        case("chain::scan_of_scan", scan_of_scan),
        case("chain::reduce_of_scan", reduce_of_scan),
        case("chain::counting", counting),
        case("chain::constant", constant),
        case("chain::slices_inside_of_others", slices),
        case("chain::collect_into", collect_into),
        case("chain::uniforms_rebound", uniforms),
    ]
}

fn map(cx: &Context) {
    #[expect(clippy::type_complexity, reason = "a function's type spells its signature")]
    let blend: Func<fn([f32; 3], i32, [u32; 2]) -> [i32; 4]> = func(
        "fn blend(x: vec3<f32>, y: i32, z: vec2<u32>) -> vec4<i32> {
            return vec4(select(y, -y, x.x < x.z), y * i32(z.x), bitcast<i32>(x.y), y - i32(z.y));
        }",
    );
    for n in EVERY_LENGTH {
        let x: Vec<[f32; 3]> = samples(n, mixed);
        let y: Vec<i32> = samples(n, any);
        let z: Vec<[u32; 2]> = samples(n, any);
        let found = cx.view(&x).zip(&y).zip(&z).map(&blend).collect().unwrap();
        let one = |((x, y), z): ((&[f32; 3], &i32), &[u32; 2])| {
            [
                if x[0] < x[2] { y.wrapping_neg() } else { *y },
                y.wrapping_mul(z[0].cast_signed()),
                x[1].to_bits().cast_signed(),
                y.wrapping_sub(z[1].cast_signed()),
            ]
        };
        let expected: Vec<[i32; 4]> = x.iter().zip(&y).zip(&z).map(one).collect();
        assert_same_bits(&found, &expected, format_args!("map of {n}"));
    }
}

fn map_of_eight(cx: &Context) {
    type Eight = fn(u32, u32, u32, u32, u32, u32, u32, u32) -> u32;
    let mix: Func<Eight> = func(
        "fn mix8(a: u32, b: u32, c: u32, d: u32, e: u32, f: u32, g: u32, h: u32) -> u32 {
            return ((((((a * 3u + b) * 5u ^ c) * 7u - d) * 11u | e) * 13u + f) * 17u ^ g) * 19u - h;
        }",
    );
    for n in FEW_LENGTHS {
        let x: Vec<Vec<u32>> =
            (0..8).map(|k| (0..n as u64).map(|i| random(8 * i + k) as u32).collect()).collect();
        let zipped =
            cx.view(&x[0]).zip(&x[1]).zip(&x[2]).zip(&x[3]).zip(&x[4]).zip(&x[5]).zip(&x[6]).zip(&x[7]);
        let expected: Vec<u32> = (0..n)
            .map(|i| {
                let [a, b, c, d, e, f, g, h] = std::array::from_fn(|k| std::num::Wrapping(x[k][i]));
                let w = std::num::Wrapping::<u32>;
                let left = (((((a * w(3) + b) * w(5)) ^ c) * w(7) - d) * w(11)) | e;
                ((((left * w(13) + f) * w(17)) ^ g) * w(19) - h).0
            })
            .collect();
        assert_same_bits(&zipped.map(&mix).collect().unwrap(), &expected, format_args!("map of {n}"));
    }
}

fn map_map_reduce(cx: &Context) {
    let square: Func<fn(f32) -> f32> = func("fn square(x: f32) -> f32 { return x * x; }");
    let halve: Func<fn(f32) -> f32> = func("fn halve(x: f32) -> f32 { return x * 0.5; }");
    for n in EVERY_LENGTH {
        let x: Vec<f32> = samples(n, mixed);
        let found = cx.view(&x).map(&halve).map(&square).reduce(Sum).unwrap();
        let squares = x.iter().map(|x| (x * 0.5) * (x * 0.5)).collect();
        assert_same_bits(&[found], &[Tree::new(squares, 0.0, add).reduce()], format_args!("norm of {n}"));
    }
}

fn map_scan_map(cx: &Context) {
    let negate: Func<fn(f32) -> f32> = func("fn negate(x: f32) -> f32 { return -x; }");
    let pick: Func<fn(f32, f32, u32) -> f32> =
        func("fn pick(s: f32, y: f32, i: u32) -> f32 { return select(s - y, s * y, i % 2u == 0u); }");
    for n in EVERY_LENGTH {
        let x: Vec<f32> = samples(n, mixed);
        let y: Vec<f32> = samples(n, |bits, n| mixed(bits.rotate_left(17), n));
        let tree = Tree::new(x.iter().map(|x| -x).collect(), 0.0, add);
        let picked = |scan: Vec<f32>| -> Vec<f32> {
            let all = scan.iter().zip(&y).enumerate();
            all.map(|(i, (s, y))| if i % 2 == 0 { s * y } else { s - y }).collect()
        };
        let scan = cx.view(&x).map(&negate).inclusive_scan(Sum).zip(&y).zip(cx.counting(n)).map(&pick);
        let expected = picked(tree.inclusive_scan());
        assert_same_bits(&scan.collect().unwrap(), &expected, format_args!("inclusive of {n}"));
        // The scan is not the first of what is zipped.
        let swapped: Func<fn(f32, f32, u32) -> f32> =
            func("fn pick(y: f32, s: f32, i: u32) -> f32 { return select(s - y, s * y, i % 2u == 0u); }");
        let scan = cx.view(&x).map(&negate).exclusive_scan(Sum);
        let scan = cx.view(&y).zip(scan).zip(cx.counting(n)).map(&swapped);
        let expected = picked(tree.exclusive_scan());
        assert_same_bits(&scan.collect().unwrap(), &expected, format_args!("exclusive of {n}"));
    }
}

fn two_scans(cx: &Context) {
    let difference: Func<fn(f32, f32) -> f32> =
        func("fn difference(a: f32, b: f32) -> f32 { return a - b; }");
    for n in FEW_LENGTHS {
        let x: Vec<f32> = samples(n, mixed);
        let y: Vec<f32> = samples(n, |bits, n| mixed(!bits, n));
        let scans = cx.view(&x).inclusive_scan(Sum).zip(cx.view(&y).exclusive_scan(Sum));
        let [a, b] = [&x, &y].map(|x| Tree::new(x.clone(), 0.0, add));
        let expected: Vec<f32> =
            a.inclusive_scan().iter().zip(b.exclusive_scan()).map(|(a, b)| a - b).collect();
        assert_same_bits(&scans.map(&difference).collect().unwrap(), &expected, format_args!("{n}"));
    }
}

fn scan_of_scan(cx: &Context) {
    let halve: Func<fn(f32) -> f32> = func("fn halve(x: f32) -> f32 { return x * 0.5; }");
    for n in FEW_LENGTHS {
        let x: Vec<f32> = samples(n, mixed);
        let found = cx.view(&x).inclusive_scan(Sum).map(&halve).exclusive_scan(Sum).collect().unwrap();
        let first = Tree::new(x, 0.0, add).inclusive_scan();
        let second = Tree::new(first.iter().map(|x| x * 0.5).collect(), 0.0, add);
        assert_same_bits(&found, &second.exclusive_scan(), format_args!("{n}"));
    }
}

fn reduce_of_scan(cx: &Context) {
    for n in FEW_LENGTHS {
        let x: Vec<i32> = samples(n, |bits, _| (bits as i32 % 1000).cast_unsigned());
        let found = cx.view(&x).inclusive_scan(Sum).reduce(Max).unwrap();
        let mut sum = 0i32;
        let highest = x.iter().map(|x| {
            sum = sum.wrapping_add(*x);
            sum
        });
        assert_eq!(found, highest.max().unwrap_or(i32::MIN), "n = {n}");
    }
}

fn counting(cx: &Context) {
    let hash: Func<fn(u32) -> u32> =
        func("fn hash(i: u32) -> u32 { let h = i * 2654435761u; return h ^ (h >> 15u); }");
    let hashed = |i: u32| {
        let h = i.wrapping_mul(2_654_435_761);
        h ^ (h >> 15)
    };
    for n in EVERY_LENGTH {
        let indices: Vec<u32> = (0..n as u32).collect();
        assert_same_bits(&cx.counting(n).collect().unwrap(), &indices, format_args!("counting to {n}"));
        let found = cx.counting(n).map(&hash).reduce(Xor).unwrap();
        assert_eq!(found, indices.iter().fold(0, |a, &i| a ^ hashed(i)), "n = {n}");
        let found = cx.counting(n).map(&hash).inclusive_scan(Sum).collect().unwrap();
        let tree = Tree::new(indices.iter().map(|&i| hashed(i)).collect(), 0, u32::wrapping_add);
        assert_same_bits(&found, &tree.inclusive_scan(), format_args!("scan of {n} hashes"));
    }
}

fn constant(cx: &Context) {
    for n in EVERY_LENGTH {
        let found = cx.constant([1u32, 2, 3], n).exclusive_scan(Sum).collect().unwrap();
        let expected: Vec<[u32; 3]> = (0..n as u32).map(|i| [i, 2 * i, 3 * i]).collect();
        assert_same_bits(&found, &expected, format_args!("scan of {n}"));
        let found = cx.constant(0.1f32, n).reduce(Sum).unwrap();
        let expected = Tree::new(vec![0.1; n], 0.0, add).reduce();
        assert_same_bits(&[found], &[expected], format_args!("sum of {n}"));
        assert_eq!(cx.constant(-7i32, n).collect().unwrap(), vec![-7; n]);
    }
}

fn slices(cx: &Context) {
    let x: Vec<f32> = samples(100_000, mixed);
    for range in [1..2, 3..4099, 5..99_998, 4095..4097, 17..17] {
        let tree = Tree::new(x[range.clone()].to_vec(), 0.0, add);
        let what = format!("{range:?}");
        assert_same_bits(&[cx.view(&x[range.clone()]).reduce(Sum).unwrap()], &[tree.reduce()], &what);
        let found = cx.view(&x[range]).inclusive_scan(Sum).collect().unwrap();
        assert_same_bits(&found, &tree.inclusive_scan(), &what);
    }
}

/// Writes all of the output and nothing beside it.
fn collect_into(cx: &Context) {
    for n in EVERY_LENGTH {
        let x: Vec<u32> = samples(n, any);
        let mut out = vec![0xdead_beef_u32; n + 2];
        cx.view(&x).exclusive_scan(Xor).collect_into(&mut out[1..=n]).unwrap();
        assert_eq!((out[0], out[n + 1]), (0xdead_beef, 0xdead_beef), "n = {n}");
        let tree = Tree::new(x, 0, |a, b| a ^ b);
        assert_same_bits(&out[1..=n], &tree.exclusive_scan(), format_args!("{n}"));
    }
}

fn uniforms(cx: &Context) {
    let scale: Func<fn(i32) -> i32> =
        func("fn scale(x: i32, by: vec2<i32>, plus: i32) -> i32 { return x * by.y + plus - by.x; }");
    let x: Vec<i32> = samples(10_000, any);
    for (by, plus) in [([1, 2], 3), ([-5, 7], i32::MAX), ([0, 0], 0)] {
        let bound = scale.clone().arg("by", by).arg("plus", plus);
        let one = |x: &i32| x.wrapping_mul(by[1]).wrapping_add(plus).wrapping_sub(by[0]);
        let expected: Vec<i32> = x.iter().map(one).collect();
        assert_same_bits(&cx.view(&x).map(&bound).collect().unwrap(), &expected, format_args!("{by:?}"));
        let total = expected.iter().fold(0i32, |a, &b| a.wrapping_add(b));
        assert_eq!(cx.view(&x).map(&bound).reduce(Sum).unwrap(), total);
        // The same function twice in one pass, with other values.
        let twice = cx.view(&x).map(&bound).map(&scale.clone().arg("by", [0, 3]).arg("plus", 1));
        let expected: Vec<i32> = expected.iter().map(|x| x.wrapping_mul(3).wrapping_add(1)).collect();
        assert_same_bits(&twice.collect().unwrap(), &expected, format_args!("{by:?}, then times 3"));
    }
}
