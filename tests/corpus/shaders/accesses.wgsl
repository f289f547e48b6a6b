// Swizzles and components of values and of every kind of memory, vectors of all sizes and scalars.
// grid 1,1,1
// bind 0,0 = iota_u32:256
// bind 0,1 = zeros:4096
// bind 0,2 = u32:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16
struct Block { rows: array<vec4<u32>, 3>, three: vec3<u32>, last: u32 }
struct Row { a: vec2<u32>, b: vec3<i32>, c: vec4<u32>, d: vec3<f32>, e: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> out: array<Row>;
@group(0) @binding(2) var<uniform> block: Block;
var<workgroup> swapped: array<vec2<i32>, 32>;
var<private> own: vec3<bool>;
@compute @workgroup_size(32)
fn main(@builtin(local_invocation_index) at: u32) {
    let v = x[at];
    swapped[at] = vec2<i32>(v.xw);
    swapped[at].y -= 1;
    swapped[at][at % 2u] *= -1;
    own = vec3(v.x % 2u == 0u, v.y % 3u == 0u, at > 5u);
    own[at % 3u] = !own[at % 3u];
    workgroupBarrier();
    let near = swapped[(at + 1u) % 32u];
    out[at].a = v.zx + v.rg;
    out[at].a.x += block.rows[at % 3u][at % 4u];
    out[at].b = vec3(near, 7).zxy * select(vec3(1), vec3(-1, 2, 3), own);
    out[at].b[at % 3u] += i32(block.three[at % 3u]);
    out[at].c = vec4(v.yy, v.wx) + vec4(v.xyz, block.last).wzyx + block.rows[2].xxxy;
    out[at].c.w ^= v[at % 4u];
    var d = vec3<f32>(v.xyz);
    d[at % 3u] = 0.5;
    d.z += d.x;
    d = d.yzx + vec3(d.xy.yx, 1.0);
    out[at].d = d;
    out[at].e = v.wzyx[at % 4u] + vec3(v.xy, 9u)[at % 3u] + u32(own[(at + 1u) % 3u]) + x[31u - at].z
        + vec2(at, 1u).y + vec4(vec2(at), vec2(2u))[3] + vec4(1u, vec2(at, 5u), 3u).y;
    let four = vec4<bool>(own, true).wzyx;
    if all(four.xy) || !any(four.zw) { out[at].e += 1000u; }
}
