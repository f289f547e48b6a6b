// Floats of every size stored in formats that clamp and round them: amid two steps either way.
// tolerance 0,0.008
// grid 1,1,1
// gpu may refuse: the adapter lacks
// bind 0,0 = edge_f32:256:1
// bind 0,1 = rgba8unorm:8x8:zeros
// bind 0,2 = rgba8snorm:8x8:zeros
// bind 0,3 = rgba32float:8x8:zeros
// bind 0,4 = rg32float:8x8:zeros
// bind 0,5 = r32float:8x8:zeros
// bind 0,6 = r8unorm:8x8:zeros
// bind 0,7 = rg8snorm:8x8:zeros
// bind 0,8 = rg16snorm:8x8:zeros
// bind 0,9 = rgba16unorm:8x8:zeros
// bind 0,10 = rgb10a2unorm:8x8:zeros
// bind 0,11 = bgra8unorm:8x8:zeros

@group(0) @binding(0) var<storage, read> values: array<vec4<f32>, 64>;

@group(0) @binding(1) var rgba8unorm_to: texture_storage_2d<rgba8unorm, write>;
@compute @workgroup_size(8, 8)
fn to_rgba8unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(rgba8unorm_to, id.xy, values[index]);
}

@group(0) @binding(2) var rgba8snorm_to: texture_storage_2d<rgba8snorm, write>;
@compute @workgroup_size(8, 8)
fn to_rgba8snorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(rgba8snorm_to, id.xy, values[index]);
}

@group(0) @binding(3) var rgba32float_to: texture_storage_2d<rgba32float, write>;
@compute @workgroup_size(8, 8)
fn to_rgba32float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(rgba32float_to, id.xy, values[index]);
}

@group(0) @binding(4) var rg32float_to: texture_storage_2d<rg32float, write>;
@compute @workgroup_size(8, 8)
fn to_rg32float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(rg32float_to, id.xy, values[index]);
}

@group(0) @binding(5) var r32float_to: texture_storage_2d<r32float, write>;
@compute @workgroup_size(8, 8)
fn to_r32float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(r32float_to, id.xy, values[index]);
}

@group(0) @binding(6) var r8unorm_to: texture_storage_2d<r8unorm, write>;
@compute @workgroup_size(8, 8)
fn to_r8unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(r8unorm_to, id.xy, values[index]);
}

@group(0) @binding(7) var rg8snorm_to: texture_storage_2d<rg8snorm, write>;
@compute @workgroup_size(8, 8)
fn to_rg8snorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(rg8snorm_to, id.xy, values[index]);
}

@group(0) @binding(8) var rg16snorm_to: texture_storage_2d<rg16snorm, write>;
@compute @workgroup_size(8, 8)
fn to_rg16snorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(rg16snorm_to, id.xy, values[index]);
}

@group(0) @binding(9) var rgba16unorm_to: texture_storage_2d<rgba16unorm, write>;
@compute @workgroup_size(8, 8)
fn to_rgba16unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(rgba16unorm_to, id.xy, values[index]);
}

@group(0) @binding(10) var rgb10a2unorm_to: texture_storage_2d<rgb10a2unorm, write>;
@compute @workgroup_size(8, 8)
fn to_rgb10a2unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(rgb10a2unorm_to, id.xy, values[index]);
}

@group(0) @binding(11) var bgra8unorm_to: texture_storage_2d<bgra8unorm, write>;
@compute @workgroup_size(8, 8)
fn to_bgra8unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(bgra8unorm_to, id.xy, values[index]);
}
