// Colours by the curve of sRGB, which Mesa's software adapter approximates to about a quarter of a byte.
// grid 1,1,1
// tolerance 0,1.5e-3
// bind 0,0 = zeros:4096
// bind 0,1 = rgba8unorm-srgb:16x16:rand:1
// bind 0,2 = bgra8unorm-srgb:16x16:rand:2

@group(0) @binding(0) var<storage, read_write> colours: array<vec4<f32>, 256>;
@group(0) @binding(1) var image: texture_2d<f32>;
@group(0) @binding(2) var swapped: texture_2d<f32>;

@compute @workgroup_size(16, 16)
fn mix_colours(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let swap = f32(index % 2u);
    colours[index] = mix(textureLoad(image, id.xy, 0), textureLoad(swapped, id.xy, 0), swap);
}
