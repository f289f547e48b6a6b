// One explicit step of the heat equation on a grid, row by row in memory; the border stays as it is. A workgroup first
// copies its tile and the halo around it, one cell wide, to its own memory: each cell is read from storage once instead of
// five times.
@group(0) @binding(0) var<storage, read> before: array<f32>;
@group(0) @binding(1) var<storage, read_write> after: array<f32>;
@group(0) @binding(2) var<uniform> size: vec2<u32>; // width and height

const TILE = 16u;
const HALO = TILE + 2u;
const RATE = 0.2; // of what flows between neighbours in a step; stable to 0.25
var<workgroup> tile: array<array<f32, HALO>, HALO>;

@compute @workgroup_size(TILE, TILE)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    // 256 invocations fill 18 x 18 cells: the first of them take a second one.
    for (var i = index; i < HALO * HALO; i += TILE * TILE) {
        let x = group.x * TILE + i % HALO; // of the cell to the right: the halo begins at -1
        let y = group.y * TILE + i / HALO;
        var cell = 0.0;
        if x >= 1u && y >= 1u && x <= size.x && y <= size.y {
            cell = before[(y - 1u) * size.x + x - 1u];
        }
        tile[i / HALO][i % HALO] = cell;
    }
    workgroupBarrier();
    if id.x >= size.x || id.y >= size.y {
        return;
    }
    let x = local.x + 1u;
    let y = local.y + 1u;
    let here = tile[y][x];
    let at = id.y * size.x + id.x;
    if id.x == 0u || id.y == 0u || id.x == size.x - 1u || id.y == size.y - 1u {
        after[at] = here;
        return;
    }
    let around = tile[y][x - 1u] + tile[y][x + 1u] + tile[y - 1u][x] + tile[y + 1u][x];
    after[at] = here + RATE * (around - 4.0 * here);
}
