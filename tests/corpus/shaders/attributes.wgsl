// Layouts by @size and @align, matrices and arrays in uniform memory, several groups.
// naga 30 aligns a struct by the types of its members alone: `parts` says again what its @align(32) should mean.
// grid 1,2,1
// bind 0,0 = iota_f32:96
// bind 0,2 = iota_f32:1024
// bind 1,3 = zeros:4096
// bind 2,0 = iota_u32:64
diagnostic(off, derivative_uniformity);
struct Part { @size(16) a: f32, @align(16) b: vec2<f32>, @align(32) c: f32 }
struct Uniforms { one: f32, @align(32) parts: array<Part, 2>, m: mat3x3<f32>, n: mat4x4<f32>, tail: array<vec4<f32>, 2>, @size(32) z: vec3<f32>, y: f32 }
struct Stored { a: f32, m: mat2x3<f32>, v: vec3<f32>, s: f32, p: array<mat2x2<f32>, 2>, q: array<vec3<f32>, 2>, w: vec2<f32> }
struct Count { @align(16) n: atomic<u32>, @size(12) list: array<atomic<i32>, 2> }
alias Floats = array<f32>;
@group(0) @binding(0) var<uniform> u: Uniforms;
@group(0) @binding(2) var<storage, read> stored: array<Stored>;
@group(1) @binding(3) var<storage, read_write> out: Floats;
@group(2) @binding(0) var<storage, read_write> counts: array<Count>;
@compute @workgroup_size(5, 2)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let linear = id.y * 5u + id.x;
    let s = stored[linear % 8u];
    let o = linear * 16u;
    out[o] = u.one + u.parts[at % 2u].a + u.parts[1].b.y + u.parts[at % 2u].c;
    out[o + 1u] = u.m[at % 3u].y + u.m[2][at % 3u] + u.n[at % 4u][at % 2u] + u.n[3].y;
    out[o + 2u] = u.tail[at % 2u].w + u.z.z + u.y;
    out[o + 3u] = s.a + s.m[at % 2u].z + s.m[1][at % 3u] + s.v.z + s.s;
    out[o + 4u] = s.p[at % 2u][1].x + s.p[1][at % 2u][at % 2u] + s.q[at % 2u].y + s.q[1].z + s.w.y;
    out[o + 5u] = stored[linear % 8u].q[1].x + (u.m * stored[1].v).x + (stored[2].m * u.tail[1].xy).z;
    out[o + 6u] = f32(arrayLength(&stored)) + f32(arrayLength(&counts)) * 100.0 + 0x1.8p1 + 1e-1f * 0.0;
    atomicAdd(&counts[linear % 2u].n, linear);
    atomicMax(&counts[1].list[linear % 2u], i32(linear) * 100);
}
