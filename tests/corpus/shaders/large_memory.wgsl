// Arrays in function, private and workgroup memory that are larger than registers, with varying indices.
// grid 2,1,1
// bind 0,0 = rand_u32:128:71
// bind 0,1 = zeros:1024
struct Node { key: u32, flag: bool, next: array<u32, 2>, w: vec3<f32> }
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec2<u32>>;
var<private> visited: array<array<bool, 16>, 16>;
var<private> nodes: array<Node, 10>;
var<workgroup> shared_words: array<array<u32, 32>, 64>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    var seed = x[id.x];
    var table: array<u32, 256>;
    for (var i = 0u; i < 200u; i++) {
        seed = seed * 1664525u + 1013904223u;
        table[seed >> 24u] += i;
        visited[(seed >> 8u) % 16u][(seed >> 16u) % 16u] = (seed & 64u) != 0u;
        let n = &nodes[seed % 10u];
        (*n).key += i;
        (*n).flag = !(*n).flag;
        (*n).next[i % 2u] = seed % 10u;
        (*n).w[i % 3u] += 1.0;
        shared_words[at][(seed >> 12u) % 32u] ^= seed;
    }
    workgroupBarrier();
    var sum = 0u;
    for (var i = 0u; i < 256u; i++) { sum = sum * 3u + table[i]; }
    var walk = seed % 10u;
    for (var i = 0u; i < 30u; i++) {
        let n = nodes[walk];
        sum += n.key * select(1u, 7u, n.flag) + u32(n.w.x + n.w.y * 10.0 + n.w.z * 100.0);
        walk = n.next[i % 2u];
    }
    var seen = 0u;
    for (var i = 0u; i < 256u; i++) { if visited[i / 16u][i % 16u] { seen += i; } }
    for (var i = 0u; i < 32u; i++) { seen ^= shared_words[(at + i) % 64u][i] * 5u; }
    out[id.x] = vec2(sum, seen);
}
