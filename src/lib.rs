//! tilewright: map, reduce and scan from one WGSL function, on any GPU, on the CPU, or on both at once; and whole compute
//! shaders.
//!
//! A function is written once, in WGSL. It runs on the CPU without any driver, on a GPU through Vulkan, Metal or
//! DirectX 12, or on both at the same time. A planner decides where, from measured costs, and can say why. Reductions
//! and scans of floats have the same bits everywhere.
//!
//! ```
//! use tilewright::prelude::*;
//!
//! let cx = Context::new();
//! let square: Func<fn(f32) -> f32> = Func::new("fn square(x: f32) -> f32 { return x * x; }")?;
//! let norm2 = cx.view(&[3.0_f32, 4.0]).map(&square).reduce(Sum)?;
//! assert_eq!(norm2, 25.0);
//! # Ok::<(), tilewright::Error>(())
//! ```
//!
//! # Functions
//!
//! A [`Func`] is a pure WGSL function under a Rust signature. The text may hold helper functions, constants and
//! structs. Parameters beyond those of the signature are arguments, equal for all elements and bound by name; another
//! value compiles nothing. Elements are `f32`, `i32`, `u32` and arrays of two to four of them, which WGSL calls
//! vectors.
//!
//! ```
//! use tilewright::Func;
//!
//! let saxpy: Func<fn(f32, f32) -> f32> =
//!     Func::new("fn saxpy(x: f32, y: f32, a: f32) -> f32 { return a * x + y; }")?;
//! let double = saxpy.clone().arg("a", 2.0_f32);
//! let half = saxpy.arg("a", 0.5_f32);
//!
//! // A text with several functions: the one that no other calls is taken, or the one named.
//! let length: Func<fn([f32; 3]) -> f32> = Func::named("length3", "
//!     fn dot3(v: vec3<f32>) -> f32 { return v.x * v.x + v.y * v.y + v.z * v.z; }
//!     fn length3(v: vec3<f32>) -> f32 { return sqrt(dot3(v)); }
//! ")?;
//! # Ok::<(), tilewright::Error>(())
//! ```
//!
//! A mistake is an [`Error`] that points into the text, with line and column, as naga renders it:
//!
//! ```
//! use tilewright::{Error, Func};
//!
//! let wrong = Func::<fn(f32) -> f32>::new("fn half(x: f32) -> f32 {\n    return x * 0.5 + y;\n}");
//! let Err(Error::Wgsl { line, column, rendered, .. }) = wrong else { panic!("`y` is not declared") };
//! assert_eq!((line, column), (2, 22));
//! assert!(rendered.contains("return x * 0.5 + y;"));
//!
//! let wrong = Func::<fn(f32) -> f32>::new("fn half(x: u32) -> f32 { return f32(x) * 0.5; }");
//! assert!(matches!(wrong, Err(Error::Signature { .. })));
//! ```
//!
//! # Views
//!
//! A [`View`] is lazy. It starts from slices, which are borrowed and never copied for the CPU, from [`Array`]s, from
//! [`Context::counting`] or [`Context::constant`]. [`View::zip`] puts elements side by side and [`View::map`] applies
//! a function; what is chained becomes one pass over memory. Terminal calls compute: [`View::collect`],
//! [`View::collect_into`], [`View::to_array`], [`View::reduce`].
//!
//! ```
//! use tilewright::prelude::*;
//!
//! let cx = Context::new();
//! let weigh: Func<fn(f32, f32) -> f32> = Func::new("fn weigh(x: f32, w: f32) -> f32 { return x * w; }")?;
//! let clip: Func<fn(f32) -> f32> =
//!     Func::new("fn clip(x: f32, top: f32) -> f32 { return min(x, top); }")?.arg("top", 5.0_f32);
//!
//! let (xs, ws) = (vec![1.0_f32, 2.0, 3.0], vec![1.0_f32, 2.0, 3.0]);
//! let clipped = cx.view(&xs).zip(&ws).map(&weigh).map(&clip);
//! assert_eq!(clipped.clone().collect()?, [1.0, 4.0, 5.0]);
//! assert_eq!(clipped.reduce(Sum)?, 10.0);
//!
//! // Into memory that is there already: spares what fresh memory costs.
//! let mut out = vec![0.0_f32; 3];
//! cx.view(&xs).map(&clip).collect_into(&mut out)?;
//!
//! // Indices are a sequence like any other.
//! let place: Func<fn(u32, f32) -> [f32; 2]> =
//!     Func::new("fn place(i: u32, x: f32) -> vec2<f32> { return vec2(f32(i), x); }")?;
//! assert_eq!(cx.counting(3).zip(&xs).map(&place).collect()?[2], [2.0, 3.0]);
//! # Ok::<(), tilewright::Error>(())
//! ```
//!
//! What does not fit does not compile. A function takes as many elements as were zipped:
//!
//! ```compile_fail,E0271
//! # use tilewright::prelude::*;
//! # let cx = Context::new();
//! # let add: Func<fn(f32, f32) -> f32> = Func::new("fn add(x: f32, y: f32) -> f32 { return x + y; }").unwrap();
//! cx.view(&[1.0_f32]).map(&add);
//! ```
//!
//! and of their type:
//!
//! ```compile_fail,E0271
//! # use tilewright::prelude::*;
//! # let cx = Context::new();
//! # let next: Func<fn(u32) -> u32> = Func::new("fn next(x: u32) -> u32 { return x + 1; }").unwrap();
//! cx.view(&[1.0_f32]).map(&next);
//! ```
//!
//! # Reduce and scan
//!
//! [`View::reduce`] combines all elements by a monoid: [`Sum`], [`Product`], [`Min`], [`Max`], [`And`], [`Or`],
//! [`Xor`], [`ArgMin`], [`ArgMax`], or a [`Monoid`] of your own. [`View::inclusive_scan`] and
//! [`View::exclusive_scan`] combine all prefixes; a scan is again a view.
//!
//! ```
//! use tilewright::prelude::*;
//!
//! let cx = Context::new();
//! let xs = [3.0_f32, 1.0, 4.0, 1.0, 5.0];
//! assert_eq!(cx.view(&xs).reduce(Max)?, 5.0);
//! assert_eq!(cx.view(&xs).reduce(ArgMin)?, Some(Extremum { index: 1, value: 1.0 }));
//! assert_eq!(cx.view(&xs).inclusive_scan(Sum).collect()?, [3.0, 4.0, 8.0, 9.0, 14.0]);
//!
//! let share: Func<fn(f32) -> f32> =
//!     Func::new("fn share(x: f32, all: f32) -> f32 { return x / all; }")?.arg("all", 14.0_f32);
//! let cdf = cx.view(&xs).inclusive_scan(Sum).map(&share).collect()?;
//! assert_eq!(cdf[4], 1.0);
//! # Ok::<(), tilewright::Error>(())
//! ```
//!
//! Which operator takes which elements is checked by the compiler as well: bits are of integers,
//!
//! ```compile_fail,E0277
//! # use tilewright::prelude::*;
//! # let cx = Context::new();
//! cx.view(&[1.0_f32]).reduce(And);
//! ```
//!
//! and an arg-minimum is no element, so that nothing scans with it.
//!
//! ```compile_fail,E0277
//! # use tilewright::prelude::*;
//! # let cx = Context::new();
//! cx.view(&[1.0_f32]).inclusive_scan(ArgMin);
//! ```
//!
//! A [`Monoid`] is an associative function with its identity. It need not commute, and its elements may be vectors.
//! [`Monoid::check`] tries the laws on samples and names a counterexample.
//!
//! ```
//! use tilewright::prelude::*;
//! use tilewright::{Error, Law};
//!
//! // The recurrence y[i] = a[i] * y[i-1] + b[i], as a scan of the maps x -> a * x + b.
//! let compose: Func<fn([f32; 2], [f32; 2]) -> [f32; 2]> = Func::new(
//!     "fn compose(f: vec2<f32>, g: vec2<f32>) -> vec2<f32> { return vec2(g.x * f.x, g.x * f.y + g.y); }",
//! )?;
//! let compose = Monoid::new(&compose, [1.0, 0.0])?;
//! compose.check(&[[2.0, 1.0], [0.5, -3.0], [4.0, 0.0]])?;
//!
//! let cx = Context::new();
//! let maps = [[2.0_f32, 1.0], [2.0, 1.0], [2.0, 1.0]];
//! assert_eq!(cx.view(&maps).inclusive_scan(&compose).collect()?, [[2.0, 1.0], [4.0, 3.0], [8.0, 7.0]]);
//!
//! let minus: Func<fn(f32, f32) -> f32> = Func::new("fn minus(a: f32, b: f32) -> f32 { return a - b; }")?;
//! let refused = Monoid::new(&minus, 0.0)?.check(&[1.0, 2.0]);
//! assert!(matches!(refused, Err(Error::Law { law: Law::LeftIdentity, .. })));
//! # Ok::<(), tilewright::Error>(())
//! ```
//!
//! # Kernels
//!
//! A [`Kernel`] is a whole WGSL compute shader, with its own bindings, workgroup memory, barriers and atomics. It is
//! parsed and reflected once: [`Kernel::entry_points`] and [`Kernel::overrides`] say what it declares. A [`Launch`] is
//! given memory by name: slices that are read or written, [`Array`]s that stay on the device, values for uniforms,
//! [`Raw`] words of any layout. [`kernel_struct!`] declares structures, which are laid out as WGSL lays them out.
//!
//! ```
//! use tilewright::prelude::*;
//! use tilewright::kernel_struct;
//!
//! kernel_struct! {
//!     #[derive(Clone, Copy)]
//!     struct Body { position: [f32; 3], mass: f32, velocity: [f32; 3] }
//! }
//!
//! let kernel = Kernel::new("
//!     struct Body { position: vec3<f32>, mass: f32, velocity: vec3<f32> }
//!     override DRAG: f32 = 1.0;
//!     @group(0) @binding(0) var<uniform> dt: f32;
//!     @group(0) @binding(1) var<storage, read_write> bodies: array<Body>;
//!
//!     @compute @workgroup_size(64)
//!     fn drift(@builtin(global_invocation_id) id: vec3<u32>) {
//!         if id.x >= arrayLength(&bodies) { return; }
//!         bodies[id.x].position += dt * bodies[id.x].velocity;
//!         bodies[id.x].velocity *= DRAG;
//!     }
//! ")?;
//! let cx = Context::new();
//! let mut bodies = vec![Body { position: [0.0; 3], mass: 1.0, velocity: [1.0, 2.0, 3.0] }; 1000];
//! let launch = kernel.launch().set("dt", 0.5_f32).bind("bodies", &mut bodies).set_override("DRAG", 0.9_f32);
//! launch.invocations([1000]).run(&cx)?;
//! assert_eq!(bodies[999].position, [0.5, 1.0, 1.5]);
//! # Ok::<(), tilewright::Error>(())
//! ```
//!
//! What a launch is given is held against what the shader declares, before anything runs:
//!
//! ```
//! use tilewright::{Context, Error, Kernel};
//!
//! let kernel = Kernel::new("
//!     @group(0) @binding(0) var<storage, read_write> points: array<vec3<f32>>;
//!     @compute @workgroup_size(1) fn main() { points[0] = vec3(1.0); }
//! ")?;
//! let mut points = [[0.0_f32; 3]; 8]; // 12 bytes each, and in WGSL 16
//! let refused = kernel.launch().bind("points", &mut points).workgroups([1]).run(&Context::new());
//! assert!(matches!(refused, Err(Error::Binding { name, .. }) if name == "points"));
//! # Ok::<(), tilewright::Error>(())
//! ```
//!
//! A launch runs whole, on one executor, or in parts where an analysis of the shader finds that none writes what another
//! touches: see [`Kernel`], which also lists what runs of textures and samplers. Shaders are not trusted: indices out of
//! bounds never reach memory that was not bound, and what a device cannot do is an error that names its limit.
//!
//! A checked run, [`Launch::check`], finds data races, indices out of bounds, reads of memory that nothing wrote and
//! barriers that not all invocations come to.
//!
//! # Where work runs
//!
//! [`Placement::Auto`] lets the planner decide: it predicts times from measured rates and touches no GPU for work
//! that the CPU finishes sooner than a device opens. A kernel's text does not tell its cost: the first launch goes to a GPU
//! where there is one, and those after it are predicted from what launches took. [`Context::with_placement`], [`Builder::placement`] and the
//! environment variable `TILEWRIGHT_PLACEMENT` (`auto`, `cpu`, `gpu`, `split:0.3`) say otherwise, the program before
//! the environment.
//!
//! A plan prints itself before it runs, with its numbers, where they came from, and what was decided against;
//! [`Context::last_report`] has the plan of the last call, how long it took, and what went wrong on the way.
//!
//! ```
//! use tilewright::prelude::*;
//! use tilewright::Choice;
//!
//! let cx = Context::new().with_placement(Placement::Cpu);
//! let xs = vec![1.0_f32; 100_000];
//! let plan = cx.view(&xs).explain_reduce(Sum)?;
//! assert_eq!(plan.choice, Choice::Cpu);
//! assert!(plan.to_string().starts_with("reduce of Sum, 100000 elements: cpu"));
//! # Ok::<(), tilewright::Error>(())
//! ```
//!
//! An [`Array`] owns its elements and stays where it was computed, so that chains of calls on a GPU move nothing.
//!
//! ```
//! use tilewright::prelude::*;
//!
//! let cx = Context::new();
//! let square: Func<fn(f32) -> f32> = Func::new("fn square(x: f32) -> f32 { return x * x; }")?;
//! let squares = cx.view(&[1.0_f32, 2.0, 3.0]).map(&square).to_array()?;
//! assert_eq!(cx.view(&squares).reduce(Sum)?, 14.0);
//! assert_eq!(cx.read(&squares)?, [1.0, 4.0, 9.0]);
//! # Ok::<(), tilewright::Error>(())
//! ```
//!
//! Each terminal call has an `_async` twin, for any executor: it awaits transfers and kernels of a GPU without
//! blocking, but for a tenth of a millisecond in which it looks for the end of a submission itself.
//!
//! ```
//! use tilewright::prelude::*;
//!
//! let cx = Context::new();
//! let sum = pollster::block_on(async { cx.view(&[1_u32, 2, 3]).reduce_async(Sum).await })?;
//! assert_eq!(sum, 6);
//! # Ok::<(), tilewright::Error>(())
//! ```
//!
//! A context learns: each planned call tells it how long its chunks took, and later calls are planned from that. What it has
//! learned is kept in the user's cache folder, a few kilobytes for the CPU and for each device, and is there for the next
//! process. [`Builder::cache_dir`] and `TILEWRIGHT_CACHE_DIR` name another folder; [`Builder::history`] and
//! `TILEWRIGHT_HISTORY=off` switch learning off, for plans that are the same in each run. Results never depend on it. A file
//! or a folder that cannot be used is a note in plan and report.
//!
//! How GPU passes are shaped follows from what the adapter is, and can be measured, kept for a machine, or set by the program:
//! see [`tuning`]. Results do not depend on that either.
//!
//! Plans and reports are data, as text for people, [`Plan::to_json`] and [`Report::to_json`] for machines, and
//! `without_times` for tests that compare them.
//!
//! # Following and ending calls
//!
//! Clones of a context can follow their calls, cancel them, and set them a deadline, all between chunks of about 200 ms at
//! most; a kernel's launch is one chunk, unless it is cut.
//!
//! ```
//! use std::time::Duration;
//! use tilewright::prelude::*;
//! use tilewright::{CancelToken, Error};
//!
//! let token = CancelToken::new(); // for another thread, or a handler of Ctrl-C
//! let cx = Context::new()
//!     .with_cancel(&token)
//!     .with_deadline(Duration::from_secs(60))
//!     .with_progress(|progress| eprintln!("{progress}"));
//! match cx.view(&vec![1_u32; 100_000]).reduce(Sum) {
//!     Ok(sum) => assert_eq!(sum, 100_000),
//!     Err(Error::Cancelled { done, total }) => eprintln!("cancelled, {done} of {total}"),
//!     Err(Error::Deadline { limit_ms, .. }) => eprintln!("not done in {limit_ms} ms"),
//!     Err(error) => return Err(error),
//! }
//! # Ok::<(), tilewright::Error>(())
//! ```
//!
//! # Software adapters
//!
//! *Software adapters*, such as Mesa's lavapipe, run on the cores of the CPU and gain nothing over it. `Auto` leaves
//! them out unless [`Builder::allow_software`] is set; `Placement::Gpu` takes one if there is nothing else, which is
//! how tests cover the GPU code on machines without a GPU.
//!
//! # The same bits
//!
//! Reductions and scans combine in one documented order, a function of the index alone: see [`canonical_order`] for
//! its definition, its error bound and a reference implementation. Results of built-in monoids are equal to the bit
//! on all devices, for all splits and numbers of threads.
//!
//! - *Maps* may differ between devices. WGSL gives each built-in function an accuracy and lets compilers reassociate
//!   and fuse operations. The CPU rounds each operation by itself, fuses nothing, keeps subnormal numbers, gives the
//!   same bits with every instruction set, and stays within WGSL's bounds. A reduction of a mapped view differs as
//!   far as the map does.
//! - *Operators of your own on floats*, see [`Monoid`], have the same bits wherever a device evaluates the function as it
//!   is written. `Auto` does not split them with a device that does not.
//! - *NaN*: [`Min`] and [`Max`] follow IEEE 754-2019 `minimum` and `maximum`: any NaN makes the result NaN, and `-0.0
//!   < +0.0`. [`ArgMin`] and [`ArgMax`] find the first NaN, if there is one. All return the quiet NaN `0x7fc00000`.
//! - *Integers* wrap. Division by zero, shifts and conversions are as WGSL defines them, on every device.
//!
//! # When something fails
//!
//! Calls return [`Error`], an enum to match on, and do not panic. A device that is lost, does not answer, refuses
//! memory or rejects a shader does not fail a call: the CPU does its part, and the report names the incident.
//! [`Builder::cpu_fallback`] turns that off.
//!
//! A loop that never ends is stopped on the CPU by a budget of steps, [`Builder::step_budget`]:
//!
//! ```
//! use tilewright::prelude::*;
//! use tilewright::Error;
//!
//! let cx = Context::builder().placement(Placement::Cpu).step_budget(1000).build()?;
//! let spin: Func<fn(u32) -> u32> =
//!     Func::new("fn spin(x: u32) -> u32 { var y = x; while y < 10u { y = y & 1u; } return y; }")?;
//! let stopped = cx.view(&[1_u32]).map(&spin).collect();
//! assert!(matches!(stopped, Err(Error::StepBudget { budget: 1000, .. })));
//! # Ok::<(), tilewright::Error>(())
//! ```

mod array;
#[doc = include_str!("order.md")]
pub mod canonical_order {}
#[doc = include_str!("builtins.md")]
pub mod builtin_accuracy {}
mod context;
mod cpu;
mod dispatch;
mod element;
mod error;
mod findings;
mod func;
mod gpu;
mod kernel;
mod monoid;
mod ops;
mod order;
mod passes;
mod plan;
pub mod prelude;
mod run;
pub mod simulator;
mod texture;
mod timeline;
pub mod tuning;
mod view;
mod wgsl;
mod work;

pub use array::Array;
pub use context::{
    Adapter, Arithmetic, Builder, CancelToken, ChunkReport, Context, ExecutorReport, Incident, Progress,
    Report, ReportWithoutTimes,
};
pub use element::{Element, ElementType, Scalar};
pub use error::{Error, Fault, Law, Result};
pub use findings::{CheckReport, Finding, FindingKind, FoundAccess, Invocation};
pub use func::{Func, Signature};
pub use kernel::{Bind, Kernel, KernelType, Launch, OverrideValue, Raw, Shape};
pub use monoid::{
    And, ArgMax, ArgMin, Extremum, IntegerElement, Max, Min, Monoid, Or, Product, ReduceOperator,
    ScalarElement, ScanOperator, Sum, Xor,
};
pub use plan::{
    Alternative, Choice, Executor, Origin, Placement, Plan, Provenance, Reason, Rejected, Seconds, Term,
    WithoutTimes,
};
pub use texture::{AddressMode, FilterMode, SampleKind, Sampler, TexelFormat, Texture, TextureDimension};
pub use timeline::{Span, SpanClock, SpanKind, Timeline};
pub use view::{Append, Items, View, Viewable};
pub use wgsl::{Binding, BindingAccess, EntryPoint, Override, TextureType};

/// The examples of the README, compiled and run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
