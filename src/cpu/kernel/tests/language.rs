//! Memory, built-in values, barriers and atomics in small shaders.

use super::support::{Buffer, check, error, outcomes, read, write};

fn iota(len: u32) -> Vec<u32> {
    (0..len).collect()
}

#[test]
fn each_invocation_reads_and_writes_its_element() {
    let source = "
        @group(0) @binding(0) var<storage, read> x: array<f32>;
        @group(0) @binding(1) var<storage, read_write> y: array<f32>;
        @group(0) @binding(2) var<uniform> a: f32;
        @compute @workgroup_size(64)
        fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if id.x >= arrayLength(&y) { return; }
            y[id.x] = a * x[id.x] + y[id.x];
        }";
    for len in [1000u32, 64, 63, 1, 100_000] {
        let x: Vec<u32> = (0..len).map(|i| (i as f32).to_bits()).collect();
        let y: Vec<u32> = (0..len).map(|i| (0.5 * i as f32).to_bits()).collect();
        let expected = (0..len).map(|i| (2.0 * i as f32 + 0.5 * i as f32).to_bits()).collect();
        let buffers = [read(0, x), write(1, y), read(2, vec![2f32.to_bits()])];
        check(source, [len.div_ceil(64), 1, 1], &buffers, &[(1, expected)]);
    }
}

#[test]
fn large_memory_that_is_only_mentioned_is_not_read() {
    let source = "
        @group(0) @binding(0) var<storage, read> large: array<u32, 1000000>;
        @group(0) @binding(1) var<storage, read_write> y: array<u32>;
        @compute @workgroup_size(1) fn main() {
            _ = large;
            let unused = large;
            y[0] = large[3];
        }";
    check(source, [1, 1, 1], &[read(0, iota(1_000_000)), write(1, vec![0])], &[(1, vec![3])]);
}

#[test]
fn a_workgroup_reverses_its_part() {
    let source = "
        var<workgroup> tile: array<u32, 100>;
        @group(0) @binding(0) var<storage, read_write> x: array<u32>;
        @compute @workgroup_size(100)
        fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
            tile[at] = x[id.x];
            workgroupBarrier();
            x[id.x] = tile[99u - at];
        }";
    let expected = (0..700).map(|i| i / 100 * 100 + 99 - i % 100).collect();
    check(source, [7, 1, 1], &[write(0, iota(700))], &[(0, expected)]);
}

#[test]
fn a_histogram_counts_with_atomics() {
    let source = "
        @group(0) @binding(0) var<storage, read> x: array<u32>;
        @group(0) @binding(1) var<storage, read_write> bins: array<atomic<u32>, 16>;
        var<workgroup> mine: array<atomic<u32>, 16>;
        @compute @workgroup_size(8, 8)
        fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32,
                @builtin(num_workgroups) grid: vec3<u32>) {
            let index = id.y * (grid.x * 8u) + id.x;
            if index < arrayLength(&x) { atomicAdd(&mine[x[index] % 16u], 1u); }
            workgroupBarrier();
            if at < 16u { atomicAdd(&bins[at], atomicLoad(&mine[at])); }
        }";
    let x: Vec<u32> = (0..5000u32).map(|i| i.wrapping_mul(i) >> 3).collect();
    let mut expected = vec![0; 16];
    x.iter().for_each(|x| expected[*x as usize % 16] += 1);
    check(source, [16, 5, 1], &[read(0, x), write(1, vec![0; 16])], &[(1, expected)]);
}

#[test]
fn a_barrier_that_some_do_not_reach_is_an_error() {
    let source = "
        @group(0) @binding(0) var<storage, read_write> x: array<u32>;
        @compute @workgroup_size(64)
        fn main(@builtin(local_invocation_index) at: u32) {
            if x[at] < 60u {
                workgroupBarrier();
                x[at] += 1u;
            }
        }";
    insta::assert_snapshot!(
        error(source, [1, 1, 1], &[write(0, iota(64))]),
        @"`main`, line 6: 4 invocations of the workgroup do not reach this barrier, where others wait"
    );
    // Where nobody gets there, nobody waits.
    check(source, [1, 1, 1], &[write(0, vec![70; 64])], &[(0, vec![70; 64])]);
    check(source, [1, 1, 1], &[write(0, vec![7; 64])], &[(0, vec![8; 64])]);
}

#[test]
fn a_barrier_does_not_wait_for_those_who_have_returned() {
    let source = "
        @group(0) @binding(0) var<storage, read_write> x: array<u32>;
        var<workgroup> sum: atomic<u32>;
        @compute @workgroup_size(64)
        fn main(@builtin(local_invocation_index) at: u32) {
            if x[at] >= 60u { return; }
            atomicAdd(&sum, x[at]);
            workgroupBarrier();
            x[at] = atomicLoad(&sum);
        }";
    let expected = (0..64).map(|i| if i < 60 { 60 * 59 / 2 } else { i }).collect();
    check(source, [1, 1, 1], &[write(0, iota(64))], &[(0, expected)]);
}

#[test]
fn accesses_out_of_range_do_no_harm() {
    let source = "
        @group(0) @binding(0) var<storage, read> x: array<u32>;
        @group(0) @binding(1) var<storage, read_write> y: array<u32>;
        @group(0) @binding(2) var<storage, read> triples: array<array<u32, 3>>;
        var<workgroup> part: array<u32, 8>;
        @compute @workgroup_size(64)
        fn main(@builtin(local_invocation_index) at: u32) {
            let far = select(at, 0xffffff00u + at * 3u, at % 2u == 0u);
            part[at] = at;
            workgroupBarrier();
            y[far] = x[far] + x[at + 5u] * 1000u + triples[0x55555555u + at][at] + part[7] * 100000u;
        }";
    let x = (1..=20).collect();
    let expected = (0..40u32)
        .map(|at| {
            let word = |at: u32| if at < 20 { at + 1 } else { 0 };
            if at % 2 == 0 { 7 } else { word(at) + word(at + 5) * 1000 + 63 * 100_000 }
        })
        .collect();
    let buffers = [read(0, x), write(1, vec![7; 40]), read(2, iota(9))];
    check(source, [1, 1, 1], &buffers, &[(1, expected)]);
}

#[test]
fn a_workgroup_may_wait_for_those_before_it() {
    // A scan that looks back: each workgroup adds what the one before has published.
    let source = "
        @group(0) @binding(0) var<storage, read> x: array<u32>;
        @group(0) @binding(1) var<storage, read_write> out: array<u32>;
        struct State { flag: atomic<u32>, value: atomic<u32> }
        @group(0) @binding(2) var<storage, read_write> states: array<State>;
        var<workgroup> prefix: u32;
        var<workgroup> part: array<u32, 32>;
        @compute @workgroup_size(32)
        fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32,
                @builtin(workgroup_id) group: vec3<u32>) {
            part[at] = x[id.x];
            workgroupBarrier();
            if at == 0u {
                if group.x > 0u {
                    while atomicLoad(&states[group.x - 1u].flag) == 0u { }
                    prefix = atomicLoad(&states[group.x - 1u].value);
                }
                var sum = prefix;
                for (var i = 0u; i < 32u; i++) { sum += part[i]; }
                atomicStore(&states[group.x].value, sum);

                atomicStore(&states[group.x].flag, 1u);
            }
            let start = workgroupUniformLoad(&prefix);
            var sum = start;
            for (var i = 0u; i <= at; i++) { sum += part[i]; }
            out[id.x] = sum;
        }
        ";
    let expected = (0..3200u32).map(|i| i * (i + 1) / 2).collect();
    let buffers = [read(0, iota(3200)), write(1, vec![0; 3200]), write(2, vec![0; 200])];
    check(source, [100, 1, 1], &buffers, &[(1, expected)]);
}

#[test]
fn a_loop_that_never_ends_is_stopped() {
    let source = "
        @group(0) @binding(0) var<storage, read_write> x: array<atomic<u32>>;
        @compute @workgroup_size(64)
        fn main(@builtin(local_invocation_index) at: u32) {
            while atomicLoad(&x[at]) != 1000u { }
        }";
    insta::assert_snapshot!(
        error(source, [300, 1, 1], &[write(0, iota(64))]),
        @"`main` ran past its budget of 65536 loop steps per block of lanes; raise `Builder::step_budget` if it is right to run that long"
    );
}

/// Every operation of subgroups.
pub(super) const SUBGROUPS: &str = "
    @group(0) @binding(0) var<storage, read> x: array<u32>;
    @group(0) @binding(1) var<storage, read_write> out: array<array<u32, 16>>;
    @compute @workgroup_size(80)
    fn main(@builtin(local_invocation_index) at: u32, @builtin(subgroup_size) size: u32,
            @builtin(subgroup_invocation_id) lane: u32, @builtin(num_subgroups) count: u32,
            @builtin(subgroup_id) group: u32) {
        let v = x[at];
        out[at][0] = size + 100u * lane + 10000u * count + 100000u * group;
        out[at][1] = subgroupAdd(v);
        out[at][2] = subgroupInclusiveAdd(v);
        out[at][3] = subgroupExclusiveAdd(v);
        out[at][4] = subgroupMax(v) - subgroupMin(v);
        out[at][5] = subgroupBallot(v % 3u == 0u).x;
        out[at][6] = subgroupBroadcastFirst(v) + subgroupBroadcast(v, 7u);
        out[at][7] = subgroupShuffle(v, (lane * 5u) % 16u);
        out[at][8] = subgroupShuffleXor(v, 3u) + 1000u * quadSwapX(v);
        if v % 2u == 1u {
            out[at][9] = subgroupAdd(v);
            out[at][10] = u32(subgroupAll(v % 4u == 1u)) + 2u * u32(subgroupAny(v == 1u));
            out[at][11] = subgroupBallot().x + subgroupBroadcastFirst(v);
        }
        out[at][12] = subgroupXor(v);
        out[at][13] = u32(subgroupMul(f32(v % 2u + 1u)));
        out[at][14] = quadBroadcast(v, 2u);
        subgroupBarrier();
        let pair = subgroupAdd(vec2(v, 1u));
        out[at][15] = pair.y;
    }";

#[test]
fn subgroups_are_32_invocations() {
    let mut expected = vec![];
    for at in 0..80u32 {
        let first = at / 32 * 32;
        let group: Vec<u32> = (first..80.min(first + 32)).collect();
        let lane = at - first;
        let bits = |test: &dyn Fn(u32) -> bool| {
            group.iter().filter(|v| test(**v)).fold(0u32, |bits, v| bits | 1 << (v - first))
        };
        let odd: Vec<u32> = group.iter().copied().filter(|v| v % 2 == 1).collect();
        let is_odd = at % 2 == 1;
        let all = u32::from(odd.iter().all(|v| v % 4 == 1)) + 2 * u32::from(odd.contains(&1));
        expected.extend([
            32 + 100 * lane + 30000 + 100_000 * (at / 32),
            group.iter().sum(),
            group.iter().filter(|v| **v <= at).sum(),
            group.iter().filter(|v| **v < at).sum(),
            group.len() as u32 - 1,
            bits(&|v| v % 3 == 0),
            first + first + 7,
            first + lane * 5 % 16,
            (at ^ 3) + 1000 * (at ^ 1),
            if is_odd { odd.iter().sum() } else { 0 },
            if is_odd { all } else { 0 },
            if is_odd { bits(&|v| v % 2 == 1) + first + 1 } else { 0 },
            group.iter().fold(0, |a, b| a ^ b),
            1 << (group.len() / 2),
            at / 4 * 4 + 2,
            group.len() as u32,
        ]);
    }
    check(SUBGROUPS, [1, 1, 1], &[read(0, iota(80)), write(1, vec![0; 1280])], &[(1, expected)]);
}

#[test]
fn immediates_are_group_4294967295() {
    let source = "
        struct Scale { by: vec2<u32>, plus: u32 }
        var<immediate> scale: Scale;
        @group(0) @binding(0) var<storage, read_write> x: array<u32>;
        @compute @workgroup_size(8)
        fn main(@builtin(local_invocation_index) at: u32) { x[at] = at * scale.by.y + scale.plus; }";
    let scale = Buffer { group: u32::MAX, binding: 0, is_written: false, words: vec![2, 3, 5, 0] };
    for (way, outcome) in outcomes(source, [1, 1, 1], &[write(0, vec![0; 8]), scale]) {
        let after = outcome.unwrap_or_else(|error| panic!("{way}: {error}"));
        assert_eq!(after[0].words, (0..8).map(|at| at * 3 + 5).collect::<Vec<u32>>(), "{way}");
    }
}

#[test]
fn what_has_no_words_is_named_with_its_line() {
    let texture = "
        @group(0) @binding(0) var<storage, read_write> x: array<u32>;
        @group(0) @binding(1) var t: texture_cube<f32>;
        @compute @workgroup_size(1)
        fn main() { x[0] = textureDimensions(t).x; }";
    insta::assert_snapshot!(
        error(texture, [1, 1, 1], &[write(0, iota(4))]),
        @"unsupported on cpu: a cube texture in `main`, line 3"
    );
    let large = "
        @group(0) @binding(0) var<storage, read_write> x: array<u32>;
        var<workgroup> all: array<array<u32, 1000000>, 5>;
        @compute @workgroup_size(1)
        fn main() { x[0] = all[x[1]][x[2]]; }";
    insta::assert_snapshot!(
        error(large, [1, 1, 1], &[write(0, iota(4))]),
        @"unsupported on cpu: an array of this size in `main`, line 3"
    );
    let short = "
        enable wgpu_int16;
        @group(0) @binding(0) var<storage, read_write> x: array<i32>;
        @compute @workgroup_size(1)
        fn main() {
            x[0] = i32(i16(x[1])); }";
    insta::assert_snapshot!(
        error(short, [1, 1, 1], &[write(0, iota(4))]),
        @"unsupported on cpu: the type i16 in `main`, line 6"
    );
    let missing = "
        @group(0) @binding(0) var<storage, read_write> x: array<u32>;
        @compute @workgroup_size(1)
        fn main() { x[0] = 1u; }";
    insta::assert_snapshot!(
        error(missing, [1, 1, 1], &[write(1, iota(4))]),
        @"the bindings of `main`: expected one for `x`, group 0, binding 0, given none"
    );
    insta::assert_snapshot!(
        error(missing, [1, 1, 1], &[read(0, iota(4))]),
        @"binding `x` of `main`: expected words that can be written, given words that can only be read"
    );
}

#[test]
fn small_workgroups_that_share_nothing() {
    let source = "
        @group(0) @binding(0) var<storage, read_write> x: array<vec4<u32>>;
        @compute @workgroup_size(3, 2)
        fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>,
                @builtin(local_invocation_index) at: u32, @builtin(num_workgroups) grid: vec3<u32>,
                @builtin(local_invocation_id) local: vec3<u32>) {
            let place = (id.z * grid.y * 2u + id.y) * grid.x * 3u + id.x;
            if at == 5u && group.x % 2u == 1u { return; }
            x[place] = vec4(group.x + 1000u * group.y + 1000000u * group.z, at, local.x + 10u * local.y, place);
        }";
    for grid in [[1u32, 1, 1], [2, 3, 2], [85, 1, 1], [86, 2, 1], [400, 3, 1], [1, 200, 1]] {
        let (width, height) = (grid[0] * 3, grid[1] * 2);
        let len = width * height * grid[2];
        let mut expected = vec![];
        for place in 0..len {
            let (x, y, z) = (place % width, place / width % height, place / width / height);
            let local = [x % 3, y % 2];
            let at = local[0] + 3 * local[1];
            expected.extend(if at == 5 && (x / 3) % 2 == 1 {
                [7; 4]
            } else {
                [x / 3 + 1000 * (y / 2) + 1_000_000 * z, at, local[0] + 10 * local[1], place]
            });
        }
        check(source, grid, &[write(0, vec![7; len as usize * 4])], &[(0, expected)]);
    }
}
