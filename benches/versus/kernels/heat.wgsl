// One explicit step of the heat equation on a square grid; the border stays as it is. Neighbours
// are read from storage; the example `heat` has tiles with a halo.
@group(0) @binding(0) var<storage, read> before: array<f32>;
@group(0) @binding(1) var<storage, read_write> after: array<f32>;
@group(0) @binding(2) var<uniform> size: u32;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let at = id.y * size + id.x;
    if id.x >= size || id.y >= size {
        return;
    }
    let here = before[at];
    if id.x == 0u || id.y == 0u || id.x == size - 1u || id.y == size - 1u {
        after[at] = here;
        return;
    }
    let around = before[at - 1u] + before[at + 1u] + before[at - size] + before[at + size];
    after[at] = here + 0.2 * (around - 4.0 * here);
}
