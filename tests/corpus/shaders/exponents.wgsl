// Powers, logarithms and roots, scalars and vectors.
// grid 4,1,1
// bind 0,0 = rand_f32:256:33
// bind 0,1 = zeros:10240
// tolerance 64,1e-6
//   WGSL allows 3 + 2 |x| ULP for exp, and pow is exp2(y * log2(x)): an error in the logarithm times y.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<array<f32, 10>>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    let v = x[i] * 12.0 - 6.0;
    let p = x[i] * 9.0 + 0.01;
    out[i][0] = exp(v);
    out[i][1] = exp2(v);
    out[i][2] = log(p);
    out[i][3] = log2(p);
    out[i][4] = pow(p, v * 0.5);
    out[i][5] = sqrt(p);
    out[i][6] = inverseSqrt(p);
    let w = exp2(vec3(v, -v, 0.5)) + log(vec3(p, 2.0 * p, 3.0));
    out[i][7] = w.x + w.y * w.z;
    let r = sqrt(vec2(p, p + 1.0)) * pow(vec2(p), vec2(0.5, 2.0));
    out[i][8] = r.x - r.y;
    out[i][9] = p / (0.5 + p) + v / p;
}
