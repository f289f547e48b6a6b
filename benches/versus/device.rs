//! Rows on a GPU or a software adapter: against lampshade, from host slices, on the same adapter.

use std::cell::OnceCell;

use pollster::block_on;
use tilewright::{Choice, Context, Placement, Sum};

use crate::data;
use crate::suite::{Case, Goal, Outcome, Suite, fresh, into};

const N: usize = 1 << 24;
const SUM: &str = "gpu reduce u32 sum";
const SCAN: [&str; 2] = ["gpu inclusive_scan u32 collect", "gpu inclusive_scan u32 collect_into"];
const PEER: &str = "lampshade 0.13";
/// What Mesa's software adapter calls itself.
const LAVAPIPE: &str = "llvmpipe";

/// The adapters at hand, each opened when a row first needs it.
#[derive(Default)]
pub(crate) struct Devices {
    lampshade: OnceCell<Option<lampshade::Context>>,
    lavapipe: OnceCell<Option<Context>>,
}

impl Devices {
    /// lampshade's context, or a line that its rows are left out.
    fn lampshade(&self, suite: &mut Suite) -> Option<&lampshade::Context> {
        let open = || match block_on(lampshade::Context::init()) {
            Ok(context) => Some(context),
            Err(error) => {
                suite.note(format!("skipped: the rows of lampshade: no adapter: {error}"));
                None
            }
        };
        self.lampshade.get_or_init(open).as_ref()
    }

    /// A context on lavapipe, or a line that the rows of `what` are left out.
    pub(crate) fn lavapipe(&self, suite: &mut Suite, what: &str) -> Option<&Context> {
        let lavapipe = self.lavapipe.get_or_init(|| on_gpu(LAVAPIPE));
        if lavapipe.is_none() {
            suite.note(format!("skipped: {what}: no lavapipe"));
        }
        lavapipe.as_ref()
    }

    /// Waits until the device has done what was submitted: its queue keeps order.
    pub(crate) fn finish(&self, cx: &Context) -> Outcome<()> {
        cx.view(&[1u32]).reduce(Sum)?;
        Ok(())
    }

    /// The adapter of lampshade's rows, for the record.
    pub(crate) fn describe(&self) -> String {
        let Some(lampshade) = self.lampshade.get() else { return "no row needed one".into() };
        let Some(context) = lampshade else { return "none".into() };
        let info = &context.adapter_info;
        format!("{} ({:?}, {} {})", info.name, info.device_type, info.driver, info.driver_info)
    }
}

/// A context that runs everything on the adapter of this name; `None` if there is none.
fn on_gpu(adapter: &str) -> Option<Context> {
    let builder = Context::builder().placement(Placement::Gpu).adapter(adapter).cpu_fallback(false);
    let cx = builder.build().ok()?;
    let sum = cx.view(&[1u32, 2]).reduce(Sum).ok()?;
    (sum == 3 && ran_on_gpu(&cx).is_ok()).then_some(cx)
}

/// An error unless the last call ran on the GPU.
fn ran_on_gpu(cx: &Context) -> Outcome<()> {
    match cx.last_report() {
        Some(report) if report.plan.choice == Choice::Gpu && report.incidents.is_empty() => Ok(()),
        Some(report) => Err(format!("not run on the GPU: {report}").into()),
        None => Err("not run on the GPU: no plan".into()),
    }
}

pub(crate) fn run(suite: &mut Suite, devices: &Devices) -> Outcome<()> {
    if !suite.wants(&[SUM, SCAN[0], SCAN[1], PEER]) {
        return Ok(());
    }
    let Some(context) = devices.lampshade(suite) else { return Ok(()) };
    let Some(cx) = &on_gpu(&context.adapter_info.name) else {
        suite.note(format!("skipped: the rows of lampshade: cannot open {}", context.adapter_info.name));
        return Ok(());
    };
    let n = suite.len(N);
    let xs = data::words(n, 10);
    let mut sum = 0u32;
    let prefixes: Vec<u32> = xs
        .iter()
        .map(|&x| {
            sum = sum.wrapping_add(x);
            sum
        })
        .collect();
    let mut reducer = lampshade::Reducer::from_context(context);
    suite.versus(
        &Case { name: SUM, n, peer: PEER, goal: Goal::Ratio(1.5) },
        fresh(|| Ok(cx.view(&xs).reduce(Sum)?)),
        fresh(|| Ok(block_on(reducer.sum(&xs))?)),
        |ours, peer| {
            ran_on_gpu(cx)?;
            data::all_equal("sum", &[*ours], &[sum])?;
            data::all_equal(PEER, &[*peer], &[sum])
        },
    );
    let check = |ours: &Vec<u32>, peer: &Vec<u32>| {
        ran_on_gpu(cx)?;
        data::all_equal("scan", ours, &prefixes)?;
        data::all_equal(PEER, peer, &prefixes)
    };
    let mut scanner = lampshade::Scanner::from_context(context);
    suite.versus(
        &Case { name: SCAN[0], n, peer: PEER, goal: Goal::Ratio(1.5) },
        fresh(|| Ok(cx.view(&xs).inclusive_scan(Sum).collect()?)),
        fresh(|| Ok(block_on(scanner.scan(&xs))?)),
        check,
    );
    // lampshade always makes a new vector.
    suite.versus(
        &Case { name: SCAN[1], n, peer: PEER, goal: Goal::Ratio(1.5) },
        into(vec![0; n], |out| Ok(cx.view(&xs).inclusive_scan(Sum).collect_into(out)?)),
        fresh(|| Ok(block_on(scanner.scan(&xs))?)),
        check,
    );
    Ok(())
}
