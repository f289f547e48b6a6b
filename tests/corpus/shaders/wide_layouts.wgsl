// Structures that mix widths, in every kind of memory, moved as a whole and part by part.
// grid 2,1,1
// bind 0,0 = rand_u32:2048:6
// bind 0,1 = zeros:8192
// bind 0,2 = rand_f32:96:8
// bind 0,3 = zeros:1040
// gpu may refuse: 64-bit integers

struct Inner { flag: u32, v: vec3<u64>, list: array<vec2<i64>, 2>, half: f32 }
struct Item { id: u64, small: vec3<u32>, tall: i64, inner: array<Inner, 2>, end: u32 }
struct Header { a: f32, b: vec3<u32>, wide: vec4<u64>, c: u32 }
struct Tail { count: u32, rest: array<vec2<u64>> }
@group(0) @binding(0) var<storage, read> items: array<Item, 8>;
@group(0) @binding(1) var<storage, read_write> out: array<Item>;
@group(0) @binding(2) var<uniform> header: Header;
@group(0) @binding(3) var<storage, read_write> tail: Tail;

var<workgroup> there: array<Item, 4>;
var<workgroup> wide: vec3<i64>;
var<private> own: Item;
var<private> counter: u64 = 0xffffffffffff0000lu;

fn turned(item: Item) -> Item {
    var t = item;
    t.inner[0] = item.inner[1];
    t.inner[1].list = array(item.inner[0].list[1], item.inner[0].list[0]);
    t.id = item.inner[1].v.z;
    return t;
}

fn step_up(p: ptr<function, u64>, by: u64) -> u64 {
    *p += by;
    counter += by << 3u;
    return *p ^ counter;
}

fn fill(p: ptr<private, Item>, at: u32) {
    (*p).inner[at % 2u].v[at % 3u] = u64(at) << 35u;
    (*p).tall -= i64(at);
}

@compute @workgroup_size(4)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    own = items[id.x];
    there[at] = turned(own);
    if at == 2u { wide = vec3(own.tall, -5li, own.inner[1].list[0].y); }
    let all = workgroupUniformLoad(&wide);
    var local = there[3u - at];
    local.inner[at % 2u] = own.inner[1u - at % 2u];
    local.inner[1].v = there[(at + 1u) % 4u].inner[at % 2u].v.zxy;
    local.inner[0].list[at % 2u][id.x % 2u] = all[at % 3u];
    var steps = local.id;
    for (var i = 0lu; i < u64(at) + 2lu; i++) {
        steps = steps + step_up(&steps, i + 0x100000000lu);
    }
    own = local;
    fill(&own, at);
    own.id = steps;
    out[id.x] = own;
    out[id.x].small = header.b + vec3(u32(header.wide[at] >> 32u), at, header.c);
    out[id.x].inner[0].v.y = header.wide.w;
    let n = arrayLength(&tail.rest);
    tail.count = n;
    tail.rest[id.x] = vec2(u64(n) << 40u, own.id);
    tail.rest[id.x + 8u][at % 2u] = counter;
}
