// Halves in memory: two at a time where a type starts at a word, one at a time elsewhere, by neighbouring invocations too.
// grid 3,1,1
// bind 0,0 = iota_f32:128
// bind 0,1 = zeros:1024
// bind 0,2 = zeros:1024
// bind 0,3 = zeros:2048
// bind 0,4 = zeros:258
// bind 0,5 = zeros:256
// bind 0,6 = zeros:256
// bind 0,7 = zeros:192
// gpu may refuse: 16
enable f16;
struct Odd { first: f16, few: array<f16, 3>, last: f16 }
struct Even { first: f16, pair: vec2<f16>, three: vec3<f16>, odd: Odd, columns: mat3x3<f16>, few: array<vec3<f16>, 2> }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> threes: array<vec3<f16>>;
@group(0) @binding(2) var<storage, read_write> fours: array<vec4<f16>>;
@group(0) @binding(3) var<storage, read_write> evens: array<Even>;
@group(0) @binding(4) var<storage, read_write> singles: array<f16>;
@group(0) @binding(5) var<storage, read_write> apart: array<f16>;
@group(0) @binding(6) var<storage, read_write> swapped: array<f16>;
@group(0) @binding(7) var<storage, read_write> odds: array<Odd>;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    let h = f16(x[i]);
    threes[i] = vec3(h, -h, h * 0.5h);
    fours[i + 3u] = vec4(threes[i], 7.0h);
    fours[i + 3u].z += 1.0h;
    singles[i + 1u] = h;
    // Of one word the halves, by invocations that are not neighbours, or in the other order, or by some only.
    apart[2u * (i % 48u) + i / 48u] = h;
    swapped[i ^ 1u] = h;
    if i % 3u != 1u { swapped[i ^ 1u] = -h; }
    if i < 16u {
        var even: Even;
        even.first = h;
        even.pair = fours[i + 3u].yz;
        even.three = threes[i].zxy;
        even.odd = Odd(h, array(h + 1.0h, h + 2.0h, h + 3.0h), 4.0h);
        even.columns = mat3x3(threes[i], threes[i].yzx, vec3(1.0h, 2.0h, 3.0h));
        even.few = array(threes[i], vec3(5.0h));
        evens[i] = even;
        evens[i].few[i % 2u][i % 3u] = 9.0h;
        odds[i] = evens[i].odd;
        odds[i].few[i % 3u] = evens[i].columns[i % 3u].y;
    }
}
