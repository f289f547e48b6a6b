//! Launches in parts: shared by the CPU and a device, and larger than what a device binds or dispatches at once.

use tilewright::{Choice, Context, Error, Launch, Placement, TexelFormat, Texture};

use super::{Case, kernel};

/// Which run where a device is.
pub(super) const GPU_CASES: [Case; 11] = [
    ("split_elements", elements),
    ("split_rows_with_a_halo", rows),
    ("split_histogram", histogram),
    ("split_ids", ids),
    ("split_arrays", arrays),
    ("what_prevents_a_split", prevented),
    ("a_texture_written_by_one_side", texture),
    ("split_or_not_the_same", same),
    ("more_workgroups_than_a_dispatch", many_workgroups),
    ("more_workgroups_and_indices_of_64_bits", wide_indices),
    ("more_memory_than_a_binding", large_memory),
];

/// Contexts that give a device some of a launch.
fn splits(cx: &Context) -> impl Iterator<Item = Context> {
    [0.1, 0.5, 0.77].into_iter().map(|gpu| cx.with_placement(Placement::Split { gpu }))
}

/// Runs a launch, which has to be split, near the share that was asked for.
fn run_split(launch: Launch<'_>, cx: &Context) {
    launch.run(cx).unwrap();
    let report = cx.last_report().expect("a plan was made");
    assert!(matches!(report.plan.choice, Choice::Split { .. }), "{report}");
    assert!(report.incidents.is_empty(), "{report}");
    let Placement::Split { gpu } = report.plan.placement else { panic!("{report}") };
    let share = report.plan.gpu_range().len() as f64 / report.plan.len as f64;
    // Rounded to the workgroups that the CPU runs in step.
    assert!((share - gpu).abs() < 0.2, "{report}");
}

fn elements(cx: &Context) {
    let kernel = kernel(
        "struct Params { a: f32, n: u32 }
        @group(0) @binding(0) var<uniform> params: Params;
        @group(0) @binding(1) var<storage, read> x: array<f32>;
        @group(1) @binding(0) var<storage, read_write> y: array<f32>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if (id.x >= params.n) { return; }
            y[id.x] = params.a * x[id.x] + y[id.x];
        }",
    );
    let n = 100_001;
    let x: Vec<f32> = (0..n).map(|i| (i % 1000) as f32).collect();
    for cx in splits(cx) {
        let mut y = vec![1.0_f32; n];
        let launch = kernel.launch().bind("x", &x).bind("y", &mut y);
        run_split(launch.set("params", Params { a: 3.0, n: n as u32 }).invocations([n]), &cx);
        assert!(x.iter().zip(&y).all(|(x, y)| *y == 3.0 * x + 1.0));
    }
}

tilewright::kernel_struct! {
    #[derive(Clone, Copy)]
    struct Params { a: f32, n: u32 }
}

tilewright::kernel_struct! {
    #[derive(Clone, Copy)]
    struct Size { width: u32, height: u32 }
}

fn rows(cx: &Context) {
    let kernel = kernel(
        "struct Size { width: u32, height: u32 }
        @group(0) @binding(0) var<uniform> size: Size;
        @group(0) @binding(1) var<storage, read> before: array<vec2<i32>>;
        @group(0) @binding(2) var<storage, read_write> after: array<vec2<i32>>;
        fn at(x: u32, y: u32) -> vec2<i32> { return before[y * size.width + x]; }
        @compute @workgroup_size(8, 8) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if (any(id.xy >= vec2(size.width, size.height))) { return; }
            let left = select(id.x - 1u, id.x, id.x == 0u);
            let right = min(id.x + 1u, size.width - 1u);
            let up = max(id.y, 1u) - 1u;
            let down = min(id.y + 1u, size.height - 1u);
            after[id.y * size.width + id.x] =
                at(left, id.y) + at(right, id.y) + at(id.x, up) + at(id.x, down) - 4 * at(id.x, id.y);
        }",
    );
    let (width, height) = (171_usize, 203_usize);
    let before: Vec<[i32; 2]> = (0..width * height).map(|i| [(i * i % 977) as i32, i as i32 % 31]).collect();
    let at = |x: usize, y: usize, c: usize| before[y * width + x][c];
    let expected = |i: usize| {
        let (x, y) = (i % width, i / width);
        std::array::from_fn(|c| {
            let across = at(x.max(1) - 1, y, c) + at(if x + 1 < width { x + 1 } else { x }, y, c);
            let along = at(x, y.max(1) - 1, c) + at(x, if y + 1 < height { y + 1 } else { y }, c);
            across + along - 4 * at(x, y, c)
        })
    };
    let expected: Vec<[i32; 2]> = (0..width * height).map(expected).collect();
    for cx in splits(cx) {
        let mut after = vec![[0; 2]; width * height];
        let size = Size { width: width as u32, height: height as u32 };
        let launch = kernel.launch().set("size", size).bind("before", &before).bind("after", &mut after);
        run_split(launch.invocations([width, height]), &cx);
        assert!(after == expected);
    }
}

fn histogram(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read> data: array<u32>;
        @group(0) @binding(1) var<storage, read_write> bins: array<atomic<u32>, 16>;
        @group(0) @binding(2) var<storage, read_write> largest: atomic<i32>;
        var<workgroup> mine: array<atomic<u32>, 16>;
        @compute @workgroup_size(128) fn main(
            @builtin(global_invocation_id) id: vec3<u32>,
            @builtin(local_invocation_index) local: u32,
        ) {
            if (id.x < arrayLength(&data)) {
                atomicAdd(&mine[data[id.x] % 16u], 1u);
                atomicMax(&largest, i32(data[id.x] % 1000u) - 2000);
            }
            workgroupBarrier();
            if (local < 16u) { atomicAdd(&bins[local], atomicLoad(&mine[local])); }
        }",
    );
    let data: Vec<u32> = (0..50_000_u32).map(|i| i.wrapping_mul(2_654_435_761) >> 7).collect();
    for cx in splits(cx) {
        let mut bins = [5_u32; 16];
        let mut largest = i32::MIN;
        let launch = kernel.launch().bind("data", &data).bind("bins", &mut bins);
        let largest_at = std::slice::from_mut(&mut largest);
        run_split(launch.bind("largest", largest_at).invocations([data.len()]), &cx);
        let count = |bin: u32| 5 + data.iter().filter(|&&value| value % 16 == bin).count() as u32;
        assert_eq!(bins, std::array::from_fn(|bin| count(bin as u32)));
        assert_eq!(Some(largest), data.iter().map(|&value| (value % 1000) as i32 - 2000).max());
    }
}

/// Every built-in value is that of the whole grid.
fn ids(cx: &Context) {
    let kernel = kernel(
        "struct Ids {
            @builtin(workgroup_id) group: vec3<u32>,
            @builtin(local_invocation_id) local: vec3<u32>,
            @builtin(num_workgroups) groups: vec3<u32>,
        }
        override HEIGHT: u32 = 2;
        @group(0) @binding(0) var<storage, read_write> out: array<vec4<u32>>;
        @compute @workgroup_size(4, HEIGHT, 1) fn main(
            ids: Ids,
            @builtin(global_invocation_id) id: vec3<u32>,
            @builtin(local_invocation_index) index: u32,
        ) {
            let size = ids.groups * vec3(4u, HEIGHT, 1u);
            let at = (id.z * size.y + id.y) * size.x + id.x;
            let check = u32(all(ids.group * vec3(4u, HEIGHT, 1u) + ids.local == id));
            out[at] = vec4(id.x | (id.y << 16u), id.z, index, check + arrayLength(&out));
        }",
    );
    let (groups, height) = ([3_u32, 5, 40], 3_u32);
    let size = [groups[0] * 4, groups[1] * height, groups[2]];
    let len = size.iter().product::<u32>();
    for cx in splits(cx) {
        let mut out = vec![[0_u32; 4]; len as usize];
        let launch = kernel.launch().set_override("HEIGHT", height).bind("out", &mut out);
        run_split(launch.workgroups(groups), &cx);
        for (i, value) in out.iter().enumerate() {
            let i = i as u32;
            let (x, y, z) = (i % size[0], i / size[0] % size[1], i / size[0] / size[1]);
            assert_eq!(*value, [x | (y << 16), z, y % height * 4 + x % 4, 1 + len]);
        }
    }
}

fn arrays(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read> x: array<u32>;
        @group(0) @binding(1) var<storage, read_write> y: array<u32>;
        @compute @workgroup_size(32) fn main(@builtin(global_invocation_id) id: vec3<u32>) { y[id.x] += x[id.x]; }",
    );
    let x = cx.array((0..3200).collect::<Vec<u32>>());
    let mut y = cx.array(vec![7_u32; 3200]);
    // On the device first.
    kernel.launch().bind("x", &x).bind("y", &mut y).workgroups([100]).run(cx).unwrap();
    for cx in splits(cx) {
        run_split(kernel.launch().bind("x", &x).bind("y", &mut y).workgroups([100]), &cx);
    }
    kernel.launch().bind("x", &x).bind("y", &mut y).workgroups([100]).run(cx).unwrap();
    assert!(cx.read(&y).unwrap().iter().enumerate().all(|(i, &y)| y == 7 + 5 * i as u32));
}

fn prevented(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            let next = out[id.x] % arrayLength(&out);
            out[next] = id.x;
        }",
    );
    let cx = cx.with_placement(Placement::Split { gpu: 0.3 });
    let mut out = vec![0_u32; 1024];
    let plan = kernel.launch().bind("out", &mut out).invocations([1024]).explain(&cx).unwrap();
    let why = "cannot be cut: line 4 may write what line 3 reads of `out` on the other side of a cut";
    assert!(plan.to_string().contains(why), "{plan}");
    assert_eq!(plan.choice, Choice::Cpu);
    kernel.launch().bind("out", &mut out).invocations([1024]).run(&cx).unwrap();
    assert_eq!(cx.last_report().unwrap().plan.to_string(), plan.to_string());
    assert!(out[0] > 0);
    let plan = kernel.launch().bind("out", &mut out).workgroups([1]).explain(&cx).unwrap().to_string();
    assert!(plan.contains("cannot be cut: too few workgroups to share: 1"), "{plan}");
}

/// Texels come back whole, so that a device's would replace those that the CPU writes.
fn texture(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var image: texture_storage_1d<r32uint, write>;
        @group(0) @binding(1) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(8) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if (id.x >= 512u) { textureStore(image, id.x - 512u, vec4(id.x)); }
            out[id.x] = id.x;
        }",
    );
    let cx = cx.with_placement(Placement::Split { gpu: 0.5 });
    let mut image = Texture::new_1d(TexelFormat::R32Uint, 512, &[0_u32; 512]).unwrap();
    let mut out = vec![0_u32; 1024];
    kernel.launch().bind("image", &mut image).bind("out", &mut out).invocations([1024]).run(&cx).unwrap();
    let report = cx.last_report().unwrap().to_string();
    assert!(report.contains("cannot be cut: line 4 writes the texture `image`"), "{report}");
    assert!(image.texels::<u32>().into_iter().eq(512..1024));
    assert!(out.into_iter().eq(0..1024));
}

/// Shaders of which an analysis may think too much, on the CPU alone and with a device.
fn same(cx: &Context) {
    let head = "
        @group(0) @binding(0) var<storage, read> data: array<u32>;
        @group(0) @binding(1) var<storage, read_write> out: array<atomic<u32>>;
        fn first(p: ptr<function, bool>) -> u32 { if (*p) { return 0u; } return 1u; }
        @compute @workgroup_size(8) fn main(@builtin(global_invocation_id) id: vec3<u32>) {\n";
    let cases = [
        "var i = data[0]; let before = i;
        for (var k = data[5]; k != 0u; k--) {
            if (before == 0u && i == 1u) { atomicAdd(&out[0], 1u); }
            i = data[1];
        }
        atomicMax(&out[id.x + 1u], id.x); }",
        "let width = data[0]; atomicAdd(&out[id.x / width * width + id.x % width], 1u);
        if (data[0] == 7u) { atomicMin(&out[0], 1u); } }",
        "if (data[6001] == 0u) { atomicAdd(&out[0], 1u); } atomicMax(&out[id.x + 1u], id.x); }",
        "let n = data[1] * 500u; var near = id.x + n < 900u; near = near && id.x != 3u;
        atomicAdd(&out[id.x * first(&near)], 1u); }",
    ];
    let data: Vec<u32> = (0..6000).map(|i| i % 3).collect();
    for body in cases {
        let kernel = kernel(&format!("{head}{body}"));
        let run = |cx: &Context| {
            let mut out = vec![5_u32; 1025];
            let launch = kernel.launch().bind("data", &data).bind("out", &mut out);
            launch.workgroups([128]).run(cx).unwrap();
            out
        };
        let expected = run(&cx.with_placement(Placement::Cpu));
        for cx in splits(cx) {
            assert!(run(&cx) == expected, "{body}");
        }
    }
}

fn many_workgroups(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read_write> count: atomic<u32>;
        @group(0) @binding(1) var<storage, read_write> last: atomic<u32>;
        @compute @workgroup_size(1) fn main(
            @builtin(global_invocation_id) id: vec3<u32>,
            @builtin(num_workgroups) groups: vec3<u32>,
        ) {
            atomicAdd(&count, 1u);
            atomicMax(&last, id.y * groups.x + id.x);
        }",
    );
    let limit = cx.adapters()[0].max_groups;
    for grid in [[1, limit + 1], [2 * limit + 7, 1], [limit, 1]] {
        let (mut count, mut last) = ([0_u32], [0_u32]);
        kernel.launch().bind("count", &mut count).bind("last", &mut last).workgroups(grid).run(cx).unwrap();
        assert_eq!((count[0], last[0]), (grid[0] * grid[1], grid[0] * grid[1] - 1));
        assert_eq!(cx.last_report().unwrap().plan.choice, Choice::Gpu);
    }
}

/// Where a window begins is subtracted from indices of any type.
fn wide_indices(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            let x = i64(u64(id.x));
            out[x] = id.x;
            out[u64(x)] += 1u;
        }",
    );
    let n = cx.adapters()[0].max_groups as usize + 9;
    let mut out = vec![0_u32; n];
    match kernel.launch().bind("out", &mut out).workgroups([n]).run(cx) {
        Ok(()) => assert!(out.into_iter().eq(1..=n as u32)),
        Err(Error::Unsupported { what, .. }) => assert!(what.contains("64-bit"), "{what}"),
        Err(error) => panic!("{error}"),
    }
}

fn large_memory(cx: &Context) {
    let limit = cx.adapters()[0].max_binding_bytes;
    if limit > 256 << 20 {
        println!("skipped: a binding of this adapter may have {limit} bytes");
        return;
    }
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read> x: array<u32>;
        @group(0) @binding(1) var<storage, read> table: array<u32>;
        @group(0) @binding(2) var<storage, read_write> y: array<vec4<u32>>;
        @compute @workgroup_size(256) fn main(
            @builtin(global_invocation_id) id: vec3<u32>,
            @builtin(num_workgroups) groups: vec3<u32>,
        ) {
            let i = id.y * (groups.x * 256u) + id.x;
            if (i < arrayLength(&y)) { y[i] = vec4(x[4u * i], x[4u * i + 3u], table[i % 5u], arrayLength(&x)); }
        }",
    );
    let n = limit as usize / 4 + 12_344;
    let x: Vec<u32> = (0..n as u32).collect();
    let table = [3, 1, 4, 1, 5];
    let mut y = vec![[0_u32; 4]; n / 4];
    let launch = || kernel.launch().bind("x", &x).bind("table", &table);
    let plan = launch().bind("y", &mut y).invocations([256 * 1000, (n / 4).div_ceil(256_000)]).explain(cx);
    let plan = plan.unwrap().to_string();
    assert!(plan.contains("more memory than the device binds at once: in 2 parts"), "{plan}");
    launch().bind("y", &mut y).invocations([256 * 1000, (n / 4).div_ceil(256_000)]).run(cx).unwrap();
    let report = cx.last_report().unwrap();
    assert!(report.plan.choice == Choice::Gpu && report.incidents.is_empty(), "{report}");
    let expected = |i: usize| [4 * i as u32, 4 * i as u32 + 3, table[i % 5], n as u32];
    assert!(y.iter().enumerate().all(|(i, y)| *y == expected(i)));
}
