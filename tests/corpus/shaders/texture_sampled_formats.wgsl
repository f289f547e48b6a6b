// Every format that may be sampled, loaded.
// grid 1,1,1
// tolerance 1,0
// A device may multiply by reciprocals.
// bind 0,0 = zeros:4096
// bind 0,1 = zeros:4096
// bind 0,2 = zeros:4096
// bind 0,3 = r8unorm:16x16:rand:3
// bind 0,4 = r8snorm:16x16:rand:4
// bind 0,5 = rg8unorm:16x16:rand:5
// bind 0,6 = rg8snorm:16x16:rand:6
// bind 0,7 = rgba8unorm:16x16:rand:7
// bind 0,9 = rgba8snorm:16x16:rand:9
// bind 0,10 = bgra8unorm:16x16:rand:10
// bind 0,12 = r16float:16x16:rand:12
// bind 0,13 = rg16float:16x16:rand:13
// bind 0,14 = rgba16float:16x16:rand:14
// bind 0,15 = r32float:16x16:rand:15
// bind 0,16 = rg32float:16x16:rand:16
// bind 0,17 = rgba32float:16x16:rand:17
// bind 0,18 = rgb10a2unorm:16x16:rand:18
// bind 0,19 = rg11b10ufloat:16x16:rand:19
// bind 0,20 = r8uint:16x16:rand:20
// bind 0,21 = rg8uint:16x16:rand:21
// bind 0,22 = rgba8uint:16x16:rand:22
// bind 0,23 = r16uint:16x16:rand:23
// bind 0,24 = rg16uint:16x16:rand:24
// bind 0,25 = rgba16uint:16x16:rand:25
// bind 0,26 = r32uint:16x16:rand:26
// bind 0,27 = rg32uint:16x16:rand:27
// bind 0,28 = rgba32uint:16x16:rand:28
// bind 0,29 = rgb10a2uint:16x16:rand:29
// bind 0,30 = r8sint:16x16:rand:30
// bind 0,31 = rg8sint:16x16:rand:31
// bind 0,32 = rgba8sint:16x16:rand:32
// bind 0,33 = r16sint:16x16:rand:33
// bind 0,34 = rg16sint:16x16:rand:34
// bind 0,35 = rgba16sint:16x16:rand:35
// bind 0,36 = r32sint:16x16:rand:36
// bind 0,37 = rg32sint:16x16:rand:37
// bind 0,38 = rgba32sint:16x16:rand:38

@group(0) @binding(0) var<storage, read_write> floats: array<vec4<f32>, 256>;
@group(0) @binding(1) var<storage, read_write> unsigned: array<vec4<u32>, 256>;
@group(0) @binding(2) var<storage, read_write> signed: array<vec4<i32>, 256>;

@group(0) @binding(3) var r8unorm: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_r8unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(r8unorm, id.xy, 0);
}

@group(0) @binding(4) var r8snorm: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_r8snorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(r8snorm, id.xy, 0);
}

@group(0) @binding(5) var rg8unorm: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_rg8unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(rg8unorm, id.xy, 0);
}

@group(0) @binding(6) var rg8snorm: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_rg8snorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(rg8snorm, id.xy, 0);
}

@group(0) @binding(7) var rgba8unorm: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_rgba8unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(rgba8unorm, id.xy, 0);
}

@group(0) @binding(9) var rgba8snorm: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_rgba8snorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(rgba8snorm, id.xy, 0);
}

@group(0) @binding(10) var bgra8unorm: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_bgra8unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(bgra8unorm, id.xy, 0);
}

@group(0) @binding(12) var r16float: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_r16float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(r16float, id.xy, 0);
}

@group(0) @binding(13) var rg16float: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_rg16float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(rg16float, id.xy, 0);
}

@group(0) @binding(14) var rgba16float: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_rgba16float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(rgba16float, id.xy, 0);
}

@group(0) @binding(15) var r32float: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_r32float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(r32float, id.xy, 0);
}

@group(0) @binding(16) var rg32float: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_rg32float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(rg32float, id.xy, 0);
}

@group(0) @binding(17) var rgba32float: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_rgba32float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(rgba32float, id.xy, 0);
}

@group(0) @binding(18) var rgb10a2unorm: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_rgb10a2unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(rgb10a2unorm, id.xy, 0);
}

@group(0) @binding(19) var rg11b10ufloat: texture_2d<f32>;
@compute @workgroup_size(16, 16)
fn of_rg11b10ufloat(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    floats[index] = textureLoad(rg11b10ufloat, id.xy, 0);
}

@group(0) @binding(20) var r8uint: texture_2d<u32>;
@compute @workgroup_size(16, 16)
fn of_r8uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    unsigned[index] = textureLoad(r8uint, id.xy, 0);
}

@group(0) @binding(21) var rg8uint: texture_2d<u32>;
@compute @workgroup_size(16, 16)
fn of_rg8uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    unsigned[index] = textureLoad(rg8uint, id.xy, 0);
}

@group(0) @binding(22) var rgba8uint: texture_2d<u32>;
@compute @workgroup_size(16, 16)
fn of_rgba8uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    unsigned[index] = textureLoad(rgba8uint, id.xy, 0);
}

@group(0) @binding(23) var r16uint: texture_2d<u32>;
@compute @workgroup_size(16, 16)
fn of_r16uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    unsigned[index] = textureLoad(r16uint, id.xy, 0);
}

@group(0) @binding(24) var rg16uint: texture_2d<u32>;
@compute @workgroup_size(16, 16)
fn of_rg16uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    unsigned[index] = textureLoad(rg16uint, id.xy, 0);
}

@group(0) @binding(25) var rgba16uint: texture_2d<u32>;
@compute @workgroup_size(16, 16)
fn of_rgba16uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    unsigned[index] = textureLoad(rgba16uint, id.xy, 0);
}

@group(0) @binding(26) var r32uint: texture_2d<u32>;
@compute @workgroup_size(16, 16)
fn of_r32uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    unsigned[index] = textureLoad(r32uint, id.xy, 0);
}

@group(0) @binding(27) var rg32uint: texture_2d<u32>;
@compute @workgroup_size(16, 16)
fn of_rg32uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    unsigned[index] = textureLoad(rg32uint, id.xy, 0);
}

@group(0) @binding(28) var rgba32uint: texture_2d<u32>;
@compute @workgroup_size(16, 16)
fn of_rgba32uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    unsigned[index] = textureLoad(rgba32uint, id.xy, 0);
}

@group(0) @binding(29) var rgb10a2uint: texture_2d<u32>;
@compute @workgroup_size(16, 16)
fn of_rgb10a2uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    unsigned[index] = textureLoad(rgb10a2uint, id.xy, 0);
}

@group(0) @binding(30) var r8sint: texture_2d<i32>;
@compute @workgroup_size(16, 16)
fn of_r8sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    signed[index] = textureLoad(r8sint, id.xy, 0);
}

@group(0) @binding(31) var rg8sint: texture_2d<i32>;
@compute @workgroup_size(16, 16)
fn of_rg8sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    signed[index] = textureLoad(rg8sint, id.xy, 0);
}

@group(0) @binding(32) var rgba8sint: texture_2d<i32>;
@compute @workgroup_size(16, 16)
fn of_rgba8sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    signed[index] = textureLoad(rgba8sint, id.xy, 0);
}

@group(0) @binding(33) var r16sint: texture_2d<i32>;
@compute @workgroup_size(16, 16)
fn of_r16sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    signed[index] = textureLoad(r16sint, id.xy, 0);
}

@group(0) @binding(34) var rg16sint: texture_2d<i32>;
@compute @workgroup_size(16, 16)
fn of_rg16sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    signed[index] = textureLoad(rg16sint, id.xy, 0);
}

@group(0) @binding(35) var rgba16sint: texture_2d<i32>;
@compute @workgroup_size(16, 16)
fn of_rgba16sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    signed[index] = textureLoad(rgba16sint, id.xy, 0);
}

@group(0) @binding(36) var r32sint: texture_2d<i32>;
@compute @workgroup_size(16, 16)
fn of_r32sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    signed[index] = textureLoad(r32sint, id.xy, 0);
}

@group(0) @binding(37) var rg32sint: texture_2d<i32>;
@compute @workgroup_size(16, 16)
fn of_rg32sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    signed[index] = textureLoad(rg32sint, id.xy, 0);
}

@group(0) @binding(38) var rgba32sint: texture_2d<i32>;
@compute @workgroup_size(16, 16)
fn of_rgba32sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    signed[index] = textureLoad(rgba32sint, id.xy, 0);
}
