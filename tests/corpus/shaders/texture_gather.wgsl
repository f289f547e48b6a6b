// The four texels around a place, one channel of each.
// grid 1,1,1
// tolerance 1,0
// bind 0,0 = zeros:16384
// bind 0,1 = rgba8unorm:7x5:rand:1
// bind 0,2 = rgba16float:5x4x3:rand:3
// bind 0,3 = rgba16uint:5x7:rand:4
// bind 0,4 = zeros:4096
// bind 0,10 = sampler:linear:clamp
// bind 0,11 = sampler:linear:repeat
// bind 0,12 = sampler:linear:mirror

@group(0) @binding(0) var<storage, read_write> samples: array<vec4<f32>, 1024>;
@group(0) @binding(1) var image: texture_2d<f32>;
@group(0) @binding(2) var layers: texture_2d_array<f32>;
@group(0) @binding(3) var integers: texture_2d<u32>;
@group(0) @binding(4) var<storage, read_write> gathered: array<vec4<u32>, 256>;
@group(0) @binding(10) var linear_edge: sampler;
@group(0) @binding(11) var linear_repeat: sampler;
@group(0) @binding(12) var linear_mirror: sampler;

@compute @workgroup_size(16, 16)
fn gather(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let at = vec2<f32>(id.xy) * (3.0 / 16.0) - vec2(0.987, 0.991);
    samples[index] = textureGather(0, image, linear_edge, at);
    samples[index + 256u] = textureGather(2, image, linear_repeat, at);
    samples[index + 512u] = textureGather(3, layers, linear_repeat, at, index % 3u);
    samples[index + 768u] = textureGather(1, image, linear_repeat, at, vec2(1, -1));
}

@compute @workgroup_size(16, 16)
fn gather_integers(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    gathered[index] = textureGather(1, integers, linear_mirror, vec2<f32>(id.xy) * (3.0 / 16.0) - vec2(0.987, 0.991));
}
