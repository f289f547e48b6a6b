// The storage formats that a device may lack.
// grid 1,1,1
// tolerance 1,0
// A device may multiply by a reciprocal
// gpu may refuse: the adapter lacks
// bind 0,0 = zeros:1024
// bind 0,1 = zeros:1024
// bind 0,2 = r8unorm:8x8:rand:1
// bind 0,3 = r8unorm:8x8:zeros
// bind 0,4 = r8snorm:8x8:rand:2
// bind 0,5 = r8snorm:8x8:zeros
// bind 0,6 = r8uint:8x8:rand:3
// bind 0,7 = r8uint:8x8:zeros
// bind 0,8 = r8sint:8x8:rand:4
// bind 0,9 = r8sint:8x8:zeros
// bind 0,10 = rg8unorm:8x8:rand:5
// bind 0,11 = rg8unorm:8x8:zeros
// bind 0,12 = rg8snorm:8x8:rand:6
// bind 0,13 = rg8snorm:8x8:zeros
// bind 0,14 = rg8uint:8x8:rand:7
// bind 0,15 = rg8uint:8x8:zeros
// bind 0,16 = rg8sint:8x8:rand:8
// bind 0,17 = rg8sint:8x8:zeros
// bind 0,18 = r16uint:8x8:rand:9
// bind 0,19 = r16uint:8x8:zeros
// bind 0,20 = r16sint:8x8:rand:10
// bind 0,21 = r16sint:8x8:zeros
// bind 0,22 = r16float:8x8:rand:11
// bind 0,23 = r16float:8x8:zeros
// bind 0,24 = rg16uint:8x8:rand:12
// bind 0,25 = rg16uint:8x8:zeros
// bind 0,26 = rg16sint:8x8:rand:13
// bind 0,27 = rg16sint:8x8:zeros
// bind 0,28 = rg16float:8x8:rand:14
// bind 0,29 = rg16float:8x8:zeros
// bind 0,30 = rgb10a2uint:8x8:rand:15
// bind 0,31 = rgb10a2uint:8x8:zeros
// bind 0,32 = rgb10a2unorm:8x8:rand:16
// bind 0,33 = rgb10a2unorm:8x8:zeros
// bind 0,34 = rg11b10ufloat:8x8:rand:17
// bind 0,35 = rg11b10ufloat:8x8:zeros
// bind 0,36 = r16unorm:8x8:rand:18
// bind 0,37 = r16unorm:8x8:zeros
// bind 0,38 = r16snorm:8x8:rand:19
// bind 0,39 = r16snorm:8x8:zeros
// bind 0,40 = rg16unorm:8x8:rand:20
// bind 0,41 = rg16unorm:8x8:zeros
// bind 0,42 = rg16snorm:8x8:rand:21
// bind 0,43 = rg16snorm:8x8:zeros
// bind 0,44 = rgba16unorm:8x8:rand:22
// bind 0,45 = rgba16unorm:8x8:zeros
// bind 0,46 = rgba16snorm:8x8:rand:23
// bind 0,47 = rgba16snorm:8x8:zeros
// bind 0,48 = bgra8unorm:8x8:rand:24
// bind 0,49 = bgra8unorm:8x8:zeros

@group(0) @binding(0) var<storage, read_write> floats: array<vec4<f32>, 64>;
@group(0) @binding(1) var<storage, read_write> integers: array<vec4<u32>, 64>;

@group(0) @binding(2) var r8unorm_from: texture_storage_2d<r8unorm, read>;
@group(0) @binding(3) var r8unorm_to: texture_storage_2d<r8unorm, write>;
@compute @workgroup_size(8, 8)
fn of_r8unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(r8unorm_from, id.xy);
    floats[index] = texel;
    textureStore(r8unorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(4) var r8snorm_from: texture_storage_2d<r8snorm, read>;
@group(0) @binding(5) var r8snorm_to: texture_storage_2d<r8snorm, write>;
@compute @workgroup_size(8, 8)
fn of_r8snorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(r8snorm_from, id.xy);
    floats[index] = texel;
    textureStore(r8snorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(6) var r8uint_from: texture_storage_2d<r8uint, read>;
@group(0) @binding(7) var r8uint_to: texture_storage_2d<r8uint, write>;
@compute @workgroup_size(8, 8)
fn of_r8uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(r8uint_from, id.xy);
    integers[index] = texel;
    textureStore(r8uint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(8) var r8sint_from: texture_storage_2d<r8sint, read>;
@group(0) @binding(9) var r8sint_to: texture_storage_2d<r8sint, write>;
@compute @workgroup_size(8, 8)
fn of_r8sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(r8sint_from, id.xy);
    integers[index] = bitcast<vec4<u32>>(texel);
    textureStore(r8sint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(10) var rg8unorm_from: texture_storage_2d<rg8unorm, read>;
@group(0) @binding(11) var rg8unorm_to: texture_storage_2d<rg8unorm, write>;
@compute @workgroup_size(8, 8)
fn of_rg8unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg8unorm_from, id.xy);
    floats[index] = texel;
    textureStore(rg8unorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(12) var rg8snorm_from: texture_storage_2d<rg8snorm, read>;
@group(0) @binding(13) var rg8snorm_to: texture_storage_2d<rg8snorm, write>;
@compute @workgroup_size(8, 8)
fn of_rg8snorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg8snorm_from, id.xy);
    floats[index] = texel;
    textureStore(rg8snorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(14) var rg8uint_from: texture_storage_2d<rg8uint, read>;
@group(0) @binding(15) var rg8uint_to: texture_storage_2d<rg8uint, write>;
@compute @workgroup_size(8, 8)
fn of_rg8uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg8uint_from, id.xy);
    integers[index] = texel;
    textureStore(rg8uint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(16) var rg8sint_from: texture_storage_2d<rg8sint, read>;
@group(0) @binding(17) var rg8sint_to: texture_storage_2d<rg8sint, write>;
@compute @workgroup_size(8, 8)
fn of_rg8sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg8sint_from, id.xy);
    integers[index] = bitcast<vec4<u32>>(texel);
    textureStore(rg8sint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(18) var r16uint_from: texture_storage_2d<r16uint, read>;
@group(0) @binding(19) var r16uint_to: texture_storage_2d<r16uint, write>;
@compute @workgroup_size(8, 8)
fn of_r16uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(r16uint_from, id.xy);
    integers[index] = texel;
    textureStore(r16uint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(20) var r16sint_from: texture_storage_2d<r16sint, read>;
@group(0) @binding(21) var r16sint_to: texture_storage_2d<r16sint, write>;
@compute @workgroup_size(8, 8)
fn of_r16sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(r16sint_from, id.xy);
    integers[index] = bitcast<vec4<u32>>(texel);
    textureStore(r16sint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(22) var r16float_from: texture_storage_2d<r16float, read>;
@group(0) @binding(23) var r16float_to: texture_storage_2d<r16float, write>;
@compute @workgroup_size(8, 8)
fn of_r16float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(r16float_from, id.xy);
    floats[index] = texel;
    textureStore(r16float_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(24) var rg16uint_from: texture_storage_2d<rg16uint, read>;
@group(0) @binding(25) var rg16uint_to: texture_storage_2d<rg16uint, write>;
@compute @workgroup_size(8, 8)
fn of_rg16uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg16uint_from, id.xy);
    integers[index] = texel;
    textureStore(rg16uint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(26) var rg16sint_from: texture_storage_2d<rg16sint, read>;
@group(0) @binding(27) var rg16sint_to: texture_storage_2d<rg16sint, write>;
@compute @workgroup_size(8, 8)
fn of_rg16sint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg16sint_from, id.xy);
    integers[index] = bitcast<vec4<u32>>(texel);
    textureStore(rg16sint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(28) var rg16float_from: texture_storage_2d<rg16float, read>;
@group(0) @binding(29) var rg16float_to: texture_storage_2d<rg16float, write>;
@compute @workgroup_size(8, 8)
fn of_rg16float(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg16float_from, id.xy);
    floats[index] = texel;
    textureStore(rg16float_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(30) var rgb10a2uint_from: texture_storage_2d<rgb10a2uint, read>;
@group(0) @binding(31) var rgb10a2uint_to: texture_storage_2d<rgb10a2uint, write>;
@compute @workgroup_size(8, 8)
fn of_rgb10a2uint(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgb10a2uint_from, id.xy);
    integers[index] = texel;
    textureStore(rgb10a2uint_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(32) var rgb10a2unorm_from: texture_storage_2d<rgb10a2unorm, read>;
@group(0) @binding(33) var rgb10a2unorm_to: texture_storage_2d<rgb10a2unorm, write>;
@compute @workgroup_size(8, 8)
fn of_rgb10a2unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgb10a2unorm_from, id.xy);
    floats[index] = texel;
    textureStore(rgb10a2unorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(34) var rg11b10ufloat_from: texture_storage_2d<rg11b10ufloat, read>;
@group(0) @binding(35) var rg11b10ufloat_to: texture_storage_2d<rg11b10ufloat, write>;
@compute @workgroup_size(8, 8)
fn of_rg11b10ufloat(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg11b10ufloat_from, id.xy);
    floats[index] = texel;
    textureStore(rg11b10ufloat_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(36) var r16unorm_from: texture_storage_2d<r16unorm, read>;
@group(0) @binding(37) var r16unorm_to: texture_storage_2d<r16unorm, write>;
@compute @workgroup_size(8, 8)
fn of_r16unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(r16unorm_from, id.xy);
    floats[index] = texel;
    textureStore(r16unorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(38) var r16snorm_from: texture_storage_2d<r16snorm, read>;
@group(0) @binding(39) var r16snorm_to: texture_storage_2d<r16snorm, write>;
@compute @workgroup_size(8, 8)
fn of_r16snorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(r16snorm_from, id.xy);
    floats[index] = texel;
    textureStore(r16snorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(40) var rg16unorm_from: texture_storage_2d<rg16unorm, read>;
@group(0) @binding(41) var rg16unorm_to: texture_storage_2d<rg16unorm, write>;
@compute @workgroup_size(8, 8)
fn of_rg16unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg16unorm_from, id.xy);
    floats[index] = texel;
    textureStore(rg16unorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(42) var rg16snorm_from: texture_storage_2d<rg16snorm, read>;
@group(0) @binding(43) var rg16snorm_to: texture_storage_2d<rg16snorm, write>;
@compute @workgroup_size(8, 8)
fn of_rg16snorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rg16snorm_from, id.xy);
    floats[index] = texel;
    textureStore(rg16snorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(44) var rgba16unorm_from: texture_storage_2d<rgba16unorm, read>;
@group(0) @binding(45) var rgba16unorm_to: texture_storage_2d<rgba16unorm, write>;
@compute @workgroup_size(8, 8)
fn of_rgba16unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgba16unorm_from, id.xy);
    floats[index] = texel;
    textureStore(rgba16unorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(46) var rgba16snorm_from: texture_storage_2d<rgba16snorm, read>;
@group(0) @binding(47) var rgba16snorm_to: texture_storage_2d<rgba16snorm, write>;
@compute @workgroup_size(8, 8)
fn of_rgba16snorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(rgba16snorm_from, id.xy);
    floats[index] = texel;
    textureStore(rgba16snorm_to, 7 - vec2<i32>(id.xy), texel);
}

@group(0) @binding(48) var bgra8unorm_from: texture_storage_2d<bgra8unorm, read>;
@group(0) @binding(49) var bgra8unorm_to: texture_storage_2d<bgra8unorm, write>;
@compute @workgroup_size(8, 8)
fn of_bgra8unorm(@builtin(local_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
    let texel = textureLoad(bgra8unorm_from, id.xy);
    floats[index] = texel;
    textureStore(bgra8unorm_to, 7 - vec2<i32>(id.xy), texel);
}
