// Counts of bytes: each workgroup counts in its own memory and adds to the total at its end.
@group(0) @binding(0) var<storage, read> words: array<u32>;
@group(0) @binding(1) var<storage, read_write> total: array<atomic<u32>, 256>;

const WORDS = 64u; // a word for each invocation, this often
var<workgroup> counts: array<atomic<u32>, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let first = group.x * 256u * WORDS;
    for (var i = 0u; i < WORDS; i++) {
        let at = first + i * 256u + local;
        if at < arrayLength(&words) {
            atomicAdd(&counts[words[at] & 255u], 1u);
        }
    }
    workgroupBarrier();
    atomicAdd(&total[local], atomicLoad(&counts[local]));
}
