// Forces between bodies, a tile of them in workgroup memory at a time.
// grid 2,1,1
// bind 0,0 = rand_f32:512:16
// bind 0,1 = zeros:2048
@group(0) @binding(0) var<storage, read> bodies: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> forces: array<vec4<f32>>;
var<workgroup> tile: array<vec4<f32>, 64>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let me = bodies[id.x];
    var force = vec3<f32>();
    for (var t = 0u; t < 2u; t++) {
        tile[at] = bodies[t * 64u + at];
        workgroupBarrier();
        for (var j = 0u; j < 64u; j++) {
            let d = tile[j].xyz - me.xyz;
            let r2 = d.x * d.x + d.y * d.y + d.z * d.z + 0.01;
            force += d * (tile[j].w / (r2 * sqrt(r2)));
        }
        workgroupBarrier();
    }
    forces[id.x] = vec4(force, me.w);
}
