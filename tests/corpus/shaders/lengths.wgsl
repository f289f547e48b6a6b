// arrayLength of arrays of several strides, alone and behind members, and accesses that stay within.
// grid 2,1,1
// bind 0,0 = iota_u32:37
// bind 0,1 = iota_f32:90
// bind 0,2 = zeros:404
// bind 0,3 = iota_u32:52
struct Tail { head: vec3<u32>, n: u32, items: array<Item> }
struct Item { a: vec2<f32>, b: f32 }
struct Words { count: atomic<u32>, list: array<u32> }
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> tail: Tail;
@group(0) @binding(2) var<storage, read_write> words: Words;
@group(0) @binding(3) var<storage, read> threes: array<vec3<u32>>;
fn within(i: u32) -> u32 { return select(0u, x[min(i, arrayLength(&x) - 1u)], i < arrayLength(&x)); }
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let n = arrayLength(&words.list);
    atomicMax(&words.count, n * 1000u + arrayLength(&tail.items) * 10u + arrayLength(&threes));
    if id.x >= n { return; }
    let item = tail.items[id.x % arrayLength(&tail.items)];
    words.list[id.x] = within(id.x) + u32(item.a.y + item.b) + threes[id.x % arrayLength(&threes)].z;
}
