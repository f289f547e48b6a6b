// f64 and vectors and matrices of it in structures, in every kind of memory.
// grid 2,1,1
// bind 0,0 = edge_f64:400:2
// bind 0,1 = zeros:6400
// bind 0,2 = edge_f64:16:8
// gpu may refuse: f64

struct Item { x: f64, single: f32, v: vec3<f64>, m: mat2x3<f64>, small: vec2<f32>, list: array<vec2<f64>, 2>, n: mat3x2<f64> }
struct Settings { scale: f64, offset: vec2<f64>, turn: mat2x4<f64> }
@group(0) @binding(0) var<storage, read> items: array<Item, 8>;
@group(0) @binding(1) var<storage, read_write> out: array<Item>;
@group(0) @binding(2) var<uniform> settings: Settings;
var<workgroup> there: array<mat2x3<f64>, 4>;
var<private> sum: f64 = 0.5lf;

fn add(p: ptr<private, f64>, x: f64) -> f64 {
    *p = *p + x;
    return *p;
}

@compute @workgroup_size(4)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    var item = items[id.x];
    there[at] = item.m;
    workgroupBarrier();
    item.m = there[3u - at];
    item.m[at % 2u] = item.v;
    item.m[1][at % 3u] = settings.turn[at % 2u][at];
    item.list[at % 2u] = settings.offset;
    item.n[id.x % 3u].y = settings.turn[1].w;
    item.v = vec3(add(&sum, 1.25lf), sum, add(&sum, settings.offset[at % 2u]));
    item.single = f32(at) + 0.5;
    out[id.x] = item;
    out[id.x].small.y = 2.5;
    out[id.x].n[1] = item.list[1u - at % 2u];
    switch i32(settings.turn[0][at] > 1.0lf) + i32(item.x < 0.0lf) * 2 {
        case 0: { out[id.x].x = 1.0lf; }
        case 1: { out[id.x].x = -item.x; }
        default: { out[id.x].x += 1.0lf; }
    }
}
