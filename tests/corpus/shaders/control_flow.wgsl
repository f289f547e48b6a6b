// Loops, switches and returns that invocations leave at different places; names that hide others; blocks.
// grid 1,1,1
// bind 0,0 = edge_u32:64:0
// bind 0,1 = zeros:2048
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<array<u32, 8>>;
const k = 3u;
fn sorted(v: u32) -> u32 {
    switch v % 9u {
        case 7u, 1u { return 1u; }
        default { if v > 1000u { break; } return 2u; }
        case 4u { loop { return 4u; } }
        case 5u: { switch v & 1u { case 0u: { return 50u; } default: {} } }
    }
    return 9u;
}
fn signed(v: i32) -> i32 {
    var r = 0;
    switch v {
        case -1: { r = 1; }
        case 0, 1, 2: { r = 2; }
        case 2147483647: { r = 3; }
        case -2147483648, default: { r = 4; }
    }
    return r;
}
fn hidden(k: u32) -> u32 {
    var sum = k;
    { let k = k + 1u; sum += k; { let k = k * 2u; sum += k; } sum += k; }
    for (var k = 0u; k < 3u; k++) { var sum = 100u; sum += k; }
    return sum + k;
}
fn skips(limit: u32) -> u32 {
    var n = 0u;
    var i = 0u;
    loop {
        if i == limit { break; }
        if i % 3u == 0u { continue; }
        n += i;
        continuing {
            let step = select(1u, 2u, i % 4u == 3u && i + 1u < limit);
            i += step;
            break if i > 40u;
        }
    }
    return n * 100u + i;
}
fn nested(v: u32) -> u32 {
    var n = 0u;
    for (var i = 0u; i < 6u; i++) {
        var j = 0u;
        while true {
            j++;
            switch (v >> i) & 3u {
                case 0u: { if j > 2u { break; } continue; }
                case 1u: { n += 1u; }
                case 2u: { n += 10u; if j > 3u { break; } continue; }
                default: { n += 100u; if j > i { return n; } }
            }
            if j >= 3u { break; }
            if j > 1u && i == 4u { return n + 100000u; }
        }
        if n > 500u { break; }
    }
    return n;
}
fn bounded(v: u32) -> u32 {
    var n = 0u;
    for (var i = 0u; ; i++) { if i * i > v % 100u { break; } n += i; }
    for (; n < 10u;) { n += 4u; }
    return n;
}
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) at: u32) {
    let v = x[at];
    out[at][0] = sorted(v);
    out[at][1] = u32(signed(bitcast<i32>(v)));
    out[at][2] = hidden(v) + k;
    out[at][3] = skips(v % 37u);
    out[at][4] = nested(v);
    out[at][5] = bounded(v);
    if v % 2u == 0u {
        if v % 4u == 0u { out[at][6] = 4u; return; } else if v % 6u == 0u { out[at][6] = 6u; }
    } else { out[at][6] = 1u; }
    out[at][7] = select(hidden(2u), sorted(at), v > 5u) + u32(v > 3u && sorted(v) > 1u || v == 0u);
}
