// Overridable constants with their default values, also as workgroup size and array size.
// grid 2,1,1
// bind 0,0 = zeros:128
override width: u32 = 16u;
override scale: f32 = 1.5;
override doubled: u32 = width * 2u;
override negate: bool = true;
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
var<workgroup> part: array<f32, doubled>;
@compute @workgroup_size(width)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    part[at] = f32(id.x) * scale;
    part[at + width] = f32(doubled);
    workgroupBarrier();
    let v = part[(at + 3u) % width] + part[doubled - 1u - at];
    out[id.x] = select(v, -v, negate);
}
