// Floats stored in smaller ones: to nearest, or toward zero. A step of the smallest is 2^18 of an f32.
// tolerance 262144,1e-4
// grid 1,1,1
// gpu may refuse: the adapter lacks
// bind 0,0 = edge_f32:256:1
// bind 0,1 = rgba16float:8x8:zeros
// bind 0,2 = rg16float:8x8:zeros
// bind 0,3 = r16float:8x8:zeros
// bind 0,4 = rg11b10ufloat:8x8:zeros

@group(0) @binding(0) var<storage, read> values: array<vec4<f32>, 64>;

@group(0) @binding(1) var rgba16float_to: texture_storage_2d<rgba16float, write>;
@compute @workgroup_size(8, 8)
fn to_rgba16float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(rgba16float_to, id.xy, clamp(values[index], vec4(-6e4), vec4(6e4)));
}

@group(0) @binding(2) var rg16float_to: texture_storage_2d<rg16float, write>;
@compute @workgroup_size(8, 8)
fn to_rg16float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(rg16float_to, id.xy, clamp(values[index], vec4(-6e4), vec4(6e4)));
}

@group(0) @binding(3) var r16float_to: texture_storage_2d<r16float, write>;
@compute @workgroup_size(8, 8)
fn to_r16float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(r16float_to, id.xy, clamp(values[index], vec4(-6e4), vec4(6e4)));
}

@group(0) @binding(4) var rg11b10ufloat_to: texture_storage_2d<rg11b10ufloat, write>;
@compute @workgroup_size(8, 8)
fn to_rg11b10ufloat(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    textureStore(rg11b10ufloat_to, id.xy, clamp(values[index], vec4(-6e4), vec4(6e4)));
}
