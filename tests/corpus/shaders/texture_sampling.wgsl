// Samples between texels: filters, address modes, offsets, layers, depth.
// grid 1,1,1
// tolerance 16,2e-5
// A device may keep fewer bits of a weight.
// bind 0,0 = zeros:65536
// bind 0,1 = rg32float:7x5:rand:1
// bind 0,2 = rgba16float:6x6:rand:2
// bind 0,3 = rgba16float:5x4x3:rand:3
// bind 0,4 = rg16float:4x3x5:rand:4
// bind 0,10 = sampler:nearest:clamp
// bind 0,11 = sampler:linear:clamp
// bind 0,12 = sampler:linear:repeat
// bind 0,13 = sampler:nearest:repeat
// bind 0,14 = sampler:linear:mirror
// bind 0,15 = sampler:nearest:mirror

@group(0) @binding(0) var<storage, read_write> samples: array<vec4<f32>, 4096>;
@group(0) @binding(1) var image: texture_2d<f32>;
@group(0) @binding(2) var halves: texture_2d<f32>;
@group(0) @binding(3) var layers: texture_2d_array<f32>;
@group(0) @binding(4) var box: texture_3d<f32>;
@group(0) @binding(10) var near_edge: sampler;
@group(0) @binding(11) var linear_edge: sampler;
@group(0) @binding(12) var linear_repeat: sampler;
@group(0) @binding(13) var near_repeat: sampler;
@group(0) @binding(14) var linear_mirror: sampler;
@group(0) @binding(15) var near_mirror: sampler;

// From -1 to 2, never in the middle between two texels of these sizes.
fn place(id: vec2<u32>) -> vec2<f32> {
    return vec2<f32>(id) * (3.0 / 16.0) - vec2(0.987, 0.991);
}

fn through(view: texture_2d<f32>, how: sampler, at: vec2<f32>) -> vec4<f32> {
    return textureSampleLevel(view, how, at, 1.0);
}

@compute @workgroup_size(16, 16)
fn floats(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let at = place(id.xy);
    samples[index] = through(halves, near_edge, at);
    samples[index + 256u] = through(halves, linear_edge, at);
    samples[index + 512u] = through(halves, linear_repeat, at);
    samples[index + 768u] = through(image, near_repeat, at);
    samples[index + 1024u] = through(halves, linear_mirror, at);
    samples[index + 1280u] = textureSampleLevel(halves, linear_repeat, at, 0.0, vec2(3, -2));
    samples[index + 1536u] = textureSampleBaseClampToEdge(halves, linear_repeat, at);
    samples[index + 1792u] = textureSampleLevel(halves, near_edge, at, 0.0, vec2(-1, 2));
}

@compute @workgroup_size(16, 16)
fn volumes(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let at = place(id.xy);
    let layer = i32(index % 5u) - 1;
    samples[index] = textureSampleLevel(layers, near_edge, at, layer, 0.0);
    samples[index + 256u] = textureSampleLevel(layers, linear_repeat, at, layer, 0.0);
    samples[index + 512u] = textureSampleLevel(box, linear_mirror, vec3(at, at.x + at.y), 0.0);
    samples[index + 768u] = textureSampleLevel(box, near_repeat, vec3(at.yx, 0.37), 0.0);
}
