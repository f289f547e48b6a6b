//! The parts of `benches/gpu` that need no GPU: its arithmetic, its data, its oracle, how it times, and its report as exact
//! text.

#[path = "../../benches/gpu/tune/choice.rs"]
mod choice;
#[allow(dead_code, reason = "devices make the data that this checks; the sets of inputs are of all cases")]
#[path = "../../benches/gpu/data.rs"]
mod data;
#[allow(dead_code, reason = "maps are checked with it on a device alone")]
#[path = "../../benches/gpu/oracle.rs"]
mod oracle;
#[path = "../../benches/gpu/report/mod.rs"]
mod report;
#[path = "../../benches/gpu/row.rs"]
mod row;
#[path = "../../benches/gpu/tune/schedule.rs"]
mod schedule;
#[path = "../../benches/gpu/stats.rs"]
mod stats;
#[allow(dead_code, reason = "what a device may run into is not met here")]
#[path = "../../benches/gpu/timing.rs"]
mod timing;

mod numbers;
mod reports;
mod timed;
mod tuned;
