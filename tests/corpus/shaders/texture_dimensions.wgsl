// Textures of every dimension: their sizes, loads, stores, and textures passed to functions.
// grid 1,2,3
// bind 0,0 = r32uint:37:rand:1
// bind 0,1 = rgba8uint:9x5:rand:2
// bind 0,2 = rg32sint:7x5x3:rand:3
// bind 0,3 = rgba32float:5x6x7:rand:4
// bind 0,4 = r32uint:37:zeros
// bind 0,5 = rgba8uint:9x5:zeros
// bind 0,6 = rg32sint:7x5x3:zeros
// bind 0,7 = rgba32float:5x6x7:zeros
// bind 0,8 = zeros:512

@group(0) @binding(0) var row: texture_1d<u32>;
@group(0) @binding(1) var plane: texture_2d<u32>;
@group(0) @binding(2) var layers: texture_2d_array<i32>;
@group(0) @binding(3) var box: texture_3d<f32>;
@group(0) @binding(4) var row_to: texture_storage_1d<r32uint, write>;
@group(0) @binding(5) var plane_to: texture_storage_2d<rgba8uint, write>;
@group(0) @binding(6) var layers_to: texture_storage_2d_array<rg32sint, write>;
@group(0) @binding(7) var box_to: texture_storage_3d<rgba32float, write>;
@group(0) @binding(8) var<storage, read_write> sizes: array<u32>;

@compute @workgroup_size(1)
fn ask() {
    sizes[0] = textureDimensions(row);
    sizes[1] = textureDimensions(row_to);
    let xy = textureDimensions(plane);
    sizes[2] = xy.x;
    sizes[3] = xy.y;
    let zero = 0;
    let of_layer = textureDimensions(layers, zero);
    sizes[4] = of_layer.x;
    sizes[5] = of_layer.y;
    sizes[6] = textureNumLayers(layers);
    sizes[7] = textureNumLayers(layers_to);
    let xyz = textureDimensions(box_to);
    sizes[8] = xyz.x;
    sizes[9] = xyz.y;
    sizes[10] = xyz.z;
    sizes[11] = textureNumLevels(plane) * 100u + textureNumLevels(box) * 10u + textureNumLevels(layers);
}

@compute @workgroup_size(16)
fn reverse_row(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let length = textureDimensions(row);
    for (var at = id.x; at < length; at += 16u * groups.x) {
        textureStore(row_to, length - 1u - at, textureLoad(row, i32(at), 0) + 1u);
    }
}

fn rotated(image: texture_2d<u32>, at: vec2<u32>) -> vec4<u32> {
    return textureLoad(image, at, 0).yzwx;
}

@compute @workgroup_size(9, 3)
fn turn_plane(@builtin(global_invocation_id) id: vec3<u32>) {
    if all(id.xy < textureDimensions(plane)) && id.z == 0u {
        textureStore(plane_to, id.xy, rotated(plane, id.xy));
    }
}

@compute @workgroup_size(8, 4)
fn shift_layers(@builtin(global_invocation_id) id: vec3<u32>) {
    if all(id.xy < textureDimensions(layers)) {
        let texel = textureLoad(layers, id.xy, (id.z + 1u) % 3u, 0);
        textureStore(layers_to, id.xy, i32(id.z), texel);
    }
}

@compute @workgroup_size(5, 3, 3)
fn mirror_box(@builtin(global_invocation_id) id: vec3<u32>) {
    if all(id < textureDimensions(box)) {
        // Each texel is stored once.
        if id.z % 2u == 0u {
            textureStore(box_to, vec3(4 - i32(id.x), vec2<i32>(id.yz)), textureLoad(box, id.xyz, 0));
        } else {
            textureStore(box_to, id, textureLoad(box, vec3(id.x, id.yz), 0) * 2.0);
        }
    }
}
