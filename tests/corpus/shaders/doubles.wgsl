// Operators and functions of f64 that are exactly rounded, scalars, vectors and matrices.
// grid 4,1,1
// bind 0,0 = edge_f64:256:3
// bind 0,1 = edge_f64:256:12
// bind 0,2 = zeros:65536
// tolerance 4,1e-12
// gpu may refuse: f64

@group(0) @binding(0) var<storage, read> xs: array<f64, 256>;
@group(0) @binding(1) var<storage, read> ys: array<f64, 256>;
@group(0) @binding(2) var<storage, read_write> out: array<array<f64, 32>>;

const THIRD = 0.3333333333333333lf;
override scale: f64 = 0.75;

fn magnitude(v: vec2<f64>) -> f64 {
    return sqrt(dot(v, v));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let a = xs[id.x];
    let b = ys[id.x];
    // Of moderate size, for what would overflow.
    let x = clamp(a, -1000.0lf, 1000.0lf);
    let y = clamp(b, -1000.0lf, 1000.0lf);
    let v = vec3(x, y, THIRD);
    let w = vec3(y, 0.5lf, x);
    var o: array<f64, 32>;
    o[0] = a + b;
    o[1] = a - b;
    o[2] = a * THIRD;
    o[3] = a / select(b, 2.0lf, b == 0.0lf);
    o[4] = -a;
    o[5] = abs(a);
    o[6] = min(x, y);
    o[7] = max(x, y);
    o[8] = floor(x);
    o[9] = ceil(x);
    o[10] = trunc(x);
    o[11] = fract(x);
    o[12] = round(x);
    o[13] = sqrt(abs(a));
    o[14] = 1.0lf / sqrt(abs(x) + 1.0lf);
    o[15] = mix(x, y, 0.25lf) * scale;
    o[16] = step(x, y) + select(0.0lf, 2.0lf, a < b) + select(0.0lf, 4.0lf, a <= b);
    o[17] = select(0.0lf, 1.0lf, a > b) + select(0.0lf, 2.0lf, a >= b) + select(0.0lf, 4.0lf, a == b) + select(0.0lf, 8.0lf, a != b);
    o[18] = sign(x);
    o[19] = saturate(x);
    o[20] = smoothstep(-500.0lf, 500.0lf, x);
    o[21] = dot(v, w);
    o[22] = cross(v, w).y;
    o[23] = length(v);
    o[24] = magnitude(v.xy);
    let turn = mat2x2<f64>(0.6lf, 0.8lf, -0.8lf, 0.6lf);
    let skew = mat3x2<f64>(v.xy, w.xy, vec2(1.0lf, THIRD));
    o[25] = (turn * skew * w)[1];
    o[26] = (v.xy * skew).z;
    o[27] = transpose(skew)[1][2] + determinant(turn);
    let sum = skew + skew * 2.0lf;
    o[28] = sum[2].x - (sum - skew)[id.x % 3u][id.x % 2u];
    o[29] = (v * w.yzx + 2.0lf).z / 7.0lf;
    let picked = select(v, w.zyx, v < w);
    o[30] = picked.x + picked.y + picked.z;
    var total = 0.0lf;
    for (var i = 1.0lf; i < 20.0lf; i += 1.5lf) {
        total += x / i;
        if total > 1500.0lf { break; }
    }
    o[31] = total;
    out[id.x] = o;
}
