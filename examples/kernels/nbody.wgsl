// One leapfrog step of bodies under gravity: every invocation sums over all bodies, a tile of them in workgroup memory at a
// time.
@group(0) @binding(0) var<storage, read> before: array<vec4<f32>>; // position and mass
@group(0) @binding(1) var<storage, read> velocity: array<vec4<f32>>; // half a step earlier
@group(0) @binding(2) var<storage, read_write> after: array<vec4<f32>>;
@group(0) @binding(3) var<uniform> parameters: vec2<f32>; // time of a step, square of the softening length, not 0
@group(0) @binding(4) var<storage, read_write> velocity_after: array<vec4<f32>>; // half a step later

const TILE = 128u;
var<workgroup> tile: array<vec4<f32>, TILE>;

@compute @workgroup_size(TILE)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let bodies = arrayLength(&before);
    let here = before[min(id.x, bodies - 1u)];
    var force = vec3<f32>(0.0);
    for (var first = 0u; first < bodies; first += TILE) {
        // What is beyond the last body has no mass.
        var other = vec4<f32>(0.0);
        if first + local < bodies {
            other = before[first + local];
        }
        tile[local] = other;
        workgroupBarrier();
        for (var i = 0u; i < TILE; i++) {
            let other = tile[i];
            let d = other.xyz - here.xyz;
            let r2 = dot(d, d) + parameters.y;
            let r = inverseSqrt(r2);
            force += d * (other.w * r * r * r);
        }
        workgroupBarrier();
    }
    if id.x < bodies {
        let v = velocity[id.x].xyz + force * parameters.x;
        velocity_after[id.x] = vec4<f32>(v, 0.0);
        after[id.x] = vec4<f32>(here.xyz + v * parameters.x, here.w);
    }
}
