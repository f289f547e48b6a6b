// Samples of texels of 8 bits, for which Mesa's software adapter keeps 8 bits of weights and sums.
// grid 1,1,1
// tolerance 0,0.009
// bind 0,0 = zeros:65536
// bind 0,1 = rgba8unorm:7x5:rand:1
// bind 0,10 = sampler:nearest:clamp
// bind 0,11 = sampler:linear:clamp
// bind 0,12 = sampler:linear:repeat
// bind 0,13 = sampler:nearest:repeat
// bind 0,14 = sampler:linear:mirror
// bind 0,15 = sampler:nearest:mirror

@group(0) @binding(0) var<storage, read_write> samples: array<vec4<f32>, 4096>;
@group(0) @binding(1) var image: texture_2d<f32>;
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

@compute @workgroup_size(16, 16)
fn plane(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let at = place(id.xy);
    samples[index] = textureSampleLevel(image, near_edge, at, 0.0);
    samples[index + 256u] = textureSampleLevel(image, linear_edge, at, 0.0);
    samples[index + 512u] = textureSampleLevel(image, linear_repeat, at, 0.0);
    samples[index + 768u] = textureSampleLevel(image, near_repeat, at, 0.0);
    samples[index + 1024u] = textureSampleLevel(image, linear_mirror, at, 0.0);
    samples[index + 1280u] = textureSampleLevel(image, near_mirror, at, 0.0);
}
