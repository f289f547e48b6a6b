//! Calls that are followed and ended, driven by hand.

use std::sync::mpsc;

use super::*;
use crate::plan::{
    AdapterKind, CpuProfile, Density, DeviceState, GpuProfile, Placement, Plan, Profile, Request, Shape,
    ShapeKind, decide,
};
use crate::run::{Lease, Next};

const LEN: usize = 1 << 22;

/// A map that is shared by a GPU and the CPU, in the proportions asked for.
pub(in crate::context) fn shared(gpu: f64) -> Plan {
    let shape = Shape {
        kind: ShapeKind::Map,
        label: "square".into(),
        code: 1,
        len: LEN,
        host_bytes: 4,
        device_bytes: 0,
        shared_bytes: 0,
        resident_on: None,
        widest_bytes: 4,
        output_bytes: 4,
        result_on_host: true,
        // Half a minute of work, which is many chunks.
        cost_ns: 10_000.0,
        reproducible: false,
        user_floats: false,
        compiling_for_s: None,
        pipeline_cached: true,
        cpu: Ok(()),
        gpu: Ok(()),
    };
    let device =
        GpuProfile { state: DeviceState::Open, ..GpuProfile::prior("Discrete", AdapterKind::Discrete, 2) };
    let profile = Profile {
        cpu: CpuProfile::prior(2),
        gpus: vec![device],
        searched: true,
        budget: None,
        density: Density::default(),
    };
    let request = Request { placement: Placement::Split { gpu }, ..Request::default() };
    decide(&shape, &profile, &request).expect("a device that is open")
}

/// The call of that plan.
pub(in crate::context) fn call() -> Call {
    Call::new(shared(0.5).course.expect("not a kernel"), LEN, 0.0)
}

fn lease(call: &mut Call, executor: Executor, now_s: f64) -> Option<Lease> {
    match call.next(executor, now_s) {
        Next::Run(lease) => Some(lease),
        _ => None,
    }
}

/// Runs chunks in turn, each a tenth of a second, until nobody has anything to do. `at_chunk` is called between them.
pub(in crate::context) fn drive(call: &mut Call, mut at_chunk: impl FnMut(&mut Call, f64)) -> f64 {
    let mut now_s = 0.0;
    loop {
        let leases = [Executor::Gpu, Executor::Cpu].map(|executor| lease(call, executor, now_s));
        if leases.iter().all(Option::is_none) {
            return now_s;
        }
        now_s += 0.1;
        for lease in leases.into_iter().flatten() {
            call.commit(&lease, now_s);
            at_chunk(call, now_s);
        }
    }
}

#[test]
fn a_token_ends_a_call_between_chunks() {
    let token = CancelToken::new();
    let control = Control { token: Some(token.clone()), ..Control::default() };
    let watch = control.begin(LEN).expect("not cancelled yet");
    let mut call = call();
    let mut chunks = 0;
    drive(&mut call, |call, _| {
        chunks += 1;
        if chunks == 3 {
            token.cancel();
        }
        watch.between_chunks(call);
    });
    let done = call.committed();
    assert!(0 < done && done < LEN, "{done}");
    assert!(chunks <= 4, "one more chunk was under way, not {chunks}");
    assert_eq!(call.stopped(), Some(Stop::Cancelled));
    let error = watch.error(Stop::Cancelled, done);
    assert_eq!(error.to_string(), format!("cancelled with {done} of {LEN} done"));
    assert!(matches!(control.begin(LEN), Err(Error::Cancelled { done: 0, total: LEN })));
}

#[test]
fn a_deadline_ends_a_call_between_chunks() {
    let control = Control { limit: Some(Duration::from_secs(1)), ..Control::default() };
    let watch = control.begin(LEN).expect("a second is left");
    let mut call = call();
    watch.limit(&mut call, 0.0);
    let ended_s = drive(&mut call, |call, _| watch.between_chunks(call));
    assert!((0.9..1.2).contains(&ended_s), "{ended_s}");
    assert_eq!(call.stopped(), Some(Stop::Deadline));
    let done = call.committed();
    let error = watch.error(Stop::Deadline, done);
    assert_eq!(error.to_string(), format!("deadline of 1000 ms passed with {done} of {LEN} done"));
}

#[test]
fn a_call_that_is_done_was_not_ended() {
    let token = CancelToken::new();
    let control = Control { token: Some(token.clone()), ..Control::default() };
    let watch = control.begin(LEN).expect("not cancelled yet");
    let mut call = call();
    drive(&mut call, |_, _| {});
    token.cancel();
    watch.between_chunks(&mut call);
    assert!(call.is_done() && call.stopped().is_none());
}

#[test]
fn progress_is_told_from_the_ledger() {
    let (sender, told) = mpsc::channel();
    let listener: Arc<Listener> = Arc::new(move |progress| sender.send(progress).unwrap_or_default());
    let control = Control { listener: Some(listener), ..Control::default() };
    let watch = control.begin(LEN).expect("nothing ends it");
    let mut call = call();
    drive(&mut call, |call, _| {
        watch.between_chunks(call);
        let progress = watch.progress(call);
        // What a chunk takes is not virtual to the clock of the watch.
        std::thread::sleep(PROGRESS_EVERY / 4);
        watch.tell(progress);
    });
    watch.call_ended(&call);
    let told: Vec<Progress> = told.try_iter().collect();
    assert!(told.len() > 3, "{told:?}");
    assert!(told.len() < call.chunks().len(), "{} of {}", told.len(), call.chunks().len());
    assert!(told.windows(2).all(|pair| pair[0].done < pair[1].done), "{told:?}");
    assert!(told.iter().all(|p| p.total == LEN && p.gpu_done <= p.done), "{told:?}");
    let last = told.last().expect("more than 3");
    assert_eq!((last.done, last.gpu_done, last.fraction()), (LEN, LEN / 2, 1.0));
}

#[test]
fn what_is_told_never_goes_back_and_the_end_is_told_once() {
    let (sender, told) = mpsc::channel();
    let listener: Arc<Listener> =
        Arc::new(move |progress: Progress| sender.send(progress.done).unwrap_or_default());
    let control = Control { listener: Some(listener), ..Control::default() };
    let watch = control.begin(1000).expect("nothing ends it");
    let each = |threads: usize| {
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let watch = &watch;
                scope.spawn(move || {
                    for step in 0..50 {
                        std::thread::sleep(Duration::from_millis(1));
                        let done = step * threads + thread;
                        watch.tell(Some(Progress { done, total: 1000, gpu_done: 0 }));
                    }
                });
            }
        });
    };
    each(4);
    watch.ended(1000, 0);
    watch.ended(1000, 0);
    let told: Vec<usize> = told.try_iter().collect();
    assert!(told.windows(2).all(|pair| pair[0] < pair[1]), "{told:?}");
    assert!((2..=20).contains(&told.len()), "{told:?}");
    assert_eq!(told.last(), Some(&1000));
}

#[test]
fn a_listener_may_use_the_library() {
    use crate::monoid::Sum;

    let inner = Context::builder().threads(1).placement(Placement::Cpu).build().expect("valid settings");
    let (sender, sums) = mpsc::channel();
    let outer = inner.clone();
    let cx = outer.with_progress(move |_| drop(sender.send(inner.view(&[1_u32, 2, 3]).reduce(Sum))));
    let ones = vec![1_u32; 1 << 20];
    assert_eq!(cx.view(&ones).reduce(Sum).expect("in order"), 1 << 20);
    let sums: Vec<u32> = sums.try_iter().map(|sum| sum.expect("in order")).collect();
    assert!(!sums.is_empty() && sums.iter().all(|&sum| sum == 6), "{sums:?}");
}

#[test]
fn settings_of_a_clone_are_its_own() {
    let cx = Context::builder().threads(1).placement(Placement::Cpu).build().expect("valid settings");
    let token = CancelToken::new();
    token.cancel();
    let cancelled = cx.with_cancel(&token);
    let run = |cx: &Context| cx.view(&[1_u32, 2]).reduce(crate::monoid::Sum);
    assert!(matches!(run(&cancelled), Err(Error::Cancelled { .. })));
    assert!(matches!(run(&cancelled.with_placement(Placement::Cpu)), Err(Error::Cancelled { .. })));
    assert_eq!(run(&cx).expect("another context"), 3);
    assert_eq!(run(&cancelled.with_cancel(&CancelToken::new())).expect("another token"), 3);
}
