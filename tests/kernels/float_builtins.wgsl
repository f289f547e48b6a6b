// Built-in functions of floats that are exact.
// grid 2,1,1
// bind 0,0 = rand_f32:128:11
// bind 0,1 = zeros:7168
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let v = (x[id.x] - 0.5) * 37.0;
    let o = id.x * 14u;
    out[o] = floor(v);
    out[o + 1u] = ceil(v);
    out[o + 2u] = trunc(v);
    out[o + 3u] = round(v);
    out[o + 4u] = abs(v);
    out[o + 5u] = sign(v);
    out[o + 6u] = clamp(v, -5.0, 7.5);
    out[o + 7u] = saturate(v);
    out[o + 8u] = step(1.0, v);
    out[o + 9u] = max(min(v, 3.0), -v);
    out[o + 10u] = ldexp(v, i32(id.x % 5u));
    out[o + 11u] = f32(frexp(v).exp);
    out[o + 12u] = modf(v).whole;
    out[o + 13u] = quantizeToF16(floor(v));
}
