//! Shaders of many kinds over slices of the host.

use tilewright::{Context, Raw, kernel_struct};

use crate::{Case, kernel};

pub(crate) const CASES: [Case; 15] = [
    ("saxpy_with_a_uniform", saxpy),
    ("tiled_transpose", transpose),
    ("histogram_with_atomics", histogram),
    ("counts_that_all_threads_add_to", counts),
    ("prefix_sum_with_barriers", prefix_sum),
    ("structures_follow_the_layout_of_wgsl", bodies),
    ("matrices", matrices),
    ("overrides", overrides),
    ("grid_of_three_dimensions", grid_3d),
    ("array_length_is_that_of_the_slice", array_length),
    ("several_groups_and_entry_points", groups_and_entries),
    ("structure_with_a_header_and_an_array", header),
    ("half_precision_through_raw_words", halves),
    ("accesses_out_of_bounds_stay_inside", out_of_bounds),
    ("workgroup_memory_starts_as_zeros", zeroed_workgroup_memory),
];

/// Pseudo-random words, the same ones each time (splitmix32).
fn random(n: usize) -> Vec<u32> {
    let scramble = |i: usize| {
        let mut z = (i as u32).wrapping_mul(0x9e37_79b9);
        z = (z ^ (z >> 16)).wrapping_mul(0x85eb_ca6b);
        z = (z ^ (z >> 13)).wrapping_mul(0xc2b2_ae35);
        z ^ (z >> 16)
    };
    (1..=n).map(scramble).collect()
}

fn saxpy(cx: &Context) {
    let kernel = kernel(
        "struct Params { a: f32, n: u32 }
        @group(0) @binding(0) var<uniform> params: Params;
        @group(0) @binding(1) var<storage, read> x: array<f32>;
        @group(0) @binding(2) var<storage, read_write> y: array<f32>;
        @compute @workgroup_size(64)
        fn saxpy(@builtin(global_invocation_id) id: vec3<u32>) {
            if id.x < params.n { y[id.x] += params.a * x[id.x]; }
        }",
    );
    kernel_struct! {
        struct Params { n: u32, a: f32 }
    }
    for n in [1u32, 63, 64, 65, 100_003] {
        let x: Vec<f32> = (0..n).map(|i| i as f32).collect();
        let mut y = vec![1.0f32; n as usize + 3];
        let launch = kernel.launch().set("params", Params { a: 2.0, n }).bind("x", &x).bind("y", &mut y);
        launch.invocations([n]).run(cx).unwrap();
        assert!(y[..n as usize].iter().enumerate().all(|(i, y)| *y == 1.0 + 2.0 * i as f32), "{n}");
        assert_eq!(y[n as usize..], [1.0; 3]);
    }
}

fn transpose(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read> a: array<f32>;
        @group(0) @binding(1) var<storage, read_write> b: array<f32>;
        @group(0) @binding(2) var<uniform> size: vec2<u32>;
        var<workgroup> tile: array<array<f32, 17>, 16>;
        @compute @workgroup_size(16, 16)
        fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
            let at = group.xy * 16u + local.xy;
            if all(at < size) { tile[local.y][local.x] = a[at.y * size.x + at.x]; }
            workgroupBarrier();
            let there = group.yx * 16u + local.xy;
            if all(there < size.yx) { b[there.y * size.y + there.x] = tile[local.x][local.y]; }
        }",
    );
    let (width, height) = (75usize, 41usize);
    let a: Vec<f32> = (0..width * height).map(|i| i as f32).collect();
    let mut b = vec![0.0f32; a.len()];
    let size = [width as u32, height as u32];
    let launch = kernel.launch().bind("a", &a).bind("b", &mut b).set("size", size);
    launch.invocations(size).run(cx).unwrap();
    for (x, y) in (0..width).flat_map(|x| (0..height).map(move |y| (x, y))) {
        assert_eq!(b[x * height + y], a[y * width + x]);
    }
}

fn histogram(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read> keys: array<u32>;
        @group(0) @binding(1) var<storage, read_write> bins: array<atomic<u32>, 256>;
        var<workgroup> own: array<atomic<u32>, 256>;
        @compute @workgroup_size(256)
        fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32,
                @builtin(num_workgroups) groups: vec3<u32>) {
            atomicStore(&own[local], 0u);
            workgroupBarrier();
            for (var i = id.x; i < arrayLength(&keys); i += groups.x * 256u) { atomicAdd(&own[keys[i] & 255u], 1u); }
            workgroupBarrier();
            atomicAdd(&bins[local], atomicLoad(&own[local]));
        }",
    );
    let keys = random(50_001);
    let mut bins = [7u32; 256];
    kernel.launch().bind("keys", &keys).bind("bins", &mut bins).workgroups([9]).run(cx).unwrap();
    let mut expected = [7u32; 256];
    keys.iter().for_each(|key| expected[(key & 255) as usize] += 1);
    assert_eq!(bins, expected);
}

fn prefix_sum(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read_write> data: array<u32>;
        var<workgroup> sums: array<u32, 128>;
        @compute @workgroup_size(128)
        fn main(@builtin(local_invocation_index) i: u32, @builtin(global_invocation_id) id: vec3<u32>) {
            sums[i] = data[id.x];
            for (var step = 1u; step < 128u; step *= 2u) {
                workgroupBarrier();
                var sum = sums[i];
                if i >= step { sum += sums[i - step]; }
                workgroupBarrier();
                sums[i] = sum;
            }
            data[id.x] = sums[i];
        }",
    );
    let mut data = random(128 * 5);
    let expected: Vec<u32> = data
        .chunks(128)
        .flat_map(|chunk| {
            chunk.iter().scan(0u32, |sum, x| {
                *sum = sum.wrapping_add(*x);
                Some(*sum)
            })
        })
        .collect();
    kernel.launch().bind("data", &mut data).workgroups([5]).run(cx).unwrap();
    assert_eq!(data, expected);
}

kernel_struct! {
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Body { position: [f32; 3], velocity: [f32; 3], mass: f32, tags: [u32; 2] }
}

fn bodies(cx: &Context) {
    let kernel = kernel(
        "struct Body { position: vec3<f32>, mass: f32, velocity: vec3<f32>, tags: array<u32, 2> }
        @group(0) @binding(0) var<storage, read_write> bodies: array<Body>;
        @group(0) @binding(1) var<uniform> dt: f32;
        @compute @workgroup_size(32)
        fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if id.x >= arrayLength(&bodies) { return; }
            let body = &bodies[id.x];
            (*body).position += dt * (*body).velocity;
            (*body).velocity *= (*body).mass;
            (*body).tags[1] += (*body).tags[0];
        }",
    );
    let body = |i: u32| {
        let x = i as f32;
        Body { position: [x, x + 1.0, -x], velocity: [1.0, 2.0, x], mass: 2.0, tags: [i, 1] }
    };
    let mut bodies: Vec<Body> = (0..77).map(body).collect();
    kernel.launch().bind("bodies", &mut bodies).set("dt", 0.5f32).invocations([77]).run(cx).unwrap();
    for (i, found) in (0..77).zip(bodies) {
        let Body { position: p, velocity: v, mass, tags } = body(i);
        let position = std::array::from_fn(|k| p[k] + 0.5 * v[k]);
        let velocity = v.map(|v| v * mass);
        assert_eq!(found, Body { position, velocity, mass, tags: [tags[0], tags[0] + tags[1]] });
    }
}

fn matrices(cx: &Context) {
    let kernel = kernel(
        "struct Pose { turn: mat3x3<f32>, weights: mat2x4<f32>, shift: vec2<f32> }
        @group(0) @binding(0) var<uniform> pose: Pose;
        @group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;
        @group(0) @binding(2) var<storage, read> m: array<mat4x4<f32>>;
        @group(0) @binding(3) var<storage, read_write> y: array<vec4<f32>>;
        @compute @workgroup_size(8)
        fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if id.x >= arrayLength(&x) { return; }
            let turned = pose.turn * x[id.x].xyz;
            let weighed = pose.weights * pose.shift;
            y[id.x] = m[id.x] * vec4(turned, 1.0) + weighed;
        }",
    );
    kernel_struct! {
        struct Pose { turn: [[f32; 3]; 3], weights: [[f32; 4]; 2], shift: [f32; 2] }
    }
    let pose = Pose {
        turn: [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 2.0]],
        weights: [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]],
        shift: [10.0, 100.0],
    };
    let small = |n: usize| random(n).iter().map(|x| (x % 17) as f32 - 8.0).collect::<Vec<f32>>();
    let x: Vec<[f32; 4]> = small(40).chunks(4).map(|x| x.try_into().unwrap()).collect();
    let m: Vec<[[f32; 4]; 4]> = small(160)
        .chunks(16)
        .map(|m| std::array::from_fn(|i| m[4 * i..4 * i + 4].try_into().unwrap()))
        .collect();
    let mut y = vec![[0.0f32; 4]; 10];
    let launch = kernel.launch().set("pose", pose).bind("x", &x).bind("m", &m).bind("y", &mut y);
    launch.workgroups([2]).run(cx).unwrap();
    for ((x, m), y) in x.iter().zip(&m).zip(y) {
        let turned = [-x[1], x[0], 2.0 * x[2], 1.0];
        let weighed: [f32; 4] = std::array::from_fn(|r| (r + 1) as f32 * 10.0 + (r + 5) as f32 * 100.0);
        let expected: [f32; 4] =
            std::array::from_fn(|r| (0..4).map(|c| m[c][r] * turned[c]).sum::<f32>() + weighed[r]);
        assert_eq!(y, expected);
    }
}

fn overrides(cx: &Context) {
    let kernel = kernel(
        "override WIDTH: u32 = 8;
        override SCALE: f32;
        @id(7) override NEGATE: bool = false;
        @group(0) @binding(0) var<storage, read_write> out: array<f32>;
        var<workgroup> shared_sum: array<f32, 2 * WIDTH>;
        @compute @workgroup_size(WIDTH)
        fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) i: u32) {
            shared_sum[i + WIDTH] = f32(i) * SCALE;
            workgroupBarrier();
            let value = shared_sum[WIDTH + (WIDTH - 1u - i)];
            if id.x < arrayLength(&out) { out[id.x] = select(value, -value, NEGATE); }
        }",
    );
    for width in [8usize, 32, 1] {
        let mut out = vec![0.0f32; 70];
        let launch = kernel.launch().bind("out", &mut out).set_override("SCALE", 1.5f32);
        let launch = launch.set_override("WIDTH", width as u32).set_override("7", true);
        launch.invocations([70]).run(cx).unwrap();
        for (i, found) in out.iter().enumerate() {
            assert_eq!(*found, -1.5 * (width - 1 - i % width) as f32);
        }
    }
    let mut out = [0.0f32; 8];
    kernel.launch().bind("out", &mut out).set_override("SCALE", 1.0f32).workgroups([1]).run(cx).unwrap();
    assert_eq!(out, [7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0]);
}

fn grid_3d(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read_write> seen: array<vec4<u32>>;
        @compute @workgroup_size(2, 3, 4)
        fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
                @builtin(local_invocation_index) index: u32) {
            let size = groups * vec3(2u, 3u, 4u);
            seen[(id.z * size.y + id.y) * size.x + id.x] = vec4(id, index);
        }",
    );
    // Rounded up to 6 x 6 x 8.
    let mut seen = vec![[u32::MAX; 4]; 6 * 6 * 8];
    kernel.launch().bind("seen", &mut seen).invocations([5, 4, 7]).run(cx).unwrap();
    for (at, seen) in seen.iter().enumerate() {
        let [x, y, z] = [at % 6, at / 6 % 6, at / 36].map(|n| n as u32);
        assert_eq!(*seen, [x, y, z, (z % 4 * 3 + y % 3) * 2 + x % 2]);
    }
}

fn array_length(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read> a: array<u32>;
        @group(0) @binding(1) var<storage, read> b: array<vec2<f32>>;
        @group(0) @binding(2) var<storage, read_write> lengths: array<u32>;
        @compute @workgroup_size(1) fn main() { lengths[0] = arrayLength(&a); lengths[1] = arrayLength(&b); }",
    );
    for n in [1usize, 2, 3, 5, 1021] {
        let mut lengths = [0u32; 2];
        let (a, b) = (vec![0u32; n], vec![[0.0f32; 2]; 2 * n]);
        let launch = kernel.launch().bind("a", &a).bind("b", &b).bind("lengths", &mut lengths);
        launch.workgroups([1]).run(cx).unwrap();
        assert_eq!(lengths, [n as u32, 2 * n as u32]);
    }
}

fn groups_and_entries(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(3) var<storage, read> a: array<i32>;
        @group(2) @binding(0) var<storage, read_write> b: array<i32>;
        @group(2) @binding(1) var<uniform> k: i32;
        @compute @workgroup_size(4) fn scale(@builtin(global_invocation_id) id: vec3<u32>) { b[id.x] = k * a[id.x]; }
        @compute @workgroup_size(4) fn negate(@builtin(global_invocation_id) id: vec3<u32>) { b[id.x] = -b[id.x]; }",
    );
    let a: Vec<i32> = (-6..6).collect();
    let mut b = vec![0i32; 12];
    let launch = kernel.entry("scale").bind_at(0, 3, &a).bind("b", &mut b).set("k", 3i32);
    launch.workgroups([3]).run(cx).unwrap();
    // What an entry point does not use may be given all the same.
    kernel.entry("negate").bind("a", &a).bind("b", &mut b).workgroups([3]).run(cx).unwrap();
    assert!(a.iter().zip(&b).all(|(a, b)| *b == -3 * a));
}

fn header(cx: &Context) {
    let kernel = kernel(
        "struct List { count: u32, items: array<vec2<u32>> }
        @group(0) @binding(0) var<storage, read_write> list: List;
        @compute @workgroup_size(1) fn main() {
            for (var i = 0u; i < arrayLength(&list.items); i++) { list.count += list.items[i].x; list.items[i].y = i; }
        }",
    );
    // A header of a word, padding to the alignment of a pair, three pairs.
    let mut words = [1000u32, 0, 1, 9, 2, 9, 3, 9];
    kernel.launch().bind("list", Raw(&mut words[..])).workgroups([1]).run(cx).unwrap();
    assert_eq!(words, [1006, 0, 1, 0, 2, 1, 3, 2]);
}

fn halves(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read> packed: array<u32>;
        @group(0) @binding(1) var<storage, read_write> sums: array<f32>;
        @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3<u32>) {
            let pair = unpack2x16float(packed[id.x]);
            sums[id.x] = pair.x + pair.y;
        }",
    );
    let values = [1.0f32, 2.5, -3.0, 0.25, 7.0];
    let halves: Vec<u16> = values.iter().map(|&x| half::f16::from_f32(x).to_bits()).collect();
    let mut sums = [0.0f32; 3];
    kernel.launch().bind("packed", Raw(&halves)).bind("sums", &mut sums).workgroups([3]).run(cx).unwrap();
    assert_eq!(sums, [3.5, -2.75, 7.0]);
}

fn out_of_bounds(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read> a: array<u32>;
        @group(0) @binding(1) var<storage, read_write> b: array<u32>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            let i = id.x * 0x01010101u;
            if id.x >= 5u { b[i] = 9u; }
            if id.x < 5u { b[id.x] = a[i]; }
        }",
    );
    let a = [1u32, 2, 3];
    let mut memory = vec![[4u32; 5]; 3];
    kernel.launch().bind("a", &a).bind("b", &mut memory[1]).invocations([1000]).run(cx).unwrap();
    assert_eq!((memory[0], memory[2]), ([4; 5], [4; 5]));
    assert!(memory[1].iter().all(|b| [0, 1, 2, 3, 9].contains(b)), "{memory:?}");
}

fn zeroed_workgroup_memory(cx: &Context) {
    let kernel = kernel(
        "var<workgroup> memory: array<u32, 256>;
        @group(0) @binding(0) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(64) fn main(@builtin(workgroup_id) group: vec3<u32>,
                                             @builtin(local_invocation_index) i: u32) {
            for (var k = 0u; k < 4u; k++) { out[group.x * 256u + 64u * k + i] = memory[64u * k + i]; }
            workgroupBarrier();
            for (var k = 0u; k < 4u; k++) { memory[64u * k + i] = 0xdeadbeefu; }
        }",
    );
    let mut out = vec![1u32; 256 * 64];
    kernel.launch().bind("out", &mut out).workgroups([64]).run(cx).unwrap();
    assert!(out.iter().all(|word| *word == 0));
}

/// On the CPU threads count in copies of their own, which are merged.
fn counts(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read_write> bins: array<atomic<u32>>;
        @group(0) @binding(1) var<storage, read_write> most: atomic<i32>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            atomicAdd(&bins[(id.x * 7919u) % 40u], id.x);
            atomicMax(&most, i32(id.x) - 70000);
        }",
    );
    let n = 64_000_u32;
    let mut expected = [3_u32; 40];
    (0..n).for_each(|i| expected[(i.wrapping_mul(7919) % 40) as usize] += i);
    let (mut bins, mut most) = ([3_u32; 40], [i32::MIN]);
    let launch = kernel.launch().bind("bins", &mut bins).bind("most", &mut most);
    launch.workgroups([n / 64]).run(cx).unwrap();
    assert_eq!((bins, most), (expected, [n as i32 - 1 - 70000]));
}
