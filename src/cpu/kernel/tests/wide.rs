//! Scalars of 64 bits against Rust's own: edges with edges, and random values.

use super::support::{outcomes, read, write};

/// A type of 64 bits.
trait Wide: Copy + std::fmt::Debug {
    const WGSL: &'static str;
    fn of_bits(bits: u64) -> Self;
    fn bits(self) -> u64;
    /// Values where something happens.
    fn edges() -> Vec<Self>;
    fn is_same(self, other: Self) -> bool {
        self.bits() == other.bits()
    }
}

const INTEGERS: [u64; 20] = [
    0,
    1,
    2,
    3,
    31,
    32,
    63,
    64,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    0x1_0000_0001,
    0x0123_4567_89ab_cdef,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0x8000_0000_0000_0001,
    0xffff_ffff_0000_0000,
    0xffff_ffff_ffff_fffe,
    0xffff_ffff_ffff_ffff,
];

impl Wide for u64 {
    const WGSL: &'static str = "u64";
    fn of_bits(bits: u64) -> Self {
        bits
    }
    fn bits(self) -> u64 {
        self
    }
    fn edges() -> Vec<Self> {
        INTEGERS.to_vec()
    }
}

impl Wide for i64 {
    const WGSL: &'static str = "i64";
    fn of_bits(bits: u64) -> Self {
        bits as i64
    }
    fn bits(self) -> u64 {
        self as u64
    }
    fn edges() -> Vec<Self> {
        INTEGERS.map(|bits| bits as i64).to_vec()
    }
}

impl Wide for f64 {
    const WGSL: &'static str = "f64";
    fn of_bits(bits: u64) -> Self {
        Self::from_bits(bits)
    }
    fn bits(self) -> u64 {
        self.to_bits()
    }
    fn edges() -> Vec<Self> {
        let positive = [
            0.0,
            1.0,
            0.5,
            1.5,
            2.5,
            3.0,
            1e-320,
            f64::MIN_POSITIVE,
            f64::MAX,
            f64::INFINITY,
            f64::EPSILON,
            1.0 + f64::EPSILON,
            4_294_967_295.5,
            2_147_483_648.0,
            9_223_372_036_854_775_808.0,
            1.8e19,
            9_007_199_254_740_993.0,
            1e40,
        ];
        positive.into_iter().chain(positive.map(|x| -x)).chain([f64::NAN]).collect()
    }
    fn is_same(self, other: Self) -> bool {
        self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan()
    }
}

/// Random bits, the same in every run (SplitMix64).
fn random(seed: u64) -> impl Iterator<Item = u64> {
    (1..).map(move |at: u64| {
        let mut z = seed.wrapping_add(at.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

/// Every edge with every edge, then random values of different magnitudes.
fn pairs<A: Wide, B: Wide>() -> Vec<(A, B)> {
    let edges = A::edges().into_iter().flat_map(|a| B::edges().into_iter().map(move |b| (a, b)));
    let shifted = |bits: u64, by: u64| if A::WGSL == "f64" { bits } else { bits >> (by % 64) };
    let random = random(1).zip(random(2)).zip(random(3));
    let random = random.map(|((a, b), c)| (A::of_bits(shifted(a, c)), B::of_bits(shifted(b, c >> 8))));
    edges.chain(random.take(500)).collect()
}

fn words(bits: impl Iterator<Item = u64>) -> Vec<u32> {
    bits.flat_map(|bits| [bits as u32, (bits >> 32) as u32]).collect()
}

/// Expressions of `a: A` and `b: B`, and what they are.
type Cases<'c, A, B, R> = &'c [(&'c str, fn(A, B) -> R)];

/// Checks expressions against functions: of what differs from lane to lane, is the same in all, or is known beforehand.
fn check<A: Wide, B: Wide, R: Wide>(cases: Cases<'_, A, B, R>) {
    let pairs = pairs::<A, B>();
    check_of(cases, &pairs, "let a = xs[i]; let b = ys[i];");
    for &pair in pairs.iter().step_by(101) {
        check_of(cases, &[pair], "let a = xs[0]; let b = ys[0];");
        let known = |name: &str, ty: &str, bits: u64| match ty {
            "u64" => format!("var {name} = {bits}lu;"),
            _ => format!("var bits_of_{name} = {bits}lu; let {name} = bitcast<{ty}>(bits_of_{name});"),
        };
        check_of(cases, &[pair], &(known("a", A::WGSL, pair.0.bits()) + &known("b", B::WGSL, pair.1.bits())));
    }
}

fn check_of<A: Wide, B: Wide, R: Wide>(cases: Cases<'_, A, B, R>, pairs: &[(A, B)], operands: &str) {
    let (a, b, r) = (A::WGSL, B::WGSL, R::WGSL);
    let stores: String = cases
        .iter()
        .enumerate()
        .map(|(at, (expression, _))| format!("out[i * {}u + {at}u] = {r}({expression});\n", cases.len()))
        .collect();
    let source = format!(
        "@group(0) @binding(0) var<storage, read> xs: array<{a}>;
        @group(0) @binding(1) var<storage, read> ys: array<{b}>;
        @group(0) @binding(2) var<storage, read_write> out: array<{r}>;
        @compute @workgroup_size(64)
        fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
            let i = id.x;
            if i >= arrayLength(&xs) + arrayLength(&ys) * 0u {{ return; }}
            {operands}
            {stores}
        }}"
    );
    let buffers = [
        read(0, words(pairs.iter().map(|pair| pair.0.bits()))),
        read(1, words(pairs.iter().map(|pair| pair.1.bits()))),
        write(2, vec![0xdead_beef; 2 * pairs.len() * cases.len()]),
    ];
    for (way, outcome) in outcomes(&source, [pairs.len().div_ceil(64) as u32, 1, 1], &buffers) {
        let after = outcome.unwrap_or_else(|error| panic!("{way}: {error}\n{source}"));
        for (&(x, y), found) in pairs.iter().zip(after[2].words.chunks(2 * cases.len())) {
            for ((expression, function), found) in cases.iter().zip(found.chunks(2)) {
                let found = R::of_bits(u64::from(found[1]) << 32 | u64::from(found[0]));
                let expected = function(x, y);
                assert!(
                    expected.is_same(found),
                    "{way}: {expression} of {x:?}, {y:?} is {found:?}, not {expected:?}, with {operands}"
                );
            }
        }
    }
}

#[test]
fn unsigned_operators() {
    check::<u64, u64, u64>(&[
        ("a + b", |a, b| a.wrapping_add(b)),
        ("a - b", |a, b| a.wrapping_sub(b)),
        ("a * b", |a, b| a.wrapping_mul(b)),
        ("a / b", |a, b| a.checked_div(b).unwrap_or(a)),
        ("a % b", |a, b| a.checked_rem(b).unwrap_or(0)),
        ("a & b", |a, b| a & b),
        ("a | b", |a, b| a | b),
        ("a ^ b", |a, b| a ^ b),
        ("~a", |a, _| !a),
        ("a << (u32(b) & 63u)", |a, b| a << (b & 63)),
        ("a >> (u32(b) & 63u)", |a, b| a >> (b & 63)),
        ("a == b", |a, b| u64::from(a == b)),
        ("a != b", |a, b| u64::from(a != b)),
        ("a < b", |a, b| u64::from(a < b)),
        ("a <= b", |a, b| u64::from(a <= b)),
        ("a > b", |a, b| u64::from(a > b)),
        ("a >= b", |a, b| u64::from(a >= b)),
        ("a * 3lu + 5lu", |a, _| a.wrapping_mul(3).wrapping_add(5)),
        ("a / 10lu", |a, _| a / 10),
        ("a << 40u", |a, _| a << 40),
        ("a >> 32u", |a, _| a >> 32),
        ("a >> 0u", |a, _| a),
    ]);
}

#[test]
fn signed_operators() {
    check::<i64, i64, i64>(&[
        ("a + b", |a, b| a.wrapping_add(b)),
        ("a - b", |a, b| a.wrapping_sub(b)),
        ("a * b", |a, b| a.wrapping_mul(b)),
        ("a / b", |a, b| a.checked_div(b).unwrap_or(a)),
        ("a % b", |a, b| a.checked_rem(b).unwrap_or(0)),
        ("-a", |a, _| a.wrapping_neg()),
        ("a << (u32(b) & 63u)", |a, b| a << (b & 63)),
        ("a >> (u32(b) & 63u)", |a, b| a >> (b & 63)),
        ("a >> 33u", |a, _| a >> 33),
        ("a == b", |a, b| i64::from(a == b)),
        ("a < b", |a, b| i64::from(a < b)),
        ("a <= b", |a, b| i64::from(a <= b)),
        ("a > b", |a, b| i64::from(a > b)),
        ("a >= b", |a, b| i64::from(a >= b)),
    ]);
}

#[test]
fn integer_functions() {
    check::<u64, u64, u64>(&[
        ("abs(a)", |a, _| a),
        ("min(a, b)", |a, b| a.min(b)),
        ("max(a, b)", |a, b| a.max(b)),
        ("clamp(a, 7lu, 1lu << 40u)", |a, _| a.clamp(7, 1 << 40)),
        ("countOneBits(a)", |a, _| a.count_ones().into()),
        ("countLeadingZeros(a)", |a, _| a.leading_zeros().into()),
        ("countTrailingZeros(a)", |a, _| a.trailing_zeros().into()),
        ("reverseBits(a)", |a, _| a.reverse_bits()),
        ("firstLeadingBit(a)", |a, _| 63u64.wrapping_sub(a.leading_zeros().into())),
        ("firstTrailingBit(a)", |a, _| if a == 0 { u64::MAX } else { a.trailing_zeros().into() }),
        ("extractBits(a, u32(b) % 80u, u32(b >> 8u) % 80u)", |a, b| {
            let (offset, count) = (b as u32 % 80, (b >> 8) as u32 % 80);
            let offset = offset.min(64);
            let count = count.min(64 - offset);
            (u128::from(a) >> offset) as u64 & ((1u128 << count) - 1) as u64
        }),
        ("insertBits(a, b, u32(b) % 80u, u32(b >> 8u) % 80u)", |a, b| {
            let (offset, count) = (b as u32 % 80, (b >> 8) as u32 % 80);
            let offset = offset.min(64);
            let count = count.min(64 - offset);
            let mask = (((1u128 << count) - 1) << offset) as u64;
            a & !mask | (u128::from(b) << offset) as u64 & mask
        }),
        ("dot(vec2(a, b), vec2(b, 3lu))", |a, b| a.wrapping_mul(b).wrapping_add(b.wrapping_mul(3))),
        ("select(a, b, a < b)", |a, b| a.max(b)),
    ]);
    check::<i64, i64, i64>(&[
        ("abs(a)", |a, _| a.wrapping_abs()),
        ("sign(a)", |a, _| a.signum()),
        ("min(a, b)", |a, b| a.min(b)),
        ("max(a, b)", |a, b| a.max(b)),
        ("clamp(a, -5li, 5li)", |a, _| a.clamp(-5, 5)),
        ("countLeadingZeros(a)", |a, _| a.leading_zeros().into()),
        ("firstLeadingBit(a)", |a, _| 63 - i64::from((a ^ (a >> 63)).leading_zeros())),
        ("extractBits(a, u32(b) % 80u, u32(b >> 8u) % 80u)", |a, b| {
            let (offset, count) = (b as u32 % 80, (b >> 8) as u32 % 80);
            let offset = offset.min(64);
            let count = count.min(64 - offset);
            if count == 0 { 0 } else { a << (64 - offset - count) >> (64 - count) }
        }),
        ("dot(vec3(a, b, 1li), vec3(b, a, 7li))", |a, b| a.wrapping_mul(b).wrapping_mul(2).wrapping_add(7)),
    ]);
}

#[test]
fn float_operators() {
    check::<f64, f64, f64>(&[
        ("a + b", |a, b| a + b),
        ("a - b", |a, b| a - b),
        ("a * b", |a, b| a * b),
        ("a / b", |a, b| a / b),
        ("a % b", |a, b| a % b),
        ("-a", |a, _| -a),
        ("a * 2.0lf + 1.0lf", |a, _| a * 2.0 + 1.0),
        ("a == b", |a, b| f64::from(u8::from(a == b))),
        ("a != b", |a, b| f64::from(u8::from(a != b))),
        ("a < b", |a, b| f64::from(u8::from(a < b))),
        ("a <= b", |a, b| f64::from(u8::from(a <= b))),
        ("a > b", |a, b| f64::from(u8::from(a > b))),
        ("a >= b", |a, b| f64::from(u8::from(a >= b))),
        ("bool(a)", |a, _| f64::from(u8::from(a != 0.0))),
    ]);
}

#[test]
fn float_functions() {
    check::<f64, f64, f64>(&[
        ("abs(a)", |a, _| a.abs()),
        ("sqrt(a)", |a, _| a.sqrt()),
        ("floor(a)", |a, _| a.floor()),
        ("ceil(a)", |a, _| a.ceil()),
        ("trunc(a)", |a, _| a.trunc()),
        ("round(a)", |a, _| a.round_ties_even()),
        ("fract(a)", |a, _| a - a.floor()),
        ("sign(a)", |a, _| {
            if a > 0.0 {
                1.0
            } else if a < 0.0 {
                -1.0
            } else {
                a
            }
        }),
        ("min(a, b)", |a, b| if b < a || a.is_nan() { b } else { a }),
        ("max(a, b)", |a, b| if b > a || a.is_nan() { b } else { a }),
        ("fma(a, b, 1.0lf)", |a, b| a.mul_add(b, 1.0)),
        ("fma(a, b, -(a * b))", |a, b| a.mul_add(b, -(a * b))),
        ("mix(a, b, 0.25lf)", |a, b| a * 0.75 + b * 0.25),
        ("step(a, b)", |a, b| if a <= b { 1.0 } else { 0.0 }),
        ("saturate(a)", |a, _| if a > 0.0 { a.min(1.0) } else { 0.0 }),
        ("inverseSqrt(a)", |a, _| 1.0 / a.sqrt()),
        ("degrees(a)", |a, _| a * (180.0 / std::f64::consts::PI)),
        ("dot(vec2(a, b), vec2(b, 0.5lf))", |a, b| a * b + b * 0.5),
        ("length(vec2(a, b))", |a, b| (a * a + b * b).sqrt()),
        ("modf(a).whole", |a, _| a.trunc()),
        (
            "modf(a).fract",
            |a, _| if a.is_infinite() { 0f64.copysign(a) } else { (a - a.trunc()).copysign(a) },
        ),
        ("frexp(a).fract * 2.0lf", |a, _| {
            if a == 0.0 || !a.is_finite() {
                return a * 2.0;
            }
            let mut x = a;
            while x.abs() >= 2.0 {
                x /= 2.0
            }
            while x.abs() < 1.0 {
                x *= 2.0
            }
            x
        }),
        ("ldexp(frexp(a).fract, i32(frexp(a).exp))", |a, _| a),
        ("ldexp(a, -3)", |a, _| a / 8.0),
    ]);
    check::<f64, f64, f64>(&[
        ("sin(a)", |a, _| a.sin()),
        ("cos(a)", |a, _| a.cos()),
        ("tan(a)", |a, _| a.tan()),
        ("asin(a)", |a, _| a.asin()),
        ("acos(a)", |a, _| a.acos()),
        ("atan(a)", |a, _| a.atan()),
        ("sinh(a)", |a, _| a.sinh()),
        ("cosh(a)", |a, _| a.cosh()),
        ("tanh(a)", |a, _| a.tanh()),
        ("asinh(a)", |a, _| a.asinh()),
        ("acosh(a)", |a, _| a.acosh()),
        ("atanh(a)", |a, _| a.atanh()),
        ("exp(a)", |a, _| a.exp()),
        ("exp2(a)", |a, _| a.exp2()),
        ("log(a)", |a, _| a.ln()),
        ("log2(a)", |a, _| a.log2()),
        ("pow(a, b)", |a, b| a.powf(b)),
        ("atan2(a, b)", |a, b| a.atan2(b)),
    ]);
}

/// The bound where x is above it; NaN stays.
fn below(x: f64, bound: f64) -> f64 {
    if x > bound { bound } else { x }
}

#[test]
fn conversions() {
    check::<f64, u64, i64>(&[
        ("i64(a)", |a, _| below(a, 9_223_372_036_854_774_784.0) as i64),
        ("i64(u64(a))", |a, _| below(a, 18_446_744_073_709_549_568.0) as u64 as i64),
        ("i32(a)", |a, _| (a as i32).into()),
        ("u32(a)", |a, _| (a as u32).into()),
        ("i64(f32(a))", |a, _| below((a as f32).into(), 9_223_371_487_098_961_920.0) as i64),
        ("u64(f32(a))", |a, _| below((a as f32).into(), 18_446_742_974_197_923_840.0) as u64 as i64),
        ("bitcast<i64>(a)", |a, _| a.to_bits() as i64),
        ("i64(b)", |_, b| b as i64),
        ("i32(b)", |_, b| (b as i32).into()),
        ("u32(b)", |_, b| (b as u32).into()),
        ("bool(b)", |_, b| i64::from(b != 0)),
        ("i64(i32(b))", |_, b| i64::from(b as i32)),
        ("i64(u32(b))", |_, b| i64::from(b as u32)),
        ("u64(i32(b))", |_, b| i64::from(b as i32)),
        (
            "i64(bitcast<u32>(f32(a)))",
            |a, _| if a.is_nan() { 0x7fc0_0000 } else { (a as f32).to_bits().into() },
        ),
    ]);
    check::<i64, u64, f64>(&[
        ("f64(a)", |a, _| a as f64),
        ("f64(b)", |_, b| b as f64),
        ("f32(a)", |a, _| (a as f32).into()),
        ("f32(b)", |_, b| (b as f32).into()),
        ("i32(a)", |a, _| (a as i32).into()),
        ("u32(b)", |_, b| (b as u32).into()),
        ("a < 0li", |a, _| u8::from(a < 0).into()),
        ("bitcast<f64>(b)", |_, b| f64::from_bits(b)),
        ("f32(bitcast<f64>(b))", |_, b| (f64::from_bits(b) as f32).into()),
    ]);
}

#[test]
fn floats_of_subgroups() {
    let source = "
        @group(0) @binding(0) var<storage, read_write> out: array<array<f64, 6>, 64>;
        @compute @workgroup_size(64)
        fn main(@builtin(local_invocation_index) i: u32) {
            let x = f64(i) * 0.75lf - 20.0lf;
            if i % 3u != 1u {
                out[i] = array(
                    subgroupAdd(x), subgroupMin(x), subgroupMax(x), subgroupInclusiveAdd(x), subgroupExclusiveMul(x + 30.0lf),
                    subgroupShuffleXor(x, 2u),
                );
            }
        }";
    let x = |lane: usize| lane as f64 * 0.75 - 20.0;
    let mut expected = vec![[0.0f64; 6]; 64];
    for (lane, out) in expected.iter_mut().enumerate().filter(|(lane, _)| lane % 3 != 1) {
        let active: Vec<usize> = (lane / 32 * 32..lane / 32 * 32 + 32).filter(|lane| lane % 3 != 1).collect();
        let all = || active.iter().map(|&lane| x(lane));
        let before = || active.iter().filter(|&&other| other < lane).map(|&lane| x(lane));
        out[0] = all().fold(-0.0, |sum, x| sum + x);
        out[1] = all().fold(f64::INFINITY, f64::min);
        out[2] = all().fold(f64::NEG_INFINITY, f64::max);
        out[3] = before().fold(-0.0, |sum, x| sum + x) + x(lane);
        out[4] = before().fold(1.0, |product, x| product * (x + 30.0));
        // A lane that is not active gives its own value all the same.
        out[5] = x(lane ^ 2);
    }
    let words = words(expected.as_flattened().iter().map(|x| x.to_bits()));
    super::support::check(source, [1, 1, 1], &[write(0, vec![0; 768])], &[(0, words)]);
}

/// Enough pairs alive at once that registers run out.
#[test]
fn many_pairs() {
    let terms: String = (0..24)
        .map(|at| format!("let t{at} = fma(a, {at}.5lf, b * {}.25lf) / (a + {at}.0lf);\n", 24 - at))
        .collect();
    let sum: Vec<String> = (0..24).map(|at| format!("t{at} * t{}", (at * 7 + 3) % 24)).collect();
    let source = format!(
        "@group(0) @binding(0) var<storage, read> xs: array<vec2<f64>>;
        @group(0) @binding(1) var<storage, read_write> out: array<f64>;
        @compute @workgroup_size(64)
        fn main(@builtin(global_invocation_id) id: vec3<u32>) {{
            let a = xs[id.x].x;
            let b = xs[id.x].y;
            {terms}
            out[id.x] = {};
        }}",
        sum.join(" + ")
    );
    let xs: Vec<[f64; 2]> =
        (0..320).map(|at| [f64::from(at) * 0.37 + 1.0, f64::from(at * at) * 1e-3]).collect();
    let expected = xs.iter().map(|&[a, b]| {
        let term = |at: usize| a.mul_add(at as f64 + 0.5, b * ((24 - at) as f64 + 0.25)) / (a + at as f64);
        let products: Vec<f64> = (0..24).map(|at| term(at) * term((at * 7 + 3) % 24)).collect();
        products[1..].iter().fold(products[0], |sum, product| sum + product).to_bits()
    });
    let expected = words(expected);
    let buffers = [read(0, words(xs.as_flattened().iter().map(|x| x.to_bits()))), write(1, vec![0; 640])];
    super::support::check(&source, [5, 1, 1], &buffers, &[(1, expected)]);
}
