// Structs in storage: alignment of vec3, matrices, nested structs and arrays.
// grid 2,1,1
// bind 0,0 = iota_f32:2048
// bind 0,1 = zeros:512
struct Inner { a: vec2<f32>, b: f32 }
struct Outer { p: vec3<f32>, q: f32, m: mat3x3<f32>, inner: array<Inner, 3>, tail: vec3<f32> }
@group(0) @binding(0) var<storage, read> items: array<Outer>;
@group(0) @binding(1) var<storage, read_write> sums: array<vec2<f32>>;
@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = items[id.x];
    var sum = item.p.x + item.p.y + item.p.z + item.q;
    for (var c = 0; c < 3; c++) {
        sum += item.m[c].x - item.m[c][2];
    }
    let which = id.x % 3u;
    let inner = items[id.x].inner[which];
    sums[id.x] = vec2(sum, inner.a.y * 2.0 + inner.b + items[id.x].tail.z);
}
