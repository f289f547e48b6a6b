// Rounding, parts, remainders and comparisons of floats, at halves, zeros and large integers: exact.
// grid 2,1,1
// bind 0,0 = edge_f32:128:0
// bind 0,1 = edge_f32:128:5
// bind 0,2 = zeros:16384
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
struct Row { f: array<f32, 24>, u: array<u32, 8> }
@group(0) @binding(2) var<storage, read_write> out: array<Row>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    let a = x[i];
    let b = y[i];
    out[i].f[0] = ceil(a);
    out[i].f[1] = floor(a);
    out[i].f[2] = round(a);
    out[i].f[3] = trunc(a);
    out[i].f[4] = fract(a);
    let parts = modf(a);
    out[i].f[5] = parts.fract;
    out[i].f[6] = parts.whole;
    let scaled = frexp(a);
    out[i].f[7] = scaled.fract;
    out[i].u[0] = bitcast<u32>(scaled.exp);
    out[i].f[8] = ldexp(a, i32(i % 13u) - 6);
    out[i].f[9] = abs(a);
    out[i].f[10] = sign(a);
    out[i].f[11] = min(a, b);
    out[i].f[12] = max(a, b);
    out[i].f[13] = clamp(a, min(b, 2.0), max(b, 2.0));
    out[i].f[14] = saturate(a);
    out[i].f[15] = step(a, b);
    out[i].f[16] = quantizeToF16(floor(a * 0.0625));
    out[i].f[17] = floor(a) % 8.0;
    out[i].f[18] = -a;
    let v = max(vec3(a, b, -a), vec3(0.0, -b, 1.0));
    out[i].f[19] = v.x + v.y * 0.0;
    let m = modf(vec2(a, b));
    out[i].f[20] = m.whole.y;
    let e = frexp(vec2(a, b));
    out[i].f[21] = e.fract.y;
    out[i].u[1] = bitcast<u32>(e.exp.y);
    out[i].f[22] = select(a, b, a <= b);
    out[i].f[23] = ldexp(vec2(a, b), vec2(1, -1)).y;
    out[i].u[2] = u32(a == b) | u32(a != b) << 1u | u32(a < b) << 2u | u32(a <= b) << 3u
        | u32(a > b) << 4u | u32(a >= b) << 5u;
    let c = vec4(a, b, 1.0, -1.0) < vec4(b, a, a, b);
    out[i].u[3] = u32(c.x) + 2u * u32(c.y) + 4u * u32(c.z) + 8u * u32(c.w);
    let ordered = vec3(a, b, 0.5) == vec3(b, b, a);
    out[i].u[4] = u32(all(ordered)) + 2u * u32(any(ordered)) + 4u * u32(all(!ordered)) + 8u * u32(any(c));
}
