//! What the shaders of numbers and layouts compute, in plain Rust.

use super::corpus::Launch;
use crate::cpu::math;

pub(super) fn bits(launch: &mut Launch) {
    for (id, x) in (0u32..).zip(launch.words(0)) {
        let (w, i) = (x >> (id % 29), x as i32);
        let highest = if w == 0 { u32::MAX } else { 31 - w.leading_zeros() };
        let lowest = if w == 0 { u32::MAX } else { w.trailing_zeros() };
        let extracted = |offset: u32, count: u32| {
            let count = count.min(32 - offset);
            if count == 0 { 0 } else { w >> offset & (u32::MAX >> (32 - count)) }
        };
        let mask = 0x7ff << (id % 20);
        let words = [
            w.count_ones(),
            w.leading_zeros(),
            w.trailing_zeros(),
            w.reverse_bits(),
            highest,
            lowest,
            extracted(id % 32, id % 9),
            w & !mask | 0xabcd << (id % 20) & mask,
            (i >> (id % 31)) as u32 ^ (!w & w << 3),
            (i << 22 >> 25) as u32,
        ];
        launch.out(1)[id as usize * 10..][..10].copy_from_slice(&words);
    }
}

pub(super) fn conversions(launch: &mut Launch) {
    for (at, w) in launch.words(0).into_iter().enumerate() {
        let f = w as i32 as f32 / 1000.0;
        let low = (w & 255) as f32;
        let words = [
            (w as f32).to_bits(),
            f as i32 as u32,
            ((w & 0xffff) as f32 * 0.25) as u32,
            u32::from(w & 1 != 0) + 2 * u32::from(f != 0.0) + if f < 0.0 { 4 } else { 0 },
            (at as f32).to_bits(),
            (f32::from(at as u16 % 2) + low).to_bits(),
            u32::from(low > 100.0) + 2 * u32::from(w & 3 != 0),
        ];
        launch.out(1)[at * 7..][..7].copy_from_slice(&words);
    }
}

pub(super) fn float_builtins(launch: &mut Launch) {
    for (id, x) in launch.floats(0).into_iter().enumerate() {
        let v = (x - 0.5) * 37.0;
        let exponent = v.abs().log2().floor() as i32 + 1;
        let words = [
            v.floor(),
            v.ceil(),
            v.trunc(),
            v.round_ties_even(),
            v.abs(),
            if v == 0.0 { 0.0 } else { v.signum() },
            v.clamp(-5.0, 7.5),
            v.clamp(0.0, 1.0),
            if v >= 1.0 { 1.0 } else { 0.0 },
            v.min(3.0).max(-v),
            v * (1 << (id % 5)) as f32,
            exponent as f32,
            v.trunc(),
            v.floor(),
        ];
        launch.out(1)[id * 14..][..14].copy_from_slice(&words.map(f32::to_bits));
    }
}

pub(super) fn half(launch: &mut Launch) {
    use half::f16;
    let x = launch.floats(0);
    let mut halves = vec![0u16; 130];
    halves[0] = f16::from_f32(130.0).to_bits();
    for id in 0..128 {
        let h = f16::from_f32(x[id]);
        let op = |a: f16, b: f16, f: fn(f32, f32) -> f32| f16::from_f32(f(a.to_f32(), b.to_f32()));
        let (add, sub) = (|a, b| op(a, b, |a, b| a + b), |a, b| op(a, b, |a, b| a - b));
        let (mul, div) = (|a, b| op(a, b, |a, b| a * b), |a, b| op(a, b, |a, b| a / b));
        let other = add(f16::from_f32(x[id / 64 * 64 + 63 - id % 64]), f16::from_f32(1.5));
        halves[id + 1] = mul(h, other).to_bits();
        if id >= 64 {
            continue;
        }
        let one = f16::ONE;
        let c = div(h, other).to_f32() + mul(other, f16::from_f32(10.0)).to_f32().trunc();
        let mut m = [h, other, one, -h];
        m[id % 2 * 2 + 1] = add(m[id % 2 * 2 + 1], one);
        let zero = f16::ZERO;
        let b = [mul(h, h), mul(f16::from_f32(2.0), h), mul(other, h)];
        // a at 0, b at 8, c at 16, m at 20: 32 bytes with the alignment of b.
        let words = [[sub(other, h), zero], [zero; 2], [b[0], b[1]], [b[2], zero]];
        let pair = |[low, high]: [f16; 2]| u32::from(low.to_bits()) | u32::from(high.to_bits()) << 16;
        let item = &mut launch.out(2)[id * 8..][..8];
        for (to, halves) in item.iter_mut().zip(words) {
            *to = pair(halves);
        }
        item[4] = c.to_bits();
        (item[5], item[6]) = (pair([m[0], m[1]]), pair([m[2], m[3]]));
    }
    let words = halves.chunks(2).map(|pair| u32::from(pair[0]) | u32::from(pair[1]) << 16);
    *launch.out(1) = words.collect();
}

pub(super) fn integer_division(launch: &mut Launch) {
    for at in 0..64u32 {
        let (n, divisor) = (at * 77, at % 5);
        let signed = divisor as i32 - 1;
        let least = i32::MIN + (at / 20) as i32;
        let words = [
            n.checked_div(divisor).unwrap_or(n),
            n.checked_rem(divisor).unwrap_or(0),
            if signed == 0 { least } else { least.wrapping_div(signed) } as u32,
            if signed == 0 { 0 } else { least.wrapping_rem(signed) } as u32,
        ];
        launch.out(1)[at as usize * 4..][..4].copy_from_slice(&words);
    }
}

pub(super) fn matmul(launch: &mut Launch) {
    let (a, b) = (launch.floats(0), launch.floats(1));
    for row in 0..32 {
        for column in 0..48 {
            let sum = (0..32).fold(0.0, |sum, k| sum + a[row * 32 + k] * b[k * 48 + column]);
            launch.out(2)[row * 48 + column] = sum.to_bits();
        }
    }
}

pub(super) fn matrices(launch: &mut Launch) {
    let x = launch.floats(0);
    // An item has 3 columns of 2 words, 8 bytes to the next multiple of 16, and 2 columns of 3 words, 4 apart.
    for at in 0..32 {
        let item = &x[at * 16..][..16];
        let m = |c: usize, r: usize| item[c * 2 + r];
        let n = |c: usize, r: usize| item[8 + c * 4 + r];
        let p = |c: usize, r: usize| m(0, r) * n(c, 0) + m(1, r) * n(c, 1) + m(2, r) * n(c, 2);
        let mut out = vec![];
        for c in 0..2 {
            out.extend((0..2).map(|r| p(c, r) * 2.0 - p(c, r)));
        }
        for c in 0..3 {
            out.extend((0..2).map(|r| n(r, c) + m(c, r)));
        }
        out.push(p(0, 0) * p(1, 1) - p(1, 0) * p(0, 1));
        out.push(m(at % 3, at % 2) + n(at % 2, at % 3));
        for (to, x) in launch.out(1)[at * 12..].iter_mut().zip(out) {
            *to = x.to_bits();
        }
    }
}

pub(super) fn nbody(launch: &mut Launch) {
    let x = launch.floats(0);
    for me in 0..128 {
        let at = |body: usize, c: usize| x[body * 4 + c];
        let mut force = [0f32; 3];
        for other in 0..128 {
            let d: [f32; 3] = std::array::from_fn(|c| at(other, c) - at(me, c));
            let r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + 0.01;
            let factor = at(other, 3) / (r2 * r2.sqrt());
            (0..3).for_each(|c| force[c] += d[c] * factor);
        }
        let words = [force[0], force[1], force[2], at(me, 3)].map(f32::to_bits);
        launch.out(1)[me * 4..][..4].copy_from_slice(&words);
    }
}

pub(super) fn packing(launch: &mut Launch) {
    for (at, w) in launch.words(0).into_iter().enumerate() {
        let [x, y, z, v] = w.to_le_bytes();
        let dot = |other: u32| {
            let other = other.to_le_bytes();
            (0..4).map(|i| i32::from(w.to_le_bytes()[i] as i8) * i32::from(other[i] as i8)).sum::<i32>()
        };
        let words = [
            u32::from_le_bytes([y, x, v, z]),
            u32::from_le_bytes([v, z, y, x]),
            u32::from(x) + u32::from(y) * 1000 + (i32::from(z as i8) + 200) as u32 * 1_000_000,
            w,
            w,
            math::pack_2x16_float(f32::from(x) * 0.5, -f32::from(y)),
            dot(0x01ff_02fe) as u32,
            [x, y, z, v].map(|b| u32::from(b).pow(2)).iter().sum(),
        ];
        launch.out(1)[at * 8..][..8].copy_from_slice(&words);
    }
}

pub(super) fn sha256(launch: &mut Launch) {
    // The constants are the fractional parts of the cube roots and square roots of the first primes.
    let primes: Vec<u128> = (2u128..312).filter(|n| (2..*n).all(|d| n % d != 0)).collect();
    let root = |value: u128, power: u32| {
        let (mut low, mut high) = (0u128, 1u128 << 42);
        while high - low > 1 {
            let middle = (low + high) / 2;
            if middle.checked_pow(power).is_some_and(|p| p <= value) { low = middle } else { high = middle }
        }
        low as u32
    };
    let k: Vec<u32> = primes.iter().map(|p| root(p << 96, 3)).collect();
    let start: Vec<u32> = primes[..8].iter().map(|p| root(p << 64, 2)).collect();
    for (block, digest) in launch.words(0).chunks(16).zip(0..) {
        let mut w = block.to_vec();
        for i in 16..64 {
            let (a, b) = (w[i - 15], w[i - 2]);
            let s0 = a.rotate_right(7) ^ a.rotate_right(18) ^ a >> 3;
            let s1 = b.rotate_right(17) ^ b.rotate_right(19) ^ b >> 10;
            w.push(w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1));
        }
        let mut h = start.clone();
        for i in 0..64 {
            let s1 = h[4].rotate_right(6) ^ h[4].rotate_right(11) ^ h[4].rotate_right(25);
            let choice = h[4] & h[5] ^ !h[4] & h[6];
            let t1 = [s1, choice, k[i], w[i]].iter().fold(h[7], |sum, x| sum.wrapping_add(*x));
            let s0 = h[0].rotate_right(2) ^ h[0].rotate_right(13) ^ h[0].rotate_right(22);
            let majority = h[0] & h[1] ^ h[0] & h[2] ^ h[1] & h[2];
            h.rotate_right(1);
            h[4] = h[4].wrapping_add(t1);
            h[0] = t1.wrapping_add(s0).wrapping_add(majority);
        }
        for i in 0..8 {
            launch.out(1)[digest * 8 + i] = start[i].wrapping_add(h[i]);
        }
    }
}

pub(super) fn struct_layout(launch: &mut Launch) {
    // p 0..3, q 3, m 4..16, inner 16..28 (4 words each), tail 28..31: 32 words.
    let x = launch.floats(0);
    for id in 0..64 {
        let item = &x[id * 32..][..32];
        let mut sum = item[0] + item[1] + item[2] + item[3];
        for c in 0..3 {
            sum += item[4 + 4 * c] - item[4 + 4 * c + 2];
        }
        let inner = &item[16 + 4 * (id % 3)..];
        let second = inner[1] * 2.0 + inner[2] + item[30];
        launch.out(1)[2 * id] = sum.to_bits();
        launch.out(1)[2 * id + 1] = second.to_bits();
    }
}

pub(super) fn uniform_block(launch: &mut Launch) {
    let x = launch.floats(0);
    let (scale, count) = (x[32], x[33]);
    for id in 0..192 {
        let v = [id as f32, 1.0, -2.0, count];
        for r in 0..4 {
            let product = x[r] * v[0] + x[4 + r] * v[1] + x[8 + r] * v[2] + x[12 + r] * v[3];
            launch.out(1)[id * 4 + r] = (product + x[16 + 4 * (id & 3) + r] * scale).to_bits();
        }
    }
}
