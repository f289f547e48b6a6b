// Branches and loops that 64-bit values decide.
// grid 2,1,1
// bind 0,0 = edge_u32:256:17
// bind 0,1 = zeros:1024
// gpu may refuse: 64-bit integers

@group(0) @binding(0) var<storage, read> xs: array<u64, 128>;
@group(0) @binding(1) var<storage, read_write> out: array<u64, 128>;

fn gcd(a: u64, b: u64) -> u64 {
    var x = a;
    var y = b;
    while y != 0lu {
        let r = x % y;
        x = y;
        y = r;
    }
    return x;
}

fn root(n: u64) -> u64 {
    if n < 2lu { return n; }
    var low = 1lu;
    var high = 0x100000000lu;
    loop {
        let middle = (low + high) >> 1u;
        if middle == low { break; }
        if middle * middle <= n { low = middle; } else { high = middle; }
    }
    return low;
}

fn hash(n: u64) -> u64 {
    var h = 0xcbf29ce484222325lu;
    for (var at = 0u; at < 8u; at++) {
        h = (h ^ ((n >> (8u * at)) & 0xfflu)) * 0x100000001b3lu;
    }
    return h;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let x = xs[id.x];
    var collatz = x >> 40u;
    var steps = 0lu;
    loop {
        if collatz <= 1lu || steps > 300lu { break; }
        if (collatz & 1lu) == 1lu { collatz = 3lu * collatz + 1lu; } else { collatz >>= 1u; }
        continuing { steps++; }
    }
    let signed = i64(x);
    let sorted = select(x, ~x, signed < 0li && steps > 3lu || !(steps != 7lu));
    out[id.x] = gcd(x | 1lu, 720720lu) ^ (root(x) << 20u) ^ hash(x) ^ steps ^ sorted;
}
