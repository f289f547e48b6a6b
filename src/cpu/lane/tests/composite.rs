//! Vectors, matrices, structs and arrays.

use super::support::*;
use crate::cpu::math;

#[test]
fn vectors() {
    check("fn f(a: vec3<f32>, b: vec3<f32>) -> vec3<f32> { return a * b + 2.0 * a - b / 3.0; }", |w| {
        let x = floats(w);
        (0..3).map(|i| (x[i] * x[i + 3] + 2.0 * x[i] - x[i + 3] / 3.0).to_bits()).collect()
    });
    check("fn f(a: vec4<f32>) -> vec2<f32> { return a.wy + a.xx; }", |w| {
        let x = floats(w);
        vec![(x[3] + x[0]).to_bits(), (x[1] + x[0]).to_bits()]
    });
    check("fn f(a: vec2<f32>, s: f32) -> vec4<f32> { return vec4(a, s, 1.0) * s; }", |w| {
        let x = floats(w);
        [x[0], x[1], x[2], 1.0].iter().map(|v| (v * x[2]).to_bits()).collect()
    });
    check("fn f(a: vec3<f32>, b: vec3<f32>) -> f32 { return dot(a, b); }", |w| {
        let x = floats(w);
        float(x[0] * x[3] + x[1] * x[4] + x[2] * x[5])
    });
    check("fn f(a: vec3<i32>, b: vec3<i32>) -> i32 { return dot(a, b); }", |w| {
        let x = w;
        vec![(0..3).map(|i| x[i].wrapping_mul(x[i + 3])).fold(0, u32::wrapping_add)]
    });
    check("fn f(a: vec3<f32>, b: vec3<f32>) -> vec3<f32> { return cross(a, b); }", |w| {
        let (a, b) = (floats(&w[..3]), floats(&w[3..]));
        [(1, 2), (2, 0), (0, 1)].iter().map(|&(i, j)| (a[i] * b[j] - a[j] * b[i]).to_bits()).collect()
    });
    check("fn f(a: vec2<f32>) -> f32 { return length(a) + distance(a, vec2(1.0, 2.0)); }", |w| {
        let a = floats(w);
        let (x, y) = (a[0] - 1.0, a[1] - 2.0);
        float((a[0] * a[0] + a[1] * a[1]).sqrt() + (x * x + y * y).sqrt())
    });
    check("fn f(a: vec2<f32>) -> vec2<f32> { return normalize(a); }", |w| {
        let a = floats(w);
        let length = (a[0] * a[0] + a[1] * a[1]).sqrt();
        a.iter().map(|x| (x / length).to_bits()).collect()
    });
    check("fn f(a: vec2<f32>, n: vec2<f32>) -> vec2<f32> { return reflect(a, n); }", |w| {
        let x = floats(w);
        let factor = 2.0 * (x[2] * x[0] + x[3] * x[1]);
        (0..2).map(|i| (x[i] - factor * x[i + 2]).to_bits()).collect()
    });
    check("fn f(a: vec2<f32>, n: vec2<f32>, e: f32) -> vec2<f32> { return refract(a, n, e); }", |w| {
        let x = floats(w);
        let dot = x[2] * x[0] + x[3] * x[1];
        let k = 1.0 - x[4] * x[4] * (1.0 - dot * dot);
        let bent = |i: usize| x[4] * x[i] - (x[4] * dot + k.sqrt()) * x[i + 2];
        (0..2).map(|i| if k < 0.0 { 0 } else { bent(i).to_bits() }).collect()
    });
    check(
        "fn f(a: vec2<f32>, b: vec2<f32>, c: vec2<f32>) -> vec2<f32> { return faceForward(a, b, c); }",
        |w| {
            let x = floats(w);
            let keep = x[2] * x[4] + x[3] * x[5] < 0.0;
            (0..2).map(|i| (if keep { x[i] } else { -x[i] }).to_bits()).collect()
        },
    );
    check("fn f(a: vec3<f32>) -> vec3<f32> { return mix(a, vec3(1.0), 0.25) + max(a, vec3(0.5)); }", |w| {
        floats(w).iter().map(|&x| (math::mix(x, 1.0, 0.25) + math::max(x, 0.5)).to_bits()).collect()
    });
    check("fn f(a: vec4<u32>) -> vec4<u32> { var b = a; b.y = 7u; b[2] += a.x; return b; }", |w| {
        vec![w[0], 7, w[2].wrapping_add(w[0]), w[3]]
    });
}

#[test]
fn matrices() {
    check(
        "fn f(a: vec3<f32>, b: vec3<f32>) -> vec3<f32> { let m = mat3x3(a, b, a + b); return m * a + b * m; }",
        |w| {
            let (a, b) = (floats(&w[..3]), floats(&w[3..]));
            let c: Vec<f32> = (0..3).map(|i| a[i] + b[i]).collect();
            let m = [&a, &b, &c];
            let left = |r: usize| m[0][r] * a[0] + m[1][r] * a[1] + m[2][r] * a[2];
            let right = |c: usize| b[0] * m[c][0] + b[1] * m[c][1] + b[2] * m[c][2];
            (0..3).map(|i| (left(i) + right(i)).to_bits()).collect()
        },
    );
    check(
        "fn f(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
            let p = mat2x2(a.x, a.y, a.z, a.w) * mat2x2(b.x, b.y, b.z, b.w);
            return vec4(p[0], p[1]);
        }",
        |w| {
            let (a, b) = (floats(&w[..4]), floats(&w[4..]));
            [(0, 0), (1, 0), (0, 1), (1, 1)]
                .iter()
                .map(|&(r, c)| (a[r] * b[2 * c] + a[2 + r] * b[2 * c + 1]).to_bits())
                .collect()
        },
    );
    check(
        "fn f(a: vec4<f32>, s: f32) -> vec4<f32> {
            let m = transpose(mat2x2(a.xy, a.zw)) * s + mat2x2(1.0, 0.0, 0.0, 1.0);
            return vec4(m[0], m[1]);
        }",
        |w| {
            let x = floats(w);
            [x[0] * x[4] + 1.0, x[2] * x[4] + 0.0, x[1] * x[4] + 0.0, x[3] * x[4] + 1.0]
                .map(f32::to_bits)
                .to_vec()
        },
    );
    check("fn f(a: vec4<f32>) -> f32 { return determinant(mat2x2(a.xy, a.zw)); }", |w| {
        let x = floats(w);
        float(x[0] * x[3] - x[1] * x[2])
    });
    check(
        "fn f(a: vec3<f32>, b: vec3<f32>) -> f32 { return determinant(mat3x3(a, b, vec3(1.0, 2.0, 3.0))); }",
        |w| {
            let (a, b, c) = (floats(&w[..3]), floats(&w[3..]), [1.0, 2.0, 3.0]);
            let minor = |i: usize, j: usize| b[i] * c[j] - b[j] * c[i];
            float(a[0] * minor(1, 2) - a[1] * minor(0, 2) + a[2] * minor(0, 1))
        },
    );
    check(
        "fn f(a: vec3<f32>, c: i32, r: u32) -> f32 { var m = mat2x3(a, a * 2.0); m[1].z = 5.0; return m[c][r]; }",
        |w| {
            let a = floats(&w[..3]);
            let m = [a[0], a[1], a[2], a[0] * 2.0, a[1] * 2.0, 5.0];
            let (c, r) = (w[3].min(1), w[4].min(2));
            float(m[(c * 3 + r) as usize])
        },
    );
}

#[test]
fn structs_and_calls() {
    check(
        "struct P { a: f32, v: vec2<f32>, n: array<i32, 2> }
        const K = 3.0;
        fn make(x: f32, y: f32) -> P { return P(x, vec2(y, x * K), array(1, i32(2.0 * K))); }
        fn bump(p: ptr<function, P>, by: f32) { (*p).v.x += by; (*p).n[1] += 1; }
        fn f(x: f32, y: f32) -> f32 {
            var p = make(x, y);
            bump(&p, 0.5);
            bump(&p, y);
            let q = p;
            p.a = 100.0;
            return q.a + q.v.x * q.v.y + f32(q.n[0] + q.n[1]);
        }",
        |w| {
            let x = floats(w);
            let v = x[1] + 0.5 + x[1];
            float(x[0] + v * (x[0] * 3.0) + 9.0)
        },
    );
}

#[test]
fn arrays() {
    // An index out of range means the last element.
    check(
        "fn f(x: f32, i: i32, j: u32) -> f32 {
            var a: array<f32, 5>;
            a[0] = x; a[1] = x + 1.0; a[2] = 7.0; a[i] = -1.0; a[j] += 2.0;
            return a[0] + a[1] * 10.0 + a[2] * 100.0 + a[3] * 1000.0 + a[4] * 1e4 + a[j] * 1e5;
        }",
        |w| {
            let x = f32::from_bits(w[0]);
            let mut a = [x, x + 1.0, 7.0, 0.0, 0.0];
            let (i, j) = (w[1].min(4) as usize, w[2].min(4) as usize);
            a[i] = -1.0;
            a[j] += 2.0;
            float(a[0] + a[1] * 10.0 + a[2] * 100.0 + a[3] * 1000.0 + a[4] * 1e4 + a[j] * 1e5)
        },
    );
    check(
        "const T = array<f32, 4>(1.0, 2.0, 4.0, 8.0);
        fn f(i: u32, v: vec4<f32>) -> f32 { return T[i] + v[i] + array(v.x, v.y, 3.0)[i]; }",
        |w| {
            let v = floats(&w[1..]);
            let i = w[0];
            let small = [v[0], v[1], 3.0][i.min(2) as usize];
            float([1.0, 2.0, 4.0, 8.0][i.min(3) as usize] + v[i.min(3) as usize] + small)
        },
    );
    check(
        "struct C { p: array<vec2<i32>, 3>, k: i32 }
        fn put(c: ptr<function, array<C, 2>>, i: u32, j: u32, v: i32) { (*c)[i].p[j].y = v; (*c)[i].k += 1; }
        fn f(i: u32, j: u32, v: i32) -> vec4<i32> {
            var c: array<C, 2>;
            put(&c, i, j, v);
            put(&c, 1u, 2u, v + 1);
            let d = c[i].p[j];
            return vec4(d, c[0].k, c[1].k);
        }",
        |w| {
            let (i, j) = (w[0].min(1) as usize, w[1].min(2) as usize);
            let mut y = [[0; 3]; 2];
            let mut k = [0, 1];
            y[i][j] = w[2];
            k[i] += 1;
            y[1][2] = w[2].wrapping_add(1);
            vec![0, y[i][j], k[0], k[1]]
        },
    );
    check(
        "fn f(i: u32, x: i32) -> i32 {
            let a = array<i32, 12>(x, x * 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, x + 12);
            return a[i];
        }",
        |w| {
            let x = w[1];
            let a = [x, x.wrapping_mul(2), 3, 4, 5, 6, 7, 8, 9, 10, 11, x.wrapping_add(12)];
            vec![a[w[0].min(11) as usize]]
        },
    );
}
