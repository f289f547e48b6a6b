// Half precision: arithmetic, vectors, matrices, arrays and structs in storage, conversions.
// grid 2,1,1
// bind 0,0 = rand_f32:128:17
// bind 0,1 = zeros:260
// bind 0,2 = zeros:2048
enable f16;
struct Item { a: f16, b: vec3<f16>, c: f32, m: mat2x2<f16> }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> halves: array<f16>;
@group(0) @binding(2) var<storage, read_write> items: array<Item>;
var<workgroup> part: array<f16, 64>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let h = f16(x[id.x]);
    part[at] = h + 1.5h;
    workgroupBarrier();
    let other = part[63u - at];
    halves[id.x + 1u] = h * other;
    if id.x == 0u { halves[0] = f16(arrayLength(&halves)); }
    if id.x < 64u {
        items[id.x].a = other - h;
        items[id.x].b = vec3(h, 2.0h, other) * h;
        items[id.x].c = f32(h / other) + f32(u32(other * 10.0h));
        items[id.x].m = mat2x2<f16>(h, other, 1.0h, -h);
        items[id.x].m[at % 2u].y += 1.0h;
    }
}
