//! Arrays stay on the device from launch to launch; async launches; reports.

use tilewright::{Choice, Context, Func, Kernel, Placement, Sum};

use crate::Case;

pub(crate) const CASES: [Case; 4] = [
    ("arrays_are_written_and_stay", arrays),
    ("arrays_of_views_and_kernels_are_the_same", with_views),
    ("async_launches", asynchronous),
    ("report_and_explanation", report),
];

const STEP: &str = "
    @group(0) @binding(0) var<storage, read> before: array<u32>;
    @group(0) @binding(1) var<storage, read_write> after: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if id.x < arrayLength(&after) { after[id.x] = 2u * before[id.x] + after[id.x]; }
    }";

/// The step in Rust.
fn step(before: &[u32], after: &mut [u32]) {
    before.iter().zip(after).for_each(|(before, after)| *after = after.wrapping_add(before.wrapping_mul(2)));
}

fn arrays(cx: &Context) {
    let kernel = Kernel::new(STEP).unwrap();
    let n = 10_001u32;
    let (mut a, mut b): (Vec<u32>, Vec<u32>) = ((0..n).collect(), vec![1; n as usize]);
    let (mut on_a, mut on_b) = (cx.array(a.clone()), cx.array(b.clone()));
    for round in 0..6 {
        // A clone keeps what it had, whoever writes the array later.
        let kept = (round == 3).then(|| (on_b.clone(), b.clone()));
        kernel.launch().bind("before", &on_a).bind("after", &mut on_b).invocations([n]).run(cx).unwrap();
        step(&a, &mut b);
        if let Some((kept, words)) = kept {
            assert_eq!(cx.read(&kept).unwrap(), words);
        }
        if round == 4 {
            assert_eq!(cx.read(&on_b).unwrap(), b);
        }
        std::mem::swap(&mut a, &mut b);
        std::mem::swap(&mut on_a, &mut on_b);
    }
    assert_eq!(cx.read(&on_a).unwrap(), a);
    assert_eq!(cx.read(&on_b).unwrap(), b);
}

fn with_views(cx: &Context) {
    let kernel = Kernel::new(STEP).unwrap();
    let square: Func<fn(u32) -> u32> = Func::new("fn square(x: u32) -> u32 { return x * x; }").unwrap();
    let squares = cx.counting(1000).map(&square).to_array().unwrap();
    let mut sums = cx.array(vec![5u32; 1000]);
    kernel.launch().bind("before", &squares).bind("after", &mut sums).invocations([1000]).run(cx).unwrap();
    let total: u32 = (0..1000u32).map(|x| 2 * x * x + 5).sum();
    assert_eq!(cx.view(&sums).reduce(Sum).unwrap(), total);
}

fn asynchronous(cx: &Context) {
    let kernel = Kernel::new(STEP).unwrap();
    let before = vec![1u32; 500];
    let (mut a, mut b) = (vec![0u32; 500], vec![1u32; 500]);
    let launch = |after| kernel.launch().bind("before", &before).bind("after", after).invocations([500]);
    fn on_any_thread<F: Future + Send>(future: F) -> F {
        future
    }
    pollster::block_on(async {
        on_any_thread(launch(&mut a).run_async(cx)).await.unwrap();
        launch(&mut b).run_async(cx).await.unwrap();
    });
    assert_eq!((a, b), (vec![2; 500], vec![3; 500]));
}

fn report(cx: &Context) {
    let kernel = Kernel::new(STEP).unwrap();
    let mut after = [0u32; 100];
    let launch = kernel.launch().bind("before", &[1u32; 100]).bind("after", &mut after).invocations([100]);
    let plan = launch.explain(cx).unwrap();
    launch.run(cx).unwrap();
    let report = cx.last_report().unwrap();
    assert_eq!(report.plan, plan);
    assert_eq!(plan.len, 128);
    let title = plan.to_string().lines().next().unwrap().to_owned();
    assert!(title.starts_with("main, 2 x 1 x 1 workgroups of 64 x 1 x 1, 128 invocations: "), "{title}");
    if plan.placement == Placement::Gpu {
        assert_eq!(plan.choice, Choice::Gpu);
    }
}
