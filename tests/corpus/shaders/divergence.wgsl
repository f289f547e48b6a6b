// Calls from branches that few invocations take, with memory of their own, returning from deep inside.
// grid 3,1,1
// bind 0,0 = rand_u32:192:52
// bind 0,1 = zeros:3072
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<array<u32, 4>>;
var<private> stack: array<u32, 24>;
var<private> depth: u32;
fn push(v: u32) { stack[depth] = v; depth++; }
fn pop() -> u32 { depth--; return stack[depth]; }
// A recursion made a loop: the greatest number in a walk over a tree.
fn walk(seed: u32) -> u32 {
    depth = 0u;
    push(seed);
    var best = 0u;
    var visits = 0u;
    while depth > 0u {
        let v = pop();
        visits++;
        best = max(best, v);
        if v < 4u { continue; }
        if v % 5u == 0u { push(v / 3u); }
        else if v % 7u == 0u { push(v / 2u); push(v / 4u); push(1u); }
        else if depth < 20u { push(v / 5u); push(v / 2u - 1u); }
        if visits > 60u { return best + 1000000u; }
    }
    return best * 64u + visits;
}
fn sorted(a: ptr<function, array<u32, 8>>) -> u32 {
    var moves = 0u;
    for (var i = 1; i < 8; i++) {
        let v = (*a)[i];
        var j = i - 1;
        while j >= 0 && (*a)[j] > v {
            (*a)[j + 1] = (*a)[j];
            j--;
            moves++;
        }
        (*a)[j + 1] = v;
    }
    return moves;
}
fn find(a: array<u32, 8>, v: u32) -> i32 {
    var low = 0u;
    var high = 8u;
    while low < high {
        let mid = (low + high) / 2u;
        if a[mid] == v { return i32(mid); }
        if a[mid] < v { low = mid + 1u; } else { high = mid; }
    }
    return -1;
}
fn gcd(a: u32, b: u32) -> u32 {
    var p = a; var q = b;
    loop { if q == 0u { break; } let r = p % q; p = q; q = r; }
    return p;
}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let v = x[id.x];
    var a: array<u32, 8>;
    for (var i = 0u; i < 8u; i++) { a[i] = (v >> (3u * i)) & 63u; }
    let wanted = a[3];
    switch v % 4u {
        case 0u: { out[id.x][0] = walk(v % 3000u); }
        case 1u: { out[id.x][0] = sorted(&a); out[id.x][1] = u32(find(a, wanted)) + a[0] * 100u + a[7] * 10000u; }
        case 2u: { out[id.x][0] = gcd(v % 10007u, walk(v % 100u)); }
        default: { if v % 3u == 0u { return; } out[id.x][0] = gcd(v, 360360u) + sorted(&a) * 1000u; }
    }
    out[id.x][2] = depth + stack[v % 24u];
    out[id.x][3] = u32(find(a, 40u) >= 0) + a[v % 8u];
}
