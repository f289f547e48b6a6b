// Pointers: to locals and private variables, to entries and members, passed on, and to what is in storage.
// grid 1,1,1
// bind 0,0 = iota_u32:256
// bind 0,1 = zeros:1024
struct Item { key: u32, values: array<vec4<u32>, 2> }
@group(0) @binding(0) var<storage, read_write> items: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
var<private> total: u32;
var<private> table: array<u32, 6>;
var<workgroup> cells: array<Item, 8>;
fn add(to: ptr<function, u32>, n: u32) { *to += n; }
fn add_private(to: ptr<private, u32>, n: u32) -> u32 { *to += n; return *to; }
fn swap(a: ptr<function, vec4<u32>>, b: ptr<function, vec4<u32>>) { let t = *a; *a = *b; *b = t; }
fn twice(item: ptr<function, Item>) {
    for (var i = 0; i < 2; i++) {
        let row = &(*item).values[i];
        (*row).x *= 2u;
        (*row)[3] += (*item).key;
    }
    (*item).key += 1u;
}
fn inc(v: ptr<function, vec4<u32>>, at: u32) { (*v)[at] += 1u; }
@compute @workgroup_size(8)
fn main(@builtin(local_invocation_index) at: u32) {
    var item = Item(at, array(items[at], items[at + 8u]));
    twice(&item);
    var a = items[at + 16u];
    var b = vec4(at);
    swap(&a, &b);
    inc(&a, at % 4u);
    inc(&b, 3u - at % 4u);
    var local = 5u;
    let p = &local;
    *p += at;
    add(p, 3u);
    let entry = &table[at % 6u];
    *entry = 7u;
    *entry += add_private(&total, at) + add_private(&total, 1u);
    cells[at] = item;
    workgroupBarrier();
    let cell = &cells[(at + 3u) % 8u];
    let row = &(*cell).values[at % 2u];
    let there = (*row)[at % 4u] + (*cell).key;
    workgroupBarrier();
    (*row).y = 1000u + at;
    workgroupBarrier();
    let stored = &items[at];
    (*stored).x += 1u;
    (*stored)[(at + 1u) % 4u] += 10u;
    out[at * 8u] = item.key + item.values[0].x * 3u + item.values[1].w * 5u;
    out[at * 8u + 1u] = a.x ^ a.y ^ a.z ^ a.w ^ (b.x + b.y * 2u + b.z * 3u + b.w * 4u) << 8u;
    out[at * 8u + 2u] = local;
    out[at * 8u + 3u] = table[at % 6u] + table[0] + total;
    out[at * 8u + 4u] = there;
    out[at * 8u + 5u] = cells[at].values[0].y + cells[at].values[1].y;
}
