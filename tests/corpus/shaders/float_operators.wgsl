// Operators of floats: exact on small integers and halves, also where a sum is taken back.
// grid 2,1,1
// bind 0,0 = iota_f32:128
// bind 0,1 = zeros:8192
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<array<f32, 16>>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    let a = x[i] - 64.0;
    let b = x[127u - i] * 0.5;
    out[i][0] = a + b;
    out[i][1] = a - b;
    out[i][2] = a * b;
    out[i][3] = a / 4.0;
    out[i][4] = a % 8.0;
    out[i][5] = -a % 8.0;
    let v = vec4(a, b, 1.0, 2.0) * 2.0 + vec4(1.0, b, a, -1.0);
    out[i][6] = v.x + v.y - v.z * v.w;
    let m = 3.0 - vec2(a, b) * vec2(b, 2.0);
    out[i][7] = m.x + m.y;
    var z = a;
    z += b; z -= 3.0; z *= 2.0; z /= 8.0; z %= 4.0;
    out[i][8] = z;
    out[i][9] = select(-1.0, a, i % 2u == 0u);
    out[i][10] = dot(vec3(a, b, 1.0), vec3(1.0, 2.0, b));
    out[i][11] = fma(a, b, 0.5);
    out[i][12] = (-vec3(a, b, 1.0)).y;
    out[i][13] = vec3(a, 5.0, b).zyx.x + vec2(a).y;
    out[i][14] = max(a, b) - min(a, b) + abs(a) + sign(a);
    out[i][15] = f32(i) * 0.25 + f32(a > b) + f32(a >= 0.0);
}
