// Structs with atomics in workgroup memory, and pointers into it.
// grid 2,1,1
// bind 0,0 = rand_u32:128:14
// bind 0,1 = zeros:128
struct Bucket { count: atomic<u32>, most: atomic<i32>, sums: array<atomic<u32>, 2> }
var<workgroup> buckets: array<Bucket, 4>;
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4<u32>>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32,
        @builtin(workgroup_id) group: vec3<u32>) {
    let v = x[id.x];
    let bucket = &buckets[v % 4u];
    atomicAdd(&(*bucket).count, 1u);
    atomicMax(&(*bucket).most, i32(v >> 8u));
    atomicAdd(&(*bucket).sums[v >> 31u], v & 255u);
    workgroupBarrier();
    if at < 4u {
        let b = &buckets[at];
        out[group.x * 4u + at] = vec4(
            atomicLoad(&(*b).count), u32(atomicLoad(&(*b).most)), atomicLoad(&(*b).sums[0]), atomicLoad(&(*b).sums[1]));
    }
}
