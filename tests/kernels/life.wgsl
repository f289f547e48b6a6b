// A step of the game of life on a torus.
// grid 5,3,1
// bind 0,0 = rand_u32:960:13
// bind 0,1 = zeros:3840
@group(0) @binding(0) var<storage, read> cells: array<u32>;
@group(0) @binding(1) var<storage, read_write> next: array<u32>;
const SIZE = vec2<i32>(40, 24);
fn alive(p: vec2<i32>) -> u32 {
    let q = (p + SIZE) % SIZE;
    return cells[q.y * SIZE.x + q.x] & 1u;
}
@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = vec2<i32>(id.xy);
    var count = 0u;
    for (var dy = -1; dy <= 1; dy++) {
        for (var dx = -1; dx <= 1; dx++) {
            if dx == 0 && dy == 0 { continue; }
            count += alive(p + vec2(dx, dy));
        }
    }
    next[id.y * 40u + id.x] = u32(count == 3u || (count == 2u && alive(p) == 1u));
}
