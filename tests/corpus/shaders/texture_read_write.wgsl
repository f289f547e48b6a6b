// Textures that are read and written: between barriers, by atomic operations, and with texels nobody stores to.
// grid 3,1,1
// gpu may refuse: the adapter lacks
// bind 0,0 = r32uint:16x4:rand:1
// bind 0,1 = r32float:48x1:rand:2
// bind 0,2 = r32sint:16x4:rand:3
// bind 0,3 = r32uint:4x4:rand:4
// bind 0,4 = r32sint:4x4:rand:5
// bind 0,5 = rgba8unorm:8x8:rand:6

@group(0) @binding(0) var counts: texture_storage_2d<r32uint, read_write>;
@group(0) @binding(1) var waves: texture_storage_2d<r32float, read_write>;
@group(0) @binding(2) var signed: texture_storage_2d<r32sint, read_write>;
@group(0) @binding(3) var bins: texture_storage_2d<r32uint, atomic>;
@group(0) @binding(4) var extremes: texture_storage_2d<r32sint, atomic>;
@group(0) @binding(5) var corner: texture_storage_2d<rgba8unorm, write>;

@compute @workgroup_size(16)
fn prefix(@builtin(local_invocation_index) index: u32, @builtin(workgroup_id) group: vec3<u32>) {
    let at = vec2(index, group.x);
    for (var step = 1u; step < 16u; step *= 2u) {
        var sum = textureLoad(counts, at).x;
        if index >= step {
            sum += textureLoad(counts, at - vec2(step, 0u)).x;
        }
        textureBarrier();
        textureStore(counts, at, vec4(sum));
        textureBarrier();
    }
}

@compute @workgroup_size(16)
fn in_place(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
    let wave = textureLoad(waves, vec2(id.x, 0u));
    textureStore(waves, vec2(id.x, 0u), wave * 2.0 + wave.w);
    let at = vec2(id.x % 16u, group.x);
    textureStore(signed, at, -textureLoad(signed, at));
}

@compute @workgroup_size(32)
fn count(@builtin(global_invocation_id) id: vec3<u32>) {
    let bin = vec2(id.x % 4u, id.x / 7u % 4u);
    switch id.x % 6u {
        case 0u: { textureAtomicAdd(bins, bin, id.x); }
        case 1u: { textureAtomicMax(extremes, bin, i32(id.x) - 40); }
        case 2u: { textureAtomicMin(extremes, vec2<i32>(bin), -i32(id.x)); }
        default: {}
    }
}

@compute @workgroup_size(32)
fn mask(@builtin(global_invocation_id) id: vec3<u32>) {
    textureAtomicOr(bins, vec2(0u, 0u), 1u << (id.x % 32u));
    textureAtomicAnd(bins, vec2(1u, 0u), ~(1u << (id.x % 5u)));
    textureAtomicXor(bins, vec2(2u, 0u), id.x);
    textureAtomicMax(bins, vec2(3u, 0u), id.x);
    textureAtomicMin(bins, vec2(0u, 1u), id.x + 1u);
    textureAtomicAdd(extremes, vec2(3u, 3u), -1);
}

@compute @workgroup_size(4, 4)
fn a_corner(@builtin(local_invocation_id) id: vec3<u32>) {
    textureStore(corner, id.xy, vec4(0.2, 0.4, 0.6, 0.8));
}
