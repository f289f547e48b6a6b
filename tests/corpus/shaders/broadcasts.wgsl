// workgroupUniformLoad of scalars, vectors, arrays, members and atomics, in loops; storageBarrier between phases.
// grid 3,1,1
// bind 0,0 = rand_u32:96:41
// bind 0,1 = zeros:768
struct Params { scale: vec3<u32>, list: array<i32, 3> }
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
var<workgroup> best: u32;
var<workgroup> params: Params;
var<workgroup> vectors: array<vec2<f32>, 4>;
var<workgroup> left: atomic<u32>;
@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let v = x[id.x] % 1000u;
    if at == 7u { best = v; params = Params(vec3(v, 2u, 3u), array(1, -2, i32(v))); }
    if at < 4u { vectors[at] = vec2(f32(at), f32(v)); }
    if at == 9u { atomicStore(&left, v % 5u + 1u); }
    let b = workgroupUniformLoad(&best);
    let scale = workgroupUniformLoad(&params.scale);
    let whole = workgroupUniformLoad(&params);
    let list = workgroupUniformLoad(&params.list);
    let w = workgroupUniformLoad(&vectors[2]);
    var sum = b * 3u + scale.x + u32(whole.list[1] + list[at % 3u]) + u32(w.x + w.y);
    loop {
        let n = workgroupUniformLoad(&left);
        if n == 0u { break; }
        sum += n * v;
        if at == n { atomicSub(&left, 1u); }
    }
    out[id.x] = sum;
    storageBarrier();
    workgroupBarrier();
    out[id.x + 96u] = out[(id.x / 32u) * 32u + 31u - at] ^ sum;
}
