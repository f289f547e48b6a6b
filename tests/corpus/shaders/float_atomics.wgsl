// Atomic sums of floats that are exact in every order.
// grid 4,1,1
// bind 0,0 = iota_f32:256
// bind 0,1 = zeros:16
// bind 0,2 = zeros:1024
// gpu may refuse: f32 atomics

@group(0) @binding(0) var<storage, read> xs: array<f32, 256>;
@group(0) @binding(1) var<storage, read_write> sums: array<atomic<f32>, 4>;
@group(0) @binding(2) var<storage, read_write> out: array<f32, 256>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let x = xs[id.x];
    atomicAdd(&sums[0], x);
    atomicSub(&sums[1], x * 0.5);
    if id.x == 200u {
        atomicStore(&sums[2], x);
        out[1] = atomicExchange(&sums[3], x + 0.25);
    }
    if id.x == 3u {
        let before = atomicAdd(&sums[2], 0.0);
        out[0] = select(1.0, 2.0, before >= 0.0);
    }
    out[id.x + select(0u, 2u, id.x < 2u)] = x * 2.0 + select(0.0, f32(bool(atomicLoad(&sums[2]) * 0.0)), x < 0.0);
}
