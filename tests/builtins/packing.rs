//! Functions that pack small numbers into words.

use half::f16;

use crate::arguments;
use crate::device;

/// Words of all halves in both places, and others.
fn packed() -> Vec<u32> {
    let mut words: Vec<u32> = (0..=0xffff).map(|half| half | (half ^ 0xa5a5) << 16).collect();
    words.extend(arguments::words(1));
    words
}

fn check(expr: &str, words: &[u32], arity: usize, is_float: bool, reference: impl Fn(&[u32]) -> u32) {
    let found = device::words(expr, arity, words, is_float);
    for (arguments, &got) in words.chunks(arity).zip(&found) {
        let want = reference(arguments);
        let nan = |word: u32| is_float && f32::from_bits(word).is_nan();
        assert!(
            got == want || nan(got) && nan(want),
            "{expr} of {arguments:x?}: {got:#x}, expected {want:#x}"
        );
    }
}

fn byte(word: u32, k: usize) -> u32 {
    word >> (8 * k) & 0xff
}

fn signed_byte(word: u32, k: usize) -> i32 {
    i32::from(byte(word, k) as u8 as i8)
}

#[test]
fn unpacking() {
    let words = packed();
    for k in 0..4 {
        let floats = |name: &str| format!("bitcast<u32>({name}(u0)[{k}])");
        check(&floats("unpack4x8snorm"), &words, 1, true, |v| {
            (signed_byte(v[0], k) as f32 / 127.0).max(-1.0).to_bits()
        });
        check(&floats("unpack4x8unorm"), &words, 1, true, |v| (byte(v[0], k) as f32 / 255.0).to_bits());
        check(&format!("bitcast<u32>(unpack4xI8(u0)[{k}])"), &words, 1, false, |v| {
            signed_byte(v[0], k).cast_unsigned()
        });
        check(&format!("unpack4xU8(u0)[{k}]"), &words, 1, false, |v| byte(v[0], k));
    }
    for k in 0..2 {
        let half = move |word: u32| (word >> (16 * k)) as u16;
        let floats = |name: &str| format!("bitcast<u32>({name}(u0)[{k}])");
        check(&floats("unpack2x16snorm"), &words, 1, true, |v| {
            (f32::from(half(v[0]).cast_signed()) / 32767.0).max(-1.0).to_bits()
        });
        check(&floats("unpack2x16unorm"), &words, 1, true, |v| (f32::from(half(v[0])) / 65535.0).to_bits());
        check(&floats("unpack2x16float"), &words, 1, true, |v| f16::from_bits(half(v[0])).to_f32().to_bits());
    }
}

/// `floor(0.5 + scale * x)` is near a whole number where both neighbours are right.
fn is_normalised(got: i64, x: f32, low: f32, scale: f32) -> bool {
    let x = if x.is_nan() { low } else { x.clamp(low, 1.0) };
    let exact = f64::from(x) * f64::from(scale);
    (got as f64 - exact).abs() <= 0.5 + f64::from(scale) * 1e-7
}

#[test]
fn packing_of_floats() {
    let floats = arguments::floats(&[(-1.2, 1.2), (-1.2, 1.2)]);
    let words: Vec<u32> = floats.iter().map(|x| x.to_bits()).collect();
    for (name, low, scale, is_signed) in
        [("pack4x8snorm", -1.0, 127.0, true), ("pack4x8unorm", 0.0, 255.0, false)]
    {
        let found = device::words(&format!("{name}(vec4(f0, f1, -f0, f1 * 0.5))"), 2, &words, false);
        for (v, &found) in floats.chunks(2).zip(&found) {
            for (k, x) in [v[0], v[1], -v[0], v[1] * 0.5].into_iter().enumerate() {
                let got = if is_signed { signed_byte(found, k).into() } else { byte(found, k).into() };
                assert!(is_normalised(got, x, low, scale), "{name} of {x:e}: {got}");
            }
        }
    }
    for (name, low, scale, is_signed) in
        [("pack2x16snorm", -1.0, 32767.0, true), ("pack2x16unorm", 0.0, 65535.0, false)]
    {
        let found = device::words(&format!("{name}(vec2(f0, f1))"), 2, &words, false);
        for (v, &found) in floats.chunks(2).zip(&found) {
            for (k, &x) in v.iter().enumerate() {
                let half = (found >> (16 * k)) as u16;
                let got = if is_signed { half.cast_signed().into() } else { half.into() };
                assert!(is_normalised(got, x, low, scale), "{name} of {x:e}: {got}");
            }
        }
    }
    let found = device::words("pack2x16float(vec2(f0, f1))", 2, &words, false);
    for (v, &found) in floats.chunks(2).zip(&found) {
        for (k, &x) in v.iter().enumerate() {
            let (got, want) = (f16::from_bits((found >> (16 * k)) as u16), f16::from_f32(x));
            assert!(got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan(), "{x:e}: {got:?}");
        }
    }
}

#[test]
fn packing_of_integers() {
    let words = arguments::words(4);
    let packed = |v: &[u32], each: fn(u32) -> u32| (0..4).fold(0, |word, k| word | each(v[k]) << (8 * k));
    check("pack4xI8(vec4(i0, i1, i2, i3))", &words, 4, false, |v| packed(v, |x| x & 0xff));
    check("pack4xU8(vec4(u0, u1, u2, u3))", &words, 4, false, |v| packed(v, |x| x & 0xff));
    check("pack4xU8Clamp(vec4(u0, u1, u2, u3))", &words, 4, false, |v| packed(v, |x| x.min(255)));
    check("pack4xI8Clamp(vec4(i0, i1, i2, i3))", &words, 4, false, |v| {
        packed(v, |x| x.cast_signed().clamp(-128, 127).cast_unsigned() & 0xff)
    });
}

#[test]
fn dot_products() {
    let words = arguments::words(2);
    check("bitcast<u32>(dot4I8Packed(u0, u1))", &words, 2, false, |v| {
        (0..4).map(|k| signed_byte(v[0], k) * signed_byte(v[1], k)).sum::<i32>().cast_unsigned()
    });
    check("dot4U8Packed(u0, u1)", &words, 2, false, |v| (0..4).map(|k| byte(v[0], k) * byte(v[1], k)).sum());
}
