//! Types beyond 32 bits, subgroups, immediates; and the limits of devices, which are errors.

use tilewright::{Context, Error, Kernel, Launch, Placement, Raw};

use crate::{Case, kernel};

pub(crate) const CASES: [Case; 8] = [
    ("integers_of_64_bits", longs),
    ("floats_of_64_bits", doubles),
    ("structs_of_64_bits", wide_structs),
    ("floats_of_16_bits", halves),
    ("subgroups", subgroups),
    ("immediates", immediates),
    ("deep_nesting", deep_nesting),
    ("loops_that_never_end_do_not_hang", endless),
];

pub(crate) const GPU_CASES: [Case; 4] = [
    ("too_many_workgroups", too_many_workgroups),
    ("workgroups_that_are_too_large", large_workgroups),
    ("too_many_buffers", too_many_buffers),
    ("what_a_device_cannot_compile", what_a_device_cannot_compile),
];

/// Runs a launch that needs a feature, which an executor may lack; then it names it. True if it ran.
fn runs(launch: Launch<'_>, cx: &Context, feature: &str) -> bool {
    match launch.run(cx) {
        Ok(()) => true,
        Err(Error::Unsupported { what, .. }) => {
            assert!(what.contains(feature), "{what}");
            false
        }
        Err(error) => panic!("{error}"),
    }
}

fn longs(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read> a: array<u64>;
        @group(0) @binding(1) var<storage, read_write> b: array<i64>;
        @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            b[id.x] = bitcast<i64>(a[id.x] * 3lu) - b[id.x];
        }",
    );
    let a: Vec<u64> = (0..8).map(|i| i << 40 | 7).collect();
    let mut b: Vec<i64> = (0..8).map(|i| i << 33).collect();
    let expected: Vec<i64> = a.iter().zip(&b).map(|(a, b)| (a * 3) as i64 - b).collect();
    if runs(kernel.launch().bind("a", &a).bind("b", &mut b).workgroups([2]), cx, "64-bit") {
        assert_eq!(b, expected);
    }
}

fn doubles(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<uniform> k: vec2<f64>;
        @group(0) @binding(1) var<storage, read_write> b: array<f64>;
        @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            b[id.x] = b[id.x] * k.x + k.y;
        }",
    );
    let mut b: Vec<f64> = (0..8).map(f64::from).collect();
    let expected: Vec<f64> = b.iter().map(|b| b * 0.5 + 1e-12).collect();
    if runs(kernel.launch().set("k", [0.5f64, 1e-12]).bind("b", &mut b).workgroups([2]), cx, "64") {
        assert_eq!(b, expected);
    }
}

tilewright::kernel_struct! {
    #[derive(Debug, Clone, Copy, PartialEq)]
    struct Body { id: u32, position: [f64; 3], ticks: i64, turn: [[f64; 2]; 2], small: [f32; 2] }
}

/// Members are placed by the shader's layout, and overrides of f64 keep all their digits.
fn wide_structs(cx: &Context) {
    let kernel = kernel(
        "struct Body { small: vec2<f32>, position: vec3<f64>, id: u32, ticks: i64, turn: mat2x2<f64> }
        override step: f64 = 1.0;
        @group(0) @binding(0) var<storage, read_write> bodies: array<Body>;
        @group(0) @binding(1) var<storage, read> moves: array<vec4<f64>, 4>;
        @group(0) @binding(2) var<uniform> first: Body;
        @compute @workgroup_size(2) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            let body = &bodies[id.x];
            (*body).position = (*body).position + moves[id.x].xyz * step;
            (*body).turn = (*body).turn * first.turn;
            (*body).ticks -= first.ticks << 33u;
            (*body).id += u32(arrayLength(&bodies));
        }",
    );
    let body = |id: u32| {
        let x = f64::from(id) + 0.1;
        Body {
            id,
            position: [x, -x, 2.0],
            ticks: i64::from(id),
            turn: [[1.0, x], [0.0, 1.0]],
            small: [0.5, 1.5],
        }
    };
    let mut bodies: Vec<Body> = (0..4).map(body).collect();
    let moves: [[f64; 4]; 4] = std::array::from_fn(|at| [at as f64, 0.5, 1e-3, 9.0]);
    let step = 0.1 + 1e-13;
    let launch = kernel.launch().bind("bodies", &mut bodies).bind("moves", &moves).set("first", body(7));
    if !runs(launch.set_override("step", step).workgroups([2]), cx, "64") {
        return;
    }
    for (at, body_after) in bodies.iter().enumerate() {
        let before = body(at as u32);
        let position = std::array::from_fn(|i| before.position[i] + moves[at][i] * step);
        let x = before.turn[0][1];
        let expected = Body {
            id: before.id + 4,
            position,
            ticks: before.ticks - (7 << 33),
            turn: [[1.0, x + 7.1], [0.0, 1.0]],
            small: before.small,
        };
        assert_eq!(*body_after, expected);
    }
}

fn halves(cx: &Context) {
    let kernel = kernel(
        "enable f16;
        struct Pair { a: f16, b: vec3<f16> }
        @group(0) @binding(0) var<storage, read_write> pairs: array<Pair>;
        @compute @workgroup_size(1) fn main(@builtin(workgroup_id) id: vec3<u32>) { pairs[id.x].b *= pairs[id.x].a; }",
    );
    let bits = |x: f32| half::f16::from_f32(x).to_bits();
    // Offsets 0 and 8, 16 bytes each.
    let pair = |a: f32, b: f32| [bits(a), 0, 0, 0, bits(b), bits(2.0 * b), bits(3.0 * b), 0];
    let mut pairs = vec![pair(2.0, 1.5), pair(-1.0, 0.25)];
    if runs(kernel.launch().bind("pairs", Raw(&mut pairs)).workgroups([2]), cx, "16") {
        let found: Vec<u16> = pairs.iter().flat_map(|pair| pair[4..7].to_vec()).collect();
        assert_eq!(found, [3.0, 6.0, 9.0, -0.25, -0.5, -0.75].map(bits));
    }
}

fn subgroups(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read_write> out: array<vec2<u32>>;
        @compute @workgroup_size(32)
        fn main(@builtin(local_invocation_index) i: u32, @builtin(subgroup_size) size: u32) {
            out[i] = vec2(subgroupAdd(1u), size);
        }",
    );
    let mut out = vec![[0u32; 2]; 32];
    if runs(kernel.launch().bind("out", &mut out).workgroups([1]), cx, "subgroup") {
        assert!(out.iter().all(|&[active, size]| active == size.min(32)), "{out:?}");
    }
}

fn immediates(cx: &Context) {
    let kernel = kernel(
        "struct Scale { by: vec2<u32>, plus: u32 }
        var<immediate> scale: Scale;
        @group(0) @binding(0) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) {
            out[i] = i * scale.by.x * scale.by.y + scale.plus;
        }",
    );
    tilewright::kernel_struct! {
        struct Scale { plus: u32, by: [u32; 2] }
    }
    let mut out = [0u32; 4];
    let launch = kernel.launch().bind("out", &mut out).set("scale", Scale { plus: 5, by: [2, 3] });
    if runs(launch.workgroups([1]), cx, "immediate") {
        assert_eq!(out, [5, 11, 17, 23]);
    }
}

/// What nests deep is compiled on a stack to match, or refused; it does not end the process.
fn deep_nesting(cx: &Context) {
    let shader = |body: &str| {
        format!(
            "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
            @compute @workgroup_size(1) fn main() {{ {body} }}"
        )
    };
    let sum = format!("out[0] = {}1u{};", "(".repeat(100), " + 1u)".repeat(100));
    let blocks = format!("{} out[0] = 101u; {}", "if out[1] > 0u {".repeat(100), "}".repeat(100));
    for body in [sum, blocks] {
        let mut out = [0u32, 1];
        let kernel = kernel(&shader(&body));
        kernel.launch().bind("out", &mut out).workgroups([1]).run(cx).unwrap();
        assert_eq!(out, [101, 1]);
    }
    let refused = Kernel::new(shader(&format!("out[0] = {}1u{};", "(".repeat(5000), ")".repeat(5000))));
    assert!(matches!(refused, Err(Error::Wgsl { .. })), "{refused:?}");
}

/// A device or the step budget ends it, with an error or without.
fn endless(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(1) fn main() { loop { if out[0] == 7u { break; } } out[1] = 1u; }",
    );
    let mut out = [0u32; 2];
    match kernel.launch().bind("out", &mut out).workgroups([1]).run(cx) {
        Ok(()) | Err(Error::StepBudget { .. } | Error::Device { .. }) => {}
        Err(error) => panic!("{error}"),
    }
}

const COUNT: &str = "@group(0) @binding(0) var<storage, read_write> out: atomic<u32>;
    override N: u32 = 1;
    @compute @workgroup_size(N, N, N) fn main() { atomicAdd(&out, 1u); }";

/// What an executor says that cannot run a launch, without its name.
fn refusal(launch: Launch<'_>, cx: &Context) -> String {
    match launch.run(cx) {
        Err(Error::Unsupported { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

fn too_many_workgroups(cx: &Context) {
    let kernel = kernel(COUNT);
    let mut out = [0u32];
    let limit = cx.adapters()[0].max_groups;
    let what = refusal(kernel.launch().bind("out", &mut out).workgroups([u32::MAX, u32::MAX]), cx);
    let all = u32::MAX;
    let expected = format!(
        "`main` with {all} x {all} x 1 workgroups, more than 4096 dispatches of {limit} in each dimension"
    );
    assert_eq!((what, out), (expected, [0]));
}

fn large_workgroups(cx: &Context) {
    let kernel = kernel(COUNT);
    let mut out = [0u32];
    let what = refusal(kernel.launch().bind("out", &mut out).set_override("N", 1000u32).workgroups([1]), cx);
    assert!(
        what.starts_with("`main` with workgroups of 1000 x 1000 x 1000, the adapter's limits are "),
        "{what}"
    );
}

fn too_many_buffers(cx: &Context) {
    let declare = |i: u32| format!("@group(0) @binding({i}) var<storage, read_write> b{i}: array<u32>;");
    let write = |i: u32| format!("b{i}[0] = 1u;");
    const MANY: u32 = 4096;
    let text = format!(
        "{} @compute @workgroup_size(1) fn main() {{ {} }}",
        (0..MANY).map(declare).collect::<String>(),
        (0..MANY).map(write).collect::<String>()
    );
    let kernel = kernel(&text);
    let mut memory = vec![[0u32]; MANY as usize];
    let launch =
        (0..MANY).zip(&mut memory).fold(kernel.launch(), |launch, (i, word)| launch.bind_at(0, i, word));
    match launch.workgroups([1]).run(cx) {
        Err(Error::Unsupported { what, .. }) => {
            assert!(what.contains("with 4096 storage buffers, the adapter's limit is "), "{what}");
        }
        outcome => {
            outcome.unwrap();
            assert!(memory.iter().all(|word| *word == [1]));
        }
    }
}

/// naga 30 translates no pointers to members as arguments into SPIR-V.
fn what_a_device_cannot_compile(cx: &Context) {
    let kernel = kernel(
        "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
        struct Pair { x: u32, y: u32 }
        fn add(to: ptr<function, u32>) { *to += 5u; }
        @compute @workgroup_size(1) fn main() { var pair = Pair(1u, 2u); add(&pair.y); out[0] = pair.y; }",
    );
    let mut out = [0_u32];
    match kernel.launch().bind("out", &mut out).workgroups([1]).run(cx) {
        Ok(()) => assert_eq!(out, [7]),
        Err(Error::Unsupported { what, .. }) => {
            assert!(what.starts_with("`main` does not compile for it: naga failed"), "{what}");
        }
        Err(error) => panic!("{error}"),
    }
    let cx = Context::builder().placement(Placement::Gpu).cpu_fallback(true).build().unwrap();
    kernel.launch().bind("out", &mut out).workgroups([1]).run(&cx).unwrap();
    assert_eq!(out, [7]);
}
