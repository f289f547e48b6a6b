//! What is generated, as exact text, and how many workgroups lengths need.

use std::sync::Arc;

use super::{
    Chunk, Pass, Traits, Tuning, Variant, carry, map, reduce_elements, scan_elements, scan_states, spine_len,
};
use crate::element::{Element, ElementType, Scalar};
use crate::monoid::{Builtin, MonoidSpec, Operator};
use crate::wgsl::{Expected, parse};
use crate::work::{Fused, Node, Primitive, Source, Work};

fn tuning() -> Tuning {
    Tuning {
        map_threads: 64,
        tile_threads: 16,
        loop_tile_threads: 16,
        group_tiles: 2,
        single_pass: false,
        look_back_rounds: 1024,
        stream_len: 1 << 20,
    }
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
    // Map. One invocation computes the four consecutive elements of a quad.

    fn tw_quad(q: u32) {
        let s0_0 = tw_s0[3u * q + 0u];
        let s0_1 = tw_s0[3u * q + 1u];
        let s0_2 = tw_s0[3u * q + 2u];
        let l0_n3 = f0_f(bitcast<vec3<f32>>(s0_0.xyz), (tw_params[3].x + 4u * q + 0u), bitcast<f32>(tw_params[3].y), bitcast<vec2<f32>>(vec2<u32>(tw_params[3].z, tw_params[3].w)));
        let l1_n3 = f0_f(bitcast<vec3<f32>>(vec3<u32>(s0_0.w, s0_1.xy)), (tw_params[3].x + 4u * q + 1u), bitcast<f32>(tw_params[3].y), bitcast<vec2<f32>>(vec2<u32>(tw_params[3].z, tw_params[3].w)));
        let l2_n3 = f0_f(bitcast<vec3<f32>>(vec3<u32>(s0_1.zw, s0_2.x)), (tw_params[3].x + 4u * q + 2u), bitcast<f32>(tw_params[3].y), bitcast<vec2<f32>>(vec2<u32>(tw_params[3].z, tw_params[3].w)));
        let l3_n3 = f0_f(bitcast<vec3<f32>>(s0_2.yzw), (tw_params[3].x + 4u * q + 3u), bitcast<f32>(tw_params[3].y), bitcast<vec2<f32>>(vec2<u32>(tw_params[3].z, tw_params[3].w)));
        let o_0 = bitcast<vec3<u32>>(l0_n3);
        let o_1 = bitcast<vec3<u32>>(l1_n3);
        let o_2 = bitcast<vec3<u32>>(l2_n3);
        let o_3 = bitcast<vec3<u32>>(l3_n3);
        tw_out[3u * q + 0u] = vec4<u32>(o_0, o_1.x);
        tw_out[3u * q + 1u] = vec4<u32>(o_1.yz, o_2.xy);
        tw_out[3u * q + 2u] = vec4<u32>(o_2.z, o_3);
    }

    fn tw_one(i: u32) {
        let n3 = f0_f(bitcast<vec3<f32>>(vec3<u32>(tw_s0[(3u * i + 0u) >> 2u][(3u * i + 0u) & 3u], tw_s0[(3u * i + 1u) >> 2u][(3u * i + 1u) & 3u], tw_s0[(3u * i + 2u) >> 2u][(3u * i + 2u) & 3u])), (tw_params[3].x + i), bitcast<f32>(tw_params[3].y), bitcast<vec2<f32>>(vec2<u32>(tw_params[3].z, tw_params[3].w)));
        let one = bitcast<vec3<u32>>(n3);
        tw_out[(3u * i + 0u) >> 2u][(3u * i + 0u) & 3u] = one.x;
        tw_out[(3u * i + 1u) >> 2u][(3u * i + 1u) & 3u] = one.y;
        tw_out[(3u * i + 2u) >> 2u][(3u * i + 2u) & 3u] = one.z;
    }

    @compute @workgroup_size(64u)
    fn tw_main(
        @builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32,
    ) {
        let len = tw_params[0].x;
        let q = (group.y * groups.x + group.x) * 64u + thread;
        let first = 4u * q;
        if (first + 4u <= len) {
            tw_quad(q);
        } else {
            // The last quad, if it is partial: functions must not see elements that are not there.
            for (var i = first; i < len; i++) {
                tw_one(i);
            }
        }
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
    // What reduce and scan begin with: 16u invocations take a tile of 4096u elements to its aggregate, in
    // the canonical order.

    @compute @workgroup_size(32u)
    fn tw_main(
        @builtin(workgroup_id) group: vec3<u32>,
        @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) thread: u32,
    ) {
        let len = tw_params[0].x;
        let tile_group = group.y * groups.x + group.x;

        let slot = thread / 16u;
        let t = thread % 16u;
        let tile = tile_group * 2u + slot;
        let tile_first = tile * 4096u;
        let present = min(len - min(len, tile_first), 4096u);

        // Each invocation folds its own node.
        let first = tile_first + t * 256u;
        if (first + 256u <= len) {
            tw_nodes[thread] = tw_fold(first);
        } else if (first < len) {
            tw_nodes[thread] = tw_part(first, len);
        }

        // The ladder, up to the tile.
        workgroupBarrier();
        if (t < 4u) {
            let count = (present + 255u) >> 8u;
            if (4u * t < count) {
                tw_nodes[32u + slot * 4u + t] =
                    tw_children(0u + slot * 16u + 4u * t, count - 4u * t);
            }
        }
        workgroupBarrier();
        if (t < 1u) {
            let count = (present + 1023u) >> 10u;
            if (4u * t < count) {
                tw_nodes[40u + slot * 1u + t] =
                    tw_children(32u + slot * 4u + 4u * t, count - 4u * t);
            }
        }
        workgroupBarrier();

        // Reduce: the first invocation of a tile has its aggregate.
        if (t == 0u && present > 0u) {
        let words = tw_nodes[40u + slot];
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
        let q = first >> 2u;
        let x = tw_quad(q);
        let s0 = x.x0;
        let s1 = tw_combine(s0, x.x1);
        let s2 = tw_combine(s1, x.x2);
        let s3 = tw_combine(s2, x.x3);
        let y0 = tw_combine(p, s0);
        let y1 = tw_combine(p, s1);
        let y2 = tw_combine(p, s2);
        let y3 = tw_combine(p, s3);
        let o_0 = bitcast<u32>(tw_leave(y0));
        let o_1 = bitcast<u32>(tw_leave(y1));
        let o_2 = bitcast<u32>(tw_leave(y2));
        let o_3 = bitcast<u32>(tw_leave(y3));
        tw_out[q] = vec4<u32>(o_0, o_1, o_2, o_3);
        return s3;
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
    insta::assert_snapshot!(bindings(&carry(&monoid).expect("lowers")), @r#"
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
    assert_eq!(carry(&builtin(Builtin::Sum, u32::TYPE, u32::TYPE)).expect("lowers").grid(1 << 20, 1), [1, 1]);
}

#[test]
fn spines_hold_every_level() {
    assert_eq!([0, 1, 2, 4, 5, 16, 17].map(spine_len), [1, 1, 3, 5, 8, 21, 25]);
}

#[test]
fn tuning_fits_the_adapter() {
    let gpu = Traits { software: false, forward_progress: true, workgroup_bytes: 16 << 10, max_threads: 256 };
    let tuned = Tuning::of(&gpu);
    assert_eq!((tuned.tile_threads, tuned.single_pass), (256, true));
    assert_eq!(Tuning::of(&Traits { max_threads: 128, ..gpu }).tile_threads, 64);
    assert_eq!(Tuning::of(&Traits { workgroup_bytes: 4 << 10, ..gpu }).tile_threads, 64);
    assert!(!Tuning::of(&Traits { forward_progress: false, ..gpu }).single_pass);
    let software = Tuning::of(&Traits { software: true, ..gpu });
    assert!(!software.single_pass);
    // Few elements an invocation where functions loop.
    assert_eq!([false, true].map(|loops| software.of_functions(loops).thread_len()), [1024, 16]);
    assert_eq!(tuned.of_functions(true), tuned);
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
