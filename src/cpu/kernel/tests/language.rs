//! Memory, built-in values, barriers and atomics in small shaders.

use super::support::{check, error, read, write};

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
