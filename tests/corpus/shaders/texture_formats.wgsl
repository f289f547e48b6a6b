// Every storage format that WebGPU promises: texels loaded, and stored where they came from mirrored.
// grid 1,1,1
// tolerance 1,0
// A device may multiply by a reciprocal
// bind 0,0 = zeros:1024
// bind 0,1 = zeros:1024
// bind 0,2 = rgba8unorm:8x8:rand:1
// bind 0,3 = rgba8unorm:8x8:zeros
// bind 0,4 = rgba8snorm:8x8:rand:2
// bind 0,5 = rgba8snorm:8x8:zeros
// bind 0,6 = rgba8uint:8x8:rand:3
// bind 0,7 = rgba8uint:8x8:zeros
// bind 0,8 = rgba8sint:8x8:rand:4
// bind 0,9 = rgba8sint:8x8:zeros
// bind 0,10 = rgba16uint:8x8:rand:5
// bind 0,11 = rgba16uint:8x8:zeros
// bind 0,12 = rgba16sint:8x8:rand:6
// bind 0,13 = rgba16sint:8x8:zeros
// bind 0,14 = rgba16float:8x8:rand:7
// bind 0,15 = rgba16float:8x8:zeros
// bind 0,16 = r32uint:8x8:rand:8
// bind 0,17 = r32uint:8x8:zeros
// bind 0,18 = r32sint:8x8:rand:9
// bind 0,19 = r32sint:8x8:zeros
// bind 0,20 = r32float:8x8:rand:10
// bind 0,21 = r32float:8x8:zeros
// bind 0,22 = rg32uint:8x8:rand:11
// bind 0,23 = rg32uint:8x8:zeros
// bind 0,24 = rg32sint:8x8:rand:12
// bind 0,25 = rg32sint:8x8:zeros
// bind 0,26 = rg32float:8x8:rand:13
// bind 0,27 = rg32float:8x8:zeros
// bind 0,28 = rgba32uint:8x8:rand:14
// bind 0,29 = rgba32uint:8x8:zeros
// bind 0,30 = rgba32sint:8x8:rand:15
// bind 0,31 = rgba32sint:8x8:zeros
// bind 0,32 = rgba32float:8x8:rand:16
// bind 0,33 = rgba32float:8x8:zeros

@group(0) @binding(0) var<storage, read_write> floats: array<vec4<f32>, 64>;
@group(0) @binding(1) var<storage, read_write> integers: array<vec4<u32>, 64>;

@group(0) @binding(2) var rgba8unorm_from: texture_storage_2d<rgba8unorm, read>;
@group(0) @binding(3) var rgba8unorm_to: texture_storage_2d<rgba8unorm, write>;
@compute @workgroup_size(8, 8)
fn of_rgba8unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgba8unorm_from, id.xy);
    floats[index] = texel;
    textureStore(rgba8unorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(4) var rgba8snorm_from: texture_storage_2d<rgba8snorm, read>;
@group(0) @binding(5) var rgba8snorm_to: texture_storage_2d<rgba8snorm, write>;
@compute @workgroup_size(8, 8)
fn of_rgba8snorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgba8snorm_from, id.xy);
    floats[index] = texel;
    textureStore(rgba8snorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(6) var rgba8uint_from: texture_storage_2d<rgba8uint, read>;
@group(0) @binding(7) var rgba8uint_to: texture_storage_2d<rgba8uint, write>;
@compute @workgroup_size(8, 8)
fn of_rgba8uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgba8uint_from, id.xy);
    integers[index] = texel;
    textureStore(rgba8uint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(8) var rgba8sint_from: texture_storage_2d<rgba8sint, read>;
@group(0) @binding(9) var rgba8sint_to: texture_storage_2d<rgba8sint, write>;
@compute @workgroup_size(8, 8)
fn of_rgba8sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgba8sint_from, id.xy);
    integers[index] = bitcast<vec4<u32>>(texel);
    textureStore(rgba8sint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(10) var rgba16uint_from: texture_storage_2d<rgba16uint, read>;
@group(0) @binding(11) var rgba16uint_to: texture_storage_2d<rgba16uint, write>;
@compute @workgroup_size(8, 8)
fn of_rgba16uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgba16uint_from, id.xy);
    integers[index] = texel;
    textureStore(rgba16uint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(12) var rgba16sint_from: texture_storage_2d<rgba16sint, read>;
@group(0) @binding(13) var rgba16sint_to: texture_storage_2d<rgba16sint, write>;
@compute @workgroup_size(8, 8)
fn of_rgba16sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgba16sint_from, id.xy);
    integers[index] = bitcast<vec4<u32>>(texel);
    textureStore(rgba16sint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(14) var rgba16float_from: texture_storage_2d<rgba16float, read>;
@group(0) @binding(15) var rgba16float_to: texture_storage_2d<rgba16float, write>;
@compute @workgroup_size(8, 8)
fn of_rgba16float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgba16float_from, id.xy);
    floats[index] = texel;
    textureStore(rgba16float_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(16) var r32uint_from: texture_storage_2d<r32uint, read>;
@group(0) @binding(17) var r32uint_to: texture_storage_2d<r32uint, write>;
@compute @workgroup_size(8, 8)
fn of_r32uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(r32uint_from, id.xy);
    integers[index] = texel;
    textureStore(r32uint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(18) var r32sint_from: texture_storage_2d<r32sint, read>;
@group(0) @binding(19) var r32sint_to: texture_storage_2d<r32sint, write>;
@compute @workgroup_size(8, 8)
fn of_r32sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(r32sint_from, id.xy);
    integers[index] = bitcast<vec4<u32>>(texel);
    textureStore(r32sint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(20) var r32float_from: texture_storage_2d<r32float, read>;
@group(0) @binding(21) var r32float_to: texture_storage_2d<r32float, write>;
@compute @workgroup_size(8, 8)
fn of_r32float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(r32float_from, id.xy);
    floats[index] = texel;
    textureStore(r32float_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(22) var rg32uint_from: texture_storage_2d<rg32uint, read>;
@group(0) @binding(23) var rg32uint_to: texture_storage_2d<rg32uint, write>;
@compute @workgroup_size(8, 8)
fn of_rg32uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg32uint_from, id.xy);
    integers[index] = texel;
    textureStore(rg32uint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(24) var rg32sint_from: texture_storage_2d<rg32sint, read>;
@group(0) @binding(25) var rg32sint_to: texture_storage_2d<rg32sint, write>;
@compute @workgroup_size(8, 8)
fn of_rg32sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg32sint_from, id.xy);
    integers[index] = bitcast<vec4<u32>>(texel);
    textureStore(rg32sint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(26) var rg32float_from: texture_storage_2d<rg32float, read>;
@group(0) @binding(27) var rg32float_to: texture_storage_2d<rg32float, write>;
@compute @workgroup_size(8, 8)
fn of_rg32float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg32float_from, id.xy);
    floats[index] = texel;
    textureStore(rg32float_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(28) var rgba32uint_from: texture_storage_2d<rgba32uint, read>;
@group(0) @binding(29) var rgba32uint_to: texture_storage_2d<rgba32uint, write>;
@compute @workgroup_size(8, 8)
fn of_rgba32uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgba32uint_from, id.xy);
    integers[index] = texel;
    textureStore(rgba32uint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(30) var rgba32sint_from: texture_storage_2d<rgba32sint, read>;
@group(0) @binding(31) var rgba32sint_to: texture_storage_2d<rgba32sint, write>;
@compute @workgroup_size(8, 8)
fn of_rgba32sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgba32sint_from, id.xy);
    integers[index] = bitcast<vec4<u32>>(texel);
    textureStore(rgba32sint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(32) var rgba32float_from: texture_storage_2d<rgba32float, read>;
@group(0) @binding(33) var rgba32float_to: texture_storage_2d<rgba32float, write>;
@compute @workgroup_size(8, 8)
fn of_rgba32float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgba32float_from, id.xy);
    floats[index] = texel;
    textureStore(rgba32float_to, 7 - vec2<i32>(id.xy), texel);
}
