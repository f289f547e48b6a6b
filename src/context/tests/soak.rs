//! Many small calls on devices that fail at random: none wrong, none lost, none without an end, and memory flat.
//!
//! `SOAK_CALLS` is the number of calls, `SOAK_SEED` the seed of everything that is random. The calls run in a process of their
//! own, whose memory no other test touches.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use super::injected::{CALLS, Call, Program, within, xs};
use super::{adapter_or_skip, fast};
use crate::Array;
use crate::context::Context;
use crate::context::devices::Opening;
use crate::error::{Error, Fault, Result};
use crate::gpu::{AdapterInfo, Event, Injection, Options, Script};
use crate::monoid::Sum;
use crate::order::TILE_LEN;
use crate::plan::Placement;

/// Calls without `SOAK_CALLS`: some seconds.
const DEFAULT_CALLS: u64 = 1200;

/// Calls after which memory has come to where it stays: drivers and pools keep what they once had.
const SETTLED_CALLS: u64 = 400;

/// Calls of one context.
const CALLS_PER_CONTEXT: u64 = 40;

/// What a process may grow by after the first quarter of the calls.
const MAX_GROWTH_KIB: u64 = 64 << 10;

const DEADLINE: Duration = Duration::from_millis(400);
const GRACE: Duration = Duration::from_millis(60);

#[test]
fn random_calls_on_devices_that_fail() {
    let test = "context::tests::soak::child";
    let output = Command::new(std::env::current_exe().expect("a test binary"))
        .args([test, "--exact", "--ignored", "--nocapture"])
        .output()
        .expect("runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let tail = |text: &str| {
        text.lines().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
    };
    println!("{out}");
    assert!(output.status.success() && out.contains("1 passed"), "{}\n{}", tail(&out), tail(&err));
}

#[test]
#[ignore = "run by random_calls_on_devices_that_fail"]
fn child() {
    let Some(info) = adapter_or_skip() else { return };
    let number = |name: &str, default| {
        std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
    };
    let calls = number("SOAK_CALLS", DEFAULT_CALLS);
    let mut soak = Soak {
        info,
        program: Program::new(),
        random: Random(number("SOAK_SEED", 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
        count: Count::default(),
    };
    let start = Instant::now();
    let mut early = None;
    while soak.count.calls < calls {
        soak.context(CALLS_PER_CONTEXT.min(calls - soak.count.calls));
        if soak.count.calls >= (calls / 4).max(SETTLED_CALLS) && early.is_none() {
            early = status();
        }
    }
    println!("{calls} calls in {:.1} s: {:#?}", start.elapsed().as_secs_f64(), soak.count);
    if let (Some(early), Some(late)) = (early, status()) {
        println!("once settled, and at the end: {early:?}, {late:?}");
        assert!(late.kib <= early.kib + MAX_GROWTH_KIB, "memory grows: {early:?}, {late:?}");
        assert!(late.threads <= early.threads + 8, "threads are left: {early:?}, {late:?}");
    }
}

/// What has happened.
#[derive(Debug, Default)]
struct Count {
    calls: u64,
    /// Faults by kind.
    faults: BTreeMap<String, u32>,
    incidents: u64,
    /// Errors of calls whose context forbids the CPU.
    errors: u64,
    /// Arrays that were lost with their device.
    gone: u64,
    devices_lost: u64,
    contexts: u64,
    most_idle_buffers: usize,
    slowest: Duration,
}

struct Soak {
    info: AdapterInfo,
    program: Program,
    random: Random,
    count: Count,
}

/// An array that stays where it is for some calls, and its bits.
struct Kept {
    array: Array<u32>,
    bits: Vec<u32>,
    /// Failures of devices when it was made.
    failures: u32,
}

impl Soak {
    /// A context, and calls on it.
    fn context(&mut self, calls: u64) {
        let random = &mut self.random;
        let fallback = random.below(5) > 0;
        let script = Script::new(&[]);
        let max_binding = 4 * TILE_LEN as u64 * [2, 4, 1 << 20][random.below(3)];
        let options = Options {
            staged: random.below(2) == 0,
            max_binding_bytes: Some(max_binding),
            deadline: Some(DEADLINE),
            grace: Some(GRACE),
            script: script.clone(),
            ..Options::default()
        };
        let builder =
            Context::builder().threads(2).history(false).placement(Placement::Gpu).cpu_fallback(fallback);
        let cx = builder.build().expect("valid settings");
        cx.shared.devices.open_as(Opening {
            options,
            first_pause: Duration::ZERO,
            max_failures: u32::MAX,
            profile: Some(fast(&self.info, max_binding)),
        });
        let mut kept = Vec::new();
        // A fault may be met by a later call than that in which it took place; but none by more than there were.
        let (mut faults, mut met) = (0, 0);
        for _ in 0..calls {
            self.arm(&script);
            let fired = script.fired();
            let cx = cx.with_placement(self.placement());
            let start = Instant::now();
            let loss = self.random.below(40) == 0;
            std::thread::scope(|scope| {
                let gpu = cx.shared.devices.state().0.filter(|_| loss);
                if let Some(gpu) = gpu {
                    let delay = Duration::from_micros(self.random.below(3000) as u64);
                    *self.count.faults.entry("Destroyed".into()).or_default() += 1;
                    scope.spawn(move || {
                        std::thread::sleep(delay);
                        gpu.destroy();
                    });
                }
                match self.random.below(8) {
                    0 => self.keep(&cx, &mut kept),
                    1 | 2 => self.use_kept(&cx, &mut kept),
                    3 => self.two_at_once(&cx),
                    _ => met += u32::from(self.one(&cx)),
                }
            });
            faults += u32::from(loss) + script.fired() - fired;
            assert!(met <= faults, "{:?}", cx.last_report().map(|report| report.incidents.clone()));
            self.count.calls += 1;
            self.count.slowest = self.count.slowest.max(start.elapsed());
            let report = cx.last_report();
            self.count.incidents += report.map_or(0, |report| report.incidents.len() as u64);
            if self.random.below(3) == 0 {
                self.disarm(&script);
            }
            if let (Some(gpu), _) = cx.shared.devices.state() {
                let (waits, idle) = gpu.held();
                assert_eq!(waits, 0, "waits that nobody will end");
                self.count.most_idle_buffers = self.count.most_idle_buffers.max(idle);
            }
        }
        self.disarm(&script);
        self.count.devices_lost += u64::from(cx.shared.devices.state().1);
        self.count.contexts += 1;
    }

    /// Has something go wrong soon, every third time.
    fn arm(&mut self, script: &Script) {
        let random = &mut self.random;
        if random.below(3) > 0 {
            return;
        }
        let event = match random.below(32) {
            0..8 => Event::OutOfMemory { over: [0, 1 << 10, 1 << 14][random.below(3)] },
            8..12 => Event::LostBeforeSubmit,
            12..16 => Event::LostInFlight,
            16..19 => Event::LostBeforeMap,
            19..22 => Event::LostDuringMap,
            22..25 => Event::LostWhileMapped,
            25..28 => Event::Silence,
            28..31 => Event::Open,
            _ => Event::Hang,
        };
        let at = 1 + random.below(6) as u32;
        let times = match event {
            Event::OutOfMemory { .. } => [1, 2, 8, u32::MAX][random.below(4)],
            Event::Open => 1 + random.below(3) as u32,
            _ => 1,
        };
        script.add(Injection { event, at: if event == Event::Open { 1 } else { at }, times });
    }

    fn disarm(&mut self, script: &Script) {
        for (event, fired) in script.clear() {
            let name = format!("{event:?}");
            let name = name.split_whitespace().next().unwrap_or_default();
            if fired > 0 {
                *self.count.faults.entry(name.to_owned()).or_default() += fired;
            }
        }
    }

    fn placement(&mut self) -> Placement {
        match self.random.below(5) {
            0 => Placement::Auto,
            1 | 2 => Placement::Split { gpu: self.random.below(101) as f64 / 100.0 },
            _ => Placement::Gpu,
        }
    }

    fn elements(&mut self) -> Vec<u32> {
        let most = [3, 700, TILE_LEN, 3 * TILE_LEN, 12 * TILE_LEN][self.random.below(5)];
        xs(1 + self.random.below(most))
    }

    /// A call; true if it met a fault.
    fn one(&mut self, cx: &Context) -> bool {
        let (call, xs) = (CALLS[self.random.below(CALLS.len())], self.elements());
        let outcome = within(&format!("{call:?}"), || self.program.run(cx, call, &xs));
        self.judge(cx, call, &xs, outcome);
        // Without a fault, a machine may be too busy for the deadline, and a binding too small.
        let incidents = cx.last_report().map_or_else(Vec::new, |report| report.incidents.clone());
        let expected = ["no answer", "never came", "limit is"];
        incidents.iter().any(|incident| !expected.iter().any(|text| incident.fault.contains(text)))
    }

    fn two_at_once(&mut self, cx: &Context) {
        let picks: Vec<_> =
            (0..2).map(|_| (CALLS[self.random.below(CALLS.len())], self.elements())).collect();
        let program = &self.program;
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let run = |(call, xs): &(Call, Vec<u32>)| within("one of two", || program.run(cx, *call, xs));
            let threads: Vec<_> = picks.iter().map(|pick| scope.spawn(move || run(pick))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        for ((call, xs), outcome) in picks.iter().zip(outcomes) {
            self.judge(cx, *call, xs, outcome);
        }
    }

    /// The right bits, or an error that the caller may expect.
    fn judge(&mut self, cx: &Context, call: Call, xs: &[u32], outcome: Result<Result<Vec<u32>>>) {
        match outcome {
            Ok(Ok(found)) => assert!(found == self.program.expected(call, xs), "{call:?}: wrong bits"),
            Ok(Err(error)) => {
                assert!(call.is_resident() && is_typed(&error), "{call:?}: {error}");
                self.count.gone += 1;
            }
            Err(error) => {
                assert!(!cx.shared.fallback && is_typed(&error), "{call:?}: {error}");
                self.count.errors += 1;
            }
        }
    }

    /// Leaves an array on the device.
    fn keep(&mut self, cx: &Context, kept: &mut Vec<Kept>) {
        let xs = self.elements();
        let failures = cx.shared.devices.state().1;
        match within("an array", || cx.view(&xs).to_array()) {
            Ok(array) => kept.push(Kept { array, bits: xs, failures }),
            Err(error) => {
                assert!(!cx.shared.fallback && is_typed(&error), "{error}");
                self.count.errors += 1;
            }
        }
        if kept.len() > 8 {
            kept.remove(0);
        }
    }

    /// Uses an array from before. It may be gone, with its device, but never other than it was.
    fn use_kept(&mut self, cx: &Context, kept: &mut Vec<Kept>) {
        if kept.is_empty() {
            return self.keep(cx, kept);
        }
        let at = self.random.below(kept.len());
        let Kept { array, bits, failures } = &kept[at];
        let read = self.random.below(3) == 0;
        let outcome = within("an array again", || {
            if read {
                return cx.read(array).map(|words| words == &bits[..]);
            }
            let sum = bits.iter().fold(0, |sum: u32, &x| sum.wrapping_add(x));
            cx.view(array).reduce(Sum).map(|found| found == sum)
        });
        match outcome {
            Ok(right) => assert!(right, "an array has changed"),
            Err(error) => {
                assert!(is_typed(&error), "{error}");
                let since = cx.shared.devices.state().1 - failures;
                let lost =
                    matches!(error, Error::Device { fault: Fault::Lost(_) | Fault::Timeout { .. }, .. });
                assert!(!lost || since > 0, "{error}");
                self.count.gone += 1;
                kept.remove(at);
            }
        }
    }
}

/// An error of a device, which a caller can match.
fn is_typed(error: &Error) -> bool {
    matches!(error, Error::Device { .. } | Error::NoAdapter { .. } | Error::Unsupported { .. })
}

/// The process as the system sees it.
#[derive(Debug, Clone, Copy)]
struct Status {
    /// Resident memory.
    kib: u64,
    threads: u64,
}

/// Where the system tells.
fn status() -> Option<Status> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let number = |name: &str| -> Option<u64> {
        text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
    };
    Some(Status { kib: number("VmRSS:")?, threads: number("Threads:")? })
}

/// Numbers that are the same in every run of a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) as usize) % end
    }
}
