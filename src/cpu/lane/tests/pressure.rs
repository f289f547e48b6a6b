//! More values at once than there are registers, and values that last over calls of built-in functions.

use super::support::check;

const VALUES: u32 = 70;

fn value(k: u32, x: u32, y: u32) -> u32 {
    x.wrapping_mul(2 * k + 3) ^ y.wrapping_add(k)
}

/// `let v0 = ...; let v1 = ...; ...`, each wrapped in `around`.
fn values(around: &str) -> String {
    let value = |k| format!("let v{k} = {around}((x * {}u) ^ (y + {k}u));", 2 * k + 3);
    (0..VALUES).map(value).collect()
}

/// Uses the values in their order backwards, so that the first stays longest.
fn fold_back(start: &str) -> String {
    let step = |k: u32| format!("r = r * 31u + v{k};");
    format!("var r = {start}; {} return r;", (0..VALUES).rev().map(step).collect::<String>())
}

#[test]
fn more_values_than_registers() {
    let source = format!("fn f(x: u32, y: u32) -> u32 {{ {} {} }}", values(""), fold_back("y"));
    check(&source, |args| {
        let (x, y) = (args[0], args[1]);
        let fold = |r: u32, k| r.wrapping_mul(31).wrapping_add(value(k, x, y));
        vec![(0..VALUES).rev().fold(y, fold)]
    });
}

#[test]
fn more_values_than_registers_over_calls() {
    let source = format!(
        "fn f(x: u32, y: u32) -> u32 {{ {} let s = reverseBits(v3 ^ reverseBits(v5)); {} }}",
        values(""),
        fold_back("s")
    );
    check(&source, |args| {
        let (x, y) = (args[0], args[1]);
        let fold = |r: u32, k| r.wrapping_mul(31).wrapping_add(value(k, x, y));
        let start = (value(3, x, y) ^ value(5, x, y).reverse_bits()).reverse_bits();
        vec![(0..VALUES).rev().fold(start, fold)]
    });
}

#[test]
fn as_many_calls_as_values() {
    let source = format!("fn f(x: u32, y: u32) -> u32 {{ {} {} }}", values("reverseBits"), fold_back("y"));
    check(&source, |args| {
        let (x, y) = (args[0], args[1]);
        let fold = |r: u32, k| r.wrapping_mul(31).wrapping_add(value(k, x, y).reverse_bits());
        vec![(0..VALUES).rev().fold(y, fold)]
    });
}

#[test]
fn calls_of_sources_and_of_constants() {
    // Operands in place, spread over a strip, and the same one twice.
    let source = "fn f(x: u32, y: u32) -> u32 {
        let a = insertBits(x, y, 7u, 12u);
        let b = insertBits(a, a, 3u, 5u);
        return a ^ b ^ extractBits(y, 4u, 9u);
    }";
    let insert = |e: u32, new: u32, offset: u32, count: u32| {
        let mask = ((1 << count) - 1) << offset;
        (e & !mask) | ((new << offset) & mask)
    };
    check(source, |args| {
        let (x, y) = (args[0], args[1]);
        let a = insert(x, y, 7, 12);
        vec![a ^ insert(a, a, 3, 5) ^ ((y >> 4) & 0x1ff)]
    });
}

#[test]
fn shifts_by_known_and_by_other_numbers() {
    let source = "fn f(x: u32, y: u32) -> u32 {
        return (x << 5u) ^ (x >> 11u) ^ bitcast<u32>(bitcast<i32>(x) >> 3u) ^ (x << (y & 31u))
            ^ (y >> (x & 31u)) ^ bitcast<u32>(bitcast<i32>(y) >> (x & 31u)) ^ (9u << (y & 31u));
    }";
    check(source, |args| {
        let (x, y) = (args[0], args[1]);
        let (by_x, by_y) = (x & 31, y & 31);
        let signed = |value: u32, by: u32| ((value as i32) >> by) as u32;
        vec![(x << 5) ^ (x >> 11) ^ signed(x, 3) ^ (x << by_y) ^ (y >> by_x) ^ signed(y, by_x) ^ (9 << by_y)]
    });
}

#[test]
fn arrays_by_the_counter_of_a_loop_and_rotations() {
    let source = "fn f(x: u32, y: u32) -> u32 {
        var w: array<u32, 16>;
        for (var i = 0u; i < 16u; i++) { w[i] = x * (i + 1u) + y; }
        var a = y;
        for (var i = 0u; i < 64u; i++) {
            let v = w[(i + 1u) & 15u];
            w[i & 15u] += ((v >> 7u) | (v << 25u)) ^ ((v << 14u) | (v >> 18u)) ^ (v >> 3u);
            if (a & 1u) == 0u { w[(i + 3u) & 15u] ^= a; }
            a = ((a >> 6u) | (a << 26u)) + w[i & 15u];
            if a > 0xfff00000u { break; }
        }
        return a ^ w[3] ^ w[x & 15u];
    }";
    check(source, |args| {
        let (x, y) = (args[0], args[1]);
        let mut w: [u32; 16] = std::array::from_fn(|i| x.wrapping_mul(i as u32 + 1).wrapping_add(y));
        let mut a = y;
        for i in 0..64 {
            let v = w[(i + 1) & 15];
            let mixed = v.rotate_right(7) ^ v.rotate_right(18) ^ (v >> 3);
            w[i & 15] = w[i & 15].wrapping_add(mixed);
            if a & 1 == 0 {
                w[(i + 3) & 15] ^= a;
            }
            a = a.rotate_right(6).wrapping_add(w[i & 15]);
            if a > 0xfff0_0000 {
                break;
            }
        }
        vec![a ^ w[3] ^ w[x as usize & 15]]
    });
}
