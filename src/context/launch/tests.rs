//! Launches on devices that fail, that copy through staging buffers, and whose bindings are small.

use super::super::tests::{context, lose_after_submission, refuse_above};
use super::super::{CancelToken, Context};
use crate::error::{Error, Fault, Result};
use crate::gpu::{Event, Options, Script};
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
    let options = Options { script: refuse_above(1 << 20), ..Options::default() };
    let Some((outcome, b)) = add(&options, 1 << 20) else { return };
    assert!(matches!(outcome, Err(Error::Device { fault: Fault::OutOfMemory { .. }, .. })), "{outcome:?}");
    assert!(b.iter().all(|&b| b == 1));
}

#[test]
fn a_device_that_is_lost() {
    let options = Options { script: lose_after_submission(1), ..Options::default() };
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

const TRIPLE: &str = "
    @group(0) @binding(0) var<storage, read> a: array<u32>;
    @group(0) @binding(1) var<storage, read_write> b: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if (id.x < arrayLength(&b)) { b[id.x] += 2u * a[id.x]; }
    }";

/// Runs `TRIPLE`, which can be cut, over slices of `len` words, each 1 at first; `b` and the report afterwards.
fn triple(
    options: &Options,
    placement: Placement,
    fallback: bool,
    len: usize,
) -> Option<(Result<()>, Vec<u32>, Context)> {
    let cx = context(options, placement, fallback)?;
    let kernel = Kernel::new(TRIPLE).expect("valid WGSL");
    let (a, mut b) = (vec![1u32; len], vec![1u32; len]);
    let outcome = kernel.launch().bind("a", &a).bind("b", &mut b).invocations([len]).run(&cx);
    Some((outcome, b, cx))
}

#[test]
fn memory_in_windows() {
    for staged in [false, true] {
        let options = Options { max_binding_bytes: Some(SMALL), staged, ..Options::default() };
        for len in [3073, 6144, 20_000, 100_003] {
            let Some((outcome, b, cx)) = triple(&options, Placement::Gpu, false, len) else { return };
            outcome.expect("in parts");
            assert!(b.iter().all(|&b| b == 3), "{len}");
            let plan = cx.last_report().expect("a plan was made").plan.to_string();
            assert!(plan.contains("more memory than the device binds at once: in "), "{plan}");
        }
    }
}

#[test]
fn memory_that_is_short_comes_in_parts() {
    let options = Options { script: refuse_above(1 << 20), ..Options::default() };
    let Some((outcome, b, cx)) = triple(&options, Placement::Gpu, false, 1 << 20) else { return };
    outcome.expect("in parts");
    assert!(b.iter().all(|&b| b == 3));
    let incidents = &cx.last_report().expect("a plan was made").incidents;
    assert!(incidents.len() == 1 && incidents[0].action == "in 8 parts", "{incidents:?}");
}

/// Whichever submission a device is lost at, each part is done once.
#[test]
fn a_device_lost_between_parts() {
    for lose_after in 1..6 {
        let small = Options { max_binding_bytes: Some(SMALL), ..Options::default() };
        let options = Options { script: lose_after_submission(lose_after), ..small };
        for placement in [Placement::Gpu, Placement::Split { gpu: 0.1 }] {
            let Some((outcome, b, cx)) = triple(&options, placement, true, 20_000) else { return };
            outcome.expect("the CPU finishes");
            assert!(b.iter().all(|&b| b == 3), "{lose_after} {placement}");
            let incidents = cx.last_report().expect("a plan was made").incidents.len();
            // A split has one part on the device; a launch on the device alone has seven.
            let is_lost = lose_after == 1 || placement == Placement::Gpu;
            assert_eq!(incidents, usize::from(is_lost), "{lose_after} {placement}");
        }
    }
}

const BOTH: &str = "
    @group(0) @binding(0) var<storage, read_write> a: array<u32>;
    @group(0) @binding(1) var<storage, read_write> b: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if (id.x < arrayLength(&b)) { a[id.x] += 1u; b[id.x] += a[id.x]; }
    }";

/// Whichever memory a device is lost at, the CPU finds all of it as it was before.
#[test]
fn nothing_is_written_before_everything_is_there() {
    let kernel = Kernel::new(BOTH).expect("valid WGSL");
    for staged in [false, true] {
        for at in 1..=6 {
            for placement in [Placement::Gpu, Placement::Split { gpu: 0.5 }] {
                let script = Script::of(Event::LostWhileMapped, at, 1);
                let options = Options { staged, script, ..Options::default() };
                let Some(cx) = context(&options, placement, true) else { return };
                let (mut a, mut b) = (vec![1u32; 5000], vec![1u32; 5000]);
                let launch = kernel.launch().bind("a", &mut a).bind("b", &mut b);
                launch.invocations([5000]).run(&cx).expect("the CPU finishes");
                assert!(a.iter().all(|&a| a == 2) && b.iter().all(|&b| b == 3), "{staged} {at} {placement}");
            }
        }
    }
}

/// Parts of a launch are what it is followed and ended between; memory of the device is in order afterwards.
#[test]
fn a_launch_in_parts_is_followed_and_cancelled() {
    let len = 20_000;
    let options = Options { max_binding_bytes: Some(SMALL), ..Options::default() };
    let Some(cx) = context(&options, Placement::Gpu, false) else { return };
    let kernel = Kernel::new(TRIPLE).expect("valid WGSL");
    let run = |cx: &Context| {
        let (a, mut b) = (cx.array(vec![1_u32; len]), cx.array(vec![1_u32; len]));
        let outcome = kernel.launch().bind("a", &a).bind("b", &mut b).invocations([len]).run(cx);
        (outcome, cx.read(&b).expect("the device is there").to_vec())
    };
    let token = CancelToken::new();
    let cancels = token.clone();
    let following = cx.with_cancel(&token).with_progress(move |progress| {
        assert!(0 < progress.done && progress.done < progress.total, "{progress}");
        assert_eq!(progress.done, progress.gpu_done);
        cancels.cancel();
    });
    let (outcome, b) = run(&following);
    let Err(Error::Cancelled { done, total }) = outcome else { panic!("{outcome:?}") };
    assert!(0 < done && done < total && total == len.next_multiple_of(64), "{done} of {total}");
    assert!(b.iter().all(|&b| b == 1), "an array changes as a whole");

    let (sender, told) = std::sync::mpsc::channel();
    let (outcome, b) = run(&cx.with_progress(move |progress| sender.send(progress).unwrap_or_default()));
    outcome.expect("nothing ends it");
    assert!(b.iter().all(|&b| b == 3));
    let last = told.try_iter().last().expect("the end is told");
    assert_eq!((last.done, last.total, last.gpu_done), (total, total, total));
}
