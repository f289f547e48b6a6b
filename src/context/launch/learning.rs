//! Launches that are learned from: what `Auto` makes of it, and launches that both executors share, on devices in order and
//! on such that fail.

use std::path::PathBuf;
use std::sync::Arc;

use pollster::block_on;

use super::super::Context;
use super::super::report::Report;
use super::super::tests::{fast, lose_after_submission};
use crate::error::Error;
use crate::gpu::{Choice as Adapter, Gpu, Options};
use crate::kernel::{Kernel, Launch};
use crate::plan::{Choice, Executor, Observation, Placement, WorkKey};

const LEN: usize = 50_000;

/// Changes its memory in place, so that what is done twice shows.
const STEP: &str = "
    @group(0) @binding(0) var<storage, read> a: array<u32>;
    @group(0) @binding(1) var<storage, read_write> b: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if (id.x < arrayLength(&b)) { b[id.x] = b[id.x] * 1664525u + a[id.x]; }
    }";

/// Iterations of loops that the CPU may make.
const STEPS: u64 = 100;

/// A context that learns, with a device that is opened with `options`, and a folder that is its own.
struct Learner {
    cx: Context,
    kernel: Kernel,
    /// Goes after the context, which saves what it has learned at its end.
    _folder: Folder,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // Nothing may have been saved.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Learner {
    fn new(options: &Options, name: &str) -> Option<Self> {
        let options = Options { script: options.script.rewound(), ..options.clone() };
        let gpu = match Gpu::open_with(&Adapter { name: None, software: true }, &options) {
            Ok(gpu) => gpu,
            Err(error) => {
                assert!(
                    std::env::var_os("REQUIRE_GPU").is_none_or(|v| v != "1"),
                    "REQUIRE_GPU=1, and {error}"
                );
                eprintln!("ignored: no adapter ({error})");
                return None;
            }
        };
        let folder = std::env::temp_dir().join(format!("tilewright-launch-{name}-{}", std::process::id()));
        let builder = Context::builder().threads(2).history(true).cache_dir(&folder).step_budget(STEPS);
        let cx = builder.placement(Placement::Auto).build().expect("valid settings");
        let profile = fast(gpu.info(), gpu.info().max_binding_bytes);
        cx.shared.devices.adopt(gpu, profile);
        Some(Self { cx, kernel: Kernel::new(STEP).expect("valid WGSL"), _folder: Folder(folder) })
    }

    fn launch<'a>(&'a self, a: &'a [u32], b: &'a mut [u32]) -> Launch<'a> {
        self.kernel.launch().bind("a", a).bind("b", b).invocations([LEN])
    }

    fn key(&self) -> WorkKey {
        let (a, mut b) = (inputs(), inputs());
        let key =
            block_on(self.launch(&a, &mut b).dispatched(async |dispatch| Ok(self.cx.key_of(&dispatch))));
        key.expect("a launch that fits")
    }

    /// Has both seen the launch, so many times, in so many seconds.
    fn teach(&self, cpu_s: f64, gpu_s: f64) {
        let key = self.key();
        let device = self.cx.shared.devices.history_names().first().expect("it is open").clone();
        self.cx.shared.memory.add(|history| {
            for _ in 0..30 {
                for (executor, seconds) in [(Executor::Cpu, cpu_s), (Executor::Gpu, gpu_s)] {
                    for part in [1.0, 0.25] {
                        let (elements, seconds) = (LEN as f64 * part, seconds * part);
                        let seen = Observation { executor, elements, seconds, expected: None };
                        history.observe(key, Some(&device), &seen);
                    }
                }
            }
        });
    }

    /// Runs the launch in a placement, and checks every bit.
    fn run(&self, placement: Placement) -> Arc<Report> {
        let cx = self.cx.with_placement(placement);
        let (a, mut b) = (inputs(), inputs());
        self.launch(&a, &mut b).run(&cx).unwrap_or_else(|error| panic!("{placement}: {error}"));
        let expected = a.iter().map(|&a| a.wrapping_mul(1_664_525).wrapping_add(a));
        assert!(b.iter().copied().eq(expected), "{placement}");
        let report = cx.last_report().expect("a plan was made");
        assert_once(&report);
        report
    }
}

fn inputs() -> Vec<u32> {
    (0..LEN as u32).map(|i| i.wrapping_mul(0x9e37_79b9)).collect()
}

/// The chunks of a report cover every invocation once.
fn assert_once(report: &Report) {
    let mut ranges: Vec<_> = report
        .executors
        .iter()
        .flat_map(|executor| &executor.chunks)
        .map(|chunk| chunk.range.clone())
        .collect();
    ranges.sort_by_key(|range| range.start);
    let mut at = 0;
    for range in ranges {
        assert_eq!(range.start, at, "{:?}", report.executors);
        at = range.end;
    }
    assert_eq!(at, report.plan.len, "{:?}", report.executors);
}

#[test]
fn what_was_seen_decides() {
    for (cpu_s, gpu_s, expected) in [(1e-4, 1e-2, Choice::Cpu), (1e-2, 1e-4, Choice::Gpu)] {
        let Some(learner) = Learner::new(&Options::default(), "decides") else { return };
        let first = learner.run(Placement::Auto);
        assert_eq!(first.plan.choice, Choice::Gpu, "nobody knows better: {first}");
        assert!(first.prediction_error().is_none() && first.executors[0].compile_s.is_some(), "{first}");
        learner.teach(cpu_s, gpu_s);
        let report = learner.run(Placement::Auto);
        assert_eq!(report.plan.choice, expected, "{report}");
        let text = report.plan.to_string();
        assert!(text.contains("predicted: ") && text.contains("(measured, "), "{text}");
        assert!(report.prediction_error().is_some(), "{report}");
    }
}

#[test]
fn a_context_without_history_learns_nothing() {
    let cx = Context::builder().threads(2).history(false).placement(Placement::Cpu).build().expect("valid");
    let kernel = Kernel::new(STEP).expect("valid WGSL");
    let plan = || {
        let (a, mut b) = (inputs(), inputs());
        kernel.launch().bind("a", &a).bind("b", &mut b).invocations([LEN]).run(&cx).expect("the CPU");
        cx.last_report().expect("a plan").plan.clone()
    };
    let first = plan();
    assert!(first == plan() && first.terms.is_empty(), "{first}");
}

#[test]
fn launches_that_both_share() {
    let Some(learner) = Learner::new(&Options::default(), "share") else { return };
    learner.teach(0.02, 0.02);
    let report = learner.run(Placement::Auto);
    assert!(matches!(report.plan.choice, Choice::Split { .. }), "{report}");
    let chunks = |executor| report.executor(executor).map_or(0, |report| report.chunks.len());
    assert!(chunks(Executor::Gpu) > 0 && chunks(Executor::Cpu) > 0, "{report}");
    for placement in
        [Placement::Cpu, Placement::Gpu, Placement::Split { gpu: 0.3 }, Placement::Split { gpu: 0.9 }]
    {
        let report = learner.run(placement);
        assert!(report.prediction_error().is_some(), "{report}");
    }
}

/// Whatever a device has when it is lost, each part is done once.
#[test]
fn a_device_lost_in_a_launch_that_both_share() {
    for at in 1..6 {
        let options = Options { script: lose_after_submission(at), ..Options::default() };
        let Some(learner) = Learner::new(&options, &format!("lost-{at}")) else { return };
        learner.teach(0.02, 0.02);
        let report = learner.run(Placement::Auto);
        assert!(matches!(report.plan.choice, Choice::Split { .. }), "{report}");
        // The CPU may have been done with everything before.
        assert!(report.incidents.len() == 1 || at > 1 && report.incidents.is_empty(), "{at}: {report}");
    }
}

#[test]
fn a_shared_launch_is_cancelled_between_parts() {
    let Some(learner) = Learner::new(&Options::default(), "cancelled") else { return };
    learner.teach(0.02, 0.02);
    let token = super::super::CancelToken::new();
    let cancels = token.clone();
    let following = learner.cx.with_cancel(&token).with_progress(move |progress| {
        assert!(0 < progress.done && progress.done < progress.total, "{progress}");
        cancels.cancel();
    });
    let (a, mut b) = (inputs(), inputs());
    let outcome = learner.launch(&a, &mut b).run(&following);
    let Err(Error::Cancelled { done, total }) = outcome else { panic!("{outcome:?}") };
    assert!(0 < done && done < total && total == LEN.next_multiple_of(64), "{done} of {total}");
    learner.run(Placement::Gpu);
}

/// Loops longer than the CPU of the test may.
const LONG: &str = "
    @group(0) @binding(0) var<storage, read> a: array<u32>;
    @group(0) @binding(1) var<storage, read_write> b: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        b[id.x] = b[id.x] * 1664525u + a[id.x];
        for (var i = 0u; i < a[0] + 1000u; i++) { b[id.x] += i & 0u; }
    }";

#[test]
fn what_the_cpu_fails_at_when_it_tries_the_device_does() {
    let Some(mut learner) = Learner::new(&Options::default(), "tries") else { return };
    learner.kernel = Kernel::new(LONG).expect("valid WGSL");
    assert_eq!(learner.run(Placement::Auto).plan.choice, Choice::Gpu);
    // Whatever it may lose, there is time for it.
    learner.cx.shared.memory.add(|history| history.budget.spend(1e15, 0.0));
    let tried = learner.run(Placement::Auto);
    assert_eq!((tried.plan.choice, tried.incidents.len()), (Choice::Cpu, 1), "{tried}");
    assert_eq!(tried.incidents[0].action, "the device did the work");
    let report = learner.run(Placement::Auto);
    assert_eq!((report.plan.choice, report.incidents.len()), (Choice::Gpu, 0), "{report}");
    assert!(report.plan.to_string().contains("cpu: cannot run this: "), "{report}");
}
