// Packing and unpacking of small values.
// grid 1,1,1
// bind 0,0 = rand_u32:64:8
// bind 0,1 = zeros:2048
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<array<u32, 8>, 64>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) at: u32) {
    let w = x[at];
    let s = unpack4xI8(w);
    let u = unpack4xU8(w);
    out[at][0] = pack4xI8(s.yxwz);
    out[at][1] = pack4xU8(u.wzyx);
    out[at][2] = u.x + u.y * 1000u + u32(s.z + 200) * 1000000u;
    out[at][3] = pack4x8unorm(unpack4x8unorm(w));
    out[at][4] = pack2x16unorm(unpack2x16unorm(w));
    out[at][5] = pack2x16float(vec2(f32(u.x) * 0.5, -f32(u.y)));
    out[at][6] = u32(dot4I8Packed(w, 0x01ff02feu));
    out[at][7] = dot4U8Packed(w, w);
}
