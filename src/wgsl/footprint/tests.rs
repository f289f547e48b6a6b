//! Footprints of shaders as people write them, and of those that must not be cut.

use super::{Extent, Footprint, Merge, Touch, Window, footprint, mergeable, windows};
use crate::wgsl::Shader;

/// Group, binding, bytes and contents.
type Buffer<'a> = (u32, u32, u64, Option<&'a [u32]>);

fn part(
    text: &str,
    grid: [u32; 3],
    axis: usize,
    range: std::ops::Range<u32>,
    buffers: &[Buffer<'_>],
) -> Footprint {
    let shader = Shader::parse("test", text).unwrap_or_else(|error| panic!("{error}"));
    let program = shader.specialized(0, &[]).expect("no overrides");
    let extent = |&(group, binding, bytes, words): &Buffer<'_>| Extent {
        group,
        binding,
        bytes,
        words: words.map(<[u32]>::to_vec),
    };
    let extents: Vec<_> = buffers.iter().map(extent).collect();
    let mut part = grid.map(|groups| 0..groups);
    part[axis] = range;
    footprint(&program, text, grid, &part, &extents).expect("analysed")
}

/// What two halves of a grid need, or what prevents the cut.
fn halves(
    text: &str,
    grid: [u32; 3],
    axis: usize,
    buffers: &[Buffer<'_>],
) -> Result<Vec<super::cut::Windows>, String> {
    let at = grid[axis] / 2;
    let parts = [part(text, grid, axis, 0..at, buffers), part(text, grid, axis, at..grid[axis], buffers)];
    windows(&parts).map_err(|conflict| conflict.to_string())
}

fn bytes(window: &Window) -> (std::ops::Range<u64>, std::ops::Range<u64>) {
    match window {
        Window::Bytes { touched, written } => {
            assert!(written.len() < 2, "{written:?}");
            (touched.clone(), written.first().cloned().unwrap_or(0..0))
        }
        Window::Copy(_) => panic!("a copy"),
    }
}

const SAXPY: &str = "
    @group(0) @binding(0) var<storage, read> x: array<f32>;
    @group(0) @binding(1) var<storage, read_write> y: array<f32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        let i = id.x;
        if (i >= arrayLength(&y)) { return; }
        y[i] = 2.0 * x[i] + y[i];
    }";

#[test]
fn elements_by_the_invocation_are_apart() {
    let found = halves(SAXPY, [4, 1, 1], 0, &[(0, 0, 1000, None), (0, 1, 1000, None)]).expect("apart");
    assert_eq!(bytes(&found[0][&(0, 1)]), (0..512, 0..512));
    assert_eq!(bytes(&found[1][&(0, 1)]), (512..1000, 512..1000));
    assert_eq!(bytes(&found[1][&(0, 0)]), (512..1000, 0..0));
}

#[test]
fn workgroups_and_locals_count_too() {
    let text = "
        @group(0) @binding(0) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(8, 8) fn main(
            @builtin(workgroup_id) group: vec3<u32>,
            @builtin(local_invocation_index) local: u32,
            @builtin(num_workgroups) groups: vec3<u32>,
        ) {
            let base = (group.y * groups.x + group.x) * 256u;
            for (var k = 0u; k < 4u; k++) { out[base + k * 64u + local] = k; }
        }";
    let found = halves(text, [3, 4, 1], 1, &[(0, 0, 12288, None)]).expect("apart");
    assert_eq!(bytes(&found[0][&(0, 0)]), (0..6144, 0..6144));
    assert_eq!(bytes(&found[1][&(0, 0)]), (6144..12288, 6144..12288));
}

/// Width and height come from a uniform; rows overlap unless the guard counts.
const STENCIL: &str = "
    struct Size { width: u32, height: u32 }
    @group(0) @binding(0) var<uniform> size: Size;
    @group(0) @binding(1) var<storage, read> before: array<f32>;
    @group(0) @binding(2) var<storage, read_write> after: array<f32>;
    fn at(x: u32, y: u32) -> u32 { return y * size.width + x; }
    @compute @workgroup_size(16, 16) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        let x = id.x;
        let y = id.y;
        let here = y * size.width + x;
        if (x >= size.width || y >= size.height) { return; }
        if (x == 0u || y == 0u || x + 1u == size.width || y + 1u == size.height) {
            after[here] = before[here];
            return;
        }
        let sum = before[at(x - 1u, y)] + before[at(x + 1u, y)] + before[at(x, y - 1u)] + before[at(x, y + 1u)];
        after[here] = before[here] + 0.1 * (sum - 4.0 * before[here]);
    }";

#[test]
fn rows_with_a_guard_are_apart_and_have_a_halo() {
    let buffers = [(0, 0, 8, Some(&[100_u32, 60][..])), (0, 1, 24000, None), (0, 2, 24000, None)];
    let found = halves(STENCIL, [7, 4, 1], 1, &buffers).expect("apart");
    // 32 rows of 400 bytes and the others; the first half reads one row more, and so does the second.
    assert_eq!(bytes(&found[0][&(0, 2)]), (0..12800, 0..12800));
    assert_eq!(bytes(&found[1][&(0, 2)]), (12800..24000, 12800..24000));
    assert_eq!(bytes(&found[0][&(0, 1)]).0, 0..13196);
    assert_eq!(bytes(&found[1][&(0, 1)]).0, 12404..24000);
}

#[test]
fn rows_without_what_bounds_them_are_not() {
    let unknown = [(0, 0, 8, None), (0, 1, 24000, None), (0, 2, 24000, None)];
    let error = halves(STENCIL, [7, 4, 1], 1, &unknown).expect_err("the width is not known");
    assert!(error.contains("`after`"), "{error}");
}

#[test]
fn a_matrix_product_reads_rows_and_the_whole() {
    let text = "
        const N = 64u;
        @group(0) @binding(0) var<storage, read> a: array<f32>;
        @group(0) @binding(1) var<storage, read> b: array<f32>;
        @group(0) @binding(2) var<storage, read_write> c: array<f32>;
        var<workgroup> tile_a: array<array<f32, 16>, 16>;
        var<workgroup> tile_b: array<array<f32, 16>, 16>;
        @compute @workgroup_size(16, 16) fn main(
            @builtin(workgroup_id) group: vec3<u32>,
            @builtin(local_invocation_id) local: vec3<u32>,
        ) {
            let row = group.y * 16u + local.y;
            let column = group.x * 16u + local.x;
            var sum = 0.0;
            for (var t = 0u; t < N / 16u; t += 1u) {
                tile_a[local.y][local.x] = a[row * N + t * 16u + local.x];
                tile_b[local.y][local.x] = b[(t * 16u + local.y) * N + column];
                workgroupBarrier();
                for (var k = 0u; k < 16u; k++) { sum += tile_a[local.y][k] * tile_b[k][local.x]; }
                workgroupBarrier();
            }
            c[row * N + column] = sum;
        }";
    let all = 64 * 64 * 4;
    let found = halves(text, [4, 4, 1], 1, &[(0, 0, all, None), (0, 1, all, None), (0, 2, all, None)])
        .expect("apart");
    assert_eq!(bytes(&found[1][&(0, 2)]).1, all / 2..all);
    assert_eq!(bytes(&found[1][&(0, 0)]).0, all / 2..all);
    assert_eq!(bytes(&found[1][&(0, 1)]).0, 0..all);
}

#[test]
fn what_lies_between_writes_is_left_to_others() {
    let text = "
        @group(0) @binding(0) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(32) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            out[id.x] = 1u;
            out[id.x + 64u] = 2u;
        }";
    let found = halves(text, [2, 1, 1], 0, &[(0, 0, 512, None)]).expect("apart");
    let bytes = |touched, written| Window::Bytes { touched, written };
    assert_eq!(found[0][&(0, 0)], bytes(0..384, vec![0..128, 256..384]));
    assert_eq!(found[1][&(0, 0)], bytes(128..512, vec![128..256, 384..512]));
}

#[test]
fn one_dimension_taken_apart_and_put_together() {
    let text = "
        @group(0) @binding(0) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            let width = 100u;
            let row = id.x / width;
            let column = id.x % width;
            out[row * width + column] = column;
        }";
    assert!(halves(text, [4, 1, 1], 0, &[(0, 0, 1024, None)]).is_ok());
}

#[test]
fn a_histogram_gets_copies() {
    let text = "
        @group(0) @binding(0) var<storage, read> data: array<u32>;
        @group(0) @binding(1) var<storage, read_write> bins: array<atomic<u32>>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            atomicAdd(&bins[data[id.x] % 16u], 1u);
        }";
    let found = halves(text, [4, 1, 1], 0, &[(0, 0, 1024, None), (0, 1, 64, None)]).expect("copies");
    assert_eq!(found[0][&(0, 1)], Window::Copy(Merge::Add));
    assert_eq!(found[1][&(0, 1)], Window::Copy(Merge::Add));
}

/// Each with what the explanation must name.
#[test]
fn what_must_not_be_cut_is_named() {
    let head = "
        @group(0) @binding(0) var<storage, read> index: array<u32>;
        @group(0) @binding(1) var<storage, read_write> out: array<u32>;
        @group(0) @binding(2) var<storage, read_write> count: array<atomic<u32>>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {\n";
    let cases = [
        ("out[index[id.x]] = 1u; }", "line 6 may write the same part of `out`"),
        ("out[0] = id.x; }", "line 6 may write the same part of `out`"),
        ("out[id.x + 64u] = out[id.x]; }", "line 6 may write what line 6 reads of `out`"),
        (
            "let at = atomicAdd(&count[0], 1u);\n out[at] = id.x; }",
            "line 6 changes `count` by an atomic operation whose order matters",
        ),
        (
            "atomicAdd(&count[0], 1u);\n atomicMax(&count[0], id.x); }",
            "lines 6 and 7 change `count` by different atomic operations",
        ),
        ("atomicAdd(&count[0], 1u);\n out[id.x] = atomicLoad(&count[0]); }", "`count`"),
        // Beyond the end of the buffer is its last element.
        ("out[id.x * 3u] = 1u; }", "line 6 may write the same part of `out`"),
        // A sum that wraps comes back.
        ("out[(id.x + 4294967200u) / 8u] = 1u; }", "`out`"),
        (
            "var i = id.x; if (index[0] == 1u) { i = 3u; }\n out[i] = 1u; }",
            "line 7 may write the same part of `out`",
        ),
        (
            "var a = array(0u, id.x); a[index[0]] = 7u;\n out[a[1]] = 1u; }",
            "line 7 may write the same part of `out`",
        ),
    ];
    let buffers = [(0, 0, 1024, None), (0, 1, 1024, None), (0, 2, 64, None)];
    for (body, named) in cases {
        let error = halves(&format!("{head}{body}"), [4, 1, 1], 0, &buffers).expect_err(body);
        assert!(error.contains(named), "{body}: {error}");
    }
}

/// Each writes `out[0]` from both sides, where an analysis may think that it does not.
#[test]
fn what_was_known_is_forgotten_in_time() {
    let head = "
        @group(0) @binding(0) var<storage, read> index: array<u32>;
        @group(0) @binding(1) var<storage, read_write> out: array<u32>;
        fn first(p: ptr<function, bool>) { if (*p) { out[0] = 1u; } }
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {\n";
    let cases = [
        // The loop changes no interval, yet `i` is not what `before` is.
        "var i = index[1]; let before = i;
        for (var k = index[2]; k != 0u; k--) { if (before == 0u && i == 1u) { out[0] = k; } i = index[3]; } }",
        // Zero for a width.
        "let width = index[1]; out[id.x / width * width + id.x % width] = 1u; }",
        "let width = index[0]; out[id.x / width * width + id.x % width] = 1u; }",
        // Zero is read beyond the end.
        "if (index[4] == 0u) { out[0] = 1u; } }",
        "if (index[id.x] == 0u) { out[0] = 1u; } }",
        // What the test was made of is the caller's.
        "let a = index[1]; let b = a * 2u; var is_first = id.x < b; is_first = is_first && id.y < a; first(&is_first); }",
    ];
    for body in cases {
        let text = format!("{head}{body}");
        for words in [None, Some(&[0_u32][..])] {
            let bytes = words.map_or(1024, |words| 4 * words.len() as u64);
            let found = halves(&text, [4, 1, 1], 0, &[(0, 0, bytes, words), (0, 1, 1024, None)]);
            assert!(found.is_err(), "{body}: {found:?}");
        }
    }
}

/// Each writes `out[id.x]`, in a way that takes some seeing.
#[test]
fn what_may_be_cut_is() {
    let head = "
        @group(0) @binding(0) var<storage, read> index: array<u32>;
        @group(0) @binding(1) var<storage, read_write> out: array<u32>;
        struct Pair { at: u32, value: u32 }
        var<private> kept: u32;
        fn store(at: u32, value: u32) { out[at] = value; }
        fn next(p: ptr<function, u32>) -> u32 { *p += 1u; return *p; }
        fn keep(value: u32) { kept = value; }
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {\n";
    let cases = [
        "store(id.x, 1u); }",
        "var i = id.x; let p = &i; let j = next(p) - 1u; if (j < 256u) { out[j] = 2u; } }",
        "keep(id.x); out[kept] = 1u; }",
        "let pair = Pair(id.x, 3u); out[pair.at] = pair.value; }",
        "var pair: Pair; pair.at = id.x; out[pair.at] = pair.value; }",
        "switch (id.x % 3u) { case 0u: { out[id.x] = 1u; } case 1u, default: { out[id.x] = 2u; } } }",
        "for (var i = id.x; i < id.x + 1u; i++) { out[i] = i; } }",
        "let i = i32(id.x); if (i < 0 || i > 255) { return; } out[i] = 1u; }",
        "let v = id.xy + vec2(0u, 1u); if (all(v < vec2(256u, 99u))) { out[v.x] = 1u; } }",
        "var n = 0u; loop { if (n >= 4u) { break; } out[id.x] = n; continuing { n++; } } }",
        "let i = clamp(id.x, 0u, 255u); out[i] = index[(i * 7919u) % 256u]; }",
        "out[select(id.x, id.x, index[0] == 0u)] = 1u; }",
        "out[(id.x << 2u) >> 2u] = id.x & 15u; }",
        "let four = vec4(id.x, 0u, 0u, 0u); out[four.wzyx[3]] = 1u; }",
    ];
    for body in cases {
        let found = halves(&format!("{head}{body}"), [4, 1, 1], 0, &[(0, 0, 1024, None), (0, 1, 1024, None)]);
        let found = found.unwrap_or_else(|error| panic!("{body}: {error}"));
        assert_eq!(bytes(&found[0][&(0, 1)]).1, 0..512, "{body}");
        assert_eq!(bytes(&found[1][&(0, 1)]).1, 512..1024, "{body}");
    }
}

#[test]
fn a_large_shader_is_given_up() {
    let nested = "for (var i = 0u; i < id.x; i++) { ".repeat(12) + "out[i] = i;" + &"}".repeat(12);
    let nested = (0..12).fold(nested, |text, depth| text.replacen("var i ", &format!("var i{depth} "), 1));
    let text = format!(
        "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {{ var i = 0u; {nested} }}"
    );
    let shader = Shader::parse("test", &text).unwrap_or_else(|error| panic!("{error}"));
    let program = shader.specialized(0, &[]).expect("no overrides");
    let extents = [Extent { group: 0, binding: 0, bytes: 64, words: None }];
    let start = std::time::Instant::now();
    let error = footprint(&program, &text, [4, 1, 1], &[0..2, 0..1, 0..1], &extents).expect_err("too large");
    assert!(error.contains("too large"), "{error}");
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn sites_are_told_apart_by_how_they_touch() {
    let found = part(SAXPY, [4, 1, 1], 0, 0..4, &[(0, 0, 1000, None), (0, 1, 1000, None)]);
    let touches: Vec<_> = found.bindings[&(0, 1)].1.iter().map(|site| (site.touch, site.line)).collect();
    assert_eq!(touches, [(Touch::Write, 7), (Touch::Read, 7)]);
}

#[test]
fn memory_that_can_be_merged() {
    let text = "
        struct Totals { sum: atomic<u32>, more: array<atomic<u32>, 4> }
        @group(0) @binding(0) var<storage, read_write> totals: Totals;
        @group(0) @binding(1) var<storage, read_write> least: atomic<i32>;
        @group(0) @binding(2) var<storage, read_write> used: atomic<u32>;
        @group(0) @binding(3) var<storage, read_write> read: atomic<u32>;
        @group(0) @binding(4) var<storage, read_write> written: array<atomic<u32>>;
        @group(0) @binding(5) var<storage, read_write> mixed: atomic<u32>;
        @group(0) @binding(6) var<storage, read_write> swapped: atomic<u32>;
        @group(0) @binding(7) var<storage, read_write> plain: array<u32>;
        fn count(i: u32) { atomicAdd(&totals.more[i % 4u], 2u); }
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if (id.x > 7u) { atomicSub(&totals.sum, 1u); } else { count(id.x); }
            atomicMin(&least, i32(id.x));
            let before = atomicAdd(&used, 1u);
            atomicAdd(&read, 1u);
            atomicAdd(&written[0], 1u);
            loop { atomicStore(&written[1], before); break; }
            atomicAnd(&mixed, 1u);
            atomicOr(&mixed, 1u);
            atomicExchange(&swapped, 1u);
            plain[id.x] = atomicLoad(&read);
        }";
    let shader = Shader::parse("test", text).unwrap_or_else(|error| panic!("{error}"));
    let program = shader.specialized(0, &[]).expect("no overrides");
    let found: Vec<_> = mergeable(&program.module, &program.info, program.entry).into_iter().collect();
    assert_eq!(found, [((0, 0), Merge::Add), ((0, 1), Merge::MinI32)]);
}

#[test]
fn merges() {
    let merged = |merge: Merge, words: [u32; 2], copy: [u32; 2]| {
        let mut words = words;
        merge.apply(&mut words, &[merge.identity(); 2]);
        merge.apply(&mut words, &copy);
        words
    };
    assert_eq!(merged(Merge::Add, [u32::MAX, 1], [2, 3]), [1, 4]);
    assert_eq!(merged(Merge::And, [6, 5], [3, 4]), [2, 4]);
    assert_eq!(merged(Merge::Or, [6, 5], [3, 2]), [7, 7]);
    assert_eq!(merged(Merge::Xor, [6, 5], [3, 5]), [5, 0]);
    assert_eq!(merged(Merge::MinU32, [6, u32::MAX], [7, 5]), [6, 5]);
    assert_eq!(merged(Merge::MaxU32, [6, u32::MAX], [7, 5]), [7, u32::MAX]);
    assert_eq!(merged(Merge::MinI32, [6, u32::MAX], [7, 5]), [6, u32::MAX]);
    assert_eq!(merged(Merge::MaxI32, [6, u32::MAX], [7, 5]), [7, 5]);
}
