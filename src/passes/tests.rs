//! What is generated, as exact text, and how many workgroups lengths need.

use std::sync::Arc;

use super::{Chunk, Pass, Variant, carry, map, reduce_elements, scan_elements, scan_states, spine_len};
use crate::element::{Element, ElementType, Scalar};
use crate::monoid::{Builtin, MonoidSpec, Operator};
use crate::tuning::{Ladder, MapShape, TileShape, Traits, Tuning};
use crate::wgsl::{Expected, parse};
use crate::work::{Fused, Node, Primitive, Source, Work};

fn tuning() -> Tuning {
    let mut tuning = Tuning::of(&Traits { software: true, ..Traits::default() });
    let shape = TileShape { threads: 32, tiles: 2, node_level: 4, ladder: Ladder::Shared };
    (tuning.reduce, tuning.scan, tuning.loops) = (shape, shape, None);
    tuning.map = MapShape { threads: 64, quads: 1 };
    tuning.workgroup_bytes = 16 << 10;
    tuning
}

fn builtin(builtin: Builtin, element: ElementType, state: ElementType) -> MonoidSpec {
    let operator = Operator::Builtin(builtin);
    MonoidSpec { id: 1, name: format!("{builtin:?}"), element, state, operator, identity: [0; 4] }
}

/// `f(x, i, c, a)` of a host slice, a counting sequence, a constant, and a uniform.
fn fused_work(primitive: Primitive) -> Work<'static> {
    const VEC3: ElementType = <[f32; 3]>::TYPE;
    let text =
        "fn f(x: vec3<f32>, i: u32, c: f32, a: vec2<f32>) -> vec3<f32> { return x * c + f32(i) * a.xyx; }";
    let expected = Expected { parameters: &[VEC3, u32::TYPE, f32::TYPE], result: VEC3 };
    let function = Arc::new(parse(text, None, expected).expect("valid"));
    let nodes = vec![
        Node::Source { slot: 0, ty: VEC3 },
        Node::Source { slot: 1, ty: u32::TYPE },
        Node::Source { slot: 2, ty: f32::TYPE },
        Node::Call { function, args: vec![0, 1, 2], uniforms_at: 0 },
    ];
    let sources = vec![Source::Host(&[]), Source::Counting { start: 100 }, Source::Constant([5, 0, 0, 0])];
    Work { primitive, len: 0, sources, fused: Fused { nodes, output: 3, uniforms: vec![11, 12] } }
}

/// A source that is passed through.
fn plain(primitive: Primitive, ty: ElementType) -> Work<'static> {
    let fused = Fused { nodes: vec![Node::Source { slot: 0, ty }], output: 0, uniforms: Vec::new() };
    Work { primitive, len: 0, sources: vec![Source::Host(&[])], fused }
}

/// The text from `from` to `to`, or to the end.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let text = &text[text.find(from).expect("generated")..];
    text[..text.find(to).unwrap_or(text.len())].trim_end()
}

fn bindings(pass: &Pass) -> String {
    pass.bindings.iter().enumerate().map(|(i, b)| format!("{i}: {:?} {:?}\n", b.resource, b.access)).collect()
}

#[test]
fn a_map_of_three_components() {
    let pass = map(&fused_work(Primitive::Map), &tuning()).expect("lowers");
    insta::assert_snapshot!(pass.wgsl, @r#"
    @group(0) @binding(0) var<uniform> tw_params: array<vec4<u32>, 4>;
    @group(0) @binding(1) var<storage, read> tw_s0: array<vec4<u32>>;
    fn f0_f(x: vec3<f32>, i: u32, c: f32, a: vec2<f32>) -> vec3<f32> {
        return ((x * c) + (f32(i) * a.xyx));
    }


    @group(0) @binding(2) var<storage, read_write> tw_out: array<vec4<u32>>;
    // Map. One invocation computes some quads of four consecutive elements, neighbours of those of its neighbours.

    struct TwResult { x0: vec3<f32>, x1: vec3<f32>, x2: vec3<f32>, x3: vec3<f32> }

    fn tw_quad(q: u32) -> TwResult {
        let s0_0 = tw_s0[3u * q + 0u];
        let s0_1 = tw_s0[3u * q + 1u];
        let s0_2 = tw_s0[3u * q + 2u];
        let is1 = 4u * q + 1u < tw_params[0].x;
        let is2 = 4u * q + 2u < tw_params[0].x;
        let is3 = 4u * q + 3u < tw_params[0].x;
        let l0_n3 = f0_f(bitcast<vec3<f32>>(s0_0.xyz), (tw_params[3].x + 4u * q + 0u), bitcast<f32>(tw_params[3].y), bitcast<vec2<f32>>(vec2<u32>(tw_params[3].z, tw_params[3].w)));
        let l1_n3 = f0_f(select(bitcast<vec3<f32>>(s0_0.xyz), bitcast<vec3<f32>>(vec3<u32>(s0_0.w, s0_1.xy)), is1), select((tw_params[3].x + 4u * q + 0u), (tw_params[3].x + 4u * q + 1u), is1), bitcast<f32>(tw_params[3].y), bitcast<vec2<f32>>(vec2<u32>(tw_params[3].z, tw_params[3].w)));
        let l2_n3 = f0_f(select(bitcast<vec3<f32>>(s0_0.xyz), bitcast<vec3<f32>>(vec3<u32>(s0_1.zw, s0_2.x)), is2), select((tw_params[3].x + 4u * q + 0u), (tw_params[3].x + 4u * q + 2u), is2), bitcast<f32>(tw_params[3].y), bitcast<vec2<f32>>(vec2<u32>(tw_params[3].z, tw_params[3].w)));
        let l3_n3 = f0_f(select(bitcast<vec3<f32>>(s0_0.xyz), bitcast<vec3<f32>>(s0_2.yzw), is3), select((tw_params[3].x + 4u * q + 0u), (tw_params[3].x + 4u * q + 3u), is3), bitcast<f32>(tw_params[3].y), bitcast<vec2<f32>>(vec2<u32>(tw_params[3].z, tw_params[3].w)));
        return TwResult(l0_n3, l1_n3, l2_n3, l3_n3);
    }

    fn tw_put(q: u32, y: TwResult) {
        let o_0 = bitcast<vec3<u32>>(y.x0);
        let o_1 = bitcast<vec3<u32>>(y.x1);
        let o_2 = bitcast<vec3<u32>>(y.x2);
        let o_3 = bitcast<vec3<u32>>(y.x3);
        tw_out[3u * q + 0u] = vec4<u32>(o_0, o_1.x);
        tw_out[3u * q + 1u] = vec4<u32>(o_1.yz, o_2.xy);
        tw_out[3u * q + 2u] = vec4<u32>(o_2.z, o_3);
    }

    @compute @workgroup_size(64u)
    fn tw_main(
        @builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32,
    ) {
        let len = tw_params[0].x;
        let q = (group.y * groups.x + group.x) * 64u + thread;
        if (4u * (q) < len) { tw_put(q, tw_quad(q)); }
    }
    "#);
    insta::assert_snapshot!(bindings(&pass), @r#"
    0: Params Uniform
    1: Source(0) Read
    2: Output ReadWrite
    "#);
}

#[test]
fn uniforms_follow_the_head() {
    let work = fused_work(Primitive::Map);
    let pass = map(&work, &tuning()).expect("lowers");
    let chunk = Chunk { len: 7, base: 50, extra: [1, 2], prefix: [3, 4, 5, 6] };
    // Counting starts at its value for the chunk's first element.
    assert_eq!(pass.params.fill(&work, chunk), [7, 50, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 150, 5, 11, 12]);
}

#[test]
fn a_reduction_to_the_position_of_the_smallest() {
    let monoid = builtin(Builtin::ArgMin, f32::TYPE, <[u32; 2]>::TYPE);
    let work = plain(Primitive::Reduce(Arc::new(monoid.clone())), f32::TYPE);
    let pass = reduce_elements(&work, &monoid, &tuning()).expect("lowers");
    insta::assert_snapshot!(between(&pass.wgsl, "alias", "@group"), @r#"
    alias TwState = vec2<u32>;
    fn tw_enter(x: f32, index: u32) -> TwState { let b = bitcast<u32>(x); let key = select(b | 0x80000000u, ~b, b >= 0x80000000u); return vec2<u32>(select(key, 0u, (b & 0x7fffffffu) > 0x7f800000u), index); }
    fn tw_leave(s: TwState) -> vec2<u32> { return s; }
    fn tw_combine(a: TwState, b: TwState) -> TwState { return select(b, a, a.x < b.x || (a.x == b.x && a.y <= b.y)); }
    "#);
    insta::assert_snapshot!(between(&pass.wgsl, "fn tw_fold3", "fn tw_fold4"), @r#"
    fn tw_fold3(first: u32) -> TwState {
        var s = tw_fold2(first);
        for (var i = first + 16u; i < first + 64u; i += 16u) {
            s = tw_combine(s, tw_fold2(i));
        }
        return s;
    }
    fn tw_part3(first: u32, end: u32) -> TwState {
        var s: TwState;
        for (var i = first; i < min(first + 64u, end); i += 16u) {
            let child = tw_part2(i, end);
            if (i == first) { s = child; } else { s = tw_combine(s, child); }
        }
        return s;
    }
    "#);
    insta::assert_snapshot!(between(&pass.wgsl, "// What", "@end"), @r#"
    // What reduce and scan begin with: a workgroup takes its tiles of elements to their aggregates, in the canonical order.

    @compute @workgroup_size(32u)
    fn tw_main(
        @builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32,
    ) {
        let len = tw_params[0].x;
        let tile_group = group.y * groups.x + group.x;

        let group_first = tile_group * 8192u;
        let present = min(len - min(len, group_first), 8192u);

        // Each invocation folds its own nodes.
        let i0 = thread + 0u;
        let f0 = group_first + (i0 << 8u);
        var n0_0: TwState;
        if (f0 + 256u <= len) { n0_0 = tw_fold(f0); } else if (f0 < len) { n0_0 = tw_part(f0, len); }

        // The ladder, up to the tile.
        tw_nodes[i0] = n0_0;
        workgroupBarrier();
        if (thread < 8u) {
            let count = (present + 255u) >> 8u;
            if (4u * thread < count) {
                tw_nodes[32u + thread] = tw_children(0u + 4u * thread, count - 4u * thread);
            }
        }
        workgroupBarrier();
        if (thread < 2u) {
            let count = (present + 1023u) >> 10u;
            if (4u * thread < count) {
                tw_nodes[40u + thread] = tw_children(32u + 4u * thread, count - 4u * thread);
            }
        }
        workgroupBarrier();

        // Reduce: an invocation for each tile has its aggregate.
        if (thread < 2u && thread * 4096u < present) {
            let tile = tile_group * 2u + thread;
        let words = tw_nodes[40u + thread];
        tw_out[2u * (tile + tw_params[0].z) + 0u] = words.x;
        tw_out[2u * (tile + tw_params[0].z) + 1u] = words.y;

        }

    }
    "#);
    insta::assert_snapshot!(bindings(&pass), @r#"
    0: Params Uniform
    1: Source(0) Read
    2: Aggregates ReadWrite
    "#);
}

#[test]
fn an_inclusive_scan_keeps_the_bits_of_floats() {
    let monoid = builtin(Builtin::Max, f32::TYPE, f32::TYPE);
    let work = plain(Primitive::Map, f32::TYPE);
    let multi = scan_elements(&work, &monoid, true, None, Variant::MultiPass, &tuning()).expect("lowers");
    insta::assert_snapshot!(between(&multi.wgsl, "fn tw_extremum", "@group"), @r#"
    fn tw_extremum(a: u32, b: u32) -> u32 {
        let key_a = bitcast<i32>(a ^ (bitcast<u32>(bitcast<i32>(a) >> 31u) >> 1u));
        let key_b = bitcast<i32>(b ^ (bitcast<u32>(bitcast<i32>(b) >> 31u) >> 1u));
        let nan = max(a & 0x7fffffffu, b & 0x7fffffffu) > 0x7f800000u;
        return select(select(b, a, key_a >= key_b), 0x7fc00000u, nan);
    }
    alias TwState = u32;
    fn tw_enter(x: f32, index: u32) -> TwState { return bitcast<u32>(x); }
    fn tw_leave(s: TwState) -> f32 { return bitcast<f32>(s); }
    fn tw_combine(a: TwState, b: TwState) -> TwState { return tw_extremum(a, b); }
    "#);
    insta::assert_snapshot!(between(&multi.wgsl, "fn tw_scan1", "fn tw_store"), @r#"
    fn tw_scan1(first: u32, p: TwState) -> TwState {
        return tw_scan_quad(first >> 2u, tw_quad(first >> 2u), p);
    }
    "#);
    insta::assert_snapshot!(bindings(&multi), @r#"
    0: Params Uniform
    1: Source(0) Read
    2: Output ReadWrite
    3: Prefixes Read
    "#);
    let single = scan_elements(&work, &monoid, true, None, Variant::SinglePass, &tuning()).expect("lowers");
    insta::assert_snapshot!(bindings(&single), @r#"
    0: Params Uniform
    1: Source(0) Read
    2: Output ReadWrite
    3: Prefixes Read
    4: Published ReadWrite
    5: Aggregates ReadWrite
    "#);
    assert_eq!((multi.threads, single.threads), (32, 16));
}

#[test]
fn states_pass_through_memory_as_bits() {
    let monoid = builtin(Builtin::Max, f32::TYPE, f32::TYPE);
    insta::assert_snapshot!(bindings(&scan_states(&monoid, &tuning()).expect("lowers")), @r#"
    0: Params Uniform
    1: States Read
    2: Output ReadWrite
    3: Prefixes Read
    "#);
    insta::assert_snapshot!(bindings(&carry(&monoid, &tuning()).expect("lowers")), @r#"
    0: Params Uniform
    1: Spine ReadWrite
    2: Prefixes ReadWrite
    "#);
}

#[test]
fn grids_hold_all_groups_within_the_limit() {
    let pass = map(&plain(Primitive::Map, u32::TYPE), &tuning()).expect("lowers");
    assert_eq!(pass.grid(0, 65_535), [1, 1]);
    assert_eq!(pass.grid(256, 65_535), [1, 1]);
    assert_eq!(pass.grid(257, 65_535), [2, 1]);
    assert_eq!(pass.grid(256 * 65_536, 65_535), [32_768, 2]);
    for len in [1, 1 << 20, (1 << 26) - 1] {
        let [x, y] = pass.grid(len, 100);
        assert!(x as usize * y as usize * 256 >= len);
    }
    assert_eq!(
        carry(&builtin(Builtin::Sum, u32::TYPE, u32::TYPE), &tuning()).expect("lowers").grid(1 << 20, 1),
        [1, 1]
    );
}

#[test]
fn spines_hold_every_level() {
    assert_eq!([0, 1, 2, 4, 5, 16, 17].map(spine_len), [1, 1, 3, 5, 8, 21, 25]);
}

#[test]
fn only_functions_that_may_need_checks_keep_them() {
    let pass = map(&fused_work(Primitive::Map), &tuning()).expect("lowers");
    assert_eq!(pass.checks, super::Checks::default());
    let text = "fn f(x: u32) -> u32 { var a = array<u32, 2>(1, 2); for (var i = 0u; i < x; i++) { a[i % 2] /= x; } return a[x]; }";
    let function =
        parse(text, None, Expected { parameters: &[u32::TYPE], result: u32::TYPE }).expect("valid");
    let mut work = plain(Primitive::Map, ElementType::scalar(Scalar::U32));
    work.fused.nodes.push(Node::Call { function: Arc::new(function), args: vec![0], uniforms_at: 0 });
    work.fused.output = 1;
    let checks = map(&work, &tuning()).expect("lowers").checks;
    assert_eq!(checks, super::Checks { bounds: true, loops: true, division: true });
}
