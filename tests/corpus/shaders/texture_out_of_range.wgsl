// Stores out of range do nothing. What loads out of range give is left open, so that only those in range are kept.
// grid 1,1,1
// bind 0,0 = rgba8uint:5x3:rand:1
// bind 0,1 = r32sint:5x3x2:rand:2
// bind 0,2 = zeros:1024

@group(0) @binding(0) var plane: texture_storage_2d<rgba8uint, write>;
@group(0) @binding(1) var layers: texture_storage_2d_array<r32sint, write>;
@group(0) @binding(2) var<storage, read_write> seen: array<u32>;

@compute @workgroup_size(8, 8)
fn around(@builtin(local_invocation_id) id: vec3<u32>) {
    let at = vec2<i32>(id.xy) * 2 - 8;
    textureStore(plane, at, vec4(id, 77u));
    textureStore(plane, vec2<u32>(0x80000000u, 1u), vec4(1u));
    textureStore(plane, vec2<i32>(2147483647, -2147483647), vec4(1u));
    textureStore(layers, at, i32(id.x) - 3, vec4(i32(id.y)));
    textureStore(layers, vec2(1u, 1u), 4000000000u, vec4(1));
}
