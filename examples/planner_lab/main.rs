//! The planner under the magnifying glass: what it decides, and what the other decisions would have cost.

#[path = "../common/mod.rs"]
pub(crate) mod common;
pub(crate) mod crossover;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tilewright::Context;

use common::Failure;

/// Holds the planner's decisions against all that it could have decided.
#[derive(Parser)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Crossover(crossover::Args),
}

fn main() -> ExitCode {
    common::start(|args: Args, out| {
        let cx = match &args.command {
            Command::Crossover(crossover) => crossover.context()?,
        };
        run_on(&cx, &args, out)
    })
}

pub(crate) fn run_on(cx: &Context, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    match &args.command {
        Command::Crossover(crossover) => crossover::run_on(cx, crossover, out),
    }
}
