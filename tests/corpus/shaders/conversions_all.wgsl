// Every conversion and bitcast; floats beyond the range of integers are brought to its ends.
// grid 2,1,1
// bind 0,0 = edge_u32:128:0
// bind 0,1 = edge_f32:128:0
// bind 0,2 = zeros:16384
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
struct Row { f: array<f32, 16>, u: array<u32, 16> }
@group(0) @binding(2) var<storage, read_write> out: array<Row>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    let u = x[i];
    let s = bitcast<i32>(u);
    let f = y[i];
    let b = (u & 1u) == 1u;
    out[i].f[0] = f32(u);
    out[i].f[1] = f32(s);
    out[i].f[2] = f32(b);
    out[i].f[3] = bitcast<f32>(0x3f800000u | (u & 0x7fffffu));
    out[i].f[4] = bitcast<f32>(0x3f800000 | (s & 0x7fffff));
    out[i].f[5] = f32(s / 3) * 0.5;
    let large = f * 1e6;
    out[i].u[0] = u32(f);
    out[i].u[1] = u32(large);
    out[i].u[2] = bitcast<u32>(i32(f));
    out[i].u[3] = bitcast<u32>(i32(large));
    out[i].u[4] = u32(i32(b)) + 2u * u32(b);
    out[i].u[5] = u32(bool(s)) + 2u * u32(bool(u)) + 4u * u32(bool(f));
    out[i].u[6] = u32(s) ^ bitcast<u32>(bitcast<i32>(f)) ^ bitcast<u32>(f);
    out[i].u[7] = bitcast<u32>(i32(u));
    let v = vec3<i32>(vec3(f, large, -large));
    out[i].u[8] = u32(v.x ^ v.y ^ v.z);
    let w = vec4<u32>(vec4(f, large, f * 1e3, 1.5));
    out[i].u[9] = w.x ^ w.y ^ w.z ^ w.w;
    let g = vec2<f32>(vec2(s, s / 2)) + vec2<f32>(vec2(b, !b));
    out[i].f[6] = g.x;
    out[i].f[7] = g.y;
    let flags = vec4<bool>(vec4(u, 0u, 1u, u >> 31u));
    out[i].u[10] = dot(vec4<u32>(flags), vec4(1u, 2u, 4u, 8u));
    out[i].u[11] = dot(vec3<u32>(vec3<bool>(vec3(f, 0.0, 1.0))), vec3(1u, 2u, 4u));
    let bits = bitcast<vec4<u32>>(vec4(f, 1.0, 2.0, -0.5));
    out[i].u[12] = bits.x ^ bits.y ^ bits.z ^ bits.w;
    out[i].u[13] = bitcast<u32>(i32(bitcast<f32>(u & 0xff7fffffu)));
    out[i].u[14] = u32(bitcast<f32>(u & 0x7f7fffffu));
    // To what they are.
    out[i].u[15] = u32(u) ^ bitcast<u32>(i32(s)) ^ bitcast<u32>(f32(f)) ^ u32(bool(b));
}
