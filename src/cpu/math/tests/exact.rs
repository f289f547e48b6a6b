//! Built-ins with one right answer, special values included.

use super::super::{self as math, Emulated as E};
use super::{Random, edges, same};
use std::f32::consts::{FRAC_PI_2, FRAC_PI_4, PI};

/// Edges and random bit patterns.
fn arguments() -> impl Iterator<Item = f32> {
    let mut random = Random(5);
    edges().into_iter().chain((0..300_000).map(move |_| f32::from_bits(random.next())))
}

#[track_caller]
fn assert_same(got: f32, want: f32) {
    assert!(same(got, want), "got {got:e}, expected {want:e}");
}

#[test]
fn special_values() {
    let (inf, nan) = (f32::INFINITY, f32::NAN);
    for (got, want) in [
        (math::exp::<E>(-inf), 0.0),
        (math::exp::<E>(inf), inf),
        (math::exp::<E>(0.0), 1.0),
        (math::exp2::<E>(-inf), 0.0),
        (math::exp2::<E>(-149.0), f32::from_bits(1)),
        (math::exp2::<E>(127.0), 2f32.powi(127)),
        (math::log::<E>(0.0), -inf),
        (math::log::<E>(-0.0), -inf),
        (math::log::<E>(1.0), 0.0),
        (math::log::<E>(-1.0), nan),
        (math::log::<E>(inf), inf),
        (math::log2::<E>(f32::from_bits(1)), -149.0),
        (math::log2::<E>(-inf), nan),
        (math::sin_small::<E>(inf), nan),
        (math::sin_small::<E>(-0.0), -0.0),
        (math::cos_small::<E>(-inf), nan),
        (math::cos_small::<E>(0.0), 1.0),
        (math::tan_small::<E>(-0.0), -0.0),
        (math::tan_small::<E>(inf), nan),
        (math::asin::<E>(-0.0), -0.0),
        (math::asin::<E>(1.0), FRAC_PI_2),
        (math::asin::<E>(1.001), nan),
        (math::acos::<E>(1.0), 0.0),
        (math::acos::<E>(-1.0), PI),
        (math::acos::<E>(-2.0), nan),
        (math::atan::<E>(-inf), -FRAC_PI_2),
        (math::atan2::<E>(0.0, 1.0), 0.0),
        (math::atan2::<E>(-0.0, 1.0), -0.0),
        (math::atan2::<E>(0.0, -0.0), PI),
        (math::atan2::<E>(-0.0, -1.0), -PI),
        (math::atan2::<E>(1.0, 0.0), FRAC_PI_2),
        (math::atan2::<E>(inf, inf), FRAC_PI_4),
        (math::atan2::<E>(-inf, -inf), -3.0 * FRAC_PI_4),
        (math::atan2::<E>(1.0, inf), 0.0),
        (math::atan2::<E>(nan, 1.0), nan),
        (math::tanh::<E>(-inf), -1.0),
        (math::tanh::<E>(-0.0), -0.0),
        (math::sinh::<E>(-inf), -inf),
        (math::sinh::<E>(-0.0), -0.0),
        (math::cosh::<E>(0.0), 1.0),
        (math::cosh::<E>(-inf), inf),
        (math::asinh(-inf), -inf),
        (math::asinh(-0.0), -0.0),
        (math::acosh(0.99), nan),
        (math::acosh(inf), inf),
        (math::acosh(1.0), 0.0),
        (math::atanh(-1.0), -inf),
        (math::atanh(-0.0), -0.0),
        (math::atanh(-1.5), nan),
        (math::pow(2.0, 10.0), 1024.0),
        (math::pow(-2.0, 3.0), -8.0),
        (math::inverse_sqrt(-1.0), nan),
        (math::inverse_sqrt(inf), 0.0),
        (math::sign(-3.0), -1.0),
        (math::sign(nan), nan),
        (math::saturate(nan), 0.0),
        (math::saturate(7.0), 1.0),
        (math::step(1.0, 1.0), 1.0),
        (math::step(1.0, 0.5), 0.0),
        (math::smoothstep(0.0, 2.0, 1.0), 0.5),
        (math::mix(2.0, 4.0, 0.25), 2.5),
        (math::min(nan, 1.0), 1.0),
        (math::min(1.0, nan), 1.0),
        (math::max(1.0, nan), 1.0),
        (math::max(-1.0, 2.0), 2.0),
        (math::clamp(5.0, 0.0, 2.0), 2.0),
        (math::fract(-0.25), 0.75),
        (math::degrees(PI), 180.0),
        (math::radians(180.0), PI),
        (math::round(2.5), 2.0),
        (math::round(-3.5), -4.0),
        (math::modf_fract(-inf), -0.0),
        (math::modf_whole(-2.5), -2.0),
        (math::modf_fract(-2.5), -0.5),
    ] {
        assert_same(got, want);
    }
}

#[test]
fn pow_signs_and_limits_are_those_of_the_standard_library() {
    let edges = edges();
    for &x in &edges {
        for &y in &edges {
            let (got, want) = (math::pow(x, y), f64::from(x).powf(f64::from(y)) as f32);
            let special = want.is_nan() || want == 0.0 || want.is_infinite();
            assert!(
                if special { same(got, want) } else { got.signum() == want.signum() },
                "pow({x:e}, {y:e})"
            );
        }
    }
}

#[test]
fn wide_reduction_agrees_where_both_hold() {
    for x in arguments().filter(|x| !math::needs_wide_reduction(*x)) {
        assert_same(math::sin_wide::<E>(x), math::sin_small::<E>(x));
    }
    assert!(!math::needs_wide_reduction(f32::INFINITY));
    assert!(!math::needs_wide_reduction(f32::NAN));
    assert!(math::needs_wide_reduction(-1e6));
}

#[test]
fn frexp_and_ldexp_are_inverse() {
    for x in arguments() {
        let (fract, exp) = (math::frexp_fract(x), math::frexp_exp(x));
        if x != 0.0 && x.is_finite() {
            assert!((0.5..1.0).contains(&fract.abs()), "frexp({x:e}) = {fract}, {exp}");
        } else {
            assert_eq!(exp, 0);
        }
        assert_same(math::ldexp(fract, exp), x);
    }
    assert_same(math::ldexp(1.0, i32::MAX), f32::INFINITY);
    assert_same(math::ldexp(-1.0, i32::MIN), -0.0);
    assert_same(math::ldexp(f32::from_bits(1), 276), 2f32.powi(127));
    // One rounding: 1.5 units of the last subnormal are a tie, to even.
    assert_same(math::ldexp(1.5, -149), f32::from_bits(2));
    assert_same(math::ldexp(1.25, -149), f32::from_bits(1));
}

#[test]
fn remainder_is_exact_where_it_says_so() {
    let mut random = Random(6);
    let edges = edges();
    let pairs = edges.iter().flat_map(|&x| edges.iter().map(move |&y| (x, y)));
    let patterns = (0..500_000).map(|_| {
        let x = random.next();
        // Exponents that differ by up to 32, either way.
        let y = x.wrapping_add((random.next() % 64).wrapping_sub(32) << 23) ^ (random.next() & 0x807F_FFFF);
        (f32::from_bits(x), f32::from_bits(y))
    });
    let (mut exact, mut all) = (0, 0);
    for (x, y) in pairs.chain(patterns) {
        all += 1;
        if !math::needs_exact_rem(x, y) {
            exact += 1;
            assert!(same(math::rem(x, y), x % y), "{x:e} % {y:e}: {:e}, not {:e}", math::rem(x, y), x % y);
        }
        assert_same(math::rem_exact(x, y), x % y);
    }
    assert!(exact * 2 > all, "{exact} of {all}");
}

#[test]
fn binary16_is_that_of_the_half_crate() {
    for x in
        arguments().chain((0..70_000).map(|k| k as f32 * 9e-9)).chain((0..70_000).map(|k| k as f32 * 0.97))
    {
        let want = half::f16::from_f32(x);
        assert_same(math::quantize_to_f16(x), want.to_f32());
        let packed = math::pack_2x16_float(x, -x);
        if !x.is_nan() {
            assert_eq!(packed & 0xFFFF, u32::from(want.to_bits()), "{x:e}");
            assert_eq!(packed >> 16, u32::from((-want).to_bits()), "{x:e}");
        }
        assert_same(math::unpack_2x16_float(packed, 0), want.to_f32());
    }
    for bits in 0..=u16::MAX {
        let want = half::f16::from_bits(bits).to_f32();
        assert_same(math::unpack_2x16_float(u32::from(bits), 0), want);
        assert_same(math::unpack_2x16_float(u32::from(bits) << 16, 1), want);
    }
}

#[test]
fn conversions_clamp_to_what_f32_can_hold() {
    for x in arguments() {
        let whole = f64::from(x).trunc();
        let (i, u) = (whole.clamp(-2_147_483_648.0, 2_147_483_520.0), whole.clamp(0.0, 4_294_967_040.0));
        // `as` takes NaN to 0.
        assert_eq!(math::f32_to_i32(x), i as i32, "{x:e}");
        assert_eq!(math::f32_to_u32(x), u as u32, "{x:e}");
    }
    assert_same(math::i32_to_f32(16_777_217), 16_777_216.0);
    assert_same(math::u32_to_f32(u32::MAX), 4_294_967_296.0);
}
