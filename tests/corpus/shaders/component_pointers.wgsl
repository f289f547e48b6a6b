// Pointers to members and entries as arguments. naga 30 has no SPIR-V for them.
// grid 1,1,1
// gpu may refuse: naga failed on this text
// bind 0,0 = iota_u32:64
// bind 0,1 = zeros:256
struct Item { key: u32, values: array<vec4<u32>, 2> }
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
fn add(to: ptr<function, u32>, n: u32) { *to += n; }
fn last(v: ptr<function, vec4<u32>>) -> u32 { (*v).w += 1u; return (*v)[3]; }
fn both(item: ptr<function, Item>, i: u32) -> u32 {
    add(&(*item).key, i);
    return last(&(*item).values[i % 2u]);
}
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) at: u32) {
    var items: array<Item, 3>;
    let r = both(&items[at % 3u], x[at]) + both(&items[0], 2u);
    out[at] = r * 1000u + items[0].key + items[at % 3u].values[at % 2u].w * 10u;
}
