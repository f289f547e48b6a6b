// A radix sort of each workgroup's keys, two bits at a time, with barriers in functions and uniform loops.
// grid 2,1,1
// bind 0,0 = rand_u32:512:3
// bind 0,1 = zeros:2048
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
var<workgroup> keys: array<u32, 256>;
var<workgroup> counts: array<array<u32, 64>, 4>;
var<workgroup> base: array<u32, 4>;
fn scan(local: u32, digit: u32) {
    var offset = 1u;
    while offset < 64u {
        var t = 0u;
        if local >= offset { t = counts[digit][local - offset]; }
        workgroupBarrier();
        counts[digit][local] += t;
        workgroupBarrier();
        offset <<= 1u;
    }
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) g: vec3<u32>, @builtin(local_invocation_id) l: vec3<u32>) {
    for (var i = 0u; i < 4u; i++) { keys[l.x * 4u + i] = x[g.x * 256u + l.x * 4u + i]; }
    for (var shift = 0u; shift < 32u; shift += 2u) {
        for (var d = 0u; d < 4u; d++) { counts[d][l.x] = 0u; }
        workgroupBarrier();
        var mine: array<u32, 4>;
        for (var i = 0u; i < 4u; i++) {
            mine[i] = keys[l.x * 4u + i];
            counts[(mine[i] >> shift) & 3u][l.x] += 1u;
        }
        workgroupBarrier();
        for (var d = 0u; d < 4u; d++) { scan(l.x, d); }
        if l.x == 0u {
            var sum = 0u;
            for (var d = 0u; d < 4u; d++) { base[d] = sum; sum += counts[d][63]; }
        }
        workgroupBarrier();
        var seen: array<u32, 4>;
        for (var d = 0u; d < 4u; d++) { seen[d] = base[d] + select(0u, counts[d][max(l.x, 1u) - 1u], l.x > 0u); }
        for (var i = 0u; i < 4u; i++) {
            let d = (mine[i] >> shift) & 3u;
            keys[seen[d]] = mine[i];
            seen[d]++;
        }
        workgroupBarrier();
    }
    for (var i = 0u; i < 4u; i++) { out[g.x * 256u + l.x * 4u + i] = keys[l.x * 4u + i]; }
}
