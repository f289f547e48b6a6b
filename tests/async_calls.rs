//! The async twins: the same results, and futures that may move between threads.

use std::error::Error;

use tilewright::prelude::*;

fn is_send<F: Future + Send>(future: F) -> F {
    future
}

#[test]
fn launches_are_send() -> Result<(), Box<dyn Error>> {
    let cx = Context::builder().placement(Placement::Cpu).build()?;
    let kernel = Kernel::new(
        "@group(0) @binding(0) var<storage, read_write> x: array<u32>;
        @compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { x[i] += i; }",
    )?;
    let mut x = cx.view(&[10_u32; 4]).to_array()?;
    pollster::block_on(is_send(kernel.launch().bind("x", &mut x).workgroups([1]).run_async(&cx)))?;
    let checked = is_send(kernel.launch().bind("x", &mut x).workgroups([1]).check_async(&cx));
    assert!(pollster::block_on(checked)?.is_clean());
    assert_eq!(cx.read(&x)?, [10, 12, 14, 16]);
    Ok(())
}

#[test]
fn async_twins_agree_with_blocking_calls_and_are_send() -> Result<(), Box<dyn Error>> {
    let cx = Context::builder().placement(Placement::Cpu).build()?;
    let x: Vec<f32> = (0..10_000).map(|i| (i % 100) as f32 * 0.25).collect();
    let half: Func<fn(f32) -> f32> = Func::new("fn half(x: f32) -> f32 { return 0.5 * x; }")?;
    let view = || cx.view(&x).map(&half);

    let collected = pollster::block_on(is_send(view().collect_async()))?;
    assert_eq!(collected, view().collect()?);
    assert_eq!(collected[3], 0.375);

    let mut into = vec![0.0; x.len()];
    pollster::block_on(is_send(view().collect_into_async(&mut into)))?;
    assert_eq!(into, collected);

    let sum = pollster::block_on(is_send(view().reduce_async(Sum)))?;
    assert_eq!(sum, view().reduce(Sum)?);
    assert_eq!(sum, 61_875.0);

    let array = pollster::block_on(is_send(view().to_array_async()))?;
    assert_eq!(pollster::block_on(is_send(cx.read_async(&array)))?, collected);

    let scan = || view().exclusive_scan(Max);
    assert_eq!(pollster::block_on(is_send(scan().collect_async()))?, scan().collect()?);
    Ok(())
}
