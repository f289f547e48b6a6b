// Matrices: products, transposes, determinants, columns with computed indices.
// grid 1,1,1
// bind 0,0 = rand_f32:512:7
// bind 0,1 = zeros:1536
// tolerance 8,1e-6
//   A determinant is a sum of products that cancel, rounded in any order.
struct Item { m: mat3x2<f32>, n: mat2x3<f32> }
@group(0) @binding(0) var<storage, read> items: array<Item>;
struct Result { p: mat2x2<f32>, t: mat3x2<f32>, det: f32, entry: f32 }
@group(0) @binding(1) var<storage, read_write> out: array<Result>;
@compute @workgroup_size(32)
fn main(@builtin(local_invocation_index) at: u32) {
    let item = items[at];
    let p = item.m * item.n;
    out[at].p = p * 2.0 - p;
    out[at].t = transpose(item.n) + item.m;
    out[at].det = determinant(p);
    out[at].entry = item.m[at % 3u][at % 2u] + items[at].n[at % 2u][at % 3u];
}
