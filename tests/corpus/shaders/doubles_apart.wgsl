// Functions of f64 in which executors differ in the last bits, or that a GPU may lack: within a tolerance.
// grid 2,1,1
// bind 0,0 = edge_f64:128:5
// bind 0,1 = edge_f64:128:9
// bind 0,2 = zeros:16384
// tolerance 64,1e-9
// gpu may refuse: f64

@group(0) @binding(0) var<storage, read> xs: array<f64, 128>;
@group(0) @binding(1) var<storage, read> ys: array<f64, 128>;
@group(0) @binding(2) var<storage, read_write> out: array<array<f64, 16>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let x = clamp(xs[id.x], -50.0lf, 50.0lf);
    let y = clamp(ys[id.x], -50.0lf, 50.0lf);
    let v = vec3(x, y, 1.0lf);
    let n = normalize(vec3(y, 1.0lf, x));
    var o: array<f64, 16>;
    o[0] = fma(x, y, 0.25lf);
    o[1] = x % 7.25lf;
    o[2] = inverseSqrt(abs(x) + 0.5lf);
    o[3] = radians(x);
    o[4] = degrees(y);
    o[5] = distance(v, n);
    o[6] = n.x + n.y * 2.0lf;
    o[7] = reflect(v, n).z;
    o[8] = refract(normalize(v), n, 0.75lf).y;
    o[9] = faceForward(v, n, v).x;
    o[10] = ldexp(x, 3);
    o[11] = frexp(x + 60.0lf).fract;
    o[12] = f64(frexp(x + 60.0lf).exp);
    o[13] = modf(x).fract;
    o[14] = modf(x).whole;
    out[id.x] = o;
}
