// Matrices of all nine shapes: products from both sides, sums, scaling, transposes, determinants, columns and entries.
// grid 1,1,1
// bind 0,0 = iota_f32:512
// bind 0,1 = zeros:8192
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<array<f32, 32>>;
struct All {
    a: mat2x2<f32>, b: mat2x3<f32>, c: mat2x4<f32>, d: mat3x2<f32>, e: mat3x3<f32>, f: mat3x4<f32>, g: mat4x2<f32>,
    h: mat4x3<f32>, i: mat4x4<f32>,
}
var<private> all_of: All;
var<workgroup> shared_of: array<mat4x3<f32>, 32>;
@compute @workgroup_size(32)
fn main(@builtin(local_invocation_index) at: u32) {
    // Small integers: every result is exact.
    let k = x[at] % 5.0 - 2.0;
    let u = vec2(k, 1.0);
    let v = vec3(k, 2.0, -1.0);
    let w = vec4(1.0, k, 3.0, -2.0);
    all_of.a = mat2x2(u, u.yx);
    all_of.b = mat2x3(v, v.zxy);
    all_of.c = mat2x4(w, w.wzyx);
    all_of.d = mat3x2(u, u.yx, u * 2.0);
    all_of.e = mat3x3(v, v.yzx, vec3(1.0, 0.0, k));
    all_of.f = mat3x4(w, w.yxwz, w.xxyy);
    all_of.g = mat4x2(u, u.yx, u + 1.0, u - 1.0);
    all_of.h = mat4x3(v, v.zyx, v + 1.0, v.xxx);
    all_of.i = mat4x4(w, w.yzwx, w.zwxy, vec4(0.0, 1.0, k, 2.0));
    shared_of[at] = all_of.h;
    shared_of[at][at % 4u][at % 3u] = 9.0;
    shared_of[at][1] += vec3(1.0);
    workgroupBarrier();
    all_of.e[at % 3u] *= 2.0;
    all_of.i[at % 4u][at % 2u] = k * 3.0;
    let m = all_of;
    out[at][0] = dot(m.a * u, u * m.a);
    out[at][1] = dot(m.b * u, v) + dot(v * m.b, u);
    out[at][2] = dot(m.c * u, w) + dot(w * m.c, u);
    out[at][3] = dot(m.d * v, u) + dot(u * m.d, v);
    out[at][4] = dot(m.e * v, v) + dot(v * m.e, v);
    out[at][5] = dot(m.f * v, w) + dot(w * m.f, v);
    out[at][6] = dot(m.g * w, u) + dot(u * m.g, w);
    out[at][7] = dot(m.h * w, v) + dot(v * m.h, w);
    out[at][8] = dot(m.i * w, w) + dot(w * m.i, w);
    out[at][9] = determinant(m.a);
    out[at][10] = determinant(m.e);
    out[at][11] = determinant(m.i);
    out[at][12] = (m.b * m.d)[at % 3u][at % 3u];
    out[at][13] = (m.c * m.f[0].xy)[at % 4u];
    out[at][14] = (m.f * m.h)[2].w + (m.g * m.c)[1].x + (m.h * m.f)[0].y + (m.i * m.i)[3].z;
    let t = transpose(m.h);
    out[at][15] = t[at % 3u][at % 4u] + transpose(m.c)[3].y + transpose(m.d)[1].z + transpose(m.g)[0].w;
    let sum = m.b + m.b * 2.0 - 0.5 * m.b;
    out[at][16] = sum[0].x + sum[1].z;
    let other = shared_of[31u - at];
    out[at][17] = other[at & 3u].z + other[1][0] + shared_of[(at + 5u) % 32u][(at + 1u) % 4u].y;
    let zero = mat3x4<f32>();
    out[at][18] = (zero + m.f)[1].y + zero[at % 3u][0];
    var copy = m.g;
    copy[3] = copy[0];
    copy[at & 3u].y += 4.0;
    out[at][19] = copy[3].x + copy[3].y + copy[at & 3u][1];
    out[at][20] = all_of.e[0].x + all_of.e[2].z + all_of.i[1].y;
}
