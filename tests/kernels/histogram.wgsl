// A histogram: atomics in workgroup memory, then in storage.
// grid 6,1,1
// bind 0,0 = rand_u32:1500:4
// bind 0,1 = zeros:256
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> bins: array<atomic<u32>>;
var<workgroup> mine: array<atomic<u32>, 64>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    if id.x < arrayLength(&x) { atomicAdd(&mine[x[id.x] >> 26u], 1u); }
    workgroupBarrier();
    if at < 64u { atomicAdd(&bins[at], atomicLoad(&mine[at])); }
}
