// Writes and atomics in loops of very different lengths, where the results of atomics are not used or are.
// grid 3,1,1
// bind 0,0 = zeros:76800
// bind 0,1 = zeros:132
@group(0) @binding(0) var<storage, read_write> paths: array<array<u32, 128>>;
@group(0) @binding(1) var<storage, read_write> seen: array<atomic<u32>, 33>;
@compute @workgroup_size(50)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    var n = id.x * 7u % 37u + 1u;
    var at = 0u;
    while n != 1u {
        if n % 2u == 0u { n /= 2u; } else { n = 3u * n + 1u; }
        if n % 3u != 0u { paths[id.x][at] = n; }
        let before = atomicAdd(&seen[n % 32u], 1u);
        atomicMax(&seen[32], n);
        at += 1u + before - before;
    }
    paths[id.x][127] = at;
}
