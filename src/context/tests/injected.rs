//! Every fault that a script knows, in every call, wherever it is placed: the right bits with an incident, or a typed error
//! when the CPU is forbidden. Never a panic, never a wait without end.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::{SMALL_BINDING, context_in};
use crate::Array;
use crate::context::Context;
use crate::error::{Error, Fault, Result};
use crate::func::Func;
use crate::gpu::{Event, Options, Script};
use crate::kernel::Kernel;
use crate::monoid::Sum;
use crate::order::TILE_LEN;
use crate::plan::Placement;

/// Elements: several chunks for each side of a split, and a ragged end.
const LEN: usize = 20 * TILE_LEN + 11;

pub(super) const PLACEMENTS: [Placement; 3] =
    [Placement::Gpu, Placement::Auto, Placement::Split { gpu: 0.5 }];

/// No call takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A terminal call on a view or of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Map,
    Reduce,
    Scan,
    /// A map of an array that is to stay on the device.
    OfArray,
    ToArray,
    ScanToArray,
    Launch,
    /// A launch on arrays, one of them written.
    LaunchOnArrays,
}

pub(super) const CALLS: [Call; 8] = [
    Call::Map,
    Call::Reduce,
    Call::Scan,
    Call::OfArray,
    Call::ToArray,
    Call::ScanToArray,
    Call::Launch,
    Call::LaunchOnArrays,
];

impl Call {
    /// True if the result is on a device only, for a while: it is gone with the device.
    pub(super) fn is_resident(self) -> bool {
        matches!(self, Self::ToArray | Self::ScanToArray | Self::LaunchOnArrays)
    }
}

/// One rounding: no executor has the liberty to give it other bits.
const SCALE: &str = "fn scale(x: u32) -> f32 { return f32(x >> 8u) * 0.001; }";

const TRIPLE: &str = "
    @group(0) @binding(0) var<storage, read> a: array<u32>;
    @group(0) @binding(1) var<storage, read_write> b: array<u32>;
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
        if (id.x < arrayLength(&b)) { b[id.x] += 2u * a[id.x]; }
    }";

/// What calls run.
pub(super) struct Program {
    scale: Func<fn(u32) -> f32>,
    triple: Kernel,
}

impl Program {
    pub(super) fn new() -> Self {
        Self {
            scale: Func::new(SCALE).expect("valid WGSL"),
            triple: Kernel::new(TRIPLE).expect("valid WGSL"),
        }
    }

    /// The bits of the call's result: one word for a reduce. The outer result is the call's, the inner that of reading what
    /// it left on a device.
    pub(super) fn run(&self, cx: &Context, call: Call, xs: &[u32]) -> Result<Result<Vec<u32>>> {
        let bits = |floats: Vec<f32>| Ok(floats.into_iter().map(f32::to_bits).collect());
        let read =
            |array: &Array<f32>| cx.read(array).map(|floats| floats.iter().map(|x| x.to_bits()).collect());
        let mapped = || cx.view(xs).map(&self.scale);
        match call {
            Call::Map => mapped().collect().map(bits),
            Call::Reduce => mapped().reduce(Sum).map(|sum| bits(vec![sum])),
            Call::Scan => mapped().inclusive_scan(Sum).collect().map(bits),
            Call::OfArray => {
                let array = cx.array(xs.to_vec());
                cx.view(&array).map(&self.scale).collect().map(bits)
            }
            Call::ToArray => mapped().to_array().map(|array| read(&array)),
            Call::ScanToArray => mapped().inclusive_scan(Sum).to_array().map(|array| read(&array)),
            Call::Launch => {
                let mut b = xs.to_vec();
                let launch = self.triple.launch().bind("a", xs).bind("b", &mut b);
                launch.invocations([xs.len()]).run(cx)?;
                Ok(Ok(b))
            }
            Call::LaunchOnArrays => {
                let (a, mut b) = (cx.array(xs.to_vec()), cx.array(xs.to_vec()));
                self.triple.launch().bind("a", &a).bind("b", &mut b).invocations([xs.len()]).run(cx)?;
                Ok(cx.read(&b).map(<[u32]>::to_vec))
            }
        }
    }

    /// The bits that the CPU gives.
    pub(super) fn expected(&self, call: Call, xs: &[u32]) -> Vec<u32> {
        let cx = Context::builder().threads(2).placement(Placement::Cpu).build().expect("valid settings");
        self.run(&cx, call, xs).expect("the CPU runs it").expect("it is on the host")
    }
}

/// Runs a call that has to come back in time.
pub(super) fn within<T: Send>(what: &str, call: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        scope.spawn(move || sender.send(call()));
        match receiver.recv_timeout(PATIENCE) {
            Ok(value) => value,
            Err(RecvTimeoutError::Disconnected) => panic!("{what}: panicked"),
            Err(RecvTimeoutError::Timeout) => {
                // A panic would wait for the thread, which never ends.
                eprintln!("{what}: no answer within {PATIENCE:?}");
                std::process::abort();
            }
        }
    })
}

pub(super) fn xs(len: usize) -> Vec<u32> {
    (0..len as u32).map(|i| i.wrapping_mul(0x9e37_79b9) ^ i >> 3).collect()
}

/// True if an error is what a caller may expect of an event.
pub(super) fn is_of(event: Event, error: &Error) -> bool {
    let fault = match error {
        Error::Device { fault, .. } => fault,
        Error::NoAdapter { .. } => return event == Event::Open,
        _ => return false,
    };
    match event {
        Event::OutOfMemory { .. } => matches!(fault, Fault::OutOfMemory { .. }),
        Event::Hang => matches!(fault, Fault::Timeout { .. }),
        _ => matches!(fault, Fault::Lost(_)),
    }
}

/// What became of the calls that met an event.
#[derive(Debug, Default)]
struct Tally {
    calls: u32,
    /// In which the event took place.
    met: u32,
    /// That the CPU finished, or that were done in parts.
    incidents: u32,
    /// That were errors, the CPU being forbidden.
    errors: u32,
    /// That gave an array which was lost before it was read.
    gone: u32,
}

/// Runs every call on devices where occurrence `at` of an event goes wrong, `times` in a row.
fn check(event: Event, ats: &[u32], times: u32, limits: &Options) -> Option<Tally> {
    let (program, xs) = (Program::new(), xs(LEN));
    let mut tally = Tally::default();
    for (index, call) in CALLS.into_iter().enumerate() {
        let expected = program.expected(call, &xs);
        for &at in ats {
            for (turn, placement) in PLACEMENTS.into_iter().enumerate() {
                for fallback in [true, false] {
                    // Both ways to move data meet every event, though not in every combination.
                    let staged = (index + turn + at as usize).is_multiple_of(2);
                    // The device's side of a split launch is one binding.
                    let is_launch = matches!(call, Call::Launch | Call::LaunchOnArrays);
                    let max_binding_bytes = SMALL_BINDING.filter(|_| !is_launch);
                    let script = Script::of(event, at, times);
                    let options =
                        Options { staged, max_binding_bytes, script: script.clone(), ..limits.clone() };
                    let what = format!("{event:?} {at}, {call:?}, {placement}, staged: {staged}, {fallback}");
                    let cx = context_in(&options, placement, fallback)?;
                    let outcome = within(&what, || program.run(&cx, call, &xs));
                    tally.calls += 1;
                    tally.met += u32::from(script.fired() > 0);
                    let incidents = cx.last_report().map_or(0, |report| report.incidents.len() as u32);
                    match outcome {
                        Ok(Ok(found)) => {
                            assert!(found == expected, "{what}: wrong bits");
                            assert!(script.fired() > 0 || incidents == 0, "{what}");
                            assert!(fallback || incidents == 0 || is_memory(event), "{what}");
                            tally.incidents += u32::from(incidents > 0);
                        }
                        Ok(Err(error)) => {
                            assert!(call.is_resident() && script.fired() > 0, "{what}: {error}");
                            assert!(is_of(event, &error), "{what}: {error}");
                            tally.gone += 1;
                        }
                        Err(error) => {
                            assert!(!fallback && script.fired() > 0, "{what}: {error}");
                            assert!(is_of(event, &error), "{what}: {error}");
                            tally.errors += 1;
                        }
                    }
                }
            }
        }
    }
    println!("{event:?}: {tally:?}");
    Some(tally)
}

fn is_memory(event: Event) -> bool {
    matches!(event, Event::OutOfMemory { .. })
}

/// Events that no call survives on its device: each one met is an incident, an error, or a lost array.
fn check_fatal(event: Event, ats: &[u32], limits: &Options) {
    let Some(tally) = check(event, ats, 1, limits) else { return };
    assert!(tally.met > 0 && tally.met == tally.incidents + tally.errors + tally.gone, "{tally:?}");
}

/// Events that a call may survive: what is mapped already can still be read, and what is being mapped may be so in time, so that
/// a call that does nothing else afterwards has its result.
fn check_mostly_fatal(event: Event) {
    let Some(tally) = check(event, &[1, 3], 1, &Options::default()) else { return };
    assert!(tally.met > 0 && tally.incidents > 0 && tally.errors > 0, "{tally:?}");
}

#[test]
fn memory_is_refused_once() {
    // What is idle is freed and the allocation tried again: nobody notices.
    let Some(tally) = check(Event::OutOfMemory { over: 0 }, &[1, 2, 4], 1, &Options::default()) else {
        return;
    };
    assert!(tally.met > 0 && tally.incidents + tally.errors + tally.gone == 0, "{tally:?}");
}

#[test]
fn memory_is_refused_twice() {
    let Some(tally) = check(Event::OutOfMemory { over: 0 }, &[1, 3, 5], 2, &Options::default()) else {
        return;
    };
    assert!(tally.met > 0, "{tally:?}");
}

#[test]
fn memory_is_refused_from_some_time_on() {
    let ats = [1, 4];
    let Some(tally) = check(Event::OutOfMemory { over: 0 }, &ats, u32::MAX, &Options::default()) else {
        return;
    };
    assert!(tally.met > 0 && tally.incidents > 0 && tally.errors > 0, "{tally:?}");
}

#[test]
fn the_device_is_lost_before_it_is_given_commands() {
    check_fatal(Event::LostBeforeSubmit, &[1, 3], &Options::default());
}

#[test]
fn the_device_is_lost_in_flight() {
    check_fatal(Event::LostInFlight, &[1, 2], &Options::default());
}

#[test]
fn the_device_is_lost_before_memory_is_mapped() {
    check_fatal(Event::LostBeforeMap, &[1, 3], &Options::default());
}

#[test]
fn the_device_is_lost_while_memory_is_being_mapped() {
    check_mostly_fatal(Event::LostDuringMap);
}

#[test]
fn the_device_is_lost_while_memory_is_mapped() {
    check_mostly_fatal(Event::LostWhileMapped);
}

#[test]
fn a_callback_never_comes() {
    let grace = Some(Duration::from_millis(50));
    check_fatal(Event::Silence, &[1, 2], &Options { grace, ..Options::default() });
}

#[test]
fn a_submission_never_ends() {
    let deadline = Some(Duration::from_millis(250));
    check_fatal(Event::Hang, &[1], &Options { deadline, ..Options::default() });
}
