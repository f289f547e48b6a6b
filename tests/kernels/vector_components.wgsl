// Components: swizzles, computed indices into vectors of every kind of memory, assignments to single components.
// grid 1,1,1
// bind 0,0 = iota_u32:256
// bind 0,1 = zeros:1024
@group(0) @binding(0) var<storage, read> x: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4<u32>>;
var<workgroup> shared_vectors: array<vec3<u32>, 64>;
var<private> own: vec4<u32>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) at: u32) {
    let v = x[at].wzyx;
    own = v.xxyy;
    own[at % 4u] = 1000u;
    shared_vectors[at] = v.xyz;
    shared_vectors[at][at % 3u] += 7u;
    workgroupBarrier();
    var local = shared_vectors[63u - at];
    local.y *= 2u;
    local[(at + 1u) % 3u] += 5u;
    out[at] = vec4(local, x[at][at & 3u]) + own;
    out[at].w += dot(v.xy, vec2(1u, 2u));
}
