// Angles: circular, hyperbolic and inverse functions, where WGSL bounds their absolute error.
// grid 4,1,1
// bind 0,0 = rand_f32:256:31
// bind 0,1 = rand_f32:256:32
// bind 0,2 = zeros:16384
// tolerance 4096,5e-4
//   WGSL allows 2^-11 for sin and cos, 4096 ULP for atan, 6.77e-5 for asin and acos.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<array<f32, 16>>;
const PI = 3.14159265;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    let unit = x[i] * 1.9 - 0.95;
    let angle = (x[i] * 2.0 - 1.0) * PI;
    out[i][0] = sin(angle);
    out[i][1] = cos(angle);
    out[i][2] = tan(angle * 0.45);
    out[i][3] = asin(unit);
    out[i][4] = acos(unit);
    out[i][5] = atan(unit * 30.0);
    out[i][6] = atan2(unit, y[i] - 0.5);
    out[i][7] = sinh(unit * 3.0);
    out[i][8] = cosh(unit * 3.0);
    out[i][9] = tanh(unit * 4.0);
    out[i][10] = asinh(unit * 10.0);
    out[i][11] = acosh(1.0 + y[i] * 10.0);
    out[i][12] = atanh(unit);
    out[i][13] = radians(unit * 360.0);
    out[i][14] = degrees(angle);
    let both = sin(vec2(angle, unit)) * cos(vec2(unit, angle));
    out[i][15] = both.x + both.y;
}
