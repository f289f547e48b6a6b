// Pointers as arguments: to locals, to elements, to private memory; and `let` of pointers.
// grid 1,1,1
// bind 0,0 = iota_u32:64
// bind 0,1 = zeros:1024
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4<u32>>;
struct Pair { a: u32, b: array<u32, 3> }
var<private> total: u32;
fn add(to: ptr<function, u32>, value: u32) -> u32 { let before = *to; *to = before + value; return before; }
fn bump(to: ptr<private, u32>) { *to += 3u; }
fn fill(pair: ptr<function, Pair>, n: u32) { (*pair).a = n; for (var i = 0u; i < 3u; i++) { (*pair).b[i] = n * i; } }
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) at: u32) {
    var n = x[at];
    let before = add(&n, 7u);
    var pair: Pair;
    fill(&pair, n);
    let second = &pair.b;
    (*second)[at % 3u] += 100u;
    if at > 20u { bump(&total); }
    bump(&total);
    let target_word = &out[at];
    (*target_word).x = n + before;
    out[at].y = pair.b[0] + pair.b[1] * 2u + pair.b[2] * 3u;
    out[at][at % 2u + 2u] = total + pair.a;
}
