// Functions of vectors of floats.
// grid 2,1,1
// bind 0,0 = rand_f32:384:34
// bind 0,1 = rand_f32:384:35
// bind 0,2 = zeros:24576
// tolerance 64,1e-5
//   sums of products are rounded in any order, and square roots and quotients are 2.5 ULP off.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<array<vec4<f32>, 12>>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    let a = vec3(x[3u * i], x[3u * i + 1u], x[3u * i + 2u]) - 0.3;
    let b = vec3(y[3u * i], y[3u * i + 1u], y[3u * i + 2u]) + 0.1;
    let n = normalize(b);
    out[i][0] = vec4(cross(a, b), dot(a, b));
    out[i][1] = vec4(length(a), length(a.xy), length(vec4(a, 1.0)), length(a.z));
    out[i][2] = vec4(distance(a, b), distance(a.xy, b.yz), distance(vec4(a, 1.0), vec4(b, 0.0)), distance(a.x, b.x));
    out[i][3] = vec4(n, 1.0);
    out[i][4] = vec4(normalize(a.xy + 2.0), normalize(vec4(b, 2.0)).zw);
    out[i][5] = vec4(faceForward(a, b, n - 0.5), 0.0);
    out[i][6] = vec4(reflect(a, n), reflect(a.xy, vec2(0.0, 1.0)).y);
    out[i][7] = vec4(refract(normalize(a - 1.0), n, 0.5), 0.0);
    out[i][8] = vec4(mix(a, b, 0.25), mix(a.x, b.y, b.z));
    out[i][9] = vec4(mix(a, b, b), 0.0);
    out[i][10] = smoothstep(vec4(-0.5), vec4(a, 0.1) * 0.1 + 1.0, vec4(b, a.x));
    out[i][11] = vec4(fma(a, b, n), fma(a.x, 2.0, b.z));
}
