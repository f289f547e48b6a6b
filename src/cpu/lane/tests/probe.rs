//! Timing probe (not for the repository).
use super::support::*;
use super::super::{Input, Machine, Output, Program};
use crate::cpu::math::{self, Hardware};
use std::time::Instant;

pub(super) const BS: &str = "
fn cnd(d: f32) -> f32 {
  let k = 1.0 / (1.0 + 0.2316419 * abs(d));
  let poly = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
  let w = 1.0 - 0.39894228 * exp(-0.5 * d * d) * poly;
  return select(w, 1.0 - w, d < 0.0);
}
fn f(s: f32, k: f32, t: f32, r: f32, v: f32) -> f32 {
  let q = v * sqrt(t);
  let d1 = (log(s / k) + (r + 0.5 * v * v) * t) / q;
  let d2 = d1 - q;
  return s * cnd(d1) - k * exp(-r * t) * cnd(d2);
}";
pub(super) const MANDEL: &str = "
fn f(cx: f32, cy: f32) -> u32 {
  var x = 0.0; var y = 0.0; var n = 0u;
  for (; n < 256u; n++) {
    let xx = x * x; let yy = y * y;
    if (xx + yy > 4.0) { break; }
    y = 2.0 * x * y + cy;
    x = xx - yy + cx;
  }
  return n;
}";
#[inline(always)]
fn cnd(d: f32) -> f32 {
    let k = 1.0 / (1.0 + 0.2316419 * d.abs());
    let poly = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
    let w = 1.0 - 0.39894228 * math::exp::<Hardware>(-0.5 * d * d) * poly;
    if d < 0.0 { 1.0 - w } else { w }
}
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,fma,avx2,bmi1,bmi2")]
fn bs_native(s: &[f32], k: &[f32], t: &[f32], r: f32, v: f32, out: &mut [f32]) {
    let n = out.len();
    let (s, k, t) = (&s[..n], &k[..n], &t[..n]);
    for i in 0..n {
        let q = v * t[i].sqrt();
        let d1 = (math::log::<Hardware>(s[i] / k[i]) + (r + 0.5 * v * v) * t[i]) / q;
        let d2 = d1 - q;
        out[i] = s[i] * cnd(d1) - k[i] * math::exp::<Hardware>(-r * t[i]) * cnd(d2);
    }
}
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,fma,avx2,bmi1,bmi2")]
fn saxpy_native(a: f32, x: &[f32], y: &[f32], out: &mut [f32]) {
    let n = out.len();
    let (x, y) = (&x[..n], &y[..n]);
    for i in 0..n { out[i] = a * x[i] + y[i]; }
}
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,fma,avx2,bmi1,bmi2")]
fn mandel_native(cx: &[f32], cy: &[f32], out: &mut [u32]) {
    for i in 0..out.len() {
        let (mut x, mut y, mut n) = (0.0f32, 0.0f32, 0u32);
        while n < 256 {
            let (xx, yy) = (x * x, y * y);
            if xx + yy > 4.0 { break; }
            y = 2.0 * x * y + cy[i];
            x = xx - yy + cx[i];
            n += 1;
        }
        out[i] = n;
    }
}
fn rnd(n: usize, seed: u64, lo: f32, hi: f32) -> Vec<u32> {
    let mut s = seed.wrapping_mul(0x9E3779B97F4A7C15) | 1;
    (0..n).map(|_| { s ^= s << 13; s ^= s >> 7; s ^= s << 17; (lo + (hi - lo) * ((s >> 40) as f32 / 16777216.0)).to_bits() }).collect()
}
fn f(words: &[u32]) -> &[f32] { bytemuck::cast_slice(words) }
fn best(reps: usize, mut g: impl FnMut()) -> f64 { let mut b = f64::MAX; for _ in 0..reps { let t = Instant::now(); g(); b = b.min(t.elapsed().as_secs_f64()); } b }
fn pair(name: &str, n: usize, mut ours: impl FnMut(), mut theirs: impl FnMut()) {
    let (mut a, mut b) = (f64::MAX, f64::MAX);
    for _ in 0..12 { a = a.min(best(1, &mut ours)); b = b.min(best(1, &mut theirs)); }
    println!("{name:28} n={n:9} ours {:8.4} ns/el, native {:8.4} ns/el, native/ours {:.3}", a / n as f64 * 1e9, b / n as f64 * 1e9, b / a);
}
#[test]
#[ignore]
fn lane_probe() {
    let which = std::env::var("P").unwrap_or_default();
    let on = |s: &str| which.is_empty() || which.contains(s);
    for level in levels() {
        println!("== {level:?}");
        if on("saxpy") {
            let func = parse("fn f(x: f32, y: f32, a: f32) -> f32 { return a * x + y; }", 1);
            let fused = call(&func, &[2.5f32.to_bits()]);
            let p = Program::compile_for(&fused, level).unwrap();
            for n in [1000usize, 1 << 14, 1 << 18, 1 << 24] {
                let (x, y) = (rnd(n, 1, -1.0, 1.0), rnd(n, 2, -1.0, 1.0));
                let (mut o1, mut o2) = (vec![0u32; n], vec![0f32; n]);
                let mut m = Machine::default();
                let reps = ((1 << 24) / n).clamp(1, 4000);
                pair("saxpy", n * reps, || for _ in 0..reps { m.run(&p, &fused.uniforms, &[Input::Words(&x), Input::Words(&y)], Output::Words(&mut o1), n, 1).unwrap() }, || for _ in 0..reps { unsafe { saxpy_native(2.5, f(&x), f(&y), &mut o2) }; std::hint::black_box(&mut o2); });
            }
        }
        if on("bs") {
            let func = parse(BS, 2);
            let fused = call(&func, &[0.02f32.to_bits(), 0.3f32.to_bits()]);
            let p = Program::compile_for(&fused, level).unwrap();
            if on("list") { println!("{p}"); }
            for n in [1usize << 14, 1 << 20] {
                let (s, k, t) = (rnd(n, 1, 5.0, 30.0), rnd(n, 2, 1.0, 100.0), rnd(n, 3, 0.25, 10.0));
                let (mut o1, mut o2) = (vec![0u32; n], vec![0f32; n]);
                let mut m = Machine::default();
                let reps = ((1 << 20) / n).max(1);
                pair("black-scholes", n * reps, || for _ in 0..reps { m.run(&p, &fused.uniforms, &[Input::Words(&s), Input::Words(&k), Input::Words(&t)], Output::Words(&mut o1), n, 1).unwrap() }, || for _ in 0..reps { unsafe { bs_native(f(&s), f(&k), f(&t), 0.02, 0.3, &mut o2) }; std::hint::black_box(&mut o2); });
                assert_eq!(f(&o1), &o2[..]);
            }
        }
        if on("mandel") {
            let func = parse(MANDEL, 0);
            let fused = call(&func, &[]);
            let p = Program::compile_for(&fused, level).unwrap();
            if on("list") { println!("{p}"); }
            let n = 1usize << 18;
            let image = (rnd(n, 1, -2.0, 0.5), rnd(n, 2, -1.25, 1.25));
            let ordered: (Vec<u32>, Vec<u32>) = (0..n).map(|i| (((i % 512) as f32 / 512.0 * 2.5 - 2.0).to_bits(), ((i / 512) as f32 / 512.0 * 2.5 - 1.25).to_bits())).unzip();
            for (name, (cx, cy)) in [("mandelbrot random", image), ("mandelbrot image", ordered)] {
                let (mut o1, mut o2) = (vec![0u32; n], vec![0u32; n]);
                let mut m = Machine::default();
                pair(name, n, || m.run(&p, &[], &[Input::Words(&cx), Input::Words(&cy)], Output::Words(&mut o1), n, 1000).unwrap(), || { unsafe { mandel_native(f(&cx), f(&cy), &mut o2) }; std::hint::black_box(&mut o2); });
                assert_eq!(o1, o2);
                let steps: f64 = o1.iter().map(|&x| x as f64).sum::<f64>() / n as f64;
                println!("   mean steps {steps:.1}");
            }
        }
    }
}
