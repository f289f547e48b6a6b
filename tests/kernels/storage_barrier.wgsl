// Invocations of a workgroup hand words to each other through storage; a barrier in a function.
// grid 3,1,1
// bind 0,0 = iota_u32:288
@group(0) @binding(0) var<storage, read_write> x: array<u32>;
fn exchange(base: u32, at: u32, distance: u32) -> u32 {
    x[base + at] += 1u;
    storageBarrier();
    let other = x[base + (at + distance) % 96u];
    storageBarrier();
    return other;
}
@compute @workgroup_size(96)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let base = group.x * 96u;
    var sum = 0u;
    for (var d = 1u; d < 4u; d++) {
        sum = sum * 7u + exchange(base, at, d * 31u);
        if sum % 2u == 0u { x[base + at] += 10u; }
    }
    x[base + at] = sum;
}
