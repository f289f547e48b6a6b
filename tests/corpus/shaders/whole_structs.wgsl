// Structs, arrays and matrices moved as a whole between storage, workgroup, private and function memory.
// grid 2,1,1
// bind 0,0 = iota_f32:1024
// bind 0,1 = zeros:4096
// bind 0,2 = zeros:512
struct Inner { v: vec3<f32>, list: array<vec2<f32>, 2> }
struct Item { id: f32, m: mat2x3<f32>, inner: array<Inner, 2>, tail: vec3<f32> }
struct Header { total: atomic<u32>, grid: array<array<atomic<u32>, 3>, 4>, rest: vec4<u32> }
@group(0) @binding(0) var<storage, read> items: array<Item>;
@group(0) @binding(1) var<storage, read_write> out: array<Item>;
@group(0) @binding(2) var<storage, read_write> header: Header;
var<workgroup> there: array<Item, 4>;
var<private> own: Item;
fn turned(item: Item) -> Item {
    var t = item;
    t.m = mat2x3(item.m[1], item.m[0]);
    t.inner[0] = item.inner[1];
    t.inner[1].list = array(item.inner[0].list[1], item.inner[0].list[0]);
    return t;
}
@compute @workgroup_size(4)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    own = items[id.x];
    there[at] = turned(own);
    workgroupBarrier();
    var local = there[3u - at];
    local.inner[at % 2u] = own.inner[1u - at % 2u];
    local.inner[1].v = there[(at + 1u) % 4u].m[at % 2u];
    local.tail[at % 3u] = local.id;
    own = local;
    own.inner[0].list[at % 2u].y = 0.5;
    out[id.x] = own;
    out[id.x].m = items[id.x].m;
    out[id.x].m[1] = out[id.x].tail;
    out[id.x].inner[1].list = items[id.x].inner[at % 2u].list;
    if at > 1u { out[id.x].id += local.id; }
    atomicAdd(&header.grid[at][id.x % 3u], id.x + 1u);
    atomicAdd(&header.total, atomicAdd(&header.grid[at % 2u][2], 0u) * 0u + 1u);
    if id.x == 0u { header.rest = vec4(1u, 2u, 3u, u32(items[1].tail.z)); header.rest.y = 9u; }
}
