// Packing and unpacking, with values beyond the ranges and at halves.
// grid 2,1,1
// bind 0,0 = edge_u32:128:0
// bind 0,1 = edge_f32:128:0
// bind 0,2 = zeros:32768
// tolerance 3,0
//   quotients may be 2.5 ULP off.
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
struct Row { f: array<vec4<f32>, 8>, u: array<u32, 16> }
@group(0) @binding(2) var<storage, read_write> out: array<Row>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    let w = x[i];
    let f = y[i];
    let other = y[127u - i];
    let s = bitcast<i32>(w);
    // Products with these limits are far from where rounding goes another way.
    let v = clamp(floor(vec4(f, other, f * 3.0, -f)), vec4(-2.0), vec4(2.0)) * 0.75;
    out[i].u[0] = pack4x8snorm(v);
    out[i].u[1] = pack4x8unorm(v);
    out[i].u[2] = pack2x16snorm(v.xy);
    out[i].u[3] = pack2x16unorm(v.zw);
    out[i].u[4] = pack2x16float(clamp(floor(vec2(f, other)), vec2(-2048.0), vec2(2048.0)));
    out[i].u[5] = pack4xI8(vec4(s, -s, s >> 8u, 127));
    out[i].u[6] = pack4xU8(vec4(w, w >> 8u, ~w, 255u));
    out[i].u[7] = pack4xI8Clamp(vec4(s, -s, s >> 24u, -129));
    out[i].u[8] = pack4xU8Clamp(vec4(w, w >> 24u, ~w, 256u));
    out[i].f[0] = unpack4x8snorm(w);
    out[i].f[1] = unpack4x8unorm(w);
    out[i].f[2] = vec4(unpack2x16snorm(w), unpack2x16unorm(w));
    out[i].f[3] = vec4(unpack2x16float(w & 0x7bff7bffu), 0.0, 0.0);
    let a = unpack4xI8(w);
    let b = unpack4xU8(w);
    out[i].u[9] = u32(a.x) ^ u32(a.y * 3) ^ u32(a.z * 5) ^ u32(a.w * 7);
    out[i].u[10] = b.x ^ b.y * 3u ^ b.z * 5u ^ b.w * 7u;
}
