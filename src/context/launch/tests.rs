//! Launches on devices that fail, that copy through staging buffers, and whose bindings are small.

use super::super::tests::context;
use crate::error::{Error, Fault, Result};
use crate::gpu::Options;
use crate::kernel::Kernel;
use crate::plan::Placement;

const ADD: &str = "
    @group(0) @binding(0) var<storage, read> a: array<u32>;
    @group(0) @binding(1) var<storage, read_write> b: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>,
                                         @builtin(num_workgroups) groups: vec3<u32>) {
        for (var i = id.x; i < arrayLength(&b); i += 64u * groups.x) { b[i] += a[i]; }
    }";

/// Runs `ADD` over slices of `len` words; `b` as it is afterwards.
fn add(options: &Options, len: usize) -> Option<(Result<()>, Vec<u32>)> {
    let cx = context(options, Placement::Gpu, false)?;
    let kernel = Kernel::new(ADD).expect("valid WGSL");
    let (a, mut b) = (vec![2u32; len], vec![1u32; len]);
    let outcome = kernel.launch().bind("a", &a).bind("b", &mut b).workgroups([64]).run(&cx);
    Some((outcome, b))
}

#[test]
fn a_device_without_memory() {
    let options = Options { refuse_above: Some(1 << 20), ..Options::default() };
    let Some((outcome, b)) = add(&options, 1 << 20) else { return };
    assert!(matches!(outcome, Err(Error::Device { fault: Fault::OutOfMemory { .. }, .. })), "{outcome:?}");
    assert!(b.iter().all(|&b| b == 1));
}

#[test]
fn a_device_that_is_lost() {
    let options = Options { lose_after: Some(1), ..Options::default() };
    let Some((outcome, b)) = add(&options, 100_000) else { return };
    assert!(matches!(outcome, Err(Error::Device { fault: Fault::Lost(_), .. })), "{outcome:?}");
    assert!(b.iter().all(|&b| b == 1));
}

#[test]
fn copies_through_staging_buffers() {
    let options = Options { staged: true, ..Options::default() };
    for len in [1, 1001, 1 << 20] {
        let Some((outcome, b)) = add(&options, len) else { return };
        outcome.expect("nothing fails");
        assert!(b.iter().all(|&b| b == 3), "{len}");
    }
}

/// 3072 words a binding: segments of 1024.
const SMALL: u64 = 3 * 4096;

#[test]
fn arrays_in_segments_are_bound_whole() {
    for staged in [false, true] {
        let options = Options { max_binding_bytes: Some(SMALL), staged, ..Options::default() };
        let Some(cx) = context(&options, Placement::Gpu, false) else { return };
        let kernel = Kernel::new(ADD).expect("valid WGSL");
        for len in [1, 1023, 1024, 1025, 2500, 3072] {
            let words: Vec<u32> = (0..len).collect();
            let (a, mut b) = (cx.array(words.clone()), cx.array(words.clone()));
            for _ in 0..3 {
                let launch = kernel.launch().bind("a", &a).bind("b", &mut b);
                launch.workgroups([2]).run(&cx).unwrap_or_else(|error| panic!("{len}: {error}"));
                assert!(b.is_on_device() && !b.is_on_host());
            }
            let expected: Vec<u32> = words.iter().map(|x| 4 * x).collect();
            assert_eq!(cx.read(&b).expect("a download"), expected);
            assert_eq!(cx.read(&a).expect("it is on the host"), words);
        }
    }
}

#[test]
fn memory_that_no_binding_holds() {
    let options = Options { max_binding_bytes: Some(SMALL), ..Options::default() };
    let Some((outcome, b)) = add(&options, 3073) else { return };
    let Err(Error::Unsupported { what, .. }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(what, "12292 bytes for @group(0) @binding(0) of `main`, the adapter's limit is 12288");
    assert!(b.iter().all(|&b| b == 1));
}
