// Structures of scalars of 16, 32 and 64 bits, and conversions between them.
// grid 2,1,1
// bind 0,0 = u32:15360,17,3,0,1006665728,49152,0,1074266112,7,8,9,10,11206,1,0,1072693248,0,9,8,1,13312,21504,5,3220176896
// bind 0,1 = zeros:768
// gpu may refuse: 16
// gpu may refuse: 64-bit integers
enable f16;

struct Item { half: f16, whole: u64, three: vec3<f16>, double: f64 }
struct Out { item: Item, sum: f64, word: f32, halves: vec2<f16>, long: vec3<i64> }
@group(0) @binding(0) var<storage, read> items: array<Item>;
@group(0) @binding(1) var<storage, read_write> out: array<Out>;
@compute @workgroup_size(3)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let item = items[id.x % 3u];
    let x = f64(item.half) + 0.125lf;
    var o: Out;
    o.item = item;
    o.item.three.y = f16(x);
    o.sum = x * f64(item.whole % 1000lu) + f64(item.three.x);
    o.word = f32(item.half) * 2.0;
    o.halves = vec2<f16>(f16(item.whole & 255lu), f16(i64(id.x) - 3li));
    o.long = vec3(i64(item.half), i64(x * 100.0lf), -i64(item.whole & 0xffffffflu));
    out[id.x] = o;
}
