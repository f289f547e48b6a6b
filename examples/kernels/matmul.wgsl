// C = A B for matrices of any size, row by row in memory, by tiles of 16 x 16 in workgroup memory.
@group(0) @binding(0) var<storage, read> a: array<f32>; // m x k
@group(0) @binding(1) var<storage, read> b: array<f32>; // k x n
@group(0) @binding(2) var<storage, read_write> c: array<f32>; // m x n
@group(0) @binding(3) var<uniform> size: vec3<u32>; // m, n, k

const TILE = 16u;
var<workgroup> tile_a: array<array<f32, TILE>, TILE>;
var<workgroup> tile_b: array<array<f32, TILE>, TILE>;

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
    var sum = 0.0;
    for (var k = 0u; k < size.z; k += TILE) {
        // Tiles that reach over an edge are filled up with zeros.
        var of_a = 0.0;
        var of_b = 0.0;
        if id.y < size.x && k + local.x < size.z {
            of_a = a[id.y * size.z + k + local.x];
        }
        if id.x < size.y && k + local.y < size.z {
            of_b = b[(k + local.y) * size.y + id.x];
        }
        tile_a[local.y][local.x] = of_a;
        tile_b[local.y][local.x] = of_b;
        workgroupBarrier();
        for (var i = 0u; i < TILE; i++) {
            sum += tile_a[local.y][i] * tile_b[i][local.x];
        }
        workgroupBarrier();
    }
    if id.y < size.x && id.x < size.y {
        c[id.y * size.y + id.x] = sum;
    }
}
