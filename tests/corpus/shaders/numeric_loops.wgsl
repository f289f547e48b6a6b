// Numbers from iterations: roots, series, integer arithmetic of many steps, random numbers, a Mandelbrot set.
// grid 2,1,1
// bind 0,0 = rand_f32:128:62
// bind 0,1 = zeros:8192
// tolerance 32,2e-6
//   quotients are 2.5 ULP off, in every iteration.
struct Row { f: array<f32, 8>, u: array<u32, 8> }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<Row>;
fn newton(a: f32) -> f32 {
    var r = 1.0;
    for (var i = 0; i < 12; i++) { r = 0.5 * (r + a / r); }
    return r;
}
fn power(base: u32, exponent: u32, modulus: u32) -> u32 {
    var r = 1u;
    var b = base % modulus;
    var e = exponent;
    while e > 0u {
        if (e & 1u) != 0u { r = r * b % modulus; }
        b = b * b % modulus;
        e >>= 1u;
    }
    return r;
}
fn pcg(state: u32) -> u32 {
    let s = state * 747796405u + 2891336453u;
    let word = ((s >> ((s >> 28u) + 4u)) ^ s) * 277803737u;
    return (word >> 22u) ^ word;
}
fn escape(cx: i32, cy: i32) -> u32 {
    // In fixed point, so that every executor counts the same.
    var zx = 0; var zy = 0; var n = 0u;
    while n < 50u && zx * zx / 4096 + zy * zy / 4096 < 4 * 4096 {
        let t = (zx * zx - zy * zy) / 4096 + cx;
        zy = 2 * zx * zy / 4096 + cy;
        zx = t;
        n++;
    }
    return n;
}
fn product(a: u32, b: u32) -> vec2<u32> {
    let al = a & 0xffffu; let ah = a >> 16u; let bl = b & 0xffffu; let bh = b >> 16u;
    let low = al * bl; let mid = ah * bl + (low >> 16u); let cross = al * bh + (mid & 0xffffu);
    return vec2(cross << 16u | low & 0xffffu, ah * bh + (mid >> 16u) + (cross >> 16u));
}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    let v = x[i];
    out[i].f[0] = newton(v * 9.0 + 0.5);
    var term = 1.0;
    var sum = 0.0;
    for (var k = 1; k < 15; k++) { sum += term; term *= v / f32(k); }
    out[i].f[1] = sum;
    var polynomial = 0.0;
    let c = array<f32, 6>(1.0, -0.5, 0.25, 3.0, -2.0, 0.125);
    for (var k = 5i; k >= 0; k--) { polynomial = polynomial * v + c[k]; }
    out[i].f[2] = polynomial;
    out[i].u[0] = power(i + 2u, 1000u + i, 65521u);
    var state = i;
    for (var k = 0u; k <= i % 7u; k++) { state = pcg(state); }
    out[i].u[1] = state;
    out[i].u[2] = escape(i32(i % 16u) * 600 - 8192, i32(i / 16u) * 1100 - 4500);
    let p = product(state, pcg(state));
    out[i].u[3] = p.x;
    out[i].u[4] = p.y;
    var crc = 0xffffffffu;
    for (var k = 0u; k < 32u; k++) { crc = select(crc >> 1u, (crc >> 1u) ^ 0xedb88320u, ((crc ^ (state >> k)) & 1u) == 1u); }
    out[i].u[5] = ~crc;
    var primes = 0u;
    for (var n = 2u; n < 40u + i; n++) {
        var prime = true;
        for (var d = 2u; d * d <= n; d++) { if n % d == 0u { prime = false; break; } }
        primes += u32(prime);
    }
    out[i].u[6] = primes;
}
