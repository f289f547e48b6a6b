// When things are read: values before later assignments, pointers with the index that was, effects from left to right.
// grid 1,1,1
// bind 0,0 = iota_u32:64
// bind 0,1 = zeros:3072
@group(0) @binding(0) var<storage, read_write> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<array<u32, 12>>;
var<private> calls: u32;
fn bump() -> u32 { calls += 1u; return calls; }
fn noted(n: u32, v: bool) -> bool { calls = calls * 10u + n; return v; }
fn incremented(p: ptr<function, u32>) -> u32 { *p += 1u; return *p; }
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) at: u32) {
    var a = array<u32, 4>(1u, 2u, 3u, 4u);
    var i = at % 4u;
    let p = &a[i];
    i = (i + 1u) % 4u;
    *p = 50u + i;
    let old = a[i];
    a[i] = 7u;
    out[at][0] = old * 1000u + a[0] + a[1] * 3u + a[2] * 5u + a[3] * 7u;
    a = array(a[1], a[0], a[3], a[2]);
    out[at][1] = a[0] + a[1] * 3u + a[2] * 5u + a[3] * 7u;
    var v = vec3(at, at + 1u, at + 2u);
    v = v.zxy;
    v.x = v.y + v.z;
    v = vec3(v.y, v.x, v.x);
    out[at][2] = v.x + v.y * 100u + v.z * 10000u;
    let first = bump();
    a[bump() % 4u] += bump() * 100u;
    out[at][3] = first + a[0] + a[1] + a[2] * 3u + a[3] * 5u + calls * 10000u;
    calls = 0u;
    let t = noted(1u, at % 2u == 0u) && noted(2u, at % 3u == 0u) || noted(3u, at > 30u);
    out[at][4] = calls * 2u + u32(t);
    calls = 0u;
    let s = (noted(1u, at % 2u == 0u) & noted(2u, at % 3u == 0u)) | noted(3u, at > 30u);
    out[at][5] = calls * 2u + u32(s);
    var n = at;
    let before = n;
    let after = incremented(&n);
    let again = incremented(&n) + before;
    out[at][6] = before + after * 100u + again * 10000u;
    let kept = x[at];
    x[at] = kept + 1u;
    x[at] += x[at];
    x[at]++;
    out[at][7] = kept + x[at] * 100u;
    var sum = 0u;
    for (var k = 0u; k < 4u; k++) {
        var fresh: array<u32, 2>;
        var zero: u32;
        fresh[k % 2u] += k + 1u;
        zero += fresh[0] + fresh[1] * 10u;
        sum = sum * 10u + zero;
    }
    out[at][8] = sum;
    _ = bump();
    _ = x[at];
    var m = mat2x2(1.0, 2.0, 3.0, f32(at));
    m = mat2x2(m[1], m[0]);
    m[0] = m[1] + m[0].yx;
    m *= 2.0;
    m += m;
    out[at][9] = u32(m[0].x + m[0].y * 10.0 + m[1].x * 100.0 + m[1].y * 1000.0);
    out[at][10] = calls;
}
