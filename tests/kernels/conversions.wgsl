// Conversions and bitcasts, scalars and vectors, with truth values.
// grid 1,1,1
// bind 0,0 = rand_u32:64:10
// bind 0,1 = zeros:1792
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) at: u32) {
    let w = x[at];
    let f = f32(i32(w)) / 1000.0;
    let base = at * 7u;
    out[base] = bitcast<u32>(f32(w));
    out[base + 1u] = bitcast<u32>(i32(f));
    out[base + 2u] = u32(f32(w & 0xffffu) * 0.25);
    out[base + 3u] = u32(bool(w & 1u)) + u32(bool(f)) * 2u + u32(select(0, 4, f < 0.0));
    let v = vec3<f32>(vec3(w & 255u, at, 7u));
    out[base + 4u] = bitcast<vec3<u32>>(v).y;
    out[base + 5u] = bitcast<u32>(f32(bool(at % 2u)) + v.x);
    out[base + 6u] = u32(any(v > vec3(100.0))) + 2u * u32(all(vec2<bool>(vec2(w & 3u, 1u))));
}
