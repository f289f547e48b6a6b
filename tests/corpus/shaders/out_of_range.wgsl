// Indices out of range: of what has a fixed size, but in buffers, the last element is meant; beyond a buffer there is zero.
// grid 1,1,1
// bind 0,0 = iota_u32:40
// bind 0,1 = zeros:2560
// bind 0,2 = u32:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<array<u32, 10>>;
@group(0) @binding(2) var<uniform> block: array<vec4<u32>, 4>;
var<workgroup> five: array<u32, 5>;
var<private> own: array<vec2<u32>, 3>;
const TABLE = array<u32, 4>(7u, 8u, 9u, 10u);
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) at: u32) {
    if at < 5u { five[at] = at + 100u; }
    workgroupBarrier();
    var local = array<u32, 6>(1u, 2u, 3u, 4u, 5u, 6u);
    local[at % 11u] += 50u;
    own[at % 7u][at % 5u] = 3u;
    let v = vec3(at, 1u, 2u);
    out[at][0] = local[at % 13u];
    out[at][1] = local[5] + local[0] * 100u;
    out[at][2] = own[2].y + own[2].x * 10u + own[at % 7u][at % 3u] * 100u;
    out[at][3] = v[at % 9u];
    out[at][4] = five[at];
    out[at][5] = TABLE[at];
    out[at][6] = block[at % 4u].x + block[1][at % 4u];
    out[at][7] = x[at * 3u] + x[at + 0x7fffff00u];
    out[at + 3u][8] = at + 1u;
    let back = i32(at) - 5;
    out[at][9] = local[back] + five[back] * 10u + x[back] * 10000u + u32(mat2x2(1.0, 2.0, 3.0, 4.0)[at].x);
}
