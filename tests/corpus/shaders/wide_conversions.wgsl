// Conversions between bool, i32, u32, f32, i64, u64 and f64.
// grid 2,1,1
// bind 0,0 = edge_u32:256:9
// bind 0,1 = edge_f64:128:4
// bind 0,2 = zeros:24576
// bind 0,3 = zeros:8192
// bind 0,4 = zeros:2048
// gpu may refuse: 64-bit integers

@group(0) @binding(0) var<storage, read> bits: array<u64, 128>;
@group(0) @binding(1) var<storage, read> floats: array<f64, 128>;
@group(0) @binding(2) var<storage, read_write> whole: array<array<u64, 24>>;
@group(0) @binding(3) var<storage, read_write> doubles: array<array<f64, 8>>;
@group(0) @binding(4) var<storage, read_write> singles: array<array<f32, 4>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let u = bits[id.x];
    let i = bitcast<i64>(u);
    let word = u32(u >> 16u);
    // Below what the integers hold, where a GPU clamps as it can.
    let d = clamp(floats[id.x], -2.0e9lf, 2.0e9lf);
    let f = f32(d);
    var o: array<u64, 24>;
    o[0] = u64(word);
    // What changes both sign and width goes through one and then the other: naga's SPIR-V extends by the result's sign.
    o[1] = u64(i64(i32(word)));
    o[2] = bitcast<u64>(i64(u64(word)));
    o[3] = bitcast<u64>(i64(bitcast<i32>(word)));
    o[4] = u64(i);
    o[5] = bitcast<u64>(i64(u));
    o[6] = u64(u32(u));
    o[7] = u64(bitcast<u32>(i32(u)));
    o[8] = u64(u32(i));
    o[9] = u64(bitcast<u32>(i32(i)));
    o[10] = u64(bool(u));
    o[11] = bitcast<u64>(i64(bool(i)));
    o[12] = u64(abs(d));
    o[13] = bitcast<u64>(i64(d));
    o[14] = u64(abs(f));
    o[15] = bitcast<u64>(i64(f));
    o[16] = u64(u32(abs(d)));
    o[17] = u64(bitcast<u32>(i32(d)));
    o[18] = bitcast<u64>(d);
    o[19] = u64(bool(d));
    o[20] = bitcast<u64>(f64(u));
    o[21] = bitcast<u64>(f64(i));
    let v = vec2<u64>(vec2<f64>(d * d, 3.75lf));
    o[22] = v.x ^ v.y;
    o[23] = bitcast<vec2<u64>>(vec2<f64>(d, f64(f))).y + u64(u64(7)) + bitcast<u64>(i64(i64(1)));
    whole[id.x] = o;
    var e: array<f64, 8>;
    e[0] = f64(word);
    e[1] = f64(bitcast<i32>(word));
    e[2] = f64(f);
    e[3] = f64(bool(word & 1u));
    e[4] = f64(u);
    e[5] = f64(i);
    e[6] = f64(f64(d));
    e[7] = vec2<f64>(vec2(f, -f)).y;
    doubles[id.x] = e;
    // Exact, so that it does not matter how it is rounded.
    singles[id.x] = array(f32(d), f32(u & 0xfffffflu), f32(i >> 44u), vec2<f32>(vec2(d, 0.5lf)).y);
}
