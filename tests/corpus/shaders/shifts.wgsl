// Shifts by any amount: only its last five bits count.
// grid 2,1,1
// bind 0,0 = edge_u32:128:0
// bind 0,1 = edge_u32:128:3
// bind 0,2 = zeros:4096
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> y: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<array<u32, 8>>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    let a = x[i];
    let b = y[i];
    let s = bitcast<i32>(a);
    out[i][0] = a << b;
    out[i][1] = a >> b;
    out[i][2] = u32(s << b);
    out[i][3] = u32(s >> b);
    let v = vec3(a, 1u, b) << vec3(b, a, i);
    out[i][4] = v.x ^ v.y ^ v.z;
    let w = vec2(s, -1) >> vec2(b, a);
    out[i][5] = u32(w.x ^ w.y);
    var z = a;
    z <<= b;
    z >>= b + 1u;
    out[i][6] = z;
}
