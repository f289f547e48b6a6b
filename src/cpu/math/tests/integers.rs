//! Integer built-ins against wider integers and against bit-by-bit definitions.

use super::super as math;
use super::Random;

/// Pairs of edges, of random words, and of random words of random lengths.
fn pairs() -> Vec<(u32, u32)> {
    let edges = [0, 1, 2, 3, 7, 31, 32, 33, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, u32::MAX - 1, u32::MAX];
    let mut pairs: Vec<_> = edges.iter().flat_map(|&a| edges.iter().map(move |&b| (a, b))).collect();
    let mut random = Random(7);
    for _ in 0..500_000 {
        let (a, b) = (random.next(), random.next());
        pairs.push((a, b));
        let (x, y) = (a >> (random.next() % 32), b >> (random.next() % 32));
        pairs.push((x, y));
        // Quotients that are just whole, and just not.
        pairs.push((x.wrapping_mul(y), y));
        pairs.push((x.wrapping_mul(y).wrapping_sub(1), y));
    }
    pairs
}

#[test]
fn division() {
    for (a, b) in pairs() {
        let unsigned = (a.checked_div(b).unwrap_or(a), a.checked_rem(b).unwrap_or(0));
        assert_eq!((math::div_u32(a, b), math::rem_u32(a, b)), unsigned, "{a}, {b}");
        let (i, j) = (a as i32, b as i32);
        let signed = match j {
            0 => (i64::from(i), 0),
            _ => (i64::from(i) / i64::from(j), i64::from(i) % i64::from(j)),
        };
        assert_eq!(
            (math::div_i32(i, j), math::rem_i32(i, j)),
            (signed.0 as i32, signed.1 as i32),
            "{i}, {j}"
        );
    }
    assert_eq!(math::div_i32(i32::MIN, -1), i32::MIN);
    assert_eq!(math::rem_i32(i32::MIN, -1), 0);
}

#[test]
fn bits() {
    for (a, b) in pairs() {
        let i = a as i32;
        let highest = (0..32).rev().find(|k| a >> k & 1 == 1);
        let lowest = (0..32).find(|k| a >> k & 1 == 1);
        let turning = (0..31).rev().find(|k| (i >> k & 1) != (i >> 31 & 1));
        assert_eq!(math::first_leading_bit_u32(a), highest.unwrap_or(u32::MAX));
        assert_eq!(math::first_trailing_bit(a), lowest.unwrap_or(u32::MAX));
        assert_eq!(math::first_leading_bit_i32(i), turning.unwrap_or(-1));
        assert_eq!(math::count_leading_zeros(a), highest.map_or(32, |k| 31 - k));
        assert_eq!(math::count_trailing_zeros(a), lowest.unwrap_or(32));
        assert_eq!(math::count_one_bits(a), (0..32).map(|k| a >> k & 1).sum::<u32>());
        assert_eq!(math::reverse_bits(a), (0..32).fold(0, |r, k| r << 1 | (a >> k & 1)));
        assert_eq!(math::abs_i32(i), i64::from(i).abs() as i32);
        assert_eq!(math::sign_i32(i), i.signum());
        let factor = 1u64 << (b % 32);
        assert_eq!(math::shl(a, b), (u64::from(a) * factor) as u32);
        assert_eq!(math::shr_u32(a, b), (u64::from(a) / factor) as u32);
        assert_eq!(math::shr_i32(i, b), i64::from(i).div_euclid(factor as i64) as i32);
    }
}

#[test]
fn bit_fields() {
    let mut random = Random(8);
    for (x, new) in pairs().into_iter().step_by(100) {
        let (offset, count) = (random.next() % 40, random.next() % 40);
        let o = offset.min(32);
        let c = count.min(32 - o);
        let mask = (1u64 << c) - 1;
        let field = u64::from(x) >> o & mask;
        let signed = if c > 0 && field >> (c - 1) == 1 { field as i64 - (1i64 << c) } else { field as i64 };
        assert_eq!(math::extract_bits_u32(x, offset, count), field as u32, "{x:#x} {offset} {count}");
        assert_eq!(math::extract_bits_i32(x as i32, offset, count), signed as i32, "{x:#x} {offset} {count}");
        let inserted = (u64::from(x) & !(mask << o)) | ((u64::from(new) & mask) << o);
        assert_eq!(
            math::insert_bits(x, new, offset, count),
            inserted as u32,
            "{x:#x} {new:#x} {offset} {count}"
        );
    }
}

#[test]
fn packing() {
    let bytes = |w: u32| w.to_le_bytes();
    for (a, b) in pairs().into_iter().step_by(10) {
        let products = bytes(a).into_iter().zip(bytes(b));
        let signed: i32 = products.clone().map(|(x, y)| i32::from(x as i8) * i32::from(y as i8)).sum();
        let unsigned: u32 = products.map(|(x, y)| u32::from(x) * u32::from(y)).sum();
        assert_eq!(math::dot_4x8_i(a, b), signed);
        assert_eq!(math::dot_4x8_u(a, b), unsigned);
        let indices = [0, 1, 2, 3];
        assert_eq!(math::pack_4x8(indices.map(|k| math::unpack_4x8_u(a, k))), a);
        assert_eq!(math::pack_4x8(indices.map(|k| math::unpack_4x8_i(a, k) as u32)), a);
        assert_eq!(math::pack_4x8_unorm(indices.map(|k| math::unpack_4x8_unorm(a, k))), a);
        assert_eq!(math::pack_2x16_unorm(math::unpack_2x16_unorm(a, 0), math::unpack_2x16_unorm(a, 1)), a);
        // -128 and -127 both mean -1, and -1 is packed as -127.
        let snorm = u32::from_le_bytes(bytes(a).map(|x| if x == 0x80 { 0x81 } else { x }));
        assert_eq!(math::pack_4x8_snorm(indices.map(|k| math::unpack_4x8_snorm(a, k))), snorm);
        let half = |k: u32| {
            if (a >> (16 * k)) as u16 == 0x8000 { 0x8001 } else { a >> (16 * k) & 0xFFFF }
        };
        let packed = math::pack_2x16_snorm(math::unpack_2x16_snorm(a, 0), math::unpack_2x16_snorm(a, 1));
        assert_eq!(packed, half(0) | half(1) << 16);
    }
    assert_eq!(math::pack_4x8_i_clamp([-200, 200, -1, 5]), 0x05FF_7F80);
    assert_eq!(math::pack_4x8_u_clamp([300, 255, 0, u32::MAX]), 0xFF00_FFFF);
    assert_eq!(math::pack_4x8_snorm([f32::NAN, 9.0, -9.0, 0.5]), 0x4081_7F81);
    assert_eq!(math::pack_4x8_unorm([f32::NAN, 9.0, -9.0, 0.5]), 0x8000_FF00);
}
