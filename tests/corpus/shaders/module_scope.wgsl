// Constants, overrides, private variables with initial values, and two entry points that share them.
// grid 2,1,1
// bind 0,0 = zeros:1024
// bind 0,1 = zeros:512
// bind 1,0 = f32:1,2,3,4,5,6,7,8
const A = 7;
const B: vec3<i32> = vec3(A, A * 2, -A);
const C = array<f32, 4>(1.5, 2.5, -0.5, f32(A));
const MASK = 0xffu << 4u;
override n: u32 = 8;
override half: f32 = 0.5;
override on: bool = true;
override least: i32 = -2147483648;
override twice: u32 = n * 2u + 1u;
@id(7) override numbered: f32 = half * 3.0;
struct Pair { a: vec2<f32>, b: array<vec4<f32>, 1> }
@group(0) @binding(0) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> words: array<u32>;
@group(1) @binding(0) var<uniform> pair: Pair;
var<private> state: array<u32, 3> = array(1u, 2u, 3u);
var<private> total: f32 = C[1] * 2.0;
var<workgroup> sized: array<u32, twice>;
const_assert A + B.x == 14;
@compute @workgroup_size(n * 2u, 2)
fn floats(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    total += half * f32(id.x);
    let v = vec4(total, numbered, C[at % 4u], select(0.0, 1.0, on));
    out[id.x * 2u + id.y] = v * pair.b[0].wzyx + pair.a.xyxy + f32(B.y);
}
@compute @workgroup_size(32)
fn integers(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32,
            @builtin(num_workgroups) grid: vec3<u32>) {
    if at < twice { sized[at] = at * at; }
    workgroupBarrier();
    state[at % 3u] += sized[(at * 5u) % twice];
    words[id.x] = state[0] + state[1] * 1000u + state[2] * 1000000u + (MASK & id.x) + grid.x;
    words[id.x + 64u] = u32(least + B[at % 3u]) ^ arrayLength(&words) ^ u32(id.x < n);
}
