// Arrays and structs as values: returned, passed, copied, nested, compared entry by entry, indexed by varying values.
// grid 1,1,1
// bind 0,0 = iota_u32:64
// bind 0,1 = zeros:2048
struct Inner { a: array<vec3<i32>, 2>, flag: bool }
struct Outer { list: array<Inner, 3>, sum: i32 }
alias Grid = array<array<u32, 4>, 3>;
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<array<u32, 8>>;
fn grid(seed: u32) -> Grid {
    var g: Grid;
    for (var r = 0u; r < 3u; r++) {
        for (var c = 0u; c < 4u; c++) { g[r][c] = seed * (r + 1u) + c; }
    }
    return g;
}
fn transposed(g: Grid) -> array<array<u32, 3>, 4> {
    var t = array<array<u32, 3>, 4>();
    for (var r = 0; r < 3; r++) {
        for (var c = 0; c < 4; c++) { t[c][r] = g[r][c]; }
    }
    return t;
}
fn made(n: i32) -> Outer {
    let inner = Inner(array(vec3(n), vec3(1, n, -n)), n % 2 == 0);
    return Outer(array(inner, Inner(array(vec3(2), vec3(n, 0, 1)), true), Inner()), n * 7);
}
fn swapped(row: array<u32, 8>) -> array<u32, 8> {
    var r = row;
    let first = r[0];
    r[0] = r[1];
    r[1] = first;
    return r;
}
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) at: u32) {
    let v = x[at];
    let g = grid(v);
    let t = transposed(g);
    out[at][0] = g[v % 3u][v % 4u] * 1000u + t[v % 4u][v % 3u];
    var other = g;
    other[1] = g[2];
    other[v % 3u][0] = 99u;
    out[at][1] = other[1][3] + other[0][0] * 3u + other[2][0] * 5u + g[1][0] * 7u;
    var o = made(i32(v));
    let before = o;
    o.list[v % 3u].a[v % 2u].y += 100;
    o.list[2] = o.list[v % 2u];
    let picked = o.list[v % 3u];
    out[at][2] = u32(picked.a[0].x + picked.a[1].y + before.list[v % 3u].a[v % 2u].y);
    out[at][3] = u32(o.list[2].flag) + 2u * u32(before.list[2].flag) + u32(o.sum) * 4u;
    let columns = array<vec2<f32>, 3>(vec2(f32(v), 1.0), vec2(2.0), vec2(-1.0, 3.0));
    out[at][4] = u32(columns[v % 3u][v % 2u] + 10.0);
    let constant = array<i32, 5>(5, -4, 3, -2, 1)[v % 5u];
    out[at][5] = u32(constant * vec4(1, 2, 3, 4)[v % 4u]);
    out[at] = swapped(out[at]);
    out[at][7] = u32(mat2x2(1.0, 2.0, 3.0, f32(v))[v % 2u].y);
}
