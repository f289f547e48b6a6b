// Depths, loaded and sampled.
// grid 1,1,1
// tolerance 4,1e-4
// bind 0,0 = zeros:4096
// bind 0,1 = depth16unorm:16x16:rand:1
// bind 0,2 = depth16unorm:16x16x2:rand:2
// bind 0,3 = sampler:nearest:clamp

@group(0) @binding(0) var<storage, read_write> depths: array<f32, 1024>;
@group(0) @binding(1) var plane: texture_depth_2d;
@group(0) @binding(2) var layers: texture_depth_2d_array;
@group(0) @binding(3) var nearest: sampler;

@compute @workgroup_size(16, 16)
fn load(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    depths[index] = textureLoad(plane, id.xy, 0);
    depths[index + 256u] = textureLoad(layers, id.xy, index % textureNumLayers(layers), 0);
    depths[index + 512u] = textureSampleLevel(plane, nearest, (vec2<f32>(id.yx) + 0.3) / 16.0, 0);
    depths[index + 768u] = f32(textureDimensions(plane).x * textureNumLevels(layers));
}
