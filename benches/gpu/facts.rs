//! `facts`: what the adapter can do at all, without our library: copies, transfers, launches, and what it says of itself.

mod compile;
mod copies;
mod launch;
mod limits;
mod transfers;

use std::path::Path;

use crate::data;
use crate::fill::Fill;
use crate::memory::Room;
use crate::options::{Deadline, Options};
use crate::ours::Ours;
use crate::raw::Raw;
use crate::sink::{Sink, Subject};
use crate::timing::{Budget, Trouble};

/// wgpu's rows; here it is Vulkan.
const SYSTEM: &str = "vulkan";

/// Elements of copies and transfers are words.
const WORD: u64 = 4;

/// What all facts share.
struct Facts<'f> {
    raw: &'f Raw,
    fill: Fill,
    sink: Sink,
    budget: Budget,
    filter: &'f str,
    deadline: Deadline,
}

impl Facts<'_> {
    fn wants(&self, case: &str) -> bool {
        case.contains(self.filter)
    }

    /// Sets of inputs that fit beside what a row needs besides.
    fn sets(&self, set_bytes: u64, device_bytes: u64, host_bytes: u64) -> Result<usize, Trouble> {
        self.deadline.check()?;
        let room = Room::now(self.raw.is_software()).for_inputs(device_bytes, host_bytes);
        room.and_then(|room| data::sets(set_bytes, room)).ok_or_else(no_memory)
    }

    fn note(&mut self, subject: &Subject<'_>, done: Result<(), Trouble>) {
        if let Err(trouble) = done {
            self.sink.trouble(subject, &trouble);
        }
    }
}

fn no_memory() -> Trouble {
    Trouble::Cannot("it does not fit in the memory that is free".into())
}

/// The subject of a row of wgpu.
fn subject(case: &'static str, n: u64, bytes: u64) -> Subject<'static> {
    Subject { system: SYSTEM, case, dtype: "-", n, bytes }
}

/// Compares words that came back with those of a seed.
fn check_words(given: &[u32], at: &[u64], seed: u32) -> Result<(), String> {
    for (&word, &i) in given.iter().zip(at) {
        let right = data::word(i as u32, seed);
        if word != right {
            return Err(format!("element {i} is {word}, but {right} is right"));
        }
    }
    Ok(())
}

/// Runs it; an error if a row was wrong, or if there are none.
pub(crate) fn run(options: &Options, environment: &Path) -> Result<(), String> {
    // Before anything else has loaded the driver.
    let (first_us, _opened) = launch::first(options.adapter.as_deref())?;
    let ours = Ours::open(options.adapter.as_deref())?;
    eprintln!("adapter: {}", ours.adapter);
    let raw = Raw::open(&ours.adapter)?;
    limits::record(&raw, first_us, environment)?;
    let fill = Fill::new(&raw).map_err(|trouble| format!("filling buffers: {trouble:?}"))?;
    let sink = Sink::create(&options.out)?;
    let (budget, deadline) = (options.budget(), options.deadline());
    let mut facts = Facts { raw: &raw, fill, sink, budget, filter: &options.filter, deadline };
    launch::run(&mut facts);
    launch::open(&mut facts, &ours.adapter);
    compile::run(&mut facts, options.adapter.as_deref());
    for n in options.sizes() {
        copies::run(&mut facts, n);
        transfers::run(&mut facts, n);
    }
    facts.sink.verdict()
}
